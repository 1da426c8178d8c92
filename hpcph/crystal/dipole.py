"""Reciprocal-space part of the dipoles' dynamical matrix, Gonze & Lee, PRB 55, 10355 (1997).

D_{aα,bβ} = Σ_G w(K) (K·Z_a)_α (K·Z_b)_β e^{iG·(r_a − r_b)}/√(m_a m_b), K = k + G. The rest of the Ewald sum is in real
space (ewald.py) and stands among the force constants.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np

from hpcph.crystal.lattice import SYMMETRIC, Dielectric, Structure
from hpcph.crystal.mesh import nearest_image

CUBIC = tuple(combinations_with_replacement(range(3), 3))  # components of a symmetric tensor of rank three
CUTOFF = 1e-10  # largest Gaussian factor of what is left out, anywhere in the first zone: 4e-9 THz


@dataclass(frozen=True)
class Dipoles:
    """K-independent parts of the sum over G.

    wavevector_gc : ndarray (g, 3) in rad m⁻¹
    phase_pg : ndarray (2p, g), cos and sin of G·(r_a − r_b) in turn for every pair of atoms a ≤ b
    charge_pvs : ndarray (p, 9, 6), what the six products K_c K_d (c ≤ d) contribute to the nine elements αβ of a pair:
        Z_a[c, α] Z_b[d, β]/√(m_a m_b), symmetrised in cd, kg⁻¹; of a = b the upper triangle with half its diagonal
    slope_epvs : ndarray (3, p, 9, 13), the same for the derivatives along e, made of the ten u K_c K_d K_f
        (c ≤ d ≤ f) and the three w K_d: ∂(w K_c K_d)/∂K_e = u (εK)_e K_c K_d + w (δ_ec K_d + δ_ed K_c)
    epsilon : ndarray (3, 3)
    prefactor : float, e²/(ε₀V) in N m⁻¹
    width : float, Λ in rad m⁻¹
    """

    wavevector_gc: np.ndarray
    phase_pg: np.ndarray
    charge_pvs: np.ndarray
    slope_epvs: np.ndarray
    epsilon: np.ndarray
    prefactor: float
    width: float

    def sums(self, k_kc: np.ndarray, fields: int) -> np.ndarray:
        """Σ_G of the products of K that D^dd (fields = 1) or it and its derivatives (4) need, times e^{iG·(r_a − r_b)}.

        One real matrix product for all pairs and k; the Born charges come afterwards.

        k_kc : ndarray (k, 3) in rad m⁻¹

        Returns
        -------
        ndarray (p, 2, 6 or 19, k), real and imaginary part
        """
        products = self._products(k_kc, fields)
        sums = self.phase_pg @ products.reshape(len(products), -1)
        return sums.reshape(len(self.charge_pvs), 2, -1, len(k_kc))

    def elements(self, sums: np.ndarray, field: int) -> np.ndarray:
        """D^dd (field 0, rad² s⁻²) or a derivative (1, 2, 3, m rad² s⁻²), element by element of the pairs of atoms.

        Returns
        -------
        ndarray (2, p, 9, k), real and imaginary part
        """
        if field == 0:
            charges, products = self.charge_pvs, sums[:, :, :6]
        else:
            charges, products = self.slope_epvs[field - 1], sums[:, :, 6:]
        return (charges[:, None] @ products).swapaxes(0, 1)

    def limit(self, direction_c: np.ndarray) -> np.ndarray:
        """What K = 0 adds to D^dd at Γ approached along a direction (nonanalytic term), (p, 9) in rad² s⁻²."""
        n = direction_c / np.linalg.norm(direction_c)
        products = np.array([n[c] * n[d] for c, d in SYMMETRIC])
        return self.prefactor / (n @ self.epsilon @ n) * (self.charge_pvs @ products)

    def _products(self, k_kc: np.ndarray, fields: int) -> np.ndarray:
        """w K_c K_d, u K_c K_d K_f and w K_d of every K = k + G ≠ 0, (g, 6 or 6 + 10 + 3, k).

        w = e²/(ε₀V) exp(−KεK/4Λ²)/(KεK), ∂w/∂K = u εK.
        """
        K = self.wavevector_gc.T[:, :, None] + k_kc.T[:, None, :]  # (3, g, k)
        KeK = (K * np.tensordot(self.epsilon, K, 1)).sum(axis=0)
        zero = KeK < 1e-18 * self.width**2
        KeK[zero] = 1.0
        w = self.prefactor * np.exp(KeK * (-0.25 / self.width**2)) / KeK
        w[zero] = 0.0
        out = np.empty((len(w), 6 if fields == 1 else 19, len(k_kc)))
        wK = w * K
        for s, (c, d) in enumerate(SYMMETRIC):
            np.multiply(wK[c], K[d], out=out[:, s])
        if fields > 1:
            ratio_K = (-2 / KeK - 0.5 / self.width**2) * K  # u/w K
            for s, (c, d, f) in enumerate(CUBIC, 6):
                np.multiply(out[:, SYMMETRIC.index((c, d))], ratio_K[f], out=out[:, s])
            out[:, 16:] = wK.swapaxes(0, 1)
        return out


def triangle() -> np.ndarray:
    """Factors that leave of a Hermitian 3×3 block its upper triangle with half the diagonal, (9,)."""
    return (np.triu(np.ones((3, 3))) - 0.5 * np.eye(3)).ravel()


def build(structure: Structure, dielectric: Dielectric, width: float) -> Dipoles:
    """The sum over G for an Ewald width (rad m⁻¹); keeps every G that reaches CUTOFF in the first zone."""
    zone = nearest_image(structure, np.stack(np.meshgrid(*[np.arange(8) / 8] * 3), -1).reshape(-1, 3))
    k = zone @ structure.reciprocal_vc
    farthest = np.sqrt(np.einsum("kc,cd,kd->k", k, dielectric.epsilon, k).max())
    g = _ellipsoid(structure, dielectric.epsilon, (np.sqrt(-np.log(CUTOFF)) * 2 * width + farthest) ** 2)
    first, second = np.triu_indices(len(structure.mass_a))
    r = structure.fractional_ac @ structure.lattice_vc
    angle = (r[first] - r[second]) @ g.T
    charges = _charges(dielectric.born / np.sqrt(structure.mass_a)[:, None, None], first, second)
    return Dipoles(
        wavevector_gc=g,
        phase_pg=np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, len(g)),
        charge_pvs=charges,
        slope_epvs=_slopes(charges, dielectric.epsilon),
        epsilon=dielectric.epsilon,
        prefactor=4 * np.pi * dielectric.coulomb / structure.volume,
        width=width,
    )


def _charges(born: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Z_a[c, α] Z_b[d, β], symmetrised in cd, (p, 9, 6)."""
    outer = np.einsum("pcv,pdw->pcdvw", born[first], born[second]).reshape(len(first), 3, 3, 9)
    charges = np.stack([outer[:, c, d] + (outer[:, d, c] if c != d else 0) for c, d in SYMMETRIC], axis=2)
    charges[first == second] *= triangle()[:, None]
    return charges


