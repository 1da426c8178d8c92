"""What other programs say of their own files, and the dynamical matrix between commensurate points as they make it."""

import json
import lzma
from functools import cache
from pathlib import Path

import numpy as np
import physics
from phonopy.harmonic.dynmat_to_fc import get_commensurate_points

from hpcph.constants import bohr, elementary_charge, epsilon_0
from hpcph.readers.files import Content, FileKind

THZ = 2e12 * np.pi
COULOMB = elementary_charge**2 / (4 * np.pi * epsilon_0)
GAMMA = np.zeros(3)
CUTOFF = 34.0  # −ln of the largest Gaussian that is left out


def data(name):
    """A file of the readers' data, unpacked."""
    raw = physics.data(f"readers/{name}").read_bytes()
    return lzma.decompress(raw) if name.endswith(".xz") else raw


@cache
def content(key, name, text):
    """A file of that text, or those bytes, as an input names it."""
    raw = text.encode() if isinstance(text, str) else text
    return Content(f"crystal.{key}", Path(name), FileKind.TEXT, raw, Path(name))


def reference(name):
    return json.loads(data(name))


class Dipoles:
    """The reciprocal sum of point charges Z in ε, of one width Λ (1/m), Z Φ Zᵀ with phases of lattice points alone."""

    def __init__(self, found, width, born):
        self.found, self.born = found, born
        self.reciprocal = 2 * np.pi * np.linalg.inv(found.lattice_vc).T
        self.volume = abs(np.linalg.det(found.lattice_vc))
        self.width, self.epsilon = width, found.epsilon
        reach = 2 * width * np.sqrt(CUTOFF / np.linalg.eigvalsh(self.epsilon)[0])
        most = np.ceil(reach * np.linalg.norm(found.lattice_vc, axis=1) / (2 * np.pi)).astype(int) + 1
        self.G = np.stack(np.meshgrid(*(np.arange(-m, m + 1) for m in most), indexing="ij"), -1).reshape(-1, 3)

    def at(self, q, direction=None):
        """N/m, (3n, 3n); at Γ the limit along a direction, or none of the macroscopic field."""
        K = (q + self.G) @ self.reciprocal
        s = np.einsum("gc,cd,gd->g", K, self.epsilon, K)
        gaussian = np.exp(-s / (4 * self.width**2))
        home = np.all(np.abs(q + self.G) < 1e-9, axis=1)
        if direction is None:
            K, s, gaussian = K[~home], s[~home], gaussian[~home]
        else:
            K[home] = direction @ self.reciprocal
            s[home] = np.einsum("gc,cd,gd->g", K[home], self.epsilon, K[home])
        w = 4 * np.pi * COULOMB / self.volume * gaussian / s
        F = np.einsum("gc,aci->gai", K, self.born)
        wave = np.where(home[:, None], 0, q + self.G)[~home if direction is None else slice(None)]
        F = F * np.exp(-2j * np.pi * wave @ self.found.fractional_ac.T)[..., None]
        F = F.reshape(len(K), -1)
        return (F.conj().T * w) @ F


def neutral(born):
    return born - born.mean(axis=0)


def summed(c):
    """What the acoustic sum rule takes away from what each atom does to itself, (3n, 3n)."""
    atoms = len(c) // 3
    excess = c.real.reshape(atoms, 3, atoms, 3).sum(axis=2)
    found = np.zeros_like(c.real)
    for a in range(atoms):
        found[3 * a : 3 * a + 3, 3 * a : 3 * a + 3] = excess[a]
    return 0.5 * (found + found.T)


def mass_root(found):
    root = np.repeat(np.sqrt(found.mass_a), 3)
    return np.outer(root, root)


class Interpolated:
    """C(q) of a supercell's force constants: dipoles apart, the rest in the cell around each atom."""

    def __init__(self, found, dipoles=None, asr=True):
        self.found, self.dipoles = found, dipoles
        atoms = len(found.mass_a)
        q = get_commensurate_points(found.supercell.T)
        q = q[np.argsort(np.linalg.norm(q, axis=1))]
        c = np.array([found.dynamical(one) * mass_root(found) for one in q])
        if asr:
            c = c - summed(c[0])
        if dipoles is not None:
            c = c - np.array([dipoles.at(one) for one in q])
        phase = np.exp(-2j * np.pi * q @ found.cell_tc.T)
        phi = np.einsum("qt,qij->tij", phase, c).real / len(q)
        self.phi = phi.reshape(len(q), atoms, 3, atoms, 3).transpose(0, 1, 3, 2, 4)
        shift = np.stack(np.meshgrid(*3 * [[-2, -1, 0, 1, 2]], indexing="ij"), -1).reshape(-1, 3) @ found.supercell
        self.cell = found.cell_tc[:, None] + shift
        apart = found.fractional_ac[None] - found.fractional_ac[:, None]
        x = self.cell[:, :, None, None] + apart
        length = np.linalg.norm(x @ found.lattice_vc, axis=-1)
        near = length < length.min(axis=1, keepdims=True) + 1e-3 * bohr
        self.weight = near / near.sum(axis=1, keepdims=True)

    def at(self, q, direction=None):
        """D in s⁻²."""
        phase = np.exp(2j * np.pi * self.cell @ np.asarray(q))
        c = np.einsum("ts,tsab,tabij->aibj", phase, self.weight, self.phi)
        c = c.reshape(3 * c.shape[0], -1)
        if self.dipoles is not None:
            c = c + self.dipoles.at(np.asarray(q), direction)
        return c / mass_root(self.found)


def frequencies(D):
    """THz, ascending, imaginary ones negative."""
    square = np.linalg.eigvalsh(D)
    return np.sign(square) * np.sqrt(np.abs(square)) / THZ


def angular_momentum(D):
    """l = Im(e* × e) of every mode in ħ, (n, 3)."""
    e = np.linalg.eigh(D)[1].T.reshape(len(D), -1, 3)
    return np.imag(np.cross(e.conj(), e)).sum(axis=1)
