"""Curves that nobody can tell apart are drawn once, under the names of all."""

from collections.abc import Sequence

import numpy as np

from hpcph.figures import sample

SAME = 0.005  # of a value: less than the width of a line on an axis of some inches
ROUNDING = 1e-9  # of the largest value


def groups(curves: Sequence[np.ndarray]) -> list[list[int]]:
    """Indices of curves (t,) that lie upon the first of their group and are interrupted where it is."""
    found: list[list[int]] = []
    for number, curve in enumerate(curves):
        of = next((group for group in found if _same(curves[group[0]], curve)), None)
        if of is None:
            found.append([number])
        else:
            of.append(number)
    return found


def radii(values: Sequence[float]) -> str:
    """Of samples, m: r = 20 nm; r = 18, 40 nm; r = 10–200 nm."""
    texts = [sample.radius_text(value).removesuffix(" nm") for value in sorted(values)]
    return f"r = {', '.join(texts) if len(texts) < 3 else f'{texts[0]}–{texts[-1]}'} nm"


def _same(one: np.ndarray, other: np.ndarray) -> bool:
    if not np.array_equal(np.isnan(one), np.isnan(other)):
        return False
    here, there = np.nan_to_num(one), np.nan_to_num(other)
    size = np.maximum(np.abs(here), np.abs(there))
    return bool(np.all(np.abs(here - there) <= SAME * size + ROUNDING * size.max(initial=0)))
