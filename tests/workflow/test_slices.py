"""Slices from one point of every star are those of all points, and the same on every number of ranks.

Where an operation in use is obeyed to rounding, they agree to 1e-10 of the largest number of the planes (measured:
1e-11, at Γ's next neighbours); where it is obeyed to v of the largest ω² only, as far as the force constants have it,
like the sums over the zone, which use the same operations: measured are up to 3 v on chiral crystals whose files have
ten digits, and 20 v on the raw force constants of quartz, whose degenerate modes v splits. A grid that comes closer to
Γ, or to a line where modes touch, magnifies v: on 101×101 points of quartz_pbesol, v = 6e-12, to 1e-10 of χ^OD and
5e-10 of χ^D.
"""

import h5py
import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from parallel import world
from readers.toys import Toy, save

from hpcph.constants import hbar
from hpcph.crystal import mesh, stars, supercell, symmetry
from hpcph.crystal.chain import Chain
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import forceconstants
from hpcph.readers.files import Files
from hpcph.response import maps
from hpcph.response.occupation import occupation
from hpcph.response.tensors import CHI, DIAGONAL, HELICITY, OCCUPIED, OFF_DIAGONAL
from hpcph.response.weights import mode_weights
from hpcph.workflow import slices
from hpcph.workflow.slices import Planes

T = 300.0
EXACT, BROKEN = 1e-10, 30.0
PLANES, GRID = [0, 0.25, -0.25, 0.5, 1 / 3], (9, 9)
few = settings(max_examples=25, deadline=None, derandomize=True)


def crystal(name):
    """The crystal with the operations that it obeys, its axis along c, and by how much they are violated."""
    found, _ = symmetry.obeyed(physics.case(name).crystal)
    c = found.structure.lattice_vc[2]
    return found, c / np.linalg.norm(c), symmetry.violation(found).max()


def toys(name, folder):
    """A flat honeycomb of two kinds of ions with c its normal, whose field is that of a layer; the chain of Te."""
    if name == "chain":
        return Chain().crystal()
    lattice, places = (
        np.array([[2.5, 0, 0], [-1.25, 1.25 * 3**0.5, 0], [0, 0, 12]]),
        [[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0]],
    )
    made = Toy(lattice, np.array(places), ("B", "N"), (1.2, -1.2), (4, 4, 1), epsilon=2.4)
    path = save(made.phonopy, folder / "layer.yaml", force_constants=True)
    read = forceconstants.load(Files(path, periodic=(True, True, False)))
    return symmetry.obeyed(supercell.settle(read, physics.ALL).crystal)[0]


def spread(of, axis, q, equal):
    """The maps of a stage whose blocks are computed one after the other, by their last names."""
    stage = slices.stage(of, Planes(q, equal, T), axis)
    row = np.concatenate([stage.work(block)[0] for block in stage.blocks])
    return {name.rpartition("/")[2]: values for name, values in stage.spread(row).items()}


def scales(of, q, found):
    """What numbers are compared with: both parts of χ at their largest, and l·k̂ = 1 of all modes where most are."""
    chi = np.nanmax(np.abs(found["diagonal"]) + np.abs(found["off_diagonal"]))
    modes = diagonalise(of, mesh.nearest_image(of.structure, q[~mesh.is_gamma(q)][::5]))
    most = occupation(modes.thermal_kn, np.array([T]))[0][0].sum(axis=1).max()
    return {"diagonal": chi, "off_diagonal": chi, "helicity": hbar * most / of.structure.volume}


def compare(of, axis, violated, planes, grid):
    """Every point and one of each star, in parts of the scales; the share of points that are computed."""
    q = maps.plane_points(planes, grid)
    equal = stars.on_planes(of.structure, axis, q)
    every, one = spread(of, axis, q, stars.apart(q[..., 0].size)), spread(of, axis, q, equal)
    for part, scale in scales(of, q.reshape(-1, 3), every).items():
        assert np.array_equal(np.isnan(one[part]), np.isnan(every[part]))
        assert np.nanmax(np.abs(one[part] - every[part]), initial=0.0) < max(EXACT, BROKEN * violated) * scale, part
    return len(equal.first_r) / q[..., 0].size


@pytest.mark.parametrize("name", physics.FILES)
def test_one_point_of_every_star_gives_the_numbers_of_all(name):
    """All crystals of the data, planes at Γ, on faces and between, both signs of q_c."""
    large = len(physics.case(name).structure.mass_a) > 12
    used = compare(*crystal(name), PLANES[:3] if large else PLANES, (5, 5) if large else GRID)
    assert used < 0.75  # edges and time reversal at least


@pytest.mark.parametrize(("name", "most"), [("layer", 0.15), ("chain", 0.3)])
def test_layers_and_models_too(tmp_path, name, most):
    """Of a layer nothing but k̂ depends on q_c."""
    assert compare(toys(name, tmp_path), np.array([0, 0, 1.0]), 0.0, PLANES, (13, 13)) < most


