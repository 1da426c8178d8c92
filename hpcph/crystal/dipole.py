"""Reciprocal-space part of the dipoles' dynamical matrix, Gonze & Lee, PRB 55, 10355 (1997).

D_{aα,bβ} = Σ_G w(K) (K·Z_a)_α (K·Z_b)_β e^{iG·(r_a − r_b)}/√(m_a m_b), K = k + G, with the weight of a bulk or of a
layer (screening.py). The rest of the Ewald sum of a bulk is in real space (ewald.py) and stands among the force
constants.
"""

from dataclasses import dataclass
from itertools import combinations_with_replacement, product

import numpy as np

from hpcph.crystal.lattice import SYMMETRIC, Dielectric, Structure
from hpcph.crystal.mesh import nearest_image
from hpcph.crystal.screening import NOTHING, Screening, screening

CUBIC = tuple(combinations_with_replacement(range(3), 3))  # components of a symmetric tensor of rank three


@dataclass(frozen=True)
class Dipoles:
    """K-independent parts of the sum over G.

    wavevector_gc : ndarray (g, 3) in rad m⁻¹
    phase_pg : ndarray (1 + 2 pairs a < b, g), a row of ones for all pairs a = a, then cos and sin of G·(r_a − r_b) in
        turn for every other pair of atoms
    charge_pvs : ndarray (p, 9, 6), what the six products K_c K_d (c ≤ d) contribute to the nine elements αβ of a pair:
        Z_a[c, α] Z_b[d, β]/√(m_a m_b), symmetrised in cd, kg⁻¹; of a = b the upper triangle with half its diagonal
    slope_epvs : ndarray (3, p, 9, 10 f + 3), the same for the derivatives along e, made of the ten u_i K_c K_d K_f
        (c ≤ d ≤ f) of each of f forms and the three w K_d: with u_i = 2 ∂w/∂s_i,
        ∂(w K_c K_d)/∂K_e = Σ_i u_i (M_i K)_e K_c K_d + w (δ_ec K_d + δ_ed K_c)
    screening : w and its forms
    """

    wavevector_gc: np.ndarray
    phase_pg: np.ndarray
    charge_pvs: np.ndarray
    slope_epvs: np.ndarray
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
        """Σ_G of the products of K that D^dd (fields = 1) or it and its derivatives (4) need, times e^{iG·(r_a − r_b)}.

        Real matrix products for all pairs and k; the Born charges come afterwards.

        k_kc : ndarray (k, 3) in rad m⁻¹

        Returns
        -------
        ndarray (6, or 9 and ten a form, 1 + 2 pairs a < b, k), real and imaginary parts in turn as in phase_pg
        """
        return self.phase_pg @ self._products(k_kc, fields)

    def add_to(self, elements: np.ndarray, sums: np.ndarray, field: int) -> None:
        """Add D^dd (field 0, rad² s⁻²) or a derivative (1, 2, 3, m rad² s⁻²) to elements of the pairs of atoms.

        elements : ndarray (p, 9, k) complex
        """
        charges = self.charge_pvs if field == 0 else self.slope_epvs[field - 1]
        products = sums[:6] if field == 0 else sums[6:]
        alike, apart = elements[: self.atoms], elements[self.atoms :]
        alike.real += charges[: self.atoms] @ products[:, 0]
        others = products[:, 1:].reshape(len(products), -1, 2, products.shape[-1]).transpose(1, 2, 0, 3)
        found = charges[self.atoms :, None] @ others
        apart.real += found[:, 0]
        apart.imag += found[:, 1]

    def limit(self, direction_c: np.ndarray) -> np.ndarray:
        """What K = 0 adds to D^dd at Γ approached along a direction (nonanalytic term), (p, 9) in rad² s⁻²."""
        n = direction_c / np.linalg.norm(direction_c)
        products = np.array([n[c] * n[d] for c, d in SYMMETRIC])
        return self.screening.limit(n) * (self.charge_pvs @ products)

    def _products(self, k_kc: np.ndarray, fields: int) -> np.ndarray:
        """w K_c K_d, u_i K_c K_d K_f and w K_d of every K = k + G ≠ 0, (6 or 6 + 10 f + 3, g, k)."""
        K = self.wavevector_gc.T[:, :, None] + k_kc.T[:, None, :]  # (3, g, k)
        forms = np.stack([(K * np.tensordot(form, K, 1)).sum(axis=0) for form in self.screening.forms])
        zero = forms[0] < NOTHING * self.width**2
        forms[:, zero] = 1.0
        w = self.screening.weight(forms)
        w[zero] = 0.0
        cubics = len(CUBIC) * len(forms)
        out = np.empty((6 if fields == 1 else 6 + cubics + 3, *w.shape))
        wK = np.multiply(w, K, out=out[6 + cubics :] if fields > 1 else None)
        for s, (c, d) in enumerate(SYMMETRIC):
            np.multiply(wK[c], K[d], out=out[s])
        if fields > 1:
            for i, steepness in enumerate(self.screening.steepness(forms)):
                along = steepness * K
                for s, (c, d, f) in enumerate(CUBIC, 6 + len(CUBIC) * i):
                    np.multiply(out[SYMMETRIC.index((c, d))], along[f], out=out[s])
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
    charges = _charges(dielectric.born / np.sqrt(structure.mass_a)[:, None, None], first, second)
    return Dipoles(
        wavevector_gc=g,
        phase_pg=np.vstack([np.ones(len(g)), waves]),
        charge_pvs=charges,
        slope_epvs=_slopes(charges, field.forms),
        screening=field,
    )


def _charges(born: np.ndarray, first: np.ndarray, second: np.ndarray) -> np.ndarray:
    """Z_a[c, α] Z_b[d, β], symmetrised in cd, (p, 9, 6)."""
    outer = np.einsum("pcv,pdw->pcdvw", born[first], born[second]).reshape(len(first), 3, 3, 9)
    charges = np.stack([outer[:, c, d] + (outer[:, d, c] if c != d else 0) for c, d in SYMMETRIC], axis=2)
    charges[first == second] *= triangle()[:, None]
    return charges


def _slopes(charges: np.ndarray, forms: np.ndarray) -> np.ndarray:
    """What the charges make of the ten u_i K_c K_d K_f of each form and the three w K_d in ∂/∂K_e, (3, p, 9, …)."""
    cubics = len(CUBIC) * len(forms)
    out = np.zeros((3, *charges.shape[:2], cubics + 3))
    for s, (c, d) in enumerate(SYMMETRIC):
        for (i, form), f in product(enumerate(forms), range(3)):
            cubic = len(CUBIC) * i + CUBIC.index(tuple(sorted((c, d, f))))
            out[..., cubic] += form[:, f, None, None] * charges[..., s]
        out[c, ..., cubics + d] += charges[..., s]
        out[d, ..., cubics + c] += charges[..., s]
    return out


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
