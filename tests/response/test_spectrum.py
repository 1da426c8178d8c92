"""Shares of the responses by frequency and branch: they add up, in the right places, for any axis."""

import numpy as np
import physics
import pytest

from hpcph.crystal import mesh
from hpcph.response.spectrum import Intervals, Projection, Spectrum, spectral_sums
from hpcph.response.tensors import CHI, DIAGONAL, GAMMA_NL, HELICITY, OFF_DIAGONAL
from hpcph.response.weights import mode_weights

T = (60.0, 300.0)
AXIS = np.array([0.3, -0.2, 1.0]) / np.linalg.norm([0.3, -0.2, 1.0])
SHARES = ("gamma_nl", "diagonal", "off_diagonal")  # along the axis
TENSOR = {"gamma_nl": GAMMA_NL, "diagonal": (CHI, DIAGONAL), "off_diagonal": (CHI, OFF_DIAGONAL)}


def spectrum(name, grid, shift, axis, symmetry, edges):
    """On a mesh, per volume, τ = 1 s."""
    case = physics.case(name)
    points = mesh.monkhorst_pack(case.structure, (grid,) * 3, shift, symmetry)
    modes = physics.modes(case, points.q_kc)
    wanted = Intervals(edges, np.array(T))
    projection = Projection.along(axis, points.operations)
    found = spectral_sums(modes, mode_weights(modes), points.weight_k, wanted, projection)
    row = found.flat()
    assert len(row) == Spectrum.width(wanted, case.crystal.modes)
    return Spectrum.from_flat(row, wanted, case.crystal.modes).per_volume(case.structure.volume, 1.0), modes


@pytest.mark.parametrize("symmetry", [False, True])
@pytest.mark.parametrize(
    ("name", "shift", "axis"),
    [
        ("embedded", (0, 0, 0.5), np.eye(3)[2]),
        ("embedded", (0, 0, 0.5), AXIS),
        ("zno", (0, 0, 0.5), AXIS),
        ("P2_13", (0.5, 0.5, 0.5), AXIS),
        ("mp-717", (0.5, 0.5, 0.5), AXIS),
    ],
)
def test_shares_add_up_to_the_response_along_the_axis(name, shift, axis, symmetry):
    """Σ over intervals = Σ over branches = n·γ·n, n·χ·n, also where operations turn the axis."""
    edges = np.linspace(0, 45e12, 60)
    found, _ = spectrum(name, 3, shift, axis, symmetry, edges)
    expected = physics.response(name, 3, shift, T, symmetry)
    for share in SHARES:
        tensor = expected[TENSOR[share]]
        along = np.einsum("i,tij,j->t", axis, tensor, axis)
        scale = np.abs(tensor).max() + 1e-12 * np.abs(expected[CHI, OFF_DIAGONAL]).max()
        for part in (getattr(found, share), getattr(found, f"{share}_by_branch")):
            np.testing.assert_allclose(part.sum(1), along, atol=2e-9 * scale, rtol=0, err_msg=share)
    trace = np.trace(expected[HELICITY], axis1=1, axis2=2)
    assert name in ("zno", "mp-717") or np.abs(trace).min() > 0
    for part in (found.helicity, found.helicity_by_branch):
        np.testing.assert_allclose(
            part.sum(1), trace, rtol=1e-9, atol=1e-9 * 1.1e-34 / physics.case(name).structure.volume
        )


def test_shares_stand_where_their_modes_are():
    """Intervals without modes are empty, and the acoustic branches carry what is below the optical ones."""
    edges = np.linspace(0, 45e12, 46)
    found, modes = spectrum("embedded", 4, (0, 0, 0.5), np.eye(3)[2], True, edges)
    count, _ = np.histogram(modes.frequency_kn / (2 * np.pi), edges)
    assert (count == 0).any()
    for share in SHARES:
        assert np.all(getattr(found, share)[:, count == 0] == 0)
        assert np.any(getattr(found, share)[:, count > 0] != 0)
    lowest_optical = modes.frequency_kn[:, 3].min() / (2 * np.pi)
    below = edges[1:] <= lowest_optical
    assert below.sum() >= 2
    partial = found.diagonal[:, below].sum(1)
    assert np.all(partial > 0) and np.all(partial < found.diagonal_by_branch[:, :3].sum(1))


def test_modes_above_the_last_interval_count_in_it():
    """No share is lost when the mesh finds a higher frequency than the supercell had."""
    low, _ = spectrum("embedded", 3, (0, 0, 0.5), np.eye(3)[2], True, np.linspace(0, 10e12, 11))
    high, _ = spectrum("embedded", 3, (0, 0, 0.5), np.eye(3)[2], True, np.linspace(0, 50e12, 11))
    for share in SHARES:
        np.testing.assert_allclose(getattr(low, share).sum(1), getattr(high, share).sum(1), rtol=1e-12)


def test_what_symmetry_forbids_has_no_spectrum():
    """γ^NL along c of 6mm: the projection of every mode is 0 to the last bit, of which rounding would leave 1e-17."""
    turns = [rotation(2 * np.pi * n / 6) for n in range(6)]
    wurtzite = np.array([R @ np.diag([m, 1.0, 1.0]) for R in turns for m in (1.0, -1.0)])
    for axis in (np.array([0.0, 0.0, 1.0]), np.array([0.48, 0.6, 0.64])):
        found = Projection.along(axis, wurtzite)
        assert not found.flow.any() and found.susceptibility[2] > 0.4


def rotation(angle: float) -> np.ndarray:
    """About z."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]])
