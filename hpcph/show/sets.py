"""Degenerate sets among the modes of a result: as a run told them apart, and as the eigensolver could."""

import numpy as np

from hpcph.phonons.modes import DEGENERATE

ROUNDING = 1e-13  # of the largest ω²: what the eigensolver leaves between modes that symmetry makes equal


def apart(frequency_kn: np.ndarray) -> np.ndarray:
    """Which neighbours are of different sets in the run, (k, n − 1) bool; frequencies in Hz.

    What a run says of the modes of a set is a mean, or stands in the order of its values.
    """
    return np.diff(frequency_kn, axis=1) >= DEGENERATE / (2 * np.pi)


def distinct(frequency_kn: np.ndarray) -> np.ndarray:
    """Which neighbours differ by more than rounding, (k, n − 1) bool; frequencies in any unit.

    The eigenvalues ω² have one error δ, wherever they lie: frequencies have δ/2ω, at Γ √δ.
    """
    square = np.sign(frequency_kn) * frequency_kn**2
    return np.diff(square, axis=1) > ROUNDING * np.abs(square).max()


def numbered(apart_kn: np.ndarray) -> np.ndarray:
    """Number of the set of every mode, (k, n) int."""
    return np.pad(np.cumsum(apart_kn, axis=1), ((0, 0), (1, 0)))


def single(apart_kn: np.ndarray) -> np.ndarray:
    """Which modes are alone in their set, (k, n) bool."""
    return np.pad(apart_kn, ((0, 0), (0, 1)), constant_values=True) & np.pad(
        apart_kn, ((0, 0), (1, 0)), constant_values=True
    )


def settled(value_kn: np.ndarray, frequency_kn: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Values (k, n, …) of the modes of a leg, and which of them are of one mode, (k, n) bool; frequencies in Hz.

    Where modes are of one set in the run, though no rounding makes them equal, branches do not cross: each has the
    value that it has where it is next alone.
    """
    alone = single(apart(frequency_kn))
    passable = alone | single(distinct(frequency_kn))
    ahead = _nearest(alone, passable)
    back = len(alone) - 1 - _nearest(alone[::-1], passable[::-1])[::-1]
    place = np.arange(len(alone))[:, None]
    steps = np.array([np.where((0 <= of) & (of < len(alone)), abs(of - place), len(alone)) for of in (ahead, back)])
    known = steps.min(axis=0) < len(alone)
    source = np.where(known, np.where(steps[0] <= steps[1], ahead, back), place)
    return value_kn[source, np.arange(alone.shape[1])], known


def _nearest(alone_kn: np.ndarray, passable_kn: np.ndarray) -> np.ndarray:
    """The last point up to each where the branch is alone, (k, n) int; −1 where what is between cannot be passed."""
    found = np.full(alone_kn.shape, -1)
    last = found[0]
    for k, (alone, passable) in enumerate(zip(alone_kn, passable_kn, strict=True)):
        last = found[k] = np.where(alone, k, np.where(passable, last, -1))
    return found
