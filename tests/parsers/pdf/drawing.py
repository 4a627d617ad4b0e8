"""Small PDFs drawn for one geometry rule each, with reportlab, in points from the top left of the page."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO
from itertools import pairwise

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

SONG = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(SONG))


class Sheet:
    """A document under way; ``turns`` is /Rotate in quarter turns, the content drawn upright as displayed."""

    def __init__(self, width: float = 600, height: float = 400, turns: int = 0) -> None:
        self.width, self.height, self.turns = width, height, turns
        self.file = BytesIO()
        # reportlab swaps the MediaBox of a page turned by 90 or 270 degrees itself.
        self.canvas = Canvas(self.file, pagesize=(width, height), pageCompression=0)
        self._begin()

    def _begin(self) -> None:
        w, h = self.width, self.height
        self.canvas.setPageRotation(90 * self.turns)
        matrices = {1: (0, 1, -1, 0, h, 0), 2: (-1, 0, 0, -1, w, h), 3: (0, -1, 1, 0, 0, w)}
        if self.turns in matrices:
            self.canvas.transform(*matrices[self.turns])

    def text(self, x: float, baseline: float, words: str, size: float = 10, font: str = SONG) -> None:
        self.canvas.setFont(font, size)
        self.canvas.drawString(x, self.height - baseline, words)

    def line(
        self, x0: float, y0: float, x1: float, y1: float, dash: tuple[float, float] | None = None
    ) -> None:
        self.canvas.setLineWidth(0.5)
        self.canvas.setDash(*(dash or ()))
        self.canvas.line(x0, self.height - y0, x1, self.height - y1)

    def fill(self, x0: float, top: float, x1: float, bottom: float, grey: float = 0) -> None:
        self.canvas.setFillGray(grey)
        self.canvas.rect(x0, self.height - bottom, x1 - x0, bottom - top, stroke=0, fill=1)
        self.canvas.setFillGray(0)

    def grid(
        self,
        xs: Iterable[float],
        ys: Iterable[float],
        style: str = "stroke",
        without: Iterable[str] = (),
    ) -> None:
        """Rulings of a whole grid in one of the ways programs draw them, ``without`` some outer sides."""
        xs, ys, sides = list(xs), list(ys), set(without)
        horizontal = ys[("top" in sides) : len(ys) - ("bottom" in sides)]
        vertical = xs[("left" in sides) : len(xs) - ("right" in sides)]
        for y in horizontal:
            self.rule(xs[0], y, xs[-1], y, xs, style)
        for x in vertical:
            self.rule(x, ys[0], x, ys[-1], ys, style)

    def rule(
        self, x0: float, y0: float, x1: float, y1: float, stops: list[float], style: str = "stroke"
    ) -> None:
        flat = y0 == y1
        if style == "stroke":
            self.line(x0, y0, x1, y1)
        elif style == "dash":
            self.line(x0, y0, x1, y1, dash=(2, 2))
        elif style == "dots":
            length = int(x1 - x0 if flat else y1 - y0)
            for step in range(0, length + 1, 2):
                x, y = (x0 + step, y0) if flat else (x0, y0 + step)
                self.fill(x, y - 0.25, x + 0.5, y + 0.25)
        elif style == "word":  # a thin rectangle from cell corner to cell corner, and a square at each corner
            for a, b in pairwise(stops):
                if flat:
                    self.fill(a + 0.5, y0, b, y0 + 0.5)
                else:
                    self.fill(x0, a + 0.5, x0 + 0.5, b)
            for at in stops:
                x, y = (at, y0) if flat else (x0, at)
                self.fill(x, y, x + 0.5, y + 0.5)
        else:
            raise ValueError(style)

    def next_page(self) -> None:
        self.canvas.showPage()
        self._begin()

    def pdf(self) -> bytes:
        self.canvas.save()
        return self.file.getvalue()


def fill_cells(
    sheet: Sheet, xs: list[float], ys: list[float], rows: list[list[str]], font: str = SONG
) -> None:
    """Texts into the cells of a grid, near their bottom left corners."""
    for row, bottom in zip(rows, ys[1:], strict=True):
        for words, x in zip(row, xs, strict=False):
            sheet.text(x + 3, bottom - 5, words, font=font)
