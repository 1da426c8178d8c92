"""Reciprocal-space part of the dipoles' dynamical matrix, Gonze & Lee, PRB 55, 10355 (1997).

D_{aα,bβ} = Σ_G w(K) (K·Z_a)_α (K·Z_b)_β e^{iG·(r_a − r_b)}/√(m_a m_b), K = k + G, with the weight of a bulk or of a
layer (screening.py). The rest of the Ewald sum of a bulk is in real space (ewald.py) and stands among the force
constants.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import SYMMETRIC, Dielectric, Structure
from hpcph.crystal.mesh import nearest_image
from hpcph.crystal.screening import NOTHING, Screening, screening


@dataclass(frozen=True)
class Dipoles:
    """K-independent parts of the sum over G.

    wavevector_gc : ndarray (g, 3) in rad m⁻¹
    phase_pg : ndarray (1 + 2 pairs a < b, g), a row of ones for all pairs a = a, then cos and sin of G·(r_a − r_b) in
        turn for every other pair of atoms
    charge_pvs : ndarray (p, 9, 6), what the six products K_c K_d (c ≤ d) contribute to the nine elements αβ of a pair:
        Z_a[c, α] Z_b[d, β]/√(m_a m_b), symmetrised in cd, kg⁻¹; of a = b the upper triangle with half its diagonal
    screening : w and its forms
    """

    wavevector_gc: np.ndarray
    phase_pg: np.ndarray
    charge_pvs: np.ndarray
    screening: Screening

    @property
    def width(self) -> float:
        """Λ in rad m⁻¹."""
        return self.screening.width

    @property
    def atoms(self) -> int:
        """How many atoms the cell has, and pairs a = a, which come first."""
        return int(np.sqrt(2 * len(self.charge_pvs)))

    def sums(self, k_kc: np.ndarray, fields: int) -> np.ndarray:
        """Σ_G w K_c K_d e^{iG·(r_a − r_b)} (fields = 1), or this and its three derivatives by k (4).

        Real matrix products for all pairs and k; the Born charges come afterwards. K farther than the factor's CUTOFF
        are left out, those of each k by itself, so that it does not matter which k come together.

        k_kc : ndarray (k, 3) in rad m⁻¹

        Returns
        -------
        ndarray (fields, 6, 1 + 2 pairs a < b, k), real and imaginary parts in turn as in phase_pg
        """
        s = self._forms(k_kc)
        near = (s[0] >= NOTHING * self.width**2) & (s[0] <= 4 * self.width**2 * self.screening.end)
        some = near.any(axis=1)
        near = near[some]
        return self.phase_pg[:, some] @ self._products(k_kc, some, near, np.where(near, s[:, some], 1.0), fields)

    def add_to(self, elements: np.ndarray, sums: np.ndarray, field: int) -> None:
        """Add D^dd (field 0, rad² s⁻²) or a derivative (1, 2, 3, m rad² s⁻²) to elements of the pairs of atoms.

        elements : ndarray (p, 9, k) complex
        """
        alike, apart = elements[: self.atoms], elements[self.atoms :]
        alike.real += self.charge_pvs[: self.atoms] @ sums[field, :, 0]
        others = sums[field, :, 1:].reshape(6, len(apart), 2, elements.shape[2]).transpose(1, 2, 0, 3)
        found = self.charge_pvs[self.atoms :, None] @ others
        apart.real += found[:, 0]
        apart.imag += found[:, 1]

    def limit(self, direction_c: np.ndarray) -> np.ndarray:
        """What K = 0 adds to D^dd at Γ approached along a direction (nonanalytic term), (p, 9) in rad² s⁻²."""
        n = direction_c / np.linalg.norm(direction_c)
        products = np.array([n[c] * n[d] for c, d in SYMMETRIC])
        return self.screening.limit(n) * (self.charge_pvs @ products)

    def _forms(self, k_kc: np.ndarray) -> np.ndarray:
        """K·M·K of every K = k + G, (f, g, k)."""
        M = self.screening.forms
        along_g, along_k = self.wavevector_gc @ M, k_kc @ M
        of_g, of_k = (along_g * self.wavevector_gc).sum(axis=2), (along_k * k_kc).sum(axis=2)
        return 2 * along_g @ k_kc.T + of_g[:, :, None] + of_k[:, None]

    def _products(self, k_kc: np.ndarray, some: np.ndarray, near: np.ndarray, s: np.ndarray, fields: int) -> np.ndarray:
        """w K_c K_d of K = k + G for some of the G, and ∂/∂K_e of it, (fields, 6, g, k); zero where K is not near.

        With 2 ∂w/∂s_i = w u_i: ∂(w K_c K_d)/∂K_e = Σ_i u_i (M_i K)_e w K_c K_d + w (δ_ec K_d + δ_ed K_c).
        """
        K = self.wavevector_gc[some].T[:, :, None] + np.ascontiguousarray(k_kc.T)[:, None]  # (3, g, k)
        wK = np.where(near, self.screening.weight(s), 0.0) * K
        out = np.empty((fields, 6, *near.shape))
        for x, (c, d) in enumerate(SYMMETRIC):
            np.multiply(wK[c], K[d], out=out[0, x])
        if fields > 1:
            fall = np.einsum("fgk,fcgk->cgk", self.screening.steepness(s), np.tensordot(self.screening.forms, K, 1))
            np.multiply(out[0], fall[:, None], out=out[1:])
            for x, (c, d) in enumerate(SYMMETRIC):
                out[1 + c, x] += wK[d]
                out[1 + d, x] += wK[c]
        return out


def pairs_of(atoms: int) -> tuple[np.ndarray, np.ndarray]:
    """First and second atom of all pairs a ≤ b, atoms with themselves first; two ndarrays (p,) int."""
    first, second = np.triu_indices(atoms, k=1)
    itself = np.arange(atoms)
    return np.concatenate([itself, first]), np.concatenate([itself, second])


def triangle() -> np.ndarray:
    """Factors that leave of a Hermitian 3×3 block its upper triangle with half the diagonal, (9,)."""
    return (np.triu(np.ones((3, 3))) - 0.5 * np.eye(3)).ravel()


def build(structure: Structure, dielectric: Dielectric, width: float) -> Dipoles:
    """The sum over G for an Ewald width (rad m⁻¹); keeps every G whose factor reaches CUTOFF in the first zone."""
    field = screening(structure, dielectric, width)
    zone = np.stack(np.meshgrid(*[np.arange(8) / 8] * 3), -1).reshape(-1, 3) * structure.periodic
    k = nearest_image(structure, zone) @ structure.reciprocal_vc
    farthest = np.sqrt(np.einsum("kc,cd,kd->k", k, field.forms[0], k).max())
    g = _ellipsoid(structure, field.forms[0], (np.sqrt(field.end) * 2 * width + farthest) ** 2)
    atoms = len(structure.mass_a)
    first, second = pairs_of(atoms)
    r = structure.fractional_ac @ structure.lattice_vc
    angle = (r[first[atoms:]] - r[second[atoms:]]) @ g.T
    waves = np.stack([np.cos(angle), np.sin(angle)], axis=1).reshape(-1, len(g))
    return Dipoles(
        wavevector_gc=g,
        phase_pg=np.vstack([np.ones(len(g)), waves]),
        charge_pvs=_charges(dielectric.born / np.sqrt(structure.mass_a)[:, None, None], first, second),
        screening=field,
    )


def _charges(born: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Z_a[c, α] Z_b[d, β], symmetrised in cd, (p, 9, 6)."""
    outer = np.einsum("pcv,pdw->pcdvw", born[first], born[second]).reshape(len(first), 3, 3, 9)
    charges = np.stack([outer[:, c, d] + (outer[:, d, c] if c != d else 0) for c, d in SYMMETRIC], axis=2)
    charges[first == second] *= triangle()[:, None]
    return charges


