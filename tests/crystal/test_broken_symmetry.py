"""Which operations force constants obey: D itself is compared, for frequencies cannot tell what is lost."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import physics
import pytest
import spglib
import springs
from hypothesis import given, settings
from hypothesis import strategies as st
from physics import DATA
from springs import CRYSTALS

from hpcph.crystal import dynamical, mesh, symmetry
from hpcph.phonons import angular_momentum
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import forceconstants
from hpcph.prepare.forceconstants import Files
from hpcph.prepare.maps import automatic_legs
from hpcph.response import thermal
from hpcph.response.tensors import GAMMA_NL

RAW = {"quartz_pbesol raw": 1e-8, "quartz_lda raw": 1e-5}  # as the programs wrote them
T = np.array([300.0])


def built(loaded) -> dynamical.Crystal:
    return dynamical.build(loaded.structure, loaded.pairs, None)


@pytest.mark.parametrize("name", list(physics.FILES))
def test_operations_carry_the_dynamical_matrix(name):
    """Γ D(q) Γ† = D(Rq) on screw axes and glide planes, with dipoles: P3_121, P6_222, P4_332, P4_2/mnm, P6_3mc, …"""
    crystal = physics.case(name, physics.NONE).crystal
    violation = symmetry.violation(crystal)
    structure = crystal.structure
    cell = (structure.lattice_vc / springs.ANGSTROM, structure.fractional_ac, structure.kinds + 1)
    assert len(violation) == len(spglib.get_symmetry(cell, 1e-5)["rotations"])
    assert violation.max() < RAW.get(name, 2e-8)
    same, lines = symmetry.obeyed(crystal)
    assert same is crystal and lines == []
    assert len(symmetry.slight(crystal)) == (name == "quartz_lda raw")


@pytest.mark.parametrize("name", ["quartz_pbesol", "P6_222", "stishovite", "P4_332"])
def test_another_image_of_an_atom_or_another_turn_is_no_operation(name):
    """The check can fail: with one operation's images exchanged for another's, and with none of its turn."""
    crystal = physics.case(name, physics.NONE).crystal
    at = crystal.structure.operations
    order = np.roll(np.arange(len(at)), 1)
    for wrong in (replace(at, images=at.images[order]), replace(at, rotations=at.rotations[order])):
        violation = symmetry.violation(replace(crystal, structure=replace(crystal.structure, operations=wrong)))
        assert np.median(violation) > 0.05


def test_broken_inversion_is_seen_in_the_matrix_though_not_in_frequencies():
    """Masses that break P4/nmm to P4mm, the operations left as they were: ω²(−q) = ω²(q) as ever."""
    ph = CRYSTALS["litharge"].phonopy()
    structure, pairs, _ = forceconstants._structure(forceconstants.of_phonopy(ph, 1e-15), Path("springs"))
    heavy = replace(structure, mass_a=structure.mass_a * [1, 1, 1, 1.1])
    crystal = dynamical.build(heavy, pairs, None)
    q = np.array([[0.11, 0.07, 0.23]])
    here, there = (np.linalg.eigvalsh(dynamical.matrices(crystal, x)) for x in (q, -q))
    np.testing.assert_allclose(here, there, rtol=1e-12)
    lower, (line,) = symmetry.obeyed(crystal)
    assert lower.structure.space_group == "P4mm (99)" and len(lower.structure.rotations) == 8
    assert "break 8 of 16 operations of P4/nmm (129)" in line and line.endswith("P4mm (99) is used")
    assert symmetry.violation(lower).max() < 1e-12


def flows(loaded, symmetric: bool, grid=(4, 4, 4)) -> np.ndarray:
    """γ^NL of the relaxation-time approximation over τ, with irreducible points or all; and on which operations."""
    points = mesh.monkhorst_pack(loaded.structure, grid, (0.5, 0.5, 0.5), symmetric)
    total = physics.sums(diagonalise(built(loaded), points.q_kc), T, points.weight_k)
    return thermal.response(total, T, loaded.structure.volume, points.operations)[GAMMA_NL][0]


@pytest.mark.parametrize(
    "how",
    [
        {"masses": np.array([24.3, 24.3, 16, 18])},
        {"names": ("A", "A", "B1", "B2"), "masses": np.array([24.3, 24.3, 1, 2])},
    ],
)
def test_isotopes_that_break_inversion_let_heat_carry_angular_momentum(tmp_path, how):
    """As H and D, or ¹⁶O and ¹⁸O, in ordered places: γ_xy = −γ_yx of 4mm, by irreducible points as by all."""
    crystal = replace(CRYSTALS["litharge"], **how)
    loaded = crystal.loaded(tmp_path / "fc.yaml")
    assert loaded.structure.space_group == "P4mm (99)"
    assert loaded.remarks == ("masses or labels of atoms keep 8 of 16 operations of P4/nmm (129): P4mm (99)",)
    every, few = flows(loaded, False), flows(loaded, True)
    np.testing.assert_allclose(few, every, atol=1e-9 * np.abs(every).max())
    of_plain = CRYSTALS["litharge"].loaded(tmp_path / "plain.yaml")
    assert np.abs(flows(of_plain, False)).max() < 1e-9 * abs(every[0, 1])
    assert abs(every[0, 1] + every[1, 0]) < 1e-9 * abs(every[0, 1])


def test_sapphire_of_two_isotopes_is_chiral():
    """R-3c by its places, R32 by its masses: γ_xx = γ_yy and γ_zz, with irreducible points as with all."""
    path = DATA / "cases/isotopes_break_inversion/phonopy_params.yaml.xz"
    if not path.is_file():
        pytest.skip("no such file: set HPCPH_DATA to the data folder")
    loaded = forceconstants.load(Files(path))
    assert loaded.structure.space_group == "R32 (155)" and len(loaded.structure.rotations) == 6
    assert any("6 of 12 operations of R-3c (167)" in line for line in loaded.remarks)
    every, few = flows(loaded, False), flows(loaded, True)
    np.testing.assert_allclose(few, every, atol=1e-7 * np.abs(every).max())
    assert abs(every[0, 0] - every[1, 1]) < 1e-7 * abs(every[0, 0]) and abs(every[2, 2]) > 0.1 * abs(every[0, 0])


@pytest.mark.parametrize(
    ("name", "supercell", "space_group"),
    [("rocksalt", [2, 2, 1], "I4/mmm (139)"), ("wurtzite", [2, 1, 1], "Cmc2_1 (36)"), ("quartz", [2, 1, 2], "C2 (5)")],
)
def test_a_supercell_of_less_symmetry_leaves_its_own(tmp_path, name, supercell, space_group):
    """What it shares among images breaks the group; the operations that are left are used everywhere, and named."""
    crystal = replace(CRYSTALS[name], supercell=np.diag(supercell))
    loaded = crystal.loaded(tmp_path / "fc.yaml")
    structure = loaded.structure
    (line,) = loaded.remarks
    assert crystal.space_group in line and line.endswith(f"{structure.space_group} is used")
    assert structure.space_group == space_group
    assert symmetry.violation(built(loaded)).max() < symmetry.TOLERANCE
    q = np.array([[0.11, 0.07, 0.23]])
    for R in mesh.reciprocal_rotations(structure.rotations):
        np.testing.assert_allclose(springs.frequencies(loaded, q @ R.T), springs.frequencies(loaded, q), atol=1e-3)


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(list(CRYSTALS)))
def test_force_constants_of_no_symmetry_leave_none(seed, name):
    """The identity alone (in a cell that is larger than it need be, pure translations are broken too)."""
    ph = CRYSTALS[name].phonopy()
    rng = np.random.default_rng(seed)
    ph.force_constants = ph.force_constants * (1 + 1e-2 * rng.normal(size=ph.force_constants.shape))
    structure, _, lines = forceconstants._structure(forceconstants.of_phonopy(ph, 1e-15), Path("springs"))
    assert structure.space_group == "P1 (1)" and len(structure.operations) == 1
    assert len(lines) == 1


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), name=st.sampled_from(list(CRYSTALS)))
def test_noise_of_force_constants_drops_no_operation(seed, name):
    """Rounding to five digits, or a raw calculation: what is left is used, and that it is slight is said."""
    ph = CRYSTALS[name].phonopy()
    rng = np.random.default_rng(seed)
    largest = np.abs(ph.force_constants).max()
    ph.force_constants = ph.force_constants + 1e-6 * largest * rng.uniform(-1, 1, size=ph.force_constants.shape)
    structure, pairs, lines = forceconstants._structure(forceconstants.of_phonopy(ph, 1e-15), Path("springs"))
    assert structure.space_group == CRYSTALS[name].space_group and lines == []
    (line,) = symmetry.slight(dynamical.build(structure, pairs, None))
    assert "e-0" in line


@pytest.mark.parametrize("vectors", [False, True])
def test_a_magnetic_crystal_is_read_with_the_symmetry_of_its_moments(tmp_path, vectors):
    """Springs stiffer between like moments: the operations that the moments leave are those that the springs obey."""
    plain = CRYSTALS["rocksalt"]
    sign = np.array([1, 1, -1, -1, 0, 0, 0, 0])  # planes along one axis: tetragonal
    moments = np.outer(sign, [1.0, 0, 0]) if vectors else sign.astype(float)
    crystal = replace(plain, primitive="P", moments=moments)

    def stiffness(a, b):
        return plain.stiffness(a, b) * (1 + 0.1 * sign[a] * sign[b])

    loaded = crystal.loaded(tmp_path / "fc.yaml", stiffness=stiffness)
    structure = loaded.structure
    (line,) = loaded.remarks
    assert line == "magnetic moments keep 64 of 192 operations of Fm-3m (225): I4/mmm (139)"
    assert len(structure.rotations) == 16 and symmetry.violation(built(loaded)).max() < 1e-8
    unknown = replace(crystal, moments=None).loaded(tmp_path / "unknown.yaml", stiffness=stiffness)
    assert "break" in unknown.remarks[0] and len(unknown.structure.operations) == len(structure.operations)


def test_moments_without_effect_are_said_to_have_none(tmp_path):
    loaded = replace(CRYSTALS["wurtzite"], moments=np.array([1.0, 1, 0, 0])).loaded(tmp_path / "fc.yaml")
    assert loaded.structure.space_group == "P6_3mc (186)"
    assert loaded.remarks == ("magnetic moments break nothing of P6_3mc (186)",)


def test_the_path_is_that_of_the_operations_in_use(tmp_path):
    """Seekpath is told what masses break: a tetragonal path where the places are cubic."""
    cubic = replace(CRYSTALS["rocksalt"], primitive="P")
    layered = replace(cubic, masses=np.array([24.3, 24.3, 30, 30, 16, 16, 16, 16]))
    broken = replace(cubic, supercell=np.diag([2, 2, 1]))
    for name, crystal, own, others in (
        ("cubic", cubic, {"W", "K"}, {"N", "R", "Z"}),
        ("layered", layered, {"M", "R", "Z"}, {"W", "K", "N"}),
        ("broken", broken, {"N", "P"}, {"W", "K"}),
    ):
        structure = crystal.loaded(tmp_path / f"{name}.yaml").structure
        labels = {label for leg in automatic_legs(structure) for label, _ in leg}
        assert own <= labels and not others & labels, name


def test_the_angular_momentum_of_the_mirror_image(tmp_path):
    """The inverted crystal has the inverted group and the opposite phonon angular momentum."""
    loaded = CRYSTALS["quartz"].loaded(tmp_path / "fc.yaml")
    image = forceconstants.inverted(loaded)
    assert image.structure.space_group == "P3_221 (154)"
    q = np.array([[0.11, 0.07, 0.23], [0, 0, 0.1]])
    l = [np.einsum("kinn->kni", angular_momentum.matrices(diagonalise(built(x), q)).real) for x in (loaded, image)]
    np.testing.assert_allclose(l[1], -l[0], atol=1e-9)
    assert symmetry.violation(built(image)).max() < 1e-8 and np.abs(l[0]).max() > 0.5
