"""Crystal angular momentum from the screw axis: labels of modes."""

from dataclasses import replace

import numpy as np
import physics
import pytest
from springs import CRYSTALS

from hpcph.crystal import spacegroup
from hpcph.crystal.chain import Chain, Handedness
from hpcph.crystal.lattice import Structure
from hpcph.phonons import angular_momentum, screw
from hpcph.phonons.modes import diagonalise

Z = np.array([0.0, 0.0, 1.0])


def labelled(chain, q):
    """Labels, and modes that carry them, at wave vectors (0, 0, q)."""
    modes = diagonalise(chain.crystal(), np.column_stack([np.zeros((len(q), 2)), q]))
    label, vectors = screw.labels(chain.structure, modes, Z)
    return label, replace(modes, eigenvector_kmn=vectors)


@pytest.mark.parametrize("hand", Handedness)
def test_chiral_pairs_of_the_chain_cross_linearly_at_gamma(hand):
    """Each doublet is one +1 and one −1 whose slopes are opposite and finite; the other hand swaps them."""
    chain = Chain(handedness=hand)
    step = 1e-3
    label, modes = labelled(chain, [0, step, 2 * step])
    frequency = modes.frequency_kn / chain.units.frequency
    assert sorted(label[0, 3:5]) == sorted(label[0, 7:9]) == [-1, 1]
    assert label[0, 5] == label[0, 6] == 0
    for pair, upper in ((slice(3, 5), 1), (slice(7, 9), -1)):
        assert list(label[1, pair]) == list(label[2, pair]) == [-upper * hand.value, upper * hand.value]
        gap = np.diff(frequency[:, pair])[:, 0]
        assert gap[1] > 1e-4 and gap[2] / gap[1] == pytest.approx(2, rel=1e-3)


def test_labels_follow_a_branch_and_jump_by_one_zone():
    """A branch keeps its label through the zone: labels are conserved wherever frequencies of different label cross."""
    chain = Chain()
    q = np.linspace(0.004, 0.496, 124)
    label, modes = labelled(chain, q)
    for m in (-1, 0, 1):
        assert np.all((label == m).sum(axis=1) == 3)
        branches = np.array([f[own == m] for f, own in zip(modes.frequency_kn, label, strict=True)])
        bend = np.abs(np.diff(branches, 2, axis=0)).max() / chain.units.frequency
        assert bend < 0.004  # smooth: a wrong label would make kinks


def test_screw_carries_modes_to_themselves():
    """Every labelled mode is an eigenvector of the operation with e^{−2πim/3}; blocks at Γ included."""
    chain = Chain()
    label, modes = labelled(chain, [0, 0.21, 0.5])
    turn = screw.turns_about(chain.structure, Z)[0]
    S = screw.operator(chain.structure, turn.rotation)
    assert turn.order == 3
    for k in range(3):
        turned = S @ modes.eigenvector_kmn[k]
        assert np.abs(turned - modes.eigenvector_kmn[k] * np.exp(-2j * np.pi * label[k] / 3)).max() < 1e-9


def test_label_agrees_with_the_sense_of_rotation():
    """Near Γ the transverse acoustic modes move all atoms alike, and turn with l_z = m; optical ones need not."""
    label, modes = labelled(Chain(), [0.01])
    l_z = np.diagonal(angular_momentum.matrices(modes)[0, 2]).real
    transverse = np.argsort(-np.abs(l_z))[:2]
    assert np.allclose(l_z[transverse], label[0, transverse], atol=1e-2)


@pytest.mark.parametrize("name, order", [("embedded", 3), ("quartz_pbesol", 3), ("P6_1", 6), ("P4_332", 4)])
def test_any_crystal_with_a_screw_axis_has_labels(name, order):
    """Along Γ–A the operation commutes with D(k) (NAC included) and the labels add up to whole representations."""
    case = physics.case(name, physics.NONE)
    modes = physics.modes(case, [[0, 0, 0.13], [0, 0, 0.4]])
    turn = screw.turns_about(case.structure, Z)[0]
    assert turn.order == order
    label, vectors = screw.labels(case.structure, modes, Z)
    S = screw.operator(case.structure, turn.rotation)
    for k in range(2):
        residue = S @ vectors[k] - vectors[k] * np.exp(-2j * np.pi * label[k] / order)
        assert np.abs(residue).max() < 0.02
        trace = np.exp(-2j * np.pi * label[k] / order).sum()
        assert trace == pytest.approx(np.trace(S), abs=1e-6)


def test_the_operation_carries_isotopes_to_their_like(tmp_path):
    """By symbols alone a four-fold axis passes through the first atom; by masses it passes between atoms alone."""
    masses = np.array([24.0, 26, 28, 24, 16, 16, 16, 16])
    structure = replace(CRYSTALS["rocksalt"], primitive="P", masses=masses).loaded(tmp_path / "fc.yaml").structure
    turn = screw.turns_about(structure, Z)[0]
    assert turn.order == 4
    S, mass = screw.operator(structure, turn.rotation), np.repeat(structure.mass_a, 3)
    np.testing.assert_allclose(S @ np.diag(mass) @ S.T, np.diag(mass), atol=1e-9 * mass.max())


@pytest.mark.parametrize("times", [2, 3, 4, 8])
def test_turns_of_a_cell_that_repeats_a_smaller_one_close(times):
    """Of {C|τ} with the translations of the smaller cell only those are taken that come back to a lattice vector."""
    lattice = 1e-10 * np.diag([3.0, 3.0, 2.5 * times])
    places = np.array([[0.1, 0.2, j / times] for j in range(times)])
    cell = spacegroup.symmetric_cell(lattice, places, np.zeros(times, int), None, 1e-14)
    cell = replace(
        cell, operations=cell.operations.some(np.argsort(-cell.operations.translations[:, 2], kind="stable"))
    )
    structure = Structure.of(cell, np.ones(times), ("Si",) * times)
    assert len(structure.operations) == 16 * times
    turns = screw.turns_about(structure, Z)
    assert [turn.order for turn in turns] == [4, 2]
    for turn in turns:
        powers = [np.linalg.matrix_power(turn.rotation, j) for j in range(turn.order)]
        assert np.allclose(np.sum(powers, axis=0) @ turn.translation, turn.whole, atol=1e-9)


def test_modes_of_a_supercell_have_labels():
    """ZnO as 32 atoms: the operation taken N times is 1 at Γ, so that every mode has its label."""
    crystal = physics.crystal_of(physics.loaded("zno32"))
    modes = diagonalise(crystal, np.zeros((1, 3)))
    label, vectors = screw.labels(crystal.structure, modes, Z)
    assert np.isfinite(label).all()
    turn = screw.turns_about(crystal.structure, Z)[0]
    turned = screw.operator(crystal.structure, turn.rotation) @ vectors[0]
    assert np.abs(turned - vectors[0] * np.exp(-2j * np.pi * label[0] / turn.order)).max() < 1e-6