def _ellipsoid(structure: Structure, epsilon: np.ndarray, limit: float) -> np.ndarray:
    """Reciprocal vectors with GεG ≤ limit, of a layer in its plane, (g, 3) in rad m⁻¹."""
    smallest = np.linalg.eigvalsh(epsilon)[-structure.periodic.sum()]  # along the normal there is none
    reach = np.sqrt(limit / smallest) * structure.periodic
    bound = np.ceil(reach * np.linalg.norm(structure.lattice_vc, axis=1) / (2 * np.pi)).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(-b, b + 1) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    g = index @ structure.reciprocal_vc
    return g[np.einsum("gc,cd,gd->g", g, epsilon, g) <= limit * (1 + 1e-9)]


def blocks(dipoles: Dipoles, k_kc: np.ndarray, fields: int) -> np.ndarray:
    """The 3×3 blocks of D^dd and its derivatives for all ordered pairs of atoms, (k, fields, a, a, 3, 3) complex."""
    sums, atoms = dipoles.sums(k_kc, fields), dipoles.atoms
    upper = np.zeros((fields, len(dipoles.charge_pvs), 9, len(k_kc)), complex)
    for field in range(fields):
        dipoles.add_to(upper[field], sums, field)
    upper = np.moveaxis(upper, 3, 0).reshape(len(k_kc), fields, -1, 3, 3)
    first, second = pairs_of(atoms)
    full = np.zeros((len(k_kc), fields, atoms, atoms, 3, 3), complex)
    full[:, :, first, second] += upper
    full[:, :, second, first] += upper.conj().swapaxes(-1, -2)
    return full
