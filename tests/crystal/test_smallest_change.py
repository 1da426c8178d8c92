"""The change that imposes the rules against a dense solution of all equations, lattice.md §4 and §6."""

from dataclasses import replace
from itertools import product

import models
import numpy as np
import physics
import pytest
import supercells

from hpcph.crystal import invariances
from hpcph.crystal.lattice import SYMMETRIC

PLANES = ((0, 1), (1, 2), (2, 0))
STRAINS = [(SYMMETRIC[p], SYMMETRIC[q]) for p, q in product(range(6), repeat=2) if p < q]


def rows_of_the_rules(structure, pairs):
    """What rotation and Huang's conditions take of the elements of Φ, in Å and Å², (9 a + 15, p, 3, 3)."""
    x = structure.separation(pairs) * 1e10
    rows = []
    for a, i, (j, g) in product(range(len(structure.mass_a)), range(3), PLANES):
        row = np.zeros((len(x), 3, 3))
        row[pairs.first == a, i, j] = x[pairs.first == a, g]
        row[pairs.first == a, i, g] = -x[pairs.first == a, j]
        rows.append(row)
    for (i, j), (g, l) in STRAINS:
        row = np.zeros((len(x), 3, 3))
        for one, other in ((i, j), (j, i)):
            row[:, one, other] += x[:, g] * x[:, l] / 2
        for one, other in ((g, l), (l, g)):
            row[:, one, other] -= x[:, i] * x[:, j] / 2
        rows.append(row)
    return np.array(rows)


def violations(found):
    """The same of moments, (9 a + 15,)."""
    first, m = found.first * 1e10, (found.second + found.second.swapaxes(0, 1)) / 2 * 1e20
    rotation = [first[a, i, j, g] - first[a, i, g, j] for a, i, (j, g) in product(range(len(first)), range(3), PLANES)]
    return np.array(rotation + [m[(*ij, *gl)] - m[(*gl, *ij)] for ij, gl in STRAINS])


def sums_of_elements(number):
    """One row for every group of pairs and element of Φ, (9 groups, p, 3, 3)."""
    groups = number == np.arange(number.max() + 1)[:, None]
    return np.einsum("gp,eij->gepij", groups, np.eye(9).reshape(9, 3, 3)).reshape(-1, len(number), 3, 3)


def smallest(weight, rows, right):
    """min Σ |δ_p|²/w_p with Σ rows δ = right, by a dense least-norm solution, (p, 3, 3)."""
    used = weight > 0
    root = np.sqrt(weight[used])[:, None, None]
    equations = (rows[:, used] * root).reshape(len(rows), -1)
    scale = np.linalg.norm(equations, axis=1)
    meant = scale > 0
    solution = np.linalg.lstsq(equations[meant] / scale[meant, None], right[meant] / scale[meant], rcond=1e-12)[0]
    change = np.zeros((len(weight), 3, 3))
    change[used] = root * solution.reshape(-1, 3, 3)
    return change


def symmetry_rows(pairs):
    """δ_ab(T) − δ_ba(−T)ᵀ = 0, one row for each."""
    rows = []
    for p, q in enumerate(pairs.reverse):
        for i, j in np.ndindex(3, 3):
            if (p, i, j) < (q, j, i):
                row = np.zeros((len(pairs.first), 3, 3))
                row[p, i, j], row[q, j, i] = 1.0, -1.0
                rows.append(row)
    return np.array(rows)


@pytest.mark.parametrize("charged", [False, True])
def test_the_change_is_the_smallest_that_there_is(charged):
    """Of all changes with no sum over images that meet the rules, those of permutation symmetry."""
    loaded = models.springs(3, np.array([[2, 0, 0], [0, 1, 1], [0, 0, 1]]))
    dielectric, p = loaded.dielectric if charged else None, 4.0
    found, dipoles = supercells.laid_out(replace(loaded, dielectric=dielectric))
    cutoff = 7e-10
    found = replace(found, cutoff=cutoff, distance_p=np.where(found.distance_p < cutoff, found.distance_p, 1.0))
    pairs, weight = found.shared(found.weight(p)), found.weight(p)
    before = invariances.moments(loaded.structure, pairs, dielectric, dipoles)
    change = invariances.impose(found, pairs, before, p, physics.ALL).phi - pairs.phi
    rules, wrong = rows_of_the_rules(loaded.structure, pairs), violations(before)
    equations = np.concatenate([rules, sums_of_elements(found.group_p), symmetry_rows(pairs)])
    expected = smallest(weight, equations, np.pad(-wrong, (0, len(equations) - len(wrong))))
    assert np.abs(expected).max() > 1e-3
    assert np.abs(np.einsum("rpij,pij->r", rules, expected) + wrong).max() < 1e-8 * np.abs(wrong).max()
    assert np.abs(change - expected).max() < 1e-7 * np.abs(expected).max()


def test_translation_by_the_smallest_change():
    """Σ_{bT} Φ = 0 with the least Σ |δ|²/w of permutation symmetry; sums over images do change."""
    loaded = models.springs(5, np.diag([1, 1, 2]))
    noise = np.random.default_rng(0).normal(size=loaded.pairs.phi.shape)
    noisy = loaded.pairs.with_phi(loaded.pairs.phi + noise + noise[loaded.pairs.reverse].swapaxes(1, 2))
    found, _ = supercells.laid_out(replace(loaded, dielectric=None, pairs=noisy))
    p = 5.0
    pairs = found.shared(found.weight(p))
    before = invariances.moments(loaded.structure, pairs, None, None)
    assert np.abs(before.total).max() > 1
    change = invariances.translate(found, pairs, before, p).phi - pairs.phi
    equations = np.concatenate([sums_of_elements(pairs.first), symmetry_rows(pairs)])
    right = np.pad(-before.total.ravel(), (0, len(equations) - before.total.size))
    expected = smallest(found.weight(p), equations, right)
    assert np.abs(change - expected).max() < 1e-8 * np.abs(expected).max()
    assert np.abs(found.group_sums(change)).max() > 0.1
