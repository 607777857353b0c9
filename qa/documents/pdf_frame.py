"""PDFium's coordinates -> points from the top left corner of a page as it is shown, crop box and rotation applied."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import pypdfium2


class Frame:
    """From PDFium's coordinates to the page as shown: ``x' = a x + c y + e``, ``y' = b x + d y + f``."""

    def __init__(self, page: pypdfium2.PdfPage) -> None:
        left, bottom, right, top = page.get_bbox()
        self.width, self.height = max(right - left, 0.0), max(top - bottom, 0.0)
        self.turn = page.get_rotation() % 360
        match self.turn:
            case 90:
                self.matrix = (0.0, 1.0, 1.0, 0.0, -bottom, -left)
            case 180:
                self.matrix = (-1.0, 0.0, 0.0, 1.0, right, -bottom)
            case 270:
                self.matrix = (0.0, -1.0, -1.0, 0.0, top, right)
            case _:
                self.matrix = (1.0, 0.0, 0.0, -1.0, -left, top)
        if self.turn in (90, 270):
            self.width, self.height = self.height, self.width

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Where a point of PDFium's lies, as (x, y)."""
        a, b, c, d, e, f = self.matrix
        return a * x + c * y + e, b * x + d * y + f

    def shows(
        self, x0: NDArray[np.float64], y0: NDArray[np.float64], x1: NDArray[np.float64], y1: NDArray[np.float64]
    ) -> NDArray[np.bool_]:
        """Of which boxes more than a ten-thousandth of the page's sides shows, counted from each edge."""
        across, down = 1e-4 * self.width, 1e-4 * self.height
        shown: NDArray[np.bool_] = (x1 > across) & (y1 > down) & (x0 < self.width - across) & (y0 < self.height - down)
        return shown

    def box(self, left: float, bottom: float, right: float, top: float) -> tuple[float, float, float, float]:
        """Where a box of PDFium's lies, as (x0, y0, x1, y1) with ``x0 <= x1`` and ``y0 <= y1``."""
        if self.turn == 0 and left <= right and bottom <= top:
            *_, e, f = self.matrix
            return left + e, f - top, right + e, f - bottom
        xa, ya = self.point(left, bottom)
        xb, yb = self.point(right, top)
        return min(xa, xb), min(ya, yb), max(xa, xb), max(ya, yb)

    def boxes(
        self,
        left: NDArray[np.float64],
        bottom: NDArray[np.float64],
        right: NDArray[np.float64],
        top: NDArray[np.float64],
    ) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
        """:meth:`box` of many."""
        a, b, c, d, e, f = self.matrix
        xa, ya = a * left + c * bottom + e, b * left + d * bottom + f
        xb, yb = a * right + c * top + e, b * right + d * top + f
        return np.minimum(xa, xb), np.minimum(ya, yb), np.maximum(xa, xb), np.maximum(ya, yb)
