"""The rotational rule on force constants that obey it exactly: lattice sums of a pair potential, summed to infinity."""

import importlib.util

import numpy as np
import physics


def chik():
    spec = importlib.util.spec_from_file_location("generate", physics.ROOT / "inputs/quartz/generate.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def first_moment(potential, cell, positions):
    """Σ_{Tb} Φ_{aα,bβ} x_γ of the full lattice sums in eV/Å, direct and reciprocal part: two (9, 3, 3, 3)."""
    a, b, _, x = potential.direct_pairs(cell, positions)
    r = np.linalg.norm(x, axis=1)
    _, first, second = potential.direct_terms(r, a, b)
    unit = x / r[:, None]
    phi = -np.einsum("n,ni,nj->nij", second - first / r, unit, unit) - (first / r)[:, None, None] * np.eye(3)
    direct = np.zeros((9, 3, 3, 3))
    np.add.at(direct, a, phi[..., None] * x[:, None, None, :])

    def fourier(k):
        """C_{aα,bβ}(k) of the smooth part, Γ's own term left out (its slope at k = 0 is zero or non-analytic)."""
        g = potential.reciprocal_vectors(cell)
        K = g + k
        coulomb, dispersion = potential.reciprocal_terms(np.linalg.norm(K, axis=1))
        charges, coefficients = potential.CHARGES, potential.pair_table(potential.C_TABLE)
        weight = np.multiply.outer(np.outer(charges, charges), coulomb) - np.multiply.outer(coefficients, dispersion)
        phase = np.exp(1j * (positions @ cell) @ g.T)
        terms = weight * phase[:, None] * phase.conj()[None] / np.linalg.det(cell)
        return np.einsum("abg,gi,gj->aibj", terms, K, K)

    step = 2e-3
    reciprocal = np.empty((9, 3, 3, 3))
    for c, k in enumerate(np.eye(3)):
        near, far = (fourier(h * k) - fourier(-h * k) for h in (step, 2 * step))
        slope = (8 * near - far) / (12 * step)
        reciprocal[..., c] = slope.sum(axis=2).imag
    return direct, reciprocal


def test_lattice_sums_of_a_pair_potential_obey_the_rotational_rule():
    """Σ (Φ_{aα,bβ} x_γ − Φ_{aα,bγ} x_β) vanishes at zero stress, neither part of the sum doing so alone."""
    structure = physics.loaded("embedded").structure
    potential = chik()
    direct, reciprocal = first_moment(potential, structure.lattice_vc * 1e10, structure.fractional_ac)
    largest = np.abs(direct + reciprocal).max()

    def violation(moment):
        return np.abs(moment - moment.swapaxes(-1, -2)).max() / largest

    assert violation(direct) > 1e-3
    assert violation(direct + reciprocal) < 1e-9
