"""Points drawn towards Γ: a smooth change of variables that takes the 1/k² of the acoustic modes out of a mesh sum.

k(s) = s − a Σ_R w_R R Σ_m (c_m/m) sin(m s·R) is periodic over the reciprocal lattice and the gradient of a convex
function, so it maps the zone one to one onto itself, Γ onto Γ, and commutes with the point group. An even mesh in s
with the Jacobian as weight sums a smooth periodic function as well as an even mesh in k does, while near Γ, where
k = (1 − a) s, the leading error of a 1/k² is smaller by the factor 1 − a.

w_R ≥ 0 comes from Selling's reduction of the reciprocal lattice (Conway and Sloane, Proc. R. Soc. A 436, 55, 1992): at
most six lattice vectors with Σ_R w_R R R = 1. c_m are those of a Fejér kernel, which stretches the rest of the zone
least.
"""

from itertools import combinations

import numpy as np

from hpcph.crystal.lattice import Structure

FINER = 3  # how many times a level brings the points around Γ closer to each other
HARMONICS = np.array([1, 2])
ACUTE = 1e-9  # of the largest product: less is a right angle
COEFFICIENTS = np.array([2, 1]) / 3  # of a Fejér kernel with two harmonics, Σ c_m = 1


def refine(structure: Structure, q_kc: np.ndarray, level: int) -> tuple[np.ndarray, np.ndarray]:
    """Wave vectors k(s) and Jacobians |∂k/∂s| of the wave vectors s, a = 1 − FINER^−level.

    q_kc : ndarray (k, 3) fractional

    Returns
    -------
    ndarray (k, 3) fractional; ndarray (k,) > 0, which is FINER^(−3 level) at Γ and averages to 1 over a mesh
    """
    strength = 1 - float(FINER) ** -level
    integers, weight = selling(structure.reciprocal_vc)
    vectors = integers @ structure.lattice_vc
    phase = 2 * np.pi * (q_kc @ integers.T)[..., None] * HARMONICS
    shift = (np.sin(phase) @ (COEFFICIENTS / HARMONICS) * weight) @ vectors @ structure.lattice_vc.T / (2 * np.pi)
    slope = np.einsum("kr,r,rc,rd->kcd", np.cos(phase) @ COEFFICIENTS, weight, vectors, vectors)
    return q_kc - strength * shift, np.linalg.det(np.eye(3) - strength * slope)


def selling(reciprocal_vc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lattice vectors R and weights w > 0 with Σ w R R = 1, unique and therefore symmetric.

    reciprocal_vc : ndarray (3, 3), rows a*, b*, c* with 2π in them

    Returns
    -------
    ndarray (r, 3) int, R in units of a, b, c; ndarray (r,) in units of |reciprocal_vc|²
    """
    superbase = obtuse(reciprocal_vc)
    gram = superbase @ reciprocal_vc @ reciprocal_vc.T @ superbase.T
    pairs = [(i, j) for i, j in combinations(range(4), 2) if gram[i, j] < -ACUTE * np.abs(gram).max()]
    rest = [[n for n in range(4) if n not in pair] for pair in pairs]
    integers = np.array([np.cross(superbase[k], superbase[m]) for k, m in rest])
    return integers, np.array([-gram[pair] for pair in pairs]) / (2 * np.pi) ** 2


def faces(basis_vc: np.ndarray) -> np.ndarray:
    """The lattice vectors that the faces of the Voronoi cell of a lattice stand on, both signs, (14, 3) int.

    However oblique its basis; of a lattice with right angles some only touch the cell.
    """
    superbase = obtuse(basis_vc)
    found = np.vstack([superbase, [superbase[0] + superbase[n] for n in (1, 2, 3)]])
    return np.vstack([found, -found])


def obtuse(basis_vc: np.ndarray) -> np.ndarray:
    """Four short vectors of a lattice that add up to zero, none at an acute angle to another, (4, 3) int."""
    superbase = np.vstack([np.eye(3, dtype=int), -np.ones((1, 3), int)])
    while True:
        gram = superbase @ basis_vc @ basis_vc.T @ superbase.T
        acute = [(i, j) for i, j in combinations(range(4), 2) if gram[i, j] > ACUTE * np.abs(gram).max()]
        if not acute:
            return superbase
        i, j = acute[0]
        superbase[[n for n in range(4) if n not in (i, j)]] += superbase[i]
        superbase[i] *= -1
