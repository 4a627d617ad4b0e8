"""The faces that text is drawn in: STSong-Light, which no file needs to embed, or a font of the machine.

A Chinese font is not on every machine, so the default is Adobe's CID font that every PDF reader knows by
name and metrics; characters and boxes are in the file, glyphs are the viewer's.
"""

from __future__ import annotations

import os
import re
from functools import cache
from pathlib import Path

from reportlab import rl_config
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFError, TTFont
from reportlab.pdfgen.canvas import Canvas

CID = "STSong-Light"
LATIN = "Helvetica"
_RUNS = re.compile(r"[\x21-\x7e]+|[^\x21-\x7e]+")
_NAMES = (
    "wqy-zenhei.ttc",
    "wqy-microhei.ttc",
    "simsun.ttc",
    "uming.ttc",
    "ukai.ttc",
    "NotoSansSC-Regular.ttf",
)


@cache
def chinese_font() -> Path | None:
    """A TrueType font with Chinese glyphs: ``BUDGETLAKE_TEST_FONT``, or one found among the machine's."""
    named = os.environ.get("BUDGETLAKE_TEST_FONT")
    if named:
        return Path(named)
    for folder in rl_config.TTFSearchPath:
        for name in _NAMES:
            for path in Path(folder).glob(f"**/{name}"):
                return path
    return None


@cache
def register(embedded: bool) -> str:
    """The name of the registered face; the CID face where no font to embed is found."""
    path = chinese_font() if embedded else None
    if path:
        try:
            pdfmetrics.registerFont(TTFont("Embedded", str(path), subfontIndex=0))
        except TTFError:  # outlines of another kind than TrueType
            return register(embedded=False)
        return "Embedded"
    pdfmetrics.registerFont(UnicodeCIDFont(CID))
    return CID


class Face:
    """Measures and draws text; with ``latin`` letters and digits are runs of their own, in Helvetica."""

    def __init__(self, embedded: bool = False, latin: bool = False) -> None:
        self.name = register(embedded)
        self.latin = latin

    def runs(self, text: str) -> list[tuple[str, str]]:
        """The text's runs with the name of each one's font."""
        if not self.latin:
            return [(self.name, text)] if text else []
        return [(LATIN if "\x21" <= run[0] <= "\x7e" else self.name, run) for run in _RUNS.findall(text)]

    def width(self, text: str, size: float) -> float:
        """The width in points."""
        return float(sum(pdfmetrics.stringWidth(run, font, size) for font, run in self.runs(text)))

    def draw(self, canvas: Canvas, x: float, y: float, text: str, size: float) -> None:
        """Draws one line from its left end on the baseline."""
        for font, run in self.runs(text):
            canvas.setFont(font, size)
            canvas.drawString(x, y, run)
            x += float(pdfmetrics.stringWidth(run, font, size))
