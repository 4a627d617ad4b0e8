"""Whole pages out of pdfium at once: object lists, boxes and characters as numpy arrays.

pdfium has no call that returns all characters of a page, so each costs a call. What makes that cheap
enough without a compiler: function objects of our own and ``map`` over whole columns of arguments. Functions
that are called for every object or character (``_bulk``) declare no parameters, so ctypes converts nothing:
their pointers are arguments made once (``_pointer``), and results go to the rows of a buffer that is used
again and whose pointers are made once too (0.25 us a call; 0.5 us with declared parameters, 0.9 us by
pypdfium2's helpers). pypdfium2's own prototypes stay as they are; pdfplumber uses them for pictures.

pdfium is not thread-safe, nor is this: read in processes, not in threads.
"""

from __future__ import annotations

import ctypes
from collections import deque
from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
import pypdfium2  # importing it initialises the library
from pypdfium2_raw import bindings  # type: ignore[import-untyped]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
Handle = int
#: Something drawn, as the argument of calls that it is made into once.
PageObject: TypeAlias = Any

TEXT, PATH, IMAGE, SHADING, FORM = 1, 2, 3, 4, 5
MOVE_TO, LINE_TO = 2, 0

VERSION = str(pypdfium2.version.PDFIUM_INFO)

_P, _I = ctypes.c_void_p, ctypes.c_int
_RECTANGLE = ctypes.c_float * 4
# Where pypdfium2's bindings keep the library they have loaded; its version is pinned by ours.
_LIBRARY = bindings._libs["pdfium"]


def _function(name: str, result: Any, *arguments: Any) -> Any:
    # Indexing a CDLL makes a new function object each time, so these argtypes are ours alone.
    function = _LIBRARY[name]
    function.restype, function.argtypes = result, arguments
    return function


def _bulk(name: str, result: Any) -> Any:
    # Without argtypes an int goes as a C int and a made pointer as it is. A plain address would be cut to an int.
    function = _LIBRARY[name]
    function.restype = result
    return function


#: A handle or address as an argument of ``_bulk`` functions.
_pointer = _P.from_param

load_page = _function("FPDF_LoadPage", _P, _P, _I)
close_page = _function("FPDF_ClosePage", None, _P)
load_text = _function("FPDFText_LoadPage", _P, _P)
close_text = _function("FPDFText_ClosePage", None, _P)
page_rotation = _function("FPDFPage_GetRotation", _I, _P)
_page_box = _function("FPDF_GetPageBoundingBox", _I, _P, _P)
_count_page_objects = _function("FPDFPage_CountObjects", _I, _P)
_get_page_object = _bulk("FPDFPage_GetObject", _P)
_count_form_objects = _function("FPDFFormObj_CountObjects", _I, _P)
_get_form_object = _function("FPDFFormObj_GetObject", _P, _P, ctypes.c_ulong)
_object_type = _bulk("FPDFPageObj_GetType", _I)
_bounds = _bulk("FPDFPageObj_GetBounds", _I)
_matrix = _function("FPDFPageObj_GetMatrix", _I, _P, _P)
_transform = _function("FPDFPageObj_Transform", None, _P, *[ctypes.c_double] * 6)
_draw_mode = _bulk("FPDFPath_GetDrawMode", _I)
_count_segments = _bulk("FPDFPath_CountSegments", _I)
_get_segment = _bulk("FPDFPath_GetPathSegment", _P)
_segment_point = _bulk("FPDFPathSegment_GetPoint", _I)
_segment_type = _bulk("FPDFPathSegment_GetType", _I)
_segment_close = _bulk("FPDFPathSegment_GetClose", _I)
count_characters = _function("FPDFText_CountChars", _I, _P)
_unicode = _bulk("FPDFText_GetUnicode", ctypes.c_uint)
_is_generated = _bulk("FPDFText_IsGenerated", _I)
_loose_box = _bulk("FPDFText_GetLooseCharBox", _I)
_origin = _bulk("FPDFText_GetCharOrigin", _I)
_get_text = _function("FPDFText_GetText", _I, _P, _I, _I, _P)
_font_info = _function("FPDFText_GetFontInfo", ctypes.c_ulong, _P, _I, _P, ctypes.c_ulong, _P)
_object_of_character = _function("FPDFText_GetTextObject", _P, _P, _I)
_font_of = _bulk("FPDFTextObj_GetFont", _P)
_is_embedded = _function("FPDFFont_GetIsEmbedded", _I, _P)
_glyph_width = _function("FPDFFont_GetGlyphWidth", _I, _P, ctypes.c_uint32, ctypes.c_float, _P)
_glyph_path = _function("FPDFFont_GetGlyphPath", _P, _P, ctypes.c_uint32, ctypes.c_float)
_AN_IDEOGRAPH = ord("的")  # the most frequent character
_render_mode = _function("FPDFTextObj_GetTextRenderMode", _I, _P)


