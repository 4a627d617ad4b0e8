"""The marks of a table on a page: rules in the ways that office programs draw them, then the text."""

from __future__ import annotations

import random
from collections.abc import Iterable
from itertools import accumulate
from typing import NamedTuple

from reportlab.pdfgen.canvas import Canvas

from tests.generator.face import Face
from tests.generator.layout import PAD, Layout, Piece
from tests.generator.style import Style
from tests.generator.table import Field

RULE = 0.5  # points
GREY = 0.9


class Rect(NamedTuple):
    """An area of the page in points from the bottom left, with the sides that are drawn."""

    x0: float
    y0: float
    x1: float
    y1: float
    sides: str = "tblr"


class Word(NamedTuple):
    """A line of text to draw: left end of the baseline, and whether it is bold."""

    x: float
    y: float
    text: str
    bold: bool = False


def draw_piece(
    canvas: Canvas, layout: Layout, piece: Piece, style: Style, face: Face, x: float, top: float
) -> list[Word]:
    """Draws the rules of a piece with its top left corner at (x, top); gives the words to draw."""
    tops = [top - each for each in accumulate((part.height for part in piece.rows), initial=0.0)]
    rects: list[Rect] = []
    words: list[Word] = []
    seen: set[tuple[int, int, int]] = set()
    for place, part in enumerate(piece.rows):
        for cell in layout.fields:
            if not cell.row <= part.row < cell.row + cell.rows:
                continue
            run = _run(piece, place, cell)
            if (cell.row, cell.col, run[0]) in seen:
                continue
            seen.add((cell.row, cell.col, run[0]))
            rect = _rect(layout, piece, style, cell, tops, run, x)
            rects.append(rect)
            words += _words(layout, piece, style, face, cell, run, rect)
    _draw_rules(canvas, rects, style, layout, piece, tops, x)
    return words


def draw_words(canvas: Canvas, words: list[Word], style: Style, face: Face, size: float) -> None:
    """Draws the words in the style's order; fake bold is the same word again, a little to the right."""
    if style.order == "columns":
        words = sorted(words, key=lambda word: (round(word.x), -word.y))
    elif style.order == "shuffled":
        words = random.Random(len(words)).sample(words, len(words))
    for word in words:
        face.draw(canvas, word.x, word.y, word.text, size)
        if word.bold and style.fake_bold:
            face.draw(canvas, word.x + 0.25, word.y, word.text, size)


def _run(piece: Piece, place: int, cell: Field) -> tuple[int, int]:
    """The places of the rows of the piece that a cell covers, from ``place`` both ways, end excluded."""
    first = last = place
    rows = range(cell.row, cell.row + cell.rows)
    while first > 0 and piece.rows[first - 1].row in rows:
        first -= 1
    while last + 1 < len(piece.rows) and piece.rows[last + 1].row in rows:
        last += 1
    return first, last + 1


def _rect(
    layout: Layout,
    piece: Piece,
    style: Style,
    cell: Field,
    tops: list[float],
    run: tuple[int, int],
    x: float,
) -> Rect:
    sides = "tblr"
    if style.borders == "open_outer":
        sides = sides.replace("l", "") if cell.col == 0 else sides
        sides = sides.replace("r", "") if cell.col + cell.cols == len(layout.edges) - 1 else sides
    if style.borders in ("rows_only", "three_lines"):
        sides = "tb"
    if style.borders == "three_lines" and cell.row >= layout.n_head:
        sides = "t" * (run[0] == 0) + "b" * (run[1] == len(piece.rows))
    if piece.continues and not style.closed_end and run[1] == len(piece.rows):
        sides = sides.replace("b", "")
    first_body = 0 if piece.rows[0].row >= layout.n_head else layout.n_head
    if piece.continued and not style.closed_start and run[0] == first_body == 0:
        sides = sides.replace("t", "")
    left, right = layout.edges[cell.col], layout.edges[cell.col + cell.cols]
    return Rect(x + left, tops[run[1]], x + right, tops[run[0]], sides)


