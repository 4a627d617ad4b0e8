"""What a page draws, object by object, sorted by kind: paths, pictures and text, those in forms included."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import compress
from operator import not_

import numpy as np

from parsers.pdf import pdfium
from parsers.pdf.pdfium import Floats, Handle, PageObject
from schemas.errors import Unreadable

#: Deeper nesting of forms than this is not followed (a form may contain itself).
MAX_DEPTH = 8
_UNCHANGED = np.array([1.0, 0, 0, 1, 0, 0])


@dataclass(slots=True)
class Drawn:
    """A page's objects, valid while the page is open.

    ``paths``: groups of paths with the matrix of the form that holds them. ``pictures``: boxes of images
    in user space, n x 4. ``texts``: text objects, and their ``fonts``. ``movable``: text and forms drawn on the
    page itself.
    """

    paths: list[tuple[list[PageObject], Floats]] = field(default_factory=list)
    pictures: Floats = field(default_factory=lambda: np.zeros((0, 4)))
    texts: list[PageObject] = field(default_factory=list)
    fonts: list[Handle | None] = field(default_factory=list)
    movable: list[PageObject] = field(default_factory=list)


def collect_drawn(page: Handle, max_objects: int) -> Drawn:
    """All objects of a page.

    Raises ``Unreadable`` (``too_large``) for a page with more than ``max_objects``.
    """
    drawn = Drawn()
    pictures = []
    todo: list[tuple[Handle | PageObject, bool, Floats, int]] = [(page, False, _UNCHANGED, 0)]
    left = max_objects
    while todo:
        holder, is_form, matrix, depth = todo.pop()
        left -= pdfium.count_objects(holder, is_form)
        if left < 0:
            raise Unreadable("too_large", f"A page draws more than {max_objects:,} objects.")
        handles = pdfium.objects(holder, is_form)
        # Most objects are text, and what has a font is: for them the question for the type is saved.
        fonts = pdfium.fonts_of(handles)
        others = list(compress(handles, map(not_, fonts)))
        kinds = pdfium.types_of(others)
        of_kind = {kind: _pick(others, kinds, kind) for kind in set(kinds)}
        fontless, forms = of_kind.get(pdfium.TEXT, []), of_kind.get(pdfium.FORM, [])
        texts = [*compress(handles, fonts), *fontless]
        drawn.fonts += [*filter(None, fonts), *(None for _ in fontless)]
        drawn.texts += texts
        if depth == 0:
            drawn.movable = texts + forms
        if pdfium.PATH in of_kind:
            drawn.paths.append((of_kind[pdfium.PATH], matrix))
        if pdfium.IMAGE in of_kind:
            pictures.append(transform_boxes(pdfium.bounds(of_kind[pdfium.IMAGE]), matrix))
        if depth < MAX_DEPTH:
            todo += [(form, True, _product(pdfium.matrix(form), matrix), depth + 1) for form in forms]
    if pictures:
        drawn.pictures = np.concatenate(pictures)
    return drawn


def _pick(handles: list[PageObject], kinds: list[int], wanted: int) -> list[PageObject]:
    return list(compress(handles, map(wanted.__eq__, kinds)))


def transform_boxes(boxes: Floats, matrix: Floats) -> Floats:
    """Boxes in a form's space as boxes on the page, for matrices of quarter turns and scales."""
    if matrix is _UNCHANGED:
        return boxes
    linear, shift = matrix[:4].reshape(2, 2), matrix[4:]
    one, other = boxes[:, :2] @ linear + shift, boxes[:, 2:] @ linear + shift
    return np.hstack((np.minimum(one, other), np.maximum(one, other)))


def _product(inner: Floats, outer: Floats) -> Floats:
    linear = outer[:4].reshape(2, 2)
    return np.concatenate(((inner[:4].reshape(2, 2) @ linear).ravel(), inner[4:] @ linear + outer[4:]))
