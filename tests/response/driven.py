"""Classical lattices under light: forced motion and what it carries, from displacements and forces of atom pairs.

u̇ = p/m − u/2τ, ṗ = −Φu − p/2τ + e ZᵀE(t), E(t) = Re E e^{−iωt}. No mode, no dynamical matrix of hpcph, no ∂D/∂k.
"""

from dataclasses import dataclass

import numpy as np
from scipy.constants import elementary_charge
from scipy.linalg import expm

from hpcph.crystal.lattice import PairTable, Structure

STEPS = 256  # a period
SAMPLES = 2 * np.pi * np.arange(5) / 5  # phases of one period that average a product of two harmonics exactly


@dataclass(frozen=True)
class Lattice:
    """A crystal whose pairs hold all of its force constants, with Born charges (a, 3, 3) in e and damping 1/τ."""

    structure: Structure
    pairs: PairTable
    born: np.ndarray
    rate: float

    @property
    def roots(self) -> np.ndarray:
        """√m of every coordinate."""
        return np.repeat(np.sqrt(self.structure.mass_a), 3)

    @property
    def stiffness(self) -> np.ndarray:
        """Mass-weighted force constants of k = 0, (m, m)."""
        atoms = len(self.structure.mass_a)
        full = np.zeros((atoms, 3, atoms, 3))
        for a, b, phi in zip(self.pairs.first, self.pairs.second, self.pairs.phi, strict=True):
            full[a, :, b, :] += phi
        return full.reshape(3 * atoms, -1) / np.outer(self.roots, self.roots)

    def force(self, jones) -> np.ndarray:
        """Mass-weighted, without what pushes the crystal as a whole, (m,) complex."""
        force = elementary_charge * np.einsum("amn,m->an", self.born, jones).ravel() / self.roots
        shifts = np.tile(np.eye(3), (len(force) // 3, 1)) * self.roots[:, None]
        shifts, _ = np.linalg.qr(shifts)
        return force - shifts @ (shifts.T @ force)

    def steady(self, omega: float, jones) -> tuple[np.ndarray, np.ndarray]:
        """u and u̇ of the forced motion at five phases, (t, a, 3) each: harmonic balance."""
        damped = 0.5 * self.rate - 1j * omega
        q = np.linalg.solve(self.stiffness + damped**2 * np.eye(len(self.roots)), self.force(jones)) / self.roots
        turning = np.exp(-1j * SAMPLES)[:, None]
        return tuple((turning * x).real.reshape(len(SAMPLES), -1, 3) for x in (q, -1j * omega * q))

    def integrated(self, omega: float, jones) -> tuple[np.ndarray, np.ndarray]:
        """The same at the steps of one period of a motion that starts at rest, e^{−30} of which is left."""
        D, drive, n = self.stiffness, self.force(jones), len(self.roots)
        motion = np.zeros((2 * n + 2, 2 * n + 2))  # q ω, p and the rotating (cos, sin) that carries the drive
        motion[:n, n : 2 * n] = np.eye(n)
        motion[n : 2 * n, :n] = -D / omega**2
        motion[: 2 * n, : 2 * n] -= np.eye(2 * n) * self.rate / (2 * omega)
        motion[n : 2 * n, 2 * n], motion[n : 2 * n, 2 * n + 1] = drive.real / omega, drive.imag / omega
        motion[2 * n, 2 * n + 1], motion[2 * n + 1, 2 * n] = -1, 1
        step = expm(motion * 2 * np.pi / STEPS)
        state = np.zeros(2 * n + 2)
        state[2 * n] = 1
        periods = int(np.ceil(60 * omega / (2 * np.pi * self.rate)))
        state = np.linalg.matrix_power(step, STEPS * periods) @ state
        history = [state := step @ state for _ in range(STEPS)]
        q, p = np.array(history)[:, :n] / omega, np.array(history)[:, n : 2 * n]
        shape = (STEPS, -1, 3)
        return (q / self.roots).reshape(shape), ((p - 0.5 * self.rate * q) / self.roots).reshape(shape)

    def angular_momentum(self, u, v) -> np.ndarray:
        """Mean of Σ m u × u̇ per volume, (3,)."""
        return self.mean(np.einsum("a,tac->tc", self.structure.mass_a, np.cross(u, v)))

    def moment(self, u, v) -> np.ndarray:
        """Mean of (e/2) Σ u × Z u̇ per volume, (3,)."""
        return self.mean(0.5 * elementary_charge * np.cross(u, np.einsum("acd,tad->tac", self.born, v)).sum(axis=1))

    def energy_current(self, u, v) -> np.ndarray:
        """Mean over time of half of Σ (R_a − R_b) × the power from b to a, per volume, (3,)."""
        a, b, phi = self.pairs.first, self.pairs.second, self.pairs.phi
        power = np.einsum("tpc,pcd,tpd->tp", u[:, a], phi, v[:, b], optimize=True)
        power -= np.einsum("tpc,pcd,tpd->tp", v[:, a], phi, u[:, b], optimize=True)
        return self.mean(-0.25 * power @ self.structure.separation(self.pairs))

    def orbital_current(self, u, _) -> np.ndarray:
        """The same of half the difference of the torques that a bond exerts on its two ends, (3, 3) [κ, λ]."""
        gain = 0.5 * (self.torque(u, self.pairs.phi) - self.torque(u, self.pairs.phi)[:, self.pairs.reverse])
        return self.mean(-0.5 * np.einsum("tpc,pd->tcd", gain, self.structure.separation(self.pairs)))

    def torque(self, u, phi) -> np.ndarray:
        """On atom a by its bond with b, whose energy is u_a·Φu_b − ½ u_a·Su_a − ½ u_b·Su_b, (t, p, 3)."""
        S = 0.5 * (phi + phi.swapaxes(1, 2))
        first, second = u[:, self.pairs.first], u[:, self.pairs.second]
        pull = np.einsum("pcd,tpd->tpc", S, first) - np.einsum("pcd,tpd->tpc", phi, second)
        return np.cross(first, pull)

    def mean(self, values: np.ndarray) -> np.ndarray:
        """Over time, per volume."""
        return values.mean(axis=0) / self.structure.volume
