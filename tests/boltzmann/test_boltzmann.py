"""The linearised Boltzmann equation, against dense linear algebra on made-up collisions of α-quartz."""

import re

import collisions
import h5py
import numpy as np
import physics
import pytest
from collisions import T
from parallel import world
from result import victim

from hpcph.boltzmann.transport import correction
from hpcph.constants import boltzmann, hbar
from hpcph.errors import InputError
from hpcph.parallel.listener import Listener
from hpcph.phonons.angular_momentum import matrices
from hpcph.response.tensors import GAMMA_N, GAMMA_NL, KAPPA
from hpcph.response.thermal import Tensors

pytestmark = pytest.mark.petsc
NAME, GRID = "embedded", (3, 3, 3)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("collisions")


@pytest.fixture(scope="module")
def numbers():
    return collisions.made_up(NAME, GRID)


SOLVED = re.compile(r" (1 iteration|\d+ iterations), residuals 1\.0e\+00 ")


@pytest.fixture(scope="module")
def reducible(folder, numbers):
    return collisions.write(folder / "reducible.hdf5", *numbers)


@pytest.fixture(scope="module")
def irreducible(folder, numbers):
    return collisions.write(folder / "irreducible.hdf5", *collisions.irreducible(NAME, GRID, *numbers))


def solved(path, name=NAME, **how) -> Tensors:
    """What collisions add."""
    scattered, equation, _ = collisions.read(path, name, GRID, **how)
    case, lines = physics.case(name), []
    ratio = physics.gyromagnetic(case.structure)
    with world.communicator() as comm:
        found = correction(comm, equation, case.crystal, scattered, T, ratio, Listener(lines.append, lambda: False))
    solutions = 3 if equation.file.components == 1 else 1
    assert len(lines) == solutions * len(T) and all(SOLVED.search(line) for line in lines)
    return found


def directly(name, gamma, matrix) -> tuple[np.ndarray, np.ndarray]:
    """γ^NL and κ beyond relaxation time, mode by mode from theory §3: (t, 3, 3) each."""
    case = physics.case(name)
    steps = np.stack(np.meshgrid(*(np.arange(n) for n in GRID), indexing="ij"), -1).transpose(2, 1, 0, 3).reshape(-1, 3)
    modes = physics.modes(case, steps / GRID)
    omega, block, v = modes.frequency_kn.copy(), modes.degenerate_blocks(), modes.velocities()
    moment = np.einsum("kinn->kni", matrices(modes).real)
    d, n = omega.shape
    mean = np.zeros((d * n, d * n))  # over degenerate sets
    for k in range(d):
        for i in range(n):
            members = np.flatnonzero(block[k] == block[k, i])
            mean[k * n + i, k * n + members] = 1 / len(members)
    active = modes.active_kn.ravel()
    v, moment = (mean @ (active[:, None] * x.reshape(-1, 3)) for x in (v, moment))
    omega = np.where(active, omega.ravel(), 1.0)
    results = []
    for t, kelvin in enumerate(T):
        f = 1 / np.expm1(hbar * omega / (boltzmann * kelvin))
        s = np.sqrt(f * (1 + f)) * active
        rate = 4e12 * np.pi * np.where(active, mean @ gamma[t].ravel(), 1.0)
        omega_matrix = 4e12 * np.pi * mean @ matrix[t].reshape(d * n, -1) @ mean
        x = (hbar * omega / (boltzmann * kelvin**2) * s)[:, None] * v
        y = np.linalg.solve(np.diag(rate) + (omega_matrix + omega_matrix.T) / 2, x) - x / rate[:, None]
        weighted = s[:, None] * y / (d * case.structure.volume)
        results.append((-hbar * moment.T @ weighted, (hbar * omega[:, None] * v).T @ weighted))
    return tuple(np.array(part) for part in zip(*results, strict=True))


def close(found, expected, bound):
    """Each temperature to its largest number."""
    assert np.all(np.abs(found - expected).max(axis=(1, 2)) < bound * np.abs(expected).max(axis=(1, 2)))