class _Rows:
    """A buffer that functions write a row of at each call, a batch of rows at a time."""

    BATCH = 1024

    def __init__(self, columns: int, kind: type[np.generic], pointers: int) -> None:
        self._array = np.zeros((self.BATCH, columns), kind)
        start, step = self._array.ctypes.data, columns * self._array.itemsize
        end = start + step * self.BATCH
        #: To each of the first ``pointers`` columns, a pointer for every row.
        self._pointers = [
            list(map(_pointer, range(start + i * self._array.itemsize, end, step))) for i in range(pointers)
        ]

    def written(self, function: Any, *arguments: Sequence[Any]) -> npt.NDArray[Any]:
        """What a call for each row of ``arguments`` writes; zeros where it fails. A copy, n x columns."""
        n = len(arguments[-1])
        if n <= self.BATCH:
            return self._batch(function, n, arguments)
        starts = range(0, n, self.BATCH)
        batches = ([column[i : i + self.BATCH] for column in arguments] for i in starts)
        return np.concatenate([self._batch(function, len(batch[-1]), batch) for batch in batches])

    def _batch(self, function: Any, n: int, arguments: Sequence[Sequence[Any]]) -> npt.NDArray[Any]:
        rows = self._array[:n]
        rows[:] = 0
        deque(map(function, *arguments, *self._pointers), maxlen=0)
        return rows.copy()


_BOX, _SIDES = _Rows(4, np.float32, 1), _Rows(4, np.float32, 4)
_POINT, _PLACE = _Rows(2, np.float32, 2), _Rows(2, np.float64, 2)
_MODE = _Rows(2, np.int32, 2)


def page_box(page: Handle) -> tuple[float, float, float, float]:
    """Left, bottom, right, top of the visible page (CropBox within MediaBox) in user space, unrotated."""
    box = _RECTANGLE()  # FS_RECTF: left, top, right, bottom
    _page_box(page, ctypes.addressof(box))
    left, top, right, bottom = box
    return left, bottom, right, top


def count_objects(holder: Handle | PageObject, form: bool = False) -> int:
    """Objects drawn directly on a page or in a form."""
    return int((_count_form_objects if form else _count_page_objects)(holder))


def objects(holder: Handle | PageObject, form: bool = False) -> list[PageObject]:
    """All objects of a page or form, in drawing order."""
    count = count_objects(holder, form)
    if form:
        return [_pointer(_get_form_object(holder, index)) for index in range(count)]
    return list(map(_pointer, map(_get_page_object, repeat(_pointer(holder)), range(count))))


def types_of(handles: Sequence[PageObject]) -> list[int]:
    """What each object is: ``TEXT``, ``PATH``, …"""
    return list(map(_object_type, handles))


def matrix(handle: PageObject) -> Floats:
    """An object's matrix a, b, c, d, e, f."""
    values = np.zeros(6, np.float32)
    _matrix(handle, values.ctypes.data)
    return values.astype(np.float64)


def turn_objects(handles: Sequence[PageObject], turns: int) -> None:
    """Turns objects clockwise about the origin by quarters, in memory."""
    a, b, c, d = {1: (0, -1, 1, 0), 2: (-1, 0, 0, -1), 3: (0, 1, -1, 0)}[turns]
    for handle in handles:
        _transform(handle, a, b, c, d, 0, 0)