def _words(
    layout: Layout, piece: Piece, style: Style, face: Face, cell: Field, run: tuple[int, int], rect: Rect
) -> Iterable[Word]:
    part = piece.rows[run[0]]
    lines = layout.lines[cell.row, cell.col]
    is_head = cell.row < layout.n_head
    if part.row != cell.row and not (style.labels_again and rect.y1 - rect.y0 >= layout.need(cell)):
        return
    cut = cell.rows == 1 and (part.first_line > 0 or part.last_line is not None)
    if cut:
        lines = lines[part.first_line : part.last_line]
    height = len(lines) * layout.leading
    from_top = PAD if cut else (rect.y1 - rect.y0 - height) / 2
    y = rect.y1 - from_top - layout.size
    for line in lines:
        wide = face.width(line, layout.size)
        left = rect.x0 + PAD
        if is_head or cell.rows > 1:
            left = (rect.x0 + rect.x1 - wide) / 2
        elif line and line.replace(",", "").replace(".", "").replace(" ", "").lstrip("-").isdigit():
            left = rect.x1 - PAD - wide
        yield Word(left, y, line, bold=is_head)
        y -= layout.leading


def _draw_rules(
    canvas: Canvas, rects: list[Rect], style: Style, layout: Layout, piece: Piece, tops: list[float], x: float
) -> None:
    canvas.setLineWidth(RULE)
    if style.borders == "fills" or style.shaded:
        right = x + layout.edges[-1]
        for place, part in enumerate(piece.rows):
            if part.row < layout.n_head or (style.borders == "fills" and part.row % 2):
                canvas.setFillGray(GREY)
                canvas.rect(x, tops[place + 1], right - x, part.height, stroke=0, fill=1)
        canvas.setFillGray(0)
    if style.borders == "boxes":
        whole = [rect for rect in rects if rect.sides == "tblr"]
        for rect in whole:
            canvas.rect(rect.x0, rect.y0, rect.x1 - rect.x0, rect.y1 - rect.y0)
        rects = [rect for rect in rects if rect.sides != "tblr"]
    segments = {segment for rect in rects for segment in _sides(rect)}
    draw = _thin_rectangle if style.borders == "thin_rectangles" else _stroke
    for segment in sorted(segments if style.borders == "thin_rectangles" else _joined(segments)):
        draw(canvas, *segment)


Segment = tuple[float, float, float, float]


def _sides(rect: Rect) -> Iterable[Segment]:
    x0, y0, x1, y1 = (round(value, 3) for value in rect[:4])
    ends = {"t": (x0, y1, x1, y1), "b": (x0, y0, x1, y0), "l": (x0, y0, x0, y1), "r": (x1, y0, x1, y1)}
    return [ends[side] for side in rect.sides]


def _joined(segments: set[Segment]) -> list[Segment]:
    """Segments end to end on one line become one, as spreadsheets draw them."""
    upright = [(x0, y0, y1) for x0, y0, x1, y1 in segments if x0 == x1]
    level = [(y0, x0, x1) for x0, y0, x1, y1 in segments if x0 != x1]
    return [(x, low, x, high) for x, low, high in _merged(upright)] + [
        (low, y, high, y) for y, low, high in _merged(level)
    ]


def _merged(spans: Iterable[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    """Spans (line, from, to) that touch on the same line become one."""
    merged: list[tuple[float, float, float]] = []
    for line, low, high in sorted(spans):
        if merged and merged[-1][0] == line and low <= merged[-1][2] + 0.01:
            merged[-1] = (line, merged[-1][1], max(merged[-1][2], high))
        else:
            merged.append((line, low, high))
    return merged


def _stroke(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    canvas.line(x0, y0, x1, y1)


def _thin_rectangle(canvas: Canvas, x0: float, y0: float, x1: float, y1: float) -> None:
    """A rule as Word draws it: a filled rectangle half a point thick, and a square at its end."""
    half = RULE / 2
    canvas.rect(x0 - half, y0 - half, x1 - x0 + RULE, y1 - y0 + RULE, stroke=0, fill=1)
    canvas.rect(x1 - half, y1 - half, RULE, RULE, stroke=0, fill=1)