def test_it_is_dense_linear_algebra(numbers, reducible):
    """γ^NL and κ are those of a dense solver, and not small."""
    found = solved(reducible)
    flow, heat = directly(NAME, *numbers)
    close(found[GAMMA_NL], flow, 1e-8)
    close(found[KAPPA], heat, 1e-8)


def test_degenerate_sets_take_part_by_their_means(tmp_path):
    """Wurtzite, whose E modes along c are degenerate and move; the file's ZnO is symmetric to 1e-7."""
    numbers = collisions.made_up("zno", GRID)
    other = collisions.irreducible("zno", GRID, *numbers)
    flow, heat = directly("zno", *numbers)
    for name, values in (("every", numbers), ("irreducible", other)):
        found = solved(collisions.write(tmp_path / f"{name}.hdf5", *values), "zno")
        close(found[GAMMA_NL], flow, 1e-5)
        close(found[KAPPA], heat, 1e-5)


def test_irreducible_points_are_enough(reducible, irreducible):
    """Vectors that turn with the star, time reversal included: the same tensors, moments too."""
    one, other = solved(reducible), solved(irreducible)
    for tensor in (GAMMA_NL, KAPPA, GAMMA_N):
        close(other[tensor], one[tensor], 1e-7)


@pytest.mark.parametrize("form", ["reducible", "irreducible"])
def test_without_exchange_it_is_the_relaxation_time(folder, numbers, form):
    """A matrix that is diagonal adds nothing; as large as the linewidths it halves what the means carry."""
    gamma, matrix = numbers[0], np.zeros_like(numbers[1])
    d, n = gamma.shape[1:]
    everyone = np.arange(d)[:, None], np.arange(n)[None]
    diagonal = matrix.copy()
    diagonal[:, everyone[0], everyone[1], everyone[0], everyone[1]] = gamma
    found = []
    for name, values in (
        ("nothing", (gamma, matrix)),
        ("double", (gamma, diagonal)),
        ("triple", (gamma, 2 * diagonal)),
    ):
        if form == "irreducible":
            values = collisions.irreducible(NAME, GRID, *values)
        found.append(solved(collisions.write(folder / f"{form}-{name}.hdf5", *values)))
    none, double, triple = found
    assert np.abs(none[KAPPA]).max() < 1e-10 * np.abs(double[KAPPA]).max()
    assert np.abs(none[GAMMA_NL]).max() < 1e-10 * np.abs(double[GAMMA_NL]).max()
    close(double[KAPPA] / (1 / 2 - 1), triple[KAPPA] / (1 / 3 - 1), 1e-10)
    close(double[GAMMA_NL] / (1 / 2 - 1), triple[GAMMA_NL] / (1 / 3 - 1), 1e-10)


def test_tensors_have_the_symmetry_of_the_crystal(reducible):
    """Point group 32: γ_xx = γ_yy and γ_zz alone."""
    for tensor in (solved(reducible)[GAMMA_NL], solved(reducible)[KAPPA]):
        allowed = np.stack([np.diag(x) for x in tensor[:, [0, 0, 2], [0, 0, 2]]])
        assert np.abs(tensor - allowed).max() < 1e-10 * np.abs(tensor).max()


def test_boundaries_shorten_lives_here_too(reducible):
    """With a boundary nearer than all free paths little is left of what collisions exchange."""
    far, near = solved(reducible, boundary=1e-3), solved(reducible, boundary=1e-11)
    close(far[KAPPA], solved(reducible)[KAPPA], 1e-2)
    assert np.abs(near[KAPPA]).max() < 1e-2 * np.abs(far[KAPPA]).max()


def given(path, **changes) -> dict:
    lifetime = {"collision_matrix": str(path)} | changes.pop("lifetime", {})
    maps = dict.fromkeys(("optics", "bands", "slices", "orbits", "spectrum", "feedback", "modes"), world.DROP)
    mesh = {"grid": list(GRID), "shift": [0, 0, 0]}
    return world.quartz(**maps | {"lifetime": lifetime, "mesh": mesh, "temperature": T.tolist()} | changes)


NAMES = ("thermal/gamma_nl", "thermal/conductivity", "magnetization/gamma_nl")