def fonts_of(handles: Sequence[PageObject]) -> list[Handle | None]:
    """The font of each text object; ``None`` for objects of other types."""
    return list(map(_font_of, handles))


def lacks_chinese(font: Handle) -> bool:
    """Whether a font is meant for Chinese but neither the file nor this machine has its glyphs."""
    if _is_embedded(font) == 1:
        return False
    width = ctypes.c_float()
    _glyph_width(font, _AN_IDEOGRAPH, 10.0, ctypes.addressof(width))
    # A Latin font gives an ideograph no width; what matters of it is always there, pdfium has substitutes.
    return width.value > 0 and not _glyph_path(font, _AN_IDEOGRAPH, 10.0)


def bounds(handles: Sequence[PageObject]) -> Floats:
    """Boxes of objects, shape n x 4: left, bottom, right, top; strokes widen them by half their width."""
    return _SIDES.written(_bounds, handles).astype(np.float64)


def draw_modes(handles: Sequence[PageObject]) -> Ints:
    """How paths are painted, shape n x 2: fill rule (0 for none) and whether stroked."""
    return _MODE.written(_draw_mode, handles).astype(np.int64)


def segment_counts(handles: Sequence[PageObject]) -> Ints:
    """Segments of each path."""
    return np.fromiter(map(_count_segments, handles), np.int64, len(handles))


def segments(path: PageObject, count: int) -> Iterator[tuple[int, float, float, bool]]:
    """A path's segments: type, end point in user space of its holder, whether it closes the subpath."""
    a, b, c, d, e, f = map(float, matrix(path))
    handles = list(map(_pointer, map(_get_segment, repeat(path), range(count))))
    points = _POINT.written(_segment_point, handles).tolist()
    for handle, (x, y) in zip(handles, points, strict=True):
        yield (
            _segment_type(handle),
            a * x + c * y + e,
            b * x + d * y + f,
            bool(_segment_close(handle)),
        )


def code_points(text: Handle, n: int) -> Ints:
    """The code point of every character; 0 where the font does not say."""
    units = _text_units(text, n)
    if len(units) == n and not ((units >= 0xD800) & (units < 0xE000)).any():
        return units.astype(np.int64)  # one call for all, 80 times as fast
    # Characters without a code are left out there, those outside the basic plane are two: places shift.
    return np.fromiter(map(_unicode, repeat(_pointer(text)), range(n)), np.int64, n)


def are_generated(text: Handle, indices: Sequence[int]) -> Bools:
    """Which characters pdfium added itself (blanks and line ends between runs)."""
    answers = map(_is_generated, repeat(_pointer(text)), indices)
    generated: Bools = np.fromiter(answers, np.int8, len(indices)) == 1
    return generated


def character_boxes(text: Handle, indices: Sequence[int]) -> Floats:
    """Boxes of characters by advance and font height, shape n x 4: left, bottom, right, top."""
    boxes = _BOX.written(_loose_box, [_pointer(text)] * len(indices), indices)
    return boxes[:, [0, 3, 2, 1]].astype(np.float64)


def character_origins(text: Handle, indices: Sequence[int]) -> Floats:
    """Points of the baseline where characters start, shape n x 2."""
    return _PLACE.written(_origin, [_pointer(text)] * len(indices), indices)


def page_text(text: Handle, n: int) -> str:
    """All ``n`` characters in pdfium's reading order, line ends as ``\\r\\n``."""
    return _text_units(text, n).tobytes().decode("utf-16-le", "replace")


def _text_units(text: Handle, n: int) -> npt.NDArray[np.uint16]:
    buffer = np.zeros(n + 1, np.uint16)
    written = _get_text(text, 0, n, buffer.ctypes.data)
    return buffer[: max(written - 1, 0)]


def font_of_character(text: Handle, index: int) -> str:
    """Name of a character's font, with the prefix of a subset."""
    name = ctypes.create_string_buffer(256)
    _font_info(text, index, ctypes.addressof(name), 256, None)
    return name.value.decode("utf-8", "replace")


def is_invisible(text: Handle, index: int) -> bool:
    """Whether a character is drawn with text render mode 3, as recognised text behind a picture is."""
    return bool(_render_mode(_object_of_character(text, index)) == 3)
