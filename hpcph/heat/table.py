"""Tensors as functions of temperature: what the sums over the zone gave at a few temperatures, and between them."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Table:
    """Piecewise cubic in T with a continuous slope; constant outside the knots, so that any T has a value.

    knots : ndarray (t,) K, ascending, two or more
    cubic : ndarray (4, t − 1, c), coefficients of (T − knot)³ … 1 of every component
    """

    knots: np.ndarray
    cubic: np.ndarray

    def at(self, temperature: np.ndarray) -> np.ndarray:
        """Values (c, …) at temperatures (…) K."""
        piece, step = self._place(temperature)
        found = np.empty((self.cubic.shape[2], *temperature.shape))
        for component, values in enumerate(found):
            a, b, c, d = self.cubic[:, :, component]
            np.multiply(a[piece], step, out=values)
            for coefficient in (b, c):
                values += coefficient[piece]
                values *= step
            values += d[piece]
        return found

    def slope(self, temperature: np.ndarray) -> np.ndarray:
        """Derivatives (c, …) by temperature; 0 outside the knots."""
        piece, step = self._place(temperature)
        inside = (temperature >= self.knots[0]) & (temperature <= self.knots[-1])
        found = np.empty((self.cubic.shape[2], *temperature.shape))
        for component, values in enumerate(found):
            a, b, c, _ = self.cubic[:, :, component]
            np.multiply(3 * a[piece], step, out=values)
            values += 2 * b[piece]
            values *= step
            values += c[piece]
            values *= inside
        return found

    def _place(self, temperature: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        inside = np.clip(temperature, self.knots[0], self.knots[-1])
        piece = np.clip(np.searchsorted(self.knots, inside, side="right") - 1, 0, len(self.knots) - 2)
        return piece, inside - self.knots[piece]


def table(temperature: np.ndarray, values: np.ndarray) -> Table:
    """A monotone interpolation (PCHIP) of values (t, …) at temperatures (t,); the components are in C order."""
    from scipy.interpolate import PchipInterpolator  # rank 0 alone makes tables

    return Table(temperature, PchipInterpolator(temperature, values.reshape(len(temperature), -1)).c)
