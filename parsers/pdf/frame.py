"""A page as displayed: how pdfium's user space becomes points from the top left corner."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from parsers.pdf.pdfium import Floats


@dataclass(frozen=True, slots=True)
class Frame:
    """The visible box of a page in user space and the quarter turns clockwise of its display."""

    left: float
    bottom: float
    right: float
    top: float
    turns: int = 0

    @property
    def width(self) -> float:
        """Width as displayed, in points."""
        return self.top - self.bottom if self.turns % 2 else self.right - self.left

    @property
    def height(self) -> float:
        """Height as displayed, in points."""
        return self.right - self.left if self.turns % 2 else self.top - self.bottom

    def turned(self) -> Frame:
        """The same visible box in a user space that was turned so that it needs no turn for display."""
        match self.turns % 4:
            case 0:
                return self
            case 1:
                return Frame(self.bottom, -self.right, self.top, -self.left)
            case 2:
                return Frame(-self.right, -self.top, -self.left, -self.bottom)
            case _:
                return Frame(-self.top, self.left, -self.bottom, self.right)

    def points(self, xy: Floats) -> Floats:
        """User space to display, n x 2."""
        x, y = xy[:, 0], xy[:, 1]
        match self.turns % 4:
            case 0:
                points = np.empty((len(xy), 2))
                np.subtract(x, self.left, out=points[:, 0])
                np.subtract(self.top, y, out=points[:, 1])
                return points
            case 1:
                shown = (y - self.bottom, x - self.left)
            case 2:
                shown = (self.right - x, y - self.bottom)
            case _:
                shown = (self.top - y, self.right - x)
        return np.column_stack(shown)

    def boxes(self, boxes: Floats) -> Floats:
        """User space left, bottom, right, top to display x0, top, x1, bottom, n x 4."""
        if not len(boxes):
            return boxes
        if not self.turns % 4:
            shown = np.empty_like(boxes)
            shown[:, 0::2] = boxes[:, 0::2] - self.left
            shown[:, 1::2] = self.top - boxes[:, 3:0:-2]
            return shown
        one, other = self.points(boxes[:, :2]), self.points(boxes[:, 2:])
        return np.hstack((np.minimum(one, other), np.maximum(one, other)))
