"""Pictures of PDF pages and of places on them, drawn by pdfium, the engine that read them.

Pages of these documents are black on white: 16 grey levels keep every stroke at a quarter of the time and half
the bytes of colour. A page that has colour keeps it (seals, red headings), in a palette. pdfium shows a page
as displayed, so the boxes of the lake (points from the top left) fit by a factor.

pdfium is not thread-safe: use it in one thread of a process.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import numpy as np
from PIL import Image, ImageDraw

from parsers.grid import Box
from parsers.limits import Limits
from parsers.pdf.opening import open_document

# Twice the points: figures of 7 points stay legible on screens with two pixels a point.
SCALE = 2.0
_MOST_PIXELS = 12_000_000
_COLOUR = 48  # difference of the channels, of 255, that is seen as colour
_GREYS = [level * 17 for level in range(16) for _ in range(3)]


@dataclass(frozen=True, slots=True)
class PagePicture:
    """A page as a PNG and its size in points as displayed."""

    png: bytes
    width: float
    height: float


class PagePictures:
    """The pages of one PDF; a context manager. Raises ``Unreadable`` where the bytes are no PDF."""

    def __init__(self, data: bytes, limits: Limits | None = None) -> None:
        self._document = open_document(data, limits or Limits())

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._document.close()

    def page(self, number: int) -> PagePicture:
        """A whole page, 1-based."""
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            scale = _bounded(SCALE, width, height)
            if _has_colour(page):
                image = page.render(scale=scale).to_pil()
                image = image.quantize(32, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
                return PagePicture(_png(image), width, height)
            bitmap = page.render(scale=scale, grayscale=True)
            levels = bitmap.to_numpy().reshape(bitmap.height, -1)[:, : bitmap.width] >> 4
            image = Image.fromarray(np.ascontiguousarray(levels), "P")
            image.putpalette(_GREYS)
            return PagePicture(_png(image, bits=4), width, height)
        finally:
            page.close()

    def crop(self, number: int, box: Box, around: float = 0.0, scale: float = 4.0) -> Image.Image:
        """The place ``box`` of a page with ``around`` points of the page about it.

        With more than a few points about it the place itself is framed.
        """
        page = self._document[number - 1]
        try:
            width, height = page.get_size()
            seen = Box(
                max(0.0, box.x0 - around),
                max(0.0, box.top - around),
                min(width, box.x1 + around),
                min(height, box.bottom + around),
            )
            scale = _bounded(scale, max(1.0, seen.x1 - seen.x0), max(1.0, seen.bottom - seen.top))
            margins = (seen.x0, height - seen.bottom, width - seen.x1, seen.top)
            image: Image.Image = page.render(scale=scale, crop=margins).to_pil().convert("RGB")
        finally:
            page.close()
        if around >= 5:
            frame = [
                (box.x0 - seen.x0) * scale,
                (box.top - seen.top) * scale,
                (box.x1 - seen.x0) * scale,
                (box.bottom - seen.top) * scale,
            ]
            ImageDraw.Draw(image).rectangle(frame, outline=(200, 30, 30), width=max(2, round(scale * 0.75)))
        return image


def _bounded(scale: float, width: float, height: float) -> float:
    """The scale, smaller for a place so large that its picture would not fit in memory."""
    return float(min(scale, (_MOST_PIXELS / max(1.0, width * height)) ** 0.5))


def _has_colour(page: Any) -> bool:
    small = page.render(scale=_bounded(0.4, *page.get_size())).to_numpy()[..., :3]
    return bool((small.max(axis=2).astype(np.int16) - small.min(axis=2) > _COLOUR).any())


def _png(image: Image.Image, **options: Any) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG", compress_level=6, **options)
    return out.getvalue()
