"""Cells that the sum rules were not made for: strained crystals, a molecule in a box, a layer in vacuum.

Force constants of the effective-medium potential of ASE, whose stress is known.
"""

import numpy as np
import phonopy
import pytest
from ase import Atoms
from ase.build import bulk, fcc111, molecule
from ase.calculators.emt import EMT
from ase.filters import StrainFilter
from ase.optimize import BFGS
from phonopy.structure.atoms import PhonopyAtoms

from hpcph.crystal import dynamical, supercell
from hpcph.crystal.invariances import SumRule
from hpcph.prepare import forceconstants

ALL = frozenset(SumRule)
EV_PER_A3 = 160.21766208e9  # Pa


def loaded(atoms: Atoms, repetitions, folder) -> forceconstants.Loaded:
    """Its force constants by finite displacements in a supercell."""
    cell = PhonopyAtoms(atoms.symbols, cell=atoms.cell[:], scaled_positions=atoms.get_scaled_positions())
    ph = phonopy.Phonopy(cell, np.diag(repetitions), "P")
    ph.generate_displacements(0.01)
    forces = []
    for displaced in ph.supercells_with_displacements:
        moved = Atoms(displaced.symbols, cell=displaced.cell, scaled_positions=displaced.scaled_positions, pbc=True)
        moved.calc = EMT()
        forces.append(moved.get_forces())
    ph.forces = forces
    ph.produce_force_constants()
    ph.symmetrize_force_constants()
    ph.save(folder / "odd.yaml", settings={"force_constants": True})
    return forceconstants.load(forceconstants.Files(folder / "odd.yaml", primitive="P"))


def relaxed(atoms: Atoms) -> Atoms:
    atoms.pbc = True
    atoms.calc = EMT()
    BFGS(atoms, logfile=None).run(1e-5, 500)
    return atoms


def stress(found: forceconstants.Loaded) -> np.ndarray:
    """Pa, tension positive."""
    s = found.structure
    atoms = Atoms(s.symbols, cell=s.lattice_vc * 1e10, scaled_positions=s.fractional_ac, pbc=True)
    atoms.calc = EMT()
    return atoms.get_stress(voigt=False) * EV_PER_A3


@pytest.fixture(scope="module")
def copper() -> Atoms:
    atoms = bulk("Cu", cubic=True)
    atoms.calc = EMT()
    BFGS(StrainFilter(atoms), logfile=None).run(1e-6)
    return atoms


SHEAR = np.eye(3) + 0.01 * np.array([[0, 1, 0], [1, 0, 1], [0, 1, 0]])


@pytest.mark.parametrize(
    ("strain", "size"),
    [(np.diag([1.02, 1.02, 0.97]), 3), (np.diag([1.01, 0.99, 1.0]), 3), pytest.param(SHEAR, 4, marks=pytest.mark.slow)],
    ids=["tetragonal", "orthorhombic", "sheared"],
)
def test_the_conditions_of_a_strained_crystal_hold_with_its_stress(copper, strain, size, tmp_path):
    """M2_(ij),gl − M2_(gl),ij = −2V(σ_gl δ_ij − σ_ij δ_gl): with σ what is left is the cut of the supercell."""
    atoms = copper.copy()
    atoms.set_cell(copper.cell[:] @ strain, scale_atoms=True)
    found = loaded(atoms, (size,) * 3, tmp_path)
    sigma = stress(found)
    with_stress, without, wrong = (supercell.settle(found, ALL, s).report for s in (sigma, 0 * sigma, -sigma))
    assert without.before[SumRule.HUANG] > 0.2e9
    assert with_stress.before[SumRule.HUANG] < 0.05 * without.before[SumRule.HUANG]
    assert wrong.before[SumRule.HUANG] > 1.9 * without.before[SumRule.HUANG]
    assert with_stress.moved_between < 0.05 * without.moved_between
    assert max(r.after[SumRule.HUANG] for r in (with_stress, without)) < 1e3


def test_pressure_changes_nothing(copper, tmp_path):
    """Huang's conditions hold at any hydrostatic pressure."""
    atoms = copper.copy()
    atoms.set_cell(1.02 * copper.cell[:], scale_atoms=True)
    found = loaded(atoms, (2, 2, 2), tmp_path)
    assert stress(found)[0, 0] > 5e9
    report = supercell.settle(found, ALL).report
    assert report.before[SumRule.HUANG] < 1e3
    pressed = supercell.settle(found, ALL, stress(found)).report
    np.testing.assert_allclose(pressed.stiffness, report.stiffness, rtol=1e-12, atol=1)


@pytest.mark.parametrize("name", ["N2", "NH3"])
def test_a_molecule_in_a_box_is_left_alone(name, tmp_path):
    """Between molecules that do not feel each other rules are not forced: what cannot be met is said."""
    atoms = molecule(name)
    atoms.set_cell([9, 9.5, 10])
    atoms.center()
    found = loaded(relaxed(atoms), (1, 1, 1), tmp_path)
    settled = supercell.settle(found, ALL)
    assert settled.report.left_out | settled.report.unmet
    assert settled.report.moved_between < 1e11
    q = np.random.default_rng(1).uniform(-0.5, 0.5, (20, 3))
    lowest = [np.linalg.eigvalsh(dynamical.matrices(c, q)).min() for c in (settled.crystal, settled.plain)]
    assert lowest[0] > 1.001 * min(lowest[1], supercell.UNSTABLE)


def test_a_layer_in_vacuum_obeys_the_rules(tmp_path):
    """In-plane images are enough; the flexural branch is quadratic where nothing pulls at the layer."""
    layer = fcc111("Al", (1, 1, 3), a=4.0, vacuum=8)
    layer.pbc, layer.calc = True, EMT()
    for _ in range(3):
        BFGS(StrainFilter(layer, [1, 1, 0, 0, 0, 1]), logfile=None).run(1e-6, 200)
        layer = relaxed(layer)
    settled = supercell.settle(loaded(layer, (4, 4, 1), tmp_path), ALL)
    assert settled.report.imposed == ALL and not settled.report.unmet
    q = np.array([[0.004, 0, 0], [0.008, 0, 0]])
    lowest = np.linalg.eigvalsh(dynamical.matrices(settled.crystal, q))[:, 0]
    assert lowest[1] / lowest[0] == pytest.approx(16, rel=0.1)  # ω² ∝ q⁴