@few
@given(
    st.sampled_from(["embedded", "zno", "stishovite", "P2_13", "mp-717", "mp-989613"]),
    st.lists(st.floats(-0.5, 0.5), min_size=1, max_size=2),
    st.tuples(st.integers(2, 8), st.integers(2, 8)),
)
def test_any_planes_and_grids(name, planes, grid):
    """Odd and even, of different steps along a* and b*, at any height."""
    compare(*crystal(name), planes, grid)


def test_another_parity_would_be_seen():
    """Of a polar crystal, whose mirrors turn the helicity round: without the sign half of the plane is wrong."""
    of, axis, _ = crystal("zno")
    q = maps.plane_points([0.2], (9, 9))
    equal = stars.on_planes(of.structure, axis, q)
    assert (equal.parity_k < 0).any()
    wrong = stars.Stars(equal.first_r, equal.star_k, np.ones_like(equal.parity_k))
    right, other = spread(of, axis, q, equal)["helicity"], spread(of, axis, q, wrong)["helicity"]
    assert np.abs(right - other).max() > np.abs(right).max()


@pytest.mark.parametrize("axis", [[0, 0, 1], [0.3, -0.2, 1.0], [1, 0, 0]])
@pytest.mark.parametrize("name", ["embedded", "zno", "P4_332", "stishovite"])
def test_numbers_along_the_axis_are_components_of_the_tensors(name, axis):
    """n·χ·n of both channels and tr H from the weights of all components, at points with and without degeneracy."""
    of, n = crystal(name)[0], np.array(axis) / np.linalg.norm(axis)
    q = np.concatenate([physics.random_q(of.structure, 12), [[0, 0, 0.3], [0, 0, 0.5], [0.5, 0, 0], [0.5, 0.5, 0.5]]])
    modes = diagonalise(of, q)
    weights, volume = mode_weights(modes), of.structure.volume
    f, slope, _ = occupation(modes.thermal_kn, np.array([T]))
    d, g = (maps.component(weights.of(CHI, channel), n) for channel in (DIAGONAL, OFF_DIAGONAL))
    expected = {
        "diagonal": np.sum(slope[0] * d, axis=1) / volume,
        "off_diagonal": (np.sum(f[0] * g, axis=1) + maps.component(weights.zero_point_of(CHI), n)) / volume,
        "helicity": np.einsum("kn,knii->k", f[0], HELICITY.unpack(weights.of(HELICITY, OCCUPIED))) / volume,
    }
    found = maps.slices(of, q, n, T)
    for part, scale in scales(of, q, expected).items():
        assert np.abs(found[part] - expected[part]).max() < 1e-12 * scale, part


@pytest.mark.mpi
def test_every_number_of_ranks_writes_the_same_maps(comm, folder):
    """Bits of the file and of blocks that one process computes in turn."""
    from hpcph.config.load import load
    from hpcph.prepare.job import prepare

    data = world.quartz(
        slices={"temperature": T, "planes": [0, 0.25, 0.5], "grid": [41, 41]},
        **dict.fromkeys(("mesh", "temperature", "lifetime", "gradient", "feedback", "modes", "bands"), world.DROP),
        **dict.fromkeys(("orbits", "spectrum", "optics"), world.DROP),
    )
    path = world.compute(comm, folder, data).path
    if comm.root:
        job = prepare(load(folder / "input.yaml")).job
        expected = spread(job.crystal, job.axis, job.planes.q, job.planes.stars)
        assert len(job.planes.stars.first_r) < 0.2 * job.planes.q[..., 0].size
        assert len(slices.stage(job.crystal, job.planes, job.axis).blocks) > 4
        with h5py.File(path) as file:
            for part, values in expected.items():
                assert file[f"slices/{part}"][...].tobytes() == np.ascontiguousarray(values).tobytes()


def test_a_mesh_without_symmetry_asks_for_every_point(tmp_path):
    """`symmetry: false` holds for the planes too, and its numbers are those with symmetry."""
    found = {}
    for symmetric in (True, False):
        folder = tmp_path / str(symmetric)
        folder.mkdir()
        few = {"mesh": {"grid": [2, 2, 2], "symmetry": symmetric}, "modes": False}
        drop = dict.fromkeys(("bands", "orbits", "spectrum", "optics", "feedback"), world.DROP)
        with h5py.File(world.result(folder, world.quartz(**few, **drop, slices__grid=[7, 7]))) as file:
            found[symmetric] = {part: file[f"slices/{part}"][...] for part in slices.PARITY}
    for part, values in found[True].items():
        scale = np.nanmax(np.abs(values))
        np.testing.assert_allclose(values, found[False][part], rtol=0, atol=1e-11 * scale)
        assert not np.array_equal(values, found[False][part], equal_nan=True)
