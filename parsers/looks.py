"""What a sheet's cells look like, as far as it tells what is printed: number formats and rules.

calamine reads values and merged cells but no styles. Without them ``052001`` comes out as 52001, 525.40
as 525.4, and nobody can say where a table ends whose last column is blank.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

LEFT, RIGHT, TOP, BOTTOM = 1, 2, 4, 8

Slot = tuple[int, int]


class Style(NamedTuple):
    """A cell style: number format code (``None``: General) and the sides that have a rule."""

    code: str | None = None
    sides: int = 0


@dataclass(slots=True)
class Looks:
    """The looks of one sheet by 0-based (row, column); cells without any are left out.

    ``first`` and ``last`` bound the cells that hold something, so that a reader knows a sheet's size
    before it makes room for it. ``unsaved`` are formulas without a saved result: they show nothing.
    """

    codes: dict[Slot, str] = field(default_factory=dict)
    sides: dict[Slot, int] = field(default_factory=dict)
    first: Slot | None = None
    last: Slot | None = None
    unsaved: list[Slot] = field(default_factory=list)

    def add(self, row: int, col: int, style: Style, holds_something: bool) -> None:
        """Note one cell."""
        if style.sides:
            self.sides[row, col] = style.sides
        if not holds_something:
            return
        if style.code:
            self.codes[row, col] = style.code
        if self.first is None or self.last is None:
            self.first = self.last = (row, col)
        self.first = (min(self.first[0], row), min(self.first[1], col))
        self.last = (max(self.last[0], row), max(self.last[1], col))

    def is_ruled(self) -> set[Slot]:
        """The cells that stand in a drawn table: a rule beside and one above or below them.

        A rule between two cells belongs to both, whichever of them stores it. A caption over a table has
        only one below. In a sheet without any vertical rule, one above and one below is enough.
        """
        shared: dict[Slot, int] = {}
        for (row, col), sides in self.sides.items():
            shared[row, col] = shared.get((row, col), 0) | sides
            for side, neighbour, other in (
                (LEFT, (row, col - 1), RIGHT),
                (RIGHT, (row, col + 1), LEFT),
                (TOP, (row - 1, col), BOTTOM),
                (BOTTOM, (row + 1, col), TOP),
            ):
                if sides & side and min(neighbour) >= 0:
                    shared[neighbour] = shared.get(neighbour, 0) | other
        if any(sides & (LEFT | RIGHT) for sides in self.sides.values()):
            return {
                slot for slot, sides in shared.items() if sides & (LEFT | RIGHT) and sides & (TOP | BOTTOM)
            }
        return {slot for slot, sides in shared.items() if sides & TOP and sides & BOTTOM}
