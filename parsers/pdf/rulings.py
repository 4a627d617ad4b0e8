"""The ruling lines of a page, whatever was used to draw them.

Excel strokes lines, Word fills rectangles half a point wide (hundreds a page, with little squares at the
corners), browsers fill boxes, some programs draw every dash by itself. All become straight edges in
display coordinates: a stroked segment, a side of a stroked box, or the middle of a thin filled box. A
filled box that is thick both ways is background and no ruling.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

import numpy as np

from parsers.pdf import pdfium
from parsers.pdf.drawn import Drawn, transform_boxes
from parsers.pdf.frame import Frame
from parsers.pdf.pdfium import Bools, Floats, Ints, PageObject
from schemas.errors import Unreadable

#: A filled box thinner than this is one ruling (points). Word's are 0.5, the thickest seen 2.3.
THIN = 3.0
_SEGMENTS_OF_A_BOX = 6
#: In a path with curves (an outlined letter, a logo) shorter pieces are no rulings (points).
_LONGER_THAN_LETTERS = 30.0


@dataclass(slots=True)
class Rulings:
    """Edges and areas of one page. ``horizontal``: y, x0, x1. ``vertical``: x, top, bottom. In points.

    ``fills`` and ``pictures`` are boxes x0, top, x1, bottom.
    """

    horizontal: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    vertical: Floats = field(default_factory=lambda: np.zeros((0, 3)))
    fills: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    pictures: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    n_paths: int = 0


def collect_rulings(drawn: Drawn, frame: Frame, max_segments: int) -> Rulings:
    """The rulings among what a page draws, in display coordinates.

    Raises ``Unreadable`` (``too_large``) where paths have more than ``max_segments`` to be walked.
    """
    pictures = frame.boxes(drawn.pictures)
    strokes: list[Floats] = []
    fills: list[Floats] = []
    n_paths = 0
    for paths, matrix in drawn.paths:
        n_paths += len(paths)
        stroked, filled = _edges_of_paths(paths, max_segments)
        strokes.append(transform_boxes(stroked, matrix))
        fills.append(transform_boxes(filled, matrix))
    if not n_paths:
        return Rulings(pictures=pictures)
    return _rulings(
        frame.boxes(np.concatenate(strokes)), frame.boxes(np.concatenate(fills)), pictures, frame, n_paths
    )


def _edges_of_paths(paths: list[PageObject], max_segments: int) -> tuple[Floats, Floats]:
    """Stroked segments and filled boxes of paths, both n x 4, in the holder's space."""
    modes = pdfium.draw_modes(paths)
    counts = pdfium.segment_counts(paths)
    boxes = pdfium.bounds(paths)
    stroked, filled = modes[:, 1] != 0, modes[:, 0] != 0
    # One call for the bounds says enough of a simple path; only compound ones are walked, which is slow.
    simple_line = stroked & (counts == 2) & (np.minimum(*_sizes(boxes)) < THIN)
    simple_box = filled & ~stroked & (counts <= _SEGMENTS_OF_A_BOX)
    lines, areas = [_centre_lines(_those(boxes, simple_line))], [_those(boxes, simple_box)]
    compound = ((stroked | filled) & ~simple_line & ~simple_box).nonzero()[0]
    if not len(compound):
        return lines[0], areas[0]
    if counts[compound].sum() > max_segments:
        raise Unreadable("too_large", f"A page draws paths of more than {max_segments:,} segments.")
    for i in compound:
        walked_lines, walked_areas = _walk(pdfium.segments(paths[i], int(counts[i])))
        if stroked[i]:
            lines.append(walked_lines)
        else:
            areas.append(walked_areas)
    return np.concatenate(lines), np.concatenate(areas)


