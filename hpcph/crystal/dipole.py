"""Dipole–dipole part of the dynamical matrix, Gonze & Lee, PRB 55, 10355 (1997), reciprocal-space sum only.

The sum Σ_G w(K) f_G f_G† with K = k + G is a matrix product; the Ewald width Λ moves weight between it and the
short-range force constants, which take up everything else.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.crystal.lattice import Dielectric, PairTable, Structure
from hpcph.crystal.mesh import nearest_image

CUTOFF = 1e-11  # largest Gaussian factor, anywhere in the first zone, of a G that is left out


@dataclass(frozen=True)
class Dipoles:
    """K-independent parts of the sum over G.

    wavevector_gc : ndarray (g, 3) in rad m⁻¹
    amplitude_cng : ndarray (3, n, g) complex, P_c = Z_a[c, α] e^{iG·r_a} / √m_a, kg^-½
    epsilon : ndarray (3, 3)
    prefactor : float, e²/(ε₀V) in N m⁻¹
    width : float, Λ in rad m⁻¹
    """

    wavevector_gc: np.ndarray
    amplitude_cng: np.ndarray
    epsilon: np.ndarray
    prefactor: float
    width: float

    def weights(self, k_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """K = k + G, w = e²/(ε₀V) exp(−KεK/4Λ²)/(KεK) and ∂w/∂K_c. The term K = 0 is left out.

        k_kc : ndarray (k, 3) in rad m⁻¹

        Returns
        -------
        ndarrays (k, g, 3) rad m⁻¹, (k, g) N m, (k, g, 3) N m²
        """
        K = k_kc[:, None, :] + self.wavevector_gc
        eK = K @ self.epsilon
        KeK = np.einsum("kgc,kgc->kg", K, eK)
        zero = KeK < 1e-18 * self.width**2
        KeK[zero] = 1.0
        w = self.prefactor * np.exp(KeK * (-0.25 / self.width**2)) / KeK
        w[zero] = 0.0
        slope = -w * (2 / KeK + 0.5 / self.width**2)
        return K, w, slope[..., None] * eK

    def matrix(self, k_kc: np.ndarray) -> np.ndarray:
        """D^dd(k) = Σ_G w f f†, (k, n, n) complex in rad² s⁻²; f = Σ_c K_c P_c."""
        K, w, _ = self.weights(k_kc)
        f = self._amplitudes(K)
        return (f * w[:, None, :]) @ f.conj().swapaxes(-1, -2)

    def matrix_and_halves(self, k_kc: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """D^dd (k, n, n) and H (k, 3, n, n) with ∂D^dd/∂k_c = H_c + H_c†, H_c = Σ_G (½ ∂_c w f + w P_c) f†."""
        K, w, dw = self.weights(k_kc)
        f = self._amplitudes(K)
        left = np.empty((len(k_kc), 4, *f.shape[1:]), complex)
        left[:, 0] = f * w[:, None, :]
        for c in range(3):
            np.multiply(f, 0.5 * dw[:, None, :, c], out=left[:, c + 1])
            left[:, c + 1] += self.amplitude_cng[c] * w[:, None, :]
        n, g = f.shape[1:]
        product = (left.reshape(-1, 4 * n, g) @ f.conj().swapaxes(-1, -2)).reshape(-1, 4, n, n)
        return product[:, 0], product[:, 1:]

    def limit(self, direction_c: np.ndarray) -> np.ndarray:
        """What K = 0 adds at Γ when it is approached along a direction (nonanalytic term), (n, n) in rad² s⁻²."""
        n = direction_c / np.linalg.norm(direction_c)
        at_zero = int(np.argmin(np.einsum("gc,gc->g", self.wavevector_gc, self.wavevector_gc)))
        f = np.einsum("c,cn->n", n, self.amplitude_cng[:, :, at_zero])
        return self.prefactor / (n @ self.epsilon @ n) * np.outer(f, f.conj())

    def _amplitudes(self, K: np.ndarray) -> np.ndarray:
        P = self.amplitude_cng
        return K[:, None, :, 0] * P[0] + K[:, None, :, 1] * P[1] + K[:, None, :, 2] * P[2]


def phonopy_width(structure: Structure, epsilon: np.ndarray, g_points: int = 300) -> float:
    """phonopy's Ewald width: the Gaussian is 1e-10 at the radius of a sphere of `g_points` G, rad m⁻¹."""
    radius = 2 * np.pi * (3 * g_points / (4 * np.pi) / structure.volume) ** (1 / 3)
    return float(np.sqrt(radius**2 * np.trace(epsilon) / 3 / 4 / -np.log(1e-10)))


