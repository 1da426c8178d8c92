"""Maps: what is stored point by point adds up to the tensors, and the dispersion reaches Γ from its own side."""

import numpy as np
import physics
import pytest

from hpcph.crystal import mesh
from hpcph.phonons.modes import diagonalise
from hpcph.response import maps
from hpcph.response.occupation import occupation
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, HELICITY, OFF_DIAGONAL
from hpcph.response.weights import mode_weights

AXIS = np.array([0.3, -0.2, 1.0])
GRID, SHIFT, T = 3, (0.0, 0.0, 0.5), 300.0


@pytest.mark.parametrize("direction", [[1, 0, 0], [0, 0, 1], [1, 1, 1]])
@pytest.mark.parametrize("name", ["embedded", "quartz_pbesol", "zno"])
def test_bands_reach_gamma_with_the_splitting_of_their_direction(name, direction):
    """LO–TO splitting at Γ along a fractional direction is that of phonopy, whose supercell is exact there."""
    case = physics.case(name, physics.NONE)
    cartesian = np.array([direction]) @ case.structure.reciprocal_vc
    found = maps.seen(case.crystal, np.zeros((1, 3)), cartesian).frequency_kn[0] / (2e12 * np.pi)
    reference = physics.phonopys(name)
    reference.run_qpoints([[0, 0, 0]], nac_q_direction=direction)
    assert np.abs(found - reference.qpoints.frequencies[0])[3:].max() < 1e-5
    without = np.linalg.norm(found[3:] - physics.frequencies(case, np.zeros((1, 3)))[0, 3:])
    assert without > 0.1  # THz: the term is there


def test_zone_average_of_the_slices_is_the_susceptibility():
    """Σ_k/N over all points of a mesh of the contributions gives n·χ·n and the helicity."""
    case, n = physics.case("embedded"), AXIS / np.linalg.norm(AXIS)
    points = mesh.monkhorst_pack(case.structure, (GRID,) * 3, SHIFT, symmetry=False).q_kc
    found = maps.slices(case.crystal, points, AXIS, T)
    expected = physics.response("embedded", GRID, SHIFT, (T,))
    assert found["diagonal"].mean() == pytest.approx(n @ expected[CHI, DIAGONAL][0] @ n, rel=1e-12)
    assert found["off_diagonal"].mean() == pytest.approx(n @ expected[CHI, OFF_DIAGONAL][0] @ n, rel=1e-12)
    assert found["helicity"].mean() == pytest.approx(np.trace(expected[HELICITY][0]), rel=1e-11)


def test_slices_have_no_number_at_gamma():
    """The acoustic modes diverge there."""
    found = maps.slices(physics.case("embedded").crystal, np.array([[0, 0, 0], [0, 0, 0.1]]), AXIS, T)
    for values in found.values():
        assert np.isnan(values[0]) and np.isfinite(values[1])


def test_mode_tables_add_up_to_the_tensors():
    """γ^NL = −(τ/V) Σ w p ∂f/∂T and χ^D = (1/V) Σ w d (−∂f/∂ħω) along the axis, from the stored columns."""
    case, n = physics.case("zno"), AXIS / np.linalg.norm(AXIS)
    found = mesh.monkhorst_pack(case.structure, (GRID,) * 3, SHIFT, symmetry=False)
    modes = diagonalise(case.crystal, found.q_kc)
    tables = maps.mode_tables(modes, mode_weights(modes), AXIS)
    _, slope, warming = occupation(2 * np.pi * tables["frequency"], np.array([T]))
    weight, volume = found.weight_k[:, None], case.structure.volume
    expected = physics.response("zno", GRID, SHIFT, (T,))
    scale = np.abs(expected[GAMMA_NL]).max()
    gamma = -(weight * tables["flow"] * warming[0]).sum() / volume
    assert gamma == pytest.approx(n @ expected[GAMMA_NL][0] @ n, abs=1e-10 * scale)
    chi = (weight * tables["diagonal"] * slope[0]).sum() / volume
    assert chi == pytest.approx(n @ expected[CHI, DIAGONAL][0] @ n, rel=1e-10)


def test_a_path_is_as_long_as_its_legs():
    """Distance is |Δk| summed; a jump between legs adds nothing."""
    structure = physics.case("embedded").structure
    legs = [(("Γ", [0, 0, 0]), ("M", [0.5, 0, 0])), (("A", [0, 0, 0.5]), ("Γ", [0, 0, 0]))]
    found = maps.path(structure, legs, 5)
    lengths = np.linalg.norm(structure.reciprocal_vc, axis=1) / 2
    assert found.distance_k[[0, 4, 5, 9]] == pytest.approx([0, lengths[0], lengths[0], lengths[0] + lengths[2]])
    assert found.corner == (0, 4, 5, 9) and found.label == ("Γ", "M", "A", "Γ")
