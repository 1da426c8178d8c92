"""Shapes of the sample: moment of inertia per unit of mass and volume."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Samples:
    """A series of samples of one shape in order of size.

    radius_r : ndarray (r,) m; for a cuboid the radius of the cylinder with the same moment per mass about the axis
    inverse_inertia_rij : ndarray (r, 3, 3), V_sample I⁻¹ in m kg⁻¹, Cartesian; zero about an axis that cannot turn
    """

    shape: str
    radius_r: np.ndarray
    inverse_inertia_rij: np.ndarray


def frame(axis: np.ndarray) -> np.ndarray:
    """Rotation whose rows are the sample's own directions; the third is the axis, the first the nearest of x, y, z."""
    z = axis / np.linalg.norm(axis)
    x = np.eye(3)[np.argmin(np.abs(z))]
    x = x - (x @ z) * z
    x /= np.linalg.norm(x)
    return np.array([x, np.cross(z, x), z])


def samples(shape: str, radius_r, specific_rc, density: float, axis: np.ndarray) -> Samples:
    """Samples from their moments of inertia per mass about the sample's own directions.

    specific_rc : ndarray (r, 3), I/M in m² (inf: held fast); density : kg m⁻³; axis : (3,) Cartesian
    """
    own = frame(axis)
    inverse = 1 / (density * np.asarray(specific_rc))
    return Samples(shape, np.asarray(radius_r), np.einsum("ci,rc,cj->rij", own, inverse, own))


def cylinder(radius, height=np.inf, inner=0.0) -> np.ndarray:
    """I/M of a (hollow) cylinder, (r, 3) in m²: ½(r² + r_i²) about its axis; without a height held fast across."""
    square = np.asarray(radius, float) ** 2 + np.asarray(inner, float) ** 2
    across = (3 * square + np.asarray(height, float) ** 2) / 12
    return np.stack([across, across, square / 2], axis=-1)


def sphere(radius) -> np.ndarray:
    """I/M of a sphere, (r, 3) in m²: ⅖ r²."""
    return np.repeat(0.4 * np.asarray(radius, float)[:, None] ** 2, 3, axis=1)


def cuboid(edges) -> np.ndarray:
    """I/M of a cuboid, (r, 3) in m², for edges (r, 3) along the sample's own directions."""
    square = np.asarray(edges, float) ** 2
    return (square.sum(axis=1, keepdims=True) - square) / 12