def _slopes(charges: np.ndarray, epsilon: np.ndarray) -> np.ndarray:
    """What the charges make of the ten u K_c K_d K_f and the three w K_d in ∂/∂K_e, (3, p, 9, 13)."""
    out = np.zeros((3, *charges.shape[:2], len(CUBIC) + 3))
    for s, (c, d) in enumerate(SYMMETRIC):
        for f in range(3):
            cubic = CUBIC.index(tuple(sorted((c, d, f))))
            out[..., cubic] += epsilon[:, f, None, None] * charges[..., s]
        out[c, ..., len(CUBIC) + d] += charges[..., s]
        out[d, ..., len(CUBIC) + c] += charges[..., s]
    return out


def _ellipsoid(structure: Structure, epsilon: np.ndarray, limit: float) -> np.ndarray:
    """Reciprocal vectors with GεG ≤ limit, (g, 3) in rad m⁻¹."""
    reach = np.sqrt(limit / np.linalg.eigvalsh(epsilon)[0])
    bound = np.ceil(reach * np.linalg.norm(structure.lattice_vc, axis=1) / (2 * np.pi)).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(-b, b + 1) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    g = index @ structure.reciprocal_vc
    return g[np.einsum("gc,cd,gd->g", g, epsilon, g) <= limit * (1 + 1e-9)]


def blocks(dipoles: Dipoles, k_kc: np.ndarray, fields: int) -> np.ndarray:
    """The 3×3 blocks of D^dd and its derivatives for all ordered pairs of atoms, (k, fields, a, a, 3, 3) complex."""
    sums = dipoles.sums(k_kc, fields)
    real, imaginary = np.stack([dipoles.elements(sums, field) for field in range(fields)], axis=1)
    upper = np.moveaxis(real + 1j * imaginary, 3, 0).reshape(len(k_kc), fields, -1, 3, 3)
    atoms = int(np.sqrt(2 * upper.shape[2]))
    first, second = np.triu_indices(atoms)
    full = np.zeros((len(k_kc), fields, atoms, atoms, 3, 3), complex)
    full[:, :, first, second] += upper
    full[:, :, second, first] += upper.conj().swapaxes(-1, -2)
    return full
