"""Clouds of the atoms, ⟨u_i u_j⟩ of each, and the bound that they are to the susceptibility χ of L (theory §4).

A crystal that turns with Ω takes its clouds along: classically, for any potential, χ is their moment of inertia,
    χ_ij = (1/V) Σ_a m_a (⟨u_a²⟩ δ_ij − ⟨u_ai u_aj⟩),
and in quantum mechanics never more along any axis, since atoms in the turning frame move like charges in a magnetic
field, which raises their free energy. So a cylinder has γ^LL ≤ 2⟨u_⊥²⟩/r², ⟨u_⊥²⟩ being the mean of the atoms' square
distances from their places across the axis, by mass.
"""

from dataclasses import dataclass

import numpy as np


def over_images(cloud_taij: np.ndarray, operations: np.ndarray, images_ga: np.ndarray) -> np.ndarray:
    """Mean over the operations, each carrying atom a to images_ga[g, a]; (t, a, 3, 3)."""
    found = np.zeros_like(cloud_taij)
    for R, image in zip(operations, images_ga, strict=True):
        found[:, image] += R @ cloud_taij @ R.T
    return found / len(operations)


@dataclass(frozen=True)
class Bound:
    """What the clouds say of χ, or its errors.

    chi : ndarray (t, 3, 3) J s² m⁻³, their moment of inertia per volume
    amplitude : ndarray (t,) m, √⟨u_⊥²⟩
    """

    chi: np.ndarray
    amplitude: np.ndarray


def bound(cloud_taij: np.ndarray, mass_a: np.ndarray, volume: float, axis: np.ndarray) -> Bound:
    """Of clouds (t, a, 3, 3) in m²; mass_a : (a,) kg; volume : of the cell, m³; axis : (3,) unit vector."""
    total = _by_mass(cloud_taij, mass_a)
    square = np.einsum("tij,ij->t", total, _across(axis))
    return Bound(mass_a.sum() / volume * (_trace(total) - total), np.sqrt(square))


def doubt(open_taij: np.ndarray, found: Bound, mass_a: np.ndarray, volume: float, axis: np.ndarray) -> Bound:
    """Errors of a bound from those of the clouds."""
    total = _by_mass(open_taij, mass_a)
    square = np.einsum("tij,ij->t", total, np.abs(_across(axis)))
    return Bound(mass_a.sum() / volume * np.abs(_trace(total) - total), square / (2 * found.amplitude))


def _by_mass(values_taij: np.ndarray, mass_a: np.ndarray) -> np.ndarray:
    return np.einsum("a,taij->tij", mass_a / mass_a.sum(), values_taij)


def _trace(total_tij: np.ndarray) -> np.ndarray:
    return np.einsum("tkk,ij->tij", total_tij, np.eye(3))


def _across(axis: np.ndarray) -> np.ndarray:
    return np.eye(3) - np.outer(axis, axis)
