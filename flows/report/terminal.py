"""A picture in a terminal: by the protocol that the terminal speaks, else in half blocks of colour.

kitty and iTerm2 take a PNG as it is, xterm and others sixels (16 greys are enough for print). Everything else
shows two pixels a character with ▀. Nothing is asked of the terminal, as its answer would mix with what a
person types: the environment tells, or ``BUDGETLAKE_TERMINAL`` does (kitty, iterm2, sixel, blocks, none).
"""

from __future__ import annotations

import base64
import io
import os
from collections.abc import Mapping

from PIL import Image
from rich.color import Color
from rich.console import Console
from rich.segment import Segment, Segments
from rich.style import Style

PROTOCOLS = ("kitty", "iterm2", "sixel", "blocks", "none")
_KITTY_CHUNK = 4096  # the most characters that the protocol takes in one escape
_SIXEL_HEIGHT = 6
_MOST_COLUMNS = 64  # a figure is legible at that, and its facts stay in sight


def protocol_of(environment: Mapping[str, str] = os.environ) -> str:
    """The protocol that the terminal of this environment speaks, one of ``PROTOCOLS``."""
    told = environment.get("BUDGETLAKE_TERMINAL", "")
    if told in PROTOCOLS:
        return told
    term, program = environment.get("TERM", ""), environment.get("TERM_PROGRAM", "")
    if "TMUX" in environment or term in ("", "dumb"):
        return "blocks" if term != "dumb" else "none"  # tmux does not pass pictures on
    if "KITTY_WINDOW_ID" in environment or term in ("xterm-kitty", "xterm-ghostty"):
        return "kitty"
    if program in ("iTerm.app", "WezTerm"):
        return "iterm2"
    if "sixel" in term or term in ("foot", "mlterm", "yaft-256color"):
        return "sixel"
    return "blocks"


def draw(image: Image.Image, console: Console, protocol: str) -> None:
    """Draw a picture on the console, no wider than it is."""
    if protocol == "none":
        return
    if protocol == "blocks":
        console.print(half_blocks(image, min(console.width, _MOST_COLUMNS)))
        return
    encode = {"kitty": kitty, "iterm2": iterm2, "sixel": sixel}[protocol]
    console.file.write(encode(image) + "\n")
    console.file.flush()


def kitty(image: Image.Image) -> str:
    """The picture as escapes of the kitty graphics protocol."""
    data = base64.b64encode(_png(image)).decode()
    chunks = [data[at : at + _KITTY_CHUNK] for at in range(0, len(data), _KITTY_CHUNK)]
    parts = []
    for number, chunk in enumerate(chunks):
        control = f"m={int(number + 1 < len(chunks))}"
        parts.append(f"\x1b_G{'a=T,f=100,' if number == 0 else ''}{control};{chunk}\x1b\\")
    return "".join(parts)


def iterm2(image: Image.Image) -> str:
    """The picture as iTerm2's inline image."""
    data = _png(image)
    return f"\x1b]1337;File=inline=1;size={len(data)}:{base64.b64encode(data).decode()}\x07"


def sixel(image: Image.Image) -> str:
    """The picture as sixels in 16 colours, bands of six rows of dots."""
    paletted = image.convert("RGB").quantize(16, dither=Image.Dither.NONE)
    palette = paletted.getpalette() or []
    pixels = paletted.load()
    assert pixels is not None  # noqa: S101  a picture in memory
    colours = len(palette) // 3
    parts = [f'\x1bPq"1;1;{image.width};{image.height}']
    parts += [
        f"#{n};2;" + ";".join(str(round(value / 2.55)) for value in palette[3 * n : 3 * n + 3])
        for n in range(colours)
    ]
    for top in range(0, image.height, _SIXEL_HEIGHT):
        rows = range(top, min(top + _SIXEL_HEIGHT, image.height))
        lines: dict[int, list[int]] = {}
        for x in range(image.width):
            for bit, y in enumerate(rows):
                lines.setdefault(int(pixels[x, y]), [0] * image.width)[x] |= 1 << bit  # type: ignore[arg-type]
        parts.append("$".join(f"#{n}" + _runs(line) for n, line in sorted(lines.items())) + "-")
    return "".join(parts) + "\x1b\\"


def _runs(line: list[int]) -> str:
    """A line of sixels, equal ones counted."""
    parts, at = [], 0
    while at < len(line):
        end = at
        while end < len(line) and line[end] == line[at]:
            end += 1
        char, count = chr(63 + line[at]), end - at
        parts.append(f"!{count}{char}" if count > 3 else char * count)
        at = end
    return "".join(parts)


def half_blocks(image: Image.Image, columns: int) -> Segments:
    """The picture as ``▀``, its upper pixel in the foreground and its lower one in the background."""
    width = min(columns, image.width)
    height = max(2, round(image.height * width / image.width) // 2 * 2)
    small = image.convert("RGB").resize((width, height), Image.Resampling.LANCZOS)
    segments = []
    for y in range(0, height, 2):
        for x in range(width):
            upper, lower = small.getpixel((x, y)), small.getpixel((x, y + 1))
            segments.append(Segment("▀", Style(color=_colour(upper), bgcolor=_colour(lower))))
        segments.append(Segment.line())
    return Segments(segments)


def _colour(pixel: object) -> Color:
    assert isinstance(pixel, tuple)  # noqa: S101  a picture in RGB has three
    return Color.from_rgb(*pixel)


def _png(image: Image.Image) -> bytes:
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()
