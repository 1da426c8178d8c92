"""How dipole waves act on each other, a bulk's and a layer's: the weight w of a wave vector K in Σ w (K·Z_a)(K·Z_b).

It is a function of a few quadratic forms s_i = K·M_i·K, and so are its derivatives:
    ∂w/∂K = 2 Σ_i w_i M_i K,   ∂²w/∂K∂K = 4 Σ_ij w_ij (M_i K)(M_j K)ᵀ + 2 Σ_i w_i M_i.
A factor that falls with the first of them, x = s_0/4Λ², ends the sum.
"""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from hpcph.crystal.lattice import Dielectric, Structure

NOTHING = 1e-18  # of the width squared: a smaller s is K = 0
CUTOFF = 1e-14  # largest factor of the waves that are left out: what they do is rounding


class Screening(Protocol):
    """width : Λ in rad m⁻¹, of the factor that ends the sum."""

    @property
    def width(self) -> float: ...

    @property
    def end(self) -> float:
        """x at which that factor is CUTOFF."""
        ...

    @property
    def forms(self) -> np.ndarray:
        """M_i, (f, 3, 3)."""
        ...

    def weight(self, s: np.ndarray) -> np.ndarray:
        """w, (…), N m⁻¹ m² of s (f, …) rad² m⁻², none of which is zero."""
        ...

    def steepness(self, s: np.ndarray) -> np.ndarray:
        """2 w_i/w, (f, …)."""
        ...

    def curvature(self, s: np.ndarray) -> np.ndarray:
        """4 w_ij/w, (f, f, …)."""
        ...

    def limit(self, direction_c: np.ndarray) -> float:
        """What w K K tends to for K → 0 along a unit vector n, over n n."""
        ...


@dataclass(frozen=True)
class Bulk:
    """w = e²/(ε₀V) exp(−s/4Λ²)/s, s = K·ε·K (Gonze & Lee, PRB 55, 10355 (1997)).

    epsilon : ndarray (3, 3); prefactor : e²/(ε₀V) in N m⁻¹
    """

    epsilon: np.ndarray
    prefactor: float
    width: float

    @property
    def end(self) -> float:
        return -float(np.log(CUTOFF))

    @property
    def forms(self) -> np.ndarray:
        return self.epsilon[None]

    def weight(self, s: np.ndarray) -> np.ndarray:
        return self.prefactor * np.exp(s[0] * (-0.25 / self.width**2)) / s[0]

    def steepness(self, s: np.ndarray) -> np.ndarray:
        return -2 / s - 0.5 / self.width**2

    def curvature(self, s: np.ndarray) -> np.ndarray:
        return (4 * ((1 / s + 0.25 / self.width**2) ** 2 + 1 / s**2))[None]

    def limit(self, direction_c: np.ndarray) -> float:
        return float(self.prefactor / (direction_c @ self.epsilon @ direction_c))


@dataclass(frozen=True)
class Layer:
    """w = e²/(2ε₀A) f(x)/(|K| + K·R·K), K in the plane, R = (h/2)(ε − 1) of a cell of height h, x = K²/4Λ².

    Sohier, Gibertini, Calandra, Mauri & Marzari, Nano Lett. 17, 3758 (2017): R = r_eff of an isotropic layer. w K K
    vanishes at Γ: no LO–TO splitting, but a slope of the LO branch. f = (1 + x + x²/2) e^{−x} = 1 − x³/6 + …, for all
    that it takes off |K| is far-reaching: of a Gaussian |K|³, which is r^−5, here |K|⁷, which is r^−9.

    plane : ndarray (3, 3), 1 less the projection on the normal; polarizability : R, ndarray (3, 3) in m
    prefactor : e²/(2ε₀A) in N
    """

    plane: np.ndarray
    polarizability: np.ndarray
    prefactor: float
    width: float

    @property
    def end(self) -> float:
        return 39.0

    @property
    def forms(self) -> np.ndarray:
        return np.stack([self.plane, self.polarizability])

    def weight(self, s: np.ndarray) -> np.ndarray:
        x = s[0] * (0.25 / self.width**2)
        return self.prefactor * (1 + x + x**2 / 2) * np.exp(-x) / (np.sqrt(s[0]) + s[1])

    def steepness(self, s: np.ndarray) -> np.ndarray:
        falling, _, root, screened = self._parts(s)
        return np.stack([2 * falling - 1 / (root * screened), -2 / screened])

    def curvature(self, s: np.ndarray) -> np.ndarray:
        falling, bent, root, screened = self._parts(s)
        open_ = 0.5 / (root * screened)
        alone = bent - 2 * falling * open_ + open_**2 + (screened / root + 1) / (4 * s[0] * screened**2)
        mixed = (2 * open_ - falling) / screened
        return 4 * np.array([[alone, mixed], [mixed, 2 / screened**2]])

    def _parts(self, s: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
        """f'/f, f''/f by s_0, |K| and |K| + K·R·K."""
        alpha = 0.25 / self.width**2
        x, root = s[0] * alpha, np.sqrt(s[0])
        series = 1 + x + x**2 / 2
        return -alpha * x**2 / (2 * series), alpha**2 * (x**2 / 2 - x) / series, root, root + s[1]

    def limit(self, direction_c: np.ndarray) -> float:
        return 0.0


def screening(structure: Structure, dielectric: Dielectric, width: float) -> Screening:
    """That of the crystal, for an Ewald width in rad m⁻¹."""
    if structure.height is None:
        return Bulk(dielectric.epsilon, 4 * np.pi * dielectric.coulomb / structure.volume, width)
    area, plane = structure.volume / structure.height, _plane(structure)
    polarizability = structure.height / 2 * plane @ (dielectric.epsilon - np.eye(3)) @ plane
    return Layer(plane, polarizability, 2 * np.pi * dielectric.coulomb / area, width)


def in_plane(structure: Structure, dielectric: Dielectric) -> Dielectric:
    """What the field of a layer acts on and is screened by: it has no component along the normal."""
    plane = _plane(structure)
    born = np.einsum("cd,adi->aci", plane, dielectric.born)
    epsilon = np.eye(3) + plane @ (dielectric.epsilon - np.eye(3)) @ plane
    return Dielectric(born, epsilon, dielectric.coulomb)


def _plane(structure: Structure) -> np.ndarray:
    """1 less the projection on the normal of a layer, (3, 3)."""
    assert structure.empty is not None and structure.height is not None
    normal = structure.lattice_vc[structure.empty] / structure.height
    return np.eye(3) - np.outer(normal, normal)
