"""The angular momentum of a driven lattice: classical motion against the coherent state of theory §6 (check 2)."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from scipy.constants import hbar
from scipy.linalg import expm

from hpcph.crystal import dynamical
from hpcph.phonons import angular_momentum

DAMPING = physics.THZ * 0.05  # 1/τ, rad s⁻¹
STEPS = 512  # a period


def real_gamma_modes(case):
    """Modes at Γ with real eigenvectors (D is real there, each mode is its own partner at −k), and D."""
    modes = physics.modes(case, [[0, 0, 0]])
    D = dynamical.matrices(case.crystal, np.zeros((1, 3)))[0]
    assert np.abs(D.imag).max() < 1e-9 * np.abs(D.real).max()
    vectors = np.linalg.eigh(D.real)[1]
    return replace(modes, eigenvector_kmn=vectors[None].astype(complex)), D.real


def force(case, name, field):
    """Mass-weighted force of an electric field (3,), Z*ᵀE/√m in units of e V m⁻¹ kg^-½."""
    born = physics.loaded(name).dielectric.born
    return (np.einsum("amn,m->an", born, field) / np.sqrt(case.structure.mass_a)[:, None]).ravel()


def integrated(D, drive, omega):
    """Period averages of u × p, (3,): u̇ = p − u/2τ, ṗ = −Du − p/2τ + Re(F e^{−iωt}) integrated from rest."""
    n, unit = len(D), omega
    motion = np.zeros((2 * n + 2, 2 * n + 2))  # u·unit, p and the rotating (cos, sin) that carries the drive
    motion[:n, n : 2 * n] = np.eye(n)
    motion[n : 2 * n, :n] = -D / unit**2
    motion[: 2 * n, : 2 * n] -= np.eye(2 * n) * DAMPING / (2 * unit)
    motion[n : 2 * n, 2 * n] = drive.real / unit
    motion[n : 2 * n, 2 * n + 1] = drive.imag / unit
    motion[2 * n, 2 * n + 1], motion[2 * n + 1, 2 * n] = -1, 1  # Re(F e^{−iωt}) = F' cos ωt + F'' sin ωt
    step = expm(motion * 2 * np.pi / STEPS)
    state = np.zeros(2 * n + 2)
    state[2 * n] = 1
    settle = int(np.ceil(60 * omega / (2 * np.pi * DAMPING)))  # e^{−30} of the transient is left
    state = np.linalg.matrix_power(step, STEPS * settle) @ state
    total = np.zeros(3)
    for _ in range(STEPS):
        state = step @ state
        u, p = state[:n].reshape(-1, 3) / unit, state[n : 2 * n].reshape(-1, 3)
        total += np.cross(u, p).sum(axis=0)
    return total / STEPS


def coherent(modes, drive, omega):
    """The same from ⟨b⟩, ⟨b†⟩ and L = Σ A_nm b†_n b_m + ½ Σ (B_nm b†_n b†_m + h.c.), m_nm being hpcph's, (3,)."""
    active = modes.active_kn[0]
    own = modes.frequency_kn[0][active]
    m = angular_momentum.matrices(modes)[0][:, active][:, :, active]
    up = modes.eigenvector_kmn[0][:, active].real.T @ drive  # e_n · F
    scale = 1 / (2 * np.sqrt(2 * hbar * own))
    b = {  # b_n(t) = b[+] e^{−iωt} + b[−] e^{iωt}
        "+": scale * up / (own - omega - 0.5j * DAMPING),
        "-": scale * up.conj() / (own + omega - 0.5j * DAMPING),
    }
    ratio = np.sqrt(own[:, None] / own[None, :])
    A = hbar / 2 * (ratio + 1 / ratio) * m
    B = -hbar / 2 * (1 / ratio - ratio) * m
    number = sum(np.einsum("n,inm,m->i", b[s].conj(), A, b[s]) for s in "+-")
    pair = np.einsum("n,inm,m->i", b["+"].conj(), B, b["-"].conj())
    pair = pair + np.einsum("n,inm,m->i", b["-"].conj(), B, b["+"].conj())
    return (number + np.real(pair)).real


@pytest.mark.parametrize("polarization", ["left", "right", "tilted"])
@pytest.mark.parametrize("frequency", [4.0, 7.9, 12.6, 21.0, 34.0])
@pytest.mark.parametrize("name", ["quartz_pbesol", "embedded"])
def test_driven_lattice_carries_the_angular_momentum_of_the_coherent_state(name, frequency, polarization):
    """Period average of Σ u × p under a circular field equals the coherent state's, to 1e-3 and better."""
    field = {"left": [1, 1j, 0], "right": [1, -1j, 0], "tilted": [0.3, 1j, 0.5 - 0.4j]}[polarization]
    case = physics.case(name)
    modes, D = real_gamma_modes(case)
    drive = force(case, name, np.array(field))
    translations = modes.eigenvector_kmn[0][:, ~modes.active_kn[0]].real
    drive = drive - translations @ (translations.T @ drive)
    omega = frequency * physics.THZ
    classical, quantum = integrated(D, drive, omega), coherent(modes, drive, omega)
    assert np.abs(classical).max() > 0
    assert np.abs(quantum - classical).max() < 1e-6 * np.abs(classical).max()


def test_reversed_light_reverses_the_angular_momentum_of_the_lattice():
    """Complex conjugation of the field turns the sign of every component."""
    case = physics.case("embedded")
    modes, _ = real_gamma_modes(case)
    drive = force(case, "embedded", np.array([1, 1j, 0]))
    one, other = (coherent(modes, f, 12.6 * physics.THZ) for f in (drive, drive.conj()))
    assert np.abs(one + other).max() < 1e-9 * np.abs(one).max()
