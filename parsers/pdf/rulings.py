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
from parsers.pdf.frame import Frame
from parsers.pdf.pdfium import Bools, Floats, Handle, Ints
from schemas.errors import Unreadable

#: A filled box thinner than this is one ruling (points). Word's are 0.5, the thickest seen 2.3.
THIN = 3.0
#: Deeper nesting of forms than this is not followed (a form may contain itself).
MAX_DEPTH = 8
_SEGMENTS_OF_A_BOX = 6


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


def collect_rulings(page: Handle, frame: Frame, max_objects: int) -> Rulings:
    """All rulings of a page, those in forms (XObjects) included.

    Raises ``Unreadable`` (``too_large``) for a page with more than ``max_objects`` drawn objects.
    """
    strokes: list[Floats] = []
    fills: list[Floats] = []
    pictures: list[Floats] = []
    n_paths = 0
    identity = np.array([1.0, 0, 0, 1, 0, 0])
    todo: list[tuple[Handle, bool, Floats, int]] = [(page, False, identity, 0)]
    left = max_objects
    while todo:
        holder, is_form, matrix, depth = todo.pop()
        left -= pdfium.count_objects(holder, is_form)
        if left < 0:
            raise Unreadable("too_large", f"A page draws more than {max_objects:,} objects.")
        handles, kinds = pdfium.objects(holder, is_form)
        if (kinds == pdfium.TEXT).all():
            continue
        paths = [handles[i] for i in np.flatnonzero(kinds == pdfium.PATH)]
        images = [handles[i] for i in np.flatnonzero(kinds == pdfium.IMAGE)]
        if paths:
            n_paths += len(paths)
            stroked, filled = _edges_of_paths(paths)
            strokes.append(_transform(stroked, matrix))
            fills.append(_transform(filled, matrix))
        if images:
            pictures.append(_transform(pdfium.bounds(images), matrix))
        if depth < MAX_DEPTH:
            todo += [
                (handles[i], True, _product(pdfium.matrix(handles[i]), matrix), depth + 1)
                for i in np.flatnonzero(kinds == pdfium.FORM)
            ]
    if not n_paths and not pictures:
        return Rulings()
    return _rulings(_shown(strokes, frame), _shown(fills, frame), _shown(pictures, frame), frame, n_paths)


def _shown(boxes: list[Floats], frame: Frame) -> Floats:
    return frame.boxes(np.concatenate(boxes)) if boxes else np.zeros((0, 4))


def _edges_of_paths(paths: list[Handle]) -> tuple[Floats, Floats]:
    """Stroked segments and filled boxes of paths, both n x 4, in the holder's space."""
    modes = pdfium.draw_modes(paths)
    counts = pdfium.segment_counts(paths)
    boxes = pdfium.bounds(paths)
    stroked, filled = modes[:, 1] != 0, modes[:, 0] != 0
    # One call for the bounds says enough of a simple path; only compound ones are walked, which is slow.
    simple_line = stroked & (counts == 2) & (np.minimum(*_sizes(boxes)) < THIN)
    simple_box = filled & ~stroked & (counts <= _SEGMENTS_OF_A_BOX)
    lines, areas = [_centre_lines(boxes[simple_line])], [boxes[simple_box]]
    for i in np.flatnonzero((stroked | filled) & ~simple_line & ~simple_box):
        walked_lines, walked_areas = _walk(pdfium.segments(paths[i], int(counts[i])))
        if stroked[i]:
            lines.append(walked_lines)
        else:
            areas.append(walked_areas)
    return np.concatenate(lines), np.concatenate(areas)


def _walk(path: Iterable[tuple[int, float, float, bool]]) -> tuple[Floats, Floats]:
    """The straight axis-parallel segments of a path, and the box of each of its subpaths."""
    lines: list[tuple[float, float, float, float]] = []
    subpaths: list[list[tuple[float, float]]] = []
    for kind, x, y, closes in path:
        if kind == pdfium.MOVE_TO or not subpaths:
            subpaths.append([(x, y)])
            continue
        points = subpaths[-1]
        if kind == pdfium.LINE_TO:
            lines.append((*points[-1], x, y))
        points.append((x, y))
        if closes:
            lines.append((x, y, *points[0]))
    ends = np.array(lines).reshape(-1, 4)
    straight = np.minimum(np.abs(ends[:, 0] - ends[:, 2]), np.abs(ends[:, 1] - ends[:, 3])) < 0.5
    areas = [(*np.min(points, axis=0), *np.max(points, axis=0)) for points in subpaths if len(points) > 1]
    return _ordered(ends[straight]), np.array(areas).reshape(-1, 4)


def _ordered(boxes: Floats) -> Floats:
    return np.hstack((np.minimum(boxes[:, :2], boxes[:, 2:]), np.maximum(boxes[:, :2], boxes[:, 2:])))


def _sizes(boxes: Floats) -> tuple[Floats, Floats]:
    return boxes[:, 2] - boxes[:, 0], boxes[:, 3] - boxes[:, 1]


def _centre_lines(boxes: Floats) -> Floats:
    """Thin boxes as lines without thickness along their middle."""
    width, height = _sizes(boxes)
    flat = width >= height
    lines = boxes.copy()
    lines[flat, 1] = lines[flat, 3] = (boxes[flat, 1] + boxes[flat, 3]) / 2
    lines[~flat, 0] = lines[~flat, 2] = (boxes[~flat, 0] + boxes[~flat, 2]) / 2
    return lines


def _transform(boxes: Floats, matrix: Floats) -> Floats:
    if np.array_equal(matrix, (1, 0, 0, 1, 0, 0)):
        return boxes
    linear, shift = matrix[:4].reshape(2, 2), matrix[4:]
    return _ordered(np.hstack((boxes[:, :2] @ linear + shift, boxes[:, 2:] @ linear + shift)))


def _product(inner: Floats, outer: Floats) -> Floats:
    linear = outer[:4].reshape(2, 2)
    return np.concatenate(((inner[:4].reshape(2, 2) @ linear).ravel(), inner[4:] @ linear + outer[4:]))


def _rulings(strokes: Floats, fills: Floats, pictures: Floats, frame: Frame, n_paths: int) -> Rulings:
    """Sorts edges and fills by direction; drops what lies off the page."""
    thin = np.minimum(*_sizes(fills)) < THIN
    dots = thin & (np.maximum(*_sizes(fills)) < THIN)
    drawn = np.concatenate((strokes, _centre_lines(fills[thin & ~dots])))
    drawn = drawn[_on_page(drawn, frame)]
    width, height = _sizes(drawn)
    flat = width >= height
    h, v = drawn[flat], drawn[~flat]
    horizontal = np.column_stack(((h[:, 1] + h[:, 3]) / 2, h[:, 0], h[:, 2]))
    vertical = np.column_stack(((v[:, 0] + v[:, 2]) / 2, v[:, 1], v[:, 3]))
    if dots.any():
        dotted = fills[dots]
        horizontal = np.concatenate((horizontal, _dotted_lines(dotted)))
        vertical = np.concatenate((vertical, _dotted_lines(dotted[:, [1, 0, 3, 2]])))
    thick = fills[~thin]
    return Rulings(horizontal, vertical, thick[_on_page(thick, frame)], pictures, n_paths)


def _on_page(boxes: Floats, frame: Frame) -> Bools:
    edge = 1.0
    return (
        (boxes[:, 2] > -edge)
        & (boxes[:, 0] < frame.width + edge)
        & (boxes[:, 3] > -edge)
        & (boxes[:, 1] < frame.height + edge)
    )


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