def _walk(path: Iterable[tuple[int, float, float, bool]]) -> tuple[Floats, Floats]:
    """The straight axis-parallel segments of a path, and the box of each of its subpaths.

    Bold letters are drawn by some programs as outlines: hundreds of short strokes that would drag rulings away.
    """
    curved = False
    lines: list[tuple[float, float, float, float]] = []
    subpaths: list[list[tuple[float, float]]] = []
    for kind, x, y, closes in path:
        if kind == pdfium.MOVE_TO or not subpaths:
            subpaths.append([(x, y)])
            continue
        points = subpaths[-1]
        if kind != pdfium.LINE_TO:
            curved = True
        else:
            lines.append((*points[-1], x, y))
        points.append((x, y))
        if closes:
            lines.append((x, y, *points[0]))
    ends = np.array(lines).reshape(-1, 4)
    straight = np.minimum(np.abs(ends[:, 0] - ends[:, 2]), np.abs(ends[:, 1] - ends[:, 3])) < 0.5
    areas = [(*np.min(points, axis=0), *np.max(points, axis=0)) for points in subpaths if len(points) > 1]
    found = _ordered(ends[straight]), np.array(areas).reshape(-1, 4)
    if not curved:
        return found
    long_lines, large_areas = (
        _those(boxes, np.maximum(*_sizes(boxes)) > _LONGER_THAN_LETTERS) for boxes in found
    )
    return long_lines, large_areas


def _ordered(boxes: Floats) -> Floats:
    return np.hstack((np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])))


def _sizes(boxes: Floats) -> tuple[Floats, Floats]:
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def _centre_lines(boxes: Floats) -> Floats:
    """Thin boxes as lines without thickness along their middle."""
    if not len(boxes):
        return boxes
    width, height = _sizes(boxes)
    flat = width >= height
    lines = boxes.copy()
    for side, across in ((0, ~flat), (1, flat)):
        middle = (boxes[:, side] + boxes[:, side + 2]) / 2
        np.copyto(lines[:, side], middle, where=across)
        np.copyto(lines[:, side + 2], middle, where=across)
    return lines


def _rulings(strokes: Floats, fills: Floats, pictures: Floats, frame: Frame, n_paths: int) -> Rulings:
    """Sorts edges and fills by direction; drops what lies off the page."""
    width, height = _sizes(fills)
    thin = np.minimum(width, height) < THIN
    dots = thin & (np.maximum(width, height) < THIN)
    drawn = _on_page(np.concatenate((strokes, _centre_lines(_those(fills, thin & ~dots)))), frame)
    width, height = _sizes(drawn)
    flat = width >= height
    h, v = _those(drawn, flat), _those(drawn, ~flat)
    horizontal, vertical = np.empty((len(h), 3)), np.empty((len(v), 3))
    horizontal[:, 0], horizontal[:, 1:] = (h[:, 1] + h[:, 3]) / 2, h[:, 0::2]
    vertical[:, 0], vertical[:, 1:] = (v[:, 0] + v[:, 2]) / 2, v[:, 1::2]
    if dots.any():
        dotted = fills[dots]
        horizontal = np.concatenate((horizontal, _dotted_lines(dotted)))
        vertical = np.concatenate((vertical, _dotted_lines(dotted[:, [1, 0, 3, 2]])))
    return Rulings(horizontal, vertical, _on_page(_those(fills, ~thin), frame), pictures, n_paths)


def _those(boxes: Floats, which: Bools) -> Floats:
    """``boxes[which]``; numpy takes rows by their numbers ten times as fast."""
    return boxes.take(which.nonzero()[0], axis=0)


def _on_page(boxes: Floats, frame: Frame) -> Floats:
    edge = 1.0
    x0, top, x1, bottom = boxes.T
    shown = (x1 > -edge) & (x0 < frame.width + edge) & (bottom > -edge) & (top < frame.height + edge)
    return boxes if shown.all() else boxes[shown]


def _dotted_lines(dots: Floats) -> Floats:
    """Rows of at least four dots, close to each other, as edges y, x0, x1.

    Fewer are the corner squares of Word's borders: as edges of their own they would make phantom columns.
    """
    y = (dots[:, 1] + dots[:, 3]) / 2
    order = np.lexsort((dots[:, 0], np.round(y * 2)))
    dots, y = dots[order], y[order]
    starts = np.flatnonzero(
        np.concatenate(([True], (np.abs(np.diff(y)) > 0.5) | (dots[1:, 0] - dots[:-1, 2] > THIN)))
    )
    sizes: Ints = np.diff(np.append(starts, len(dots)))
    starts, sizes = starts[sizes >= 4], sizes[sizes >= 4]
    return np.column_stack((y[starts], dots[starts, 0], dots[starts + sizes - 1, 2]))