@pytest.mark.parametrize("ranks", [pytest.param(2, marks=pytest.mark.slow), 4])
def test_ranks_agree(tmp_path, ranks):
    """1 and 2 or 4 ranks, 4 are more than points: equal to the tolerance, and to the bit what no solver had a part in;
    relaxation time stands beside."""
    grid = (1, 1, 3)
    numbers = collisions.irreducible(NAME, grid, *collisions.made_up(NAME, grid))
    assert numbers[0].shape[1] == 2
    path = collisions.write(tmp_path / "c.hdf5", *numbers)
    data = given(path, mesh={"grid": list(grid), "shift": [0, 0, 0]}, feedback={"sample": {"radius": "20 nm"}})
    with world.communicator() as comm:
        paths = [world.compute(comm, tmp_path, data).path]
    done = world.command(ranks, "run", tmp_path / "input.yaml", "--output", tmp_path / f"{ranks}")
    assert done.returncode == 0 and "boltzmann: 300 K: " in done.stdout, done.stderr
    paths.append(tmp_path / f"{ranks}/result.h5")
    found, seals = [], set()
    for path in paths:
        with h5py.File(path) as file:
            seals.add(file["provenance"].attrs["sha256_without_solver"])
            found.append([file[name][...] for name in NAMES])
            relaxed = [file[f"{name}_relaxation_time"][...] for name in NAMES]
            assert "Boltzmann" in file["thermal"].attrs["beyond_relaxation_time"]
    assert len(seals) == 1
    for other in found[1:]:
        for one, two in zip(found[0], other, strict=True):
            close(two, one, 1e-10)
    for beyond, plain in zip(found[0], relaxed, strict=True):
        assert np.all(np.abs(beyond - plain).max(axis=(1, 2)) > 1e-3 * np.abs(plain).max(axis=(1, 2)))