def ewald_width(structure: Structure, epsilon: np.ndarray, reach: float) -> float:
    """The narrowest Gaussian whose real-space partner still dies inside the supercell, never wider than phonopy's.

    Few G then do (85 instead of 303 on α-quartz) and frequencies move by less than 1e-5 THz (theory §8).

    reach : half the shortest lattice vector of the supercell, m
    """
    return float(min(phonopy_width(structure, epsilon), 3.6 * np.sqrt(np.linalg.eigvalsh(epsilon)[-1]) / reach))


def build(structure: Structure, dielectric: Dielectric, width: float) -> Dipoles:
    """The sum over G for an Ewald width (rad m⁻¹); keeps every G that reaches CUTOFF in the first zone."""
    zone = nearest_image(structure, np.stack(np.meshgrid(*[np.arange(8) / 8] * 3), -1).reshape(-1, 3))
    k = zone @ structure.reciprocal_vc
    farthest = np.sqrt(np.einsum("kc,cd,kd->k", k, dielectric.epsilon, k).max())
    g = _ellipsoid(structure, dielectric.epsilon, (np.sqrt(-np.log(CUTOFF)) * 2 * width + farthest) ** 2)
    phase = np.exp(1j * (g @ (structure.fractional_ac @ structure.lattice_vc).T))  # (g, a)
    amplitude = np.einsum("acv,ga,a->cavg", dielectric.born, phase, structure.mass_a**-0.5)
    return Dipoles(
        wavevector_gc=g,
        amplitude_cng=np.ascontiguousarray(amplitude.reshape(3, -1, len(g))),
        epsilon=dielectric.epsilon,
        prefactor=4 * np.pi * dielectric.coulomb / structure.volume,
        width=width,
    )


def _ellipsoid(structure: Structure, epsilon: np.ndarray, limit: float) -> np.ndarray:
    """Reciprocal vectors with GεG ≤ limit, (g, 3) in rad m⁻¹."""
    reach = np.sqrt(limit / np.linalg.eigvalsh(epsilon)[0])
    bound = np.ceil(reach * np.linalg.norm(structure.lattice_vc, axis=1) / (2 * np.pi)).astype(int)
    index = np.stack(np.meshgrid(*(np.arange(-b, b + 1) for b in bound), indexing="ij"), -1).reshape(-1, 3)
    g = index @ structure.reciprocal_vc
    return g[np.einsum("gc,cd,gd->g", g, epsilon, g) <= limit * (1 + 1e-9)]


def subtract(structure: Structure, pairs: PairTable, dipoles: Dipoles, commensurate_qc: np.ndarray) -> PairTable:
    """Short-range force constants: Φ minus the dipole part that the supercell's own q-points carry.

    commensurate_qc : ndarray (q, 3) fractional
    """
    root = np.sqrt(structure.mass_a)
    x = structure.fractional_ac[pairs.second] - structure.fractional_ac[pairs.first] + pairs.cell
    atoms = len(root)
    part = np.zeros((len(x), 3, 3))
    for q in commensurate_qc:
        d = dipoles.matrix((q @ structure.reciprocal_vc)[None])[0].reshape(atoms, 3, atoms, 3).swapaxes(1, 2)
        d = d * np.outer(root, root)[:, :, None, None]
        phase = np.exp(-2j * np.pi * (x @ q))
        part += np.real(phase[:, None, None] * d[pairs.first, pairs.second])
    return pairs.with_phi(pairs.phi - part * (pairs.share / len(commensurate_qc))[:, None, None])
