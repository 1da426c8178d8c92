"""The first Brillouin zone as a body: its cross-sections."""

import numpy as np
from scipy.optimize import linprog
from scipy.spatial import HalfspaceIntersection

from hpcph.crystal.refinement import faces


def cross_section(reciprocal_vc: np.ndarray, height: float) -> np.ndarray:
    """Corners (n, 3) in rad m⁻¹, in order, of the zone's section by the plane q_c = height; (0, 3) outside the zone.

    reciprocal_vc : ndarray (3, 3), rows a*, b*, c* in rad m⁻¹; the plane is spanned by a* and b*
    """
    frame, origin = plane_frame(reciprocal_vc), height * reciprocal_vc[2]
    scale = np.linalg.norm(reciprocal_vc[0])
    G = faces(reciprocal_vc) @ reciprocal_vc / scale
    bound = 0.5 * np.sum(G * G, axis=1) - G @ origin / scale  # G·(origin + frame x) ≤ |G|²/2
    slope = G @ frame.T
    inside = np.linalg.norm(slope, axis=1)
    crossing = inside > 1e-9
    if np.any(bound[~crossing] < -1e-9):
        return np.zeros((0, 3))
    slope, bound, inside = slope[crossing], bound[crossing], inside[crossing]
    room = linprog([0, 0, -1], np.column_stack([slope, inside]), bound, bounds=[(None, None), (None, None), (0, None)])
    if room.status != 0 or room.x[2] < 1e-9:
        return np.zeros((0, 3))
    corners = HalfspaceIntersection(np.column_stack([slope, -bound]), room.x[:2]).intersections
    corners = corners[np.argsort(np.arctan2(*(corners - room.x[:2]).T[::-1]))]
    apart = np.linalg.norm(corners - np.roll(corners, 1, axis=0), axis=1) > 1e-9
    return origin + scale * corners[apart] @ frame


def plane_frame(reciprocal_vc: np.ndarray) -> np.ndarray:
    """Orthonormal vectors (2, 3) of planes spanned by a* and b*, the first along a*."""
    first = reciprocal_vc[0] / np.linalg.norm(reciprocal_vc[0])
    second = reciprocal_vc[1] - (reciprocal_vc[1] @ first) * first
    return np.array([first, second / np.linalg.norm(second)])