MISTAKES = {
    "another mesh": (lambda g, m: {"gamma": g[:, :6], "matrix": m[:, :6, :, :6]}, "grid points"),
    "another crystal": (lambda g, m: {"gamma": g[..., :9], "matrix": m[:, :, :9, :, :9]}, "another crystal"),
    "shape": (lambda g, m: {"gamma": g, "matrix": m[:, :, :9]}, "do not fit"),
    "no gamma": (lambda g, m: {"gamma": None, "matrix": m}, "has no gamma"),
    "one point": (lambda g, m: {"gamma": g, "matrix": m, "grid_point": 3}, "single grid point"),
    "negative": (lambda g, m: {"gamma": -g, "matrix": m}, "negative linewidths"),
    "zero": (lambda g, m: {"gamma": 0 * g, "matrix": m}, "linewidths that are zero"),
    "beyond all frequencies": (lambda g, m: {"gamma": 1e9 * g, "matrix": m}, "linewidths up to"),
    "beyond floating point": (lambda g, m: {"gamma": 1e-300 * g, "matrix": m}, "linewidths that are zero"),
    "negative isotopes": (lambda g, m: {"gamma": g, "matrix": m, "gamma_isotope": -g[0] / 9}, "negative linewidths"),
    "NaN in gamma": (lambda g, m: {"gamma": np.where(g > 0.1, np.nan, g), "matrix": m}, "not finite"),
    "temperature": (lambda g, m: {"gamma": g, "matrix": m, "temperature": T + 5}, "105, 305 K"),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_files_that_do_not_fit(tmp_path, numbers, name):
    """One line, before anything is computed."""
    change, words = MISTAKES[name]
    parts = change(*numbers)
    path = collisions.write(tmp_path / "c.hdf5", parts.pop("gamma"), parts.pop("matrix"), **parts)
    with pytest.raises(InputError) as err:
        collisions.read(path, NAME, GRID)
    assert words in str(err.value) and len(str(err.value).splitlines()) == 1


def test_meshes_that_do_not_fit(tmp_path, reducible):
    """Other divisions, a shift, no file."""
    for how, words in (
        ({"grid": (4, 4, 4)}, "grid points"),
        ({"grid": GRID, "shift": (0, 0, 0.5)}, "shift: [0, 0, 0]"),
    ):
        with pytest.raises(InputError, match=re.escape(words)):
            collisions.read(reducible, NAME, **how)
    with pytest.raises(InputError, match="no such file; give a collision-m"):
        collisions.read(tmp_path / "nowhere.hdf5", NAME, GRID)


COMMANDS = {  # lifetime and mesh as a user writes them, the key of the complaint, words of the fix
    "swapped": ({"collision_matrix": "k.hdf5", "phono3py": "c.hdf5"}, {}, "lifetime.phono3py", "give a kappa-m"),
    "linewidths alone": ({"collision_matrix": "k.hdf5"}, {}, "lifetime.collision_matrix", "give a collision-m"),
    "collisions alone": ({"phono3py": "c.hdf5"}, {}, "lifetime.phono3py", "give a kappa-m"),
    "no file": ({"collision_matrix": "no.hdf5"}, {}, "lifetime.collision_matrix", "no such file; give"),
    "a folder": ({"collision_matrix": "."}, {}, "lifetime.collision_matrix", "is a folder; give"),
    "a name no disk takes": ({"collision_matrix": "c" * 300}, {}, "lifetime.collision_matrix", "cannot be read (File"),
    "no HDF5": ({"collision_matrix": "input.yaml"}, {}, "lifetime.collision_matrix", "not of phono3py (OSError); give"),
    "half a step": ({"collision_matrix": "c.hdf5"}, {"shift": "auto"}, "mesh", "and shift: [0, 0, 0]\n"),
    "another mesh": ({"collision_matrix": "c.hdf5", "phono3py": "k.hdf5"}, {"grid": [1, 3, 1]}, "mesh", "[1, 1, 3]"),
}


@pytest.mark.parametrize("case", COMMANDS)
def test_the_command_line_refuses_in_one_line(tmp_path, case):
    """Exit code 2, a line with key and fix; none that does not fit a matrix, such as to interpolate."""
    grid = (1, 1, 3)
    lifetime, mesh, key, words = COMMANDS[case]
    collisions.write(tmp_path / "c.hdf5", *collisions.made_up(NAME, grid))
    collisions.beside(tmp_path / "k.hdf5", NAME, grid)
    data = given("") | {"lifetime": lifetime, "mesh": {"grid": list(grid), "shift": [0, 0, 0]} | mesh}
    code, said = victim.command(["check", str(world.write(tmp_path, data))])
    assert code == 2 and said.startswith(f"hpcph: {key} = ") and words in said and said.count("\n") == 1, said
    assert "interpolate" not in said


@pytest.mark.parametrize("what", ["not finite", "beyond", "holds eigenvectors"])
def test_matrices_that_are_none(tmp_path, numbers, what):
    """What only those find who read the slabs."""
    gamma, matrix = numbers[0], numbers[1].copy()
    if what == "not finite":
        matrix[1, -1, 5, 0, 7] = np.nan
    elif what == "beyond":
        matrix *= 1e300
    else:
        vectors = np.linalg.qr(matrix[0].reshape(gamma[0].size, -1))[0]
        matrix[:] = vectors.reshape(matrix[0].shape)
    with pytest.raises(InputError, match=what):
        solved(collisions.write(tmp_path / "c.hdf5", gamma, matrix))


def test_no_convergence(tmp_path, reducible):
    """On two ranks: one line with iterations, residual and what to try, code 2, nothing left behind."""
    out = tmp_path / "out"
    data = given(reducible, lifetime={"solver": {"iterations": 2}})
    done = world.command(2, "run", world.write(tmp_path, data), "--output", out)
    lines = [line for line in done.stderr.splitlines() if line.startswith("hpcph:")]
    assert done.returncode == 2 and len(lines) == 1 and "Traceback" not in done.stderr
    assert re.search(r"residual .* after 2 iterations; take more lifetime.solver.iterations", lines[0])
    assert list(out.iterdir()) == []


def test_plan_counts_the_matrix(reducible):
    """Memory of a rank goes like one over the ranks."""
    _, equation, _ = collisions.read(reducible, NAME, GRID)
    assert equation.size == 27 * 27
    assert equation.bytes_of(1) == pytest.approx(9 * equation.bytes_of(9), rel=1e-3)
