"""Degenerate sets among the modes of a result, as they were told apart when it was computed."""

import numpy as np

from hpcph.phonons.modes import DEGENERATE


def apart(frequency_kn: np.ndarray) -> np.ndarray:
    """Which neighbours are of different sets, (k, n − 1) bool; frequencies in Hz."""
    return np.diff(frequency_kn, axis=1) >= DEGENERATE / (2 * np.pi)


def numbered(apart_kn: np.ndarray) -> np.ndarray:
    """Number of the set of every mode, (k, n) int."""
    return np.pad(np.cumsum(apart_kn, axis=1), ((0, 0), (1, 0)))
