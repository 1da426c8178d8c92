"""From a potential alone: the frequencies of others, the same bits on any number of ranks, and after a kill."""

import json
import os
import signal
import subprocess
import sys
import time

import numpy as np
import physics
import pytest
from ase import Atoms
from parallel import runs, world
from potential import toys_of_ase as toys

from hpcph.constants import angstrom
from hpcph.errors import Stopped
from hpcph.parallel.comm import Comm, Solitary
from hpcph.parallel.schedule import never
from hpcph.phonons.modes import diagonalise
from hpcph.potential import supercells
from hpcph.prepare import crystal, entrance
from hpcph.response.maps import bands, seen
from hpcph.result.open import open_result

SPREAD = 3e-4  # THz by which phonopy's and ASE's differences of EMT differ; 4e-4 ħ of the angular momenta
ALN = toys.READERS / "mlp_polymlp_AlN"


@pytest.fixture(autouse=True)
def store(tmp_path, monkeypatch):
    """An empty store of forces."""
    monkeypatch.setenv("HPCPH_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def installed(tmp_path, monkeypatch):
    """The package of toys is installed."""
    path = toys.package(tmp_path / "site")
    monkeypatch.syspath_prepend(path)
    yield path
    sys.modules.pop("toypotentials", None)


def computed(data: dict, comm: Comm | None = None, pause=never):
    """An input with the forces of its potential."""
    return entrance.source(comm or Comm(Solitary()), lambda: data, pause=pause)


def force_sets(data: dict) -> list[str]:
    """The lines of the forces, without the remarks."""
    return [text for text in computed(data).computed.force_sets.read_text().splitlines() if text[:1] != "#"]


def test_emt_has_the_frequencies_and_angular_momenta_of_ase():
    """Cu-Ag-Au layers: modes of ASE's own finite differences of that potential, at generic q and at Γ."""
    known = json.loads((toys.READERS / "ase_phonons/reference_CuAgAu_EMT.json").read_text())
    found = crystal.crystal(computed(toys.layers())).settled.plain
    q = np.array(known["q"])
    axis, direction = np.array([0, 0, 1.0]), np.tile([0, 0, 1.0], (len(q), 1))
    table = bands(found.structure, seen(found, q, direction), q, direction, axis)
    np.testing.assert_allclose(table["frequency"] / 1e12, known["frequency_THz"], atol=SPREAD)
    np.testing.assert_allclose(table["polarization"], known["pam_hbar"], atol=4e-4)
    at_gamma = diagonalise(found, np.zeros((1, 3))).frequency_kn[0] / (2e12 * np.pi)
    np.testing.assert_allclose(at_gamma[3:], known["gamma_frequency_THz"][3:], atol=1e-5)


def need_polymlp() -> None:
    """Skip the test where pypolymlp is missing; when CI=true, fail it."""
    try:
        import pypolymlp  # noqa: F401
    except ImportError:
        reason = "pypolymlp is not installed: jobscripts/install_polymlp.sh"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)


def test_polymlp_has_the_frequencies_of_its_reference():
    """AlN by pypolymlp with Born charges, as phonopy finds them with the same forces."""
    need_polymlp()
    known = json.loads((ALN / "reference.json").read_text())
    found = crystal.crystal(computed(aln())).settled.plain
    frequency = diagonalise(found, np.array(known["q"])).frequency_kn / (2e12 * np.pi)
    np.testing.assert_allclose(frequency, known["frequency_THz"], atol=1e-4)


def test_polymlp_has_the_stress_of_its_energy():
    """pypolymlp's virial becomes dE/dε over the volume."""
    need_polymlp()
    from ase.build import bulk

    from hpcph.potential.calculator import Potential
    from hpcph.potential.wanted import Model

    atoms = bulk("AlN", "wurtzite", a=3.1, c=5.0)
    atoms.rattle(0.1, seed=1)  # or the order of its parts would not matter
    atoms.calc = Potential(Model(None, ALN / "polymlp.yaml.xz", {})).calculator()
    strain = np.array([[1, 0.3, 0.2], [0.3, -0.5, 0.6], [0.2, 0.6, 0.4]])
    energy = []
    for step in (-1e-4, 1e-4):
        moved = atoms.copy()
        moved.set_cell(atoms.cell @ (np.eye(3) + step * strain), scale_atoms=True)
        moved.calc = atoms.calc
        energy.append(moved.get_potential_energy())
    expected = (energy[1] - energy[0]) / 2e-4 / atoms.get_volume()
    assert np.sum(atoms.get_stress(voigt=False) * strain) == pytest.approx(expected, rel=1e-5)


def aln(**changes) -> dict:
    given = {
        "structure": str(physics.DATA / "aln/POSCAR-unitcell"), "born": str(physics.DATA / "aln/BORN"),
        "calculator": {"polymlp": str(ALN / "polymlp.yaml.xz")}, "supercell": [4, 4, 3],
        "displacement": "0.001 angstrom",
    }  # fmt: skip
    return {"crystal": {**given, **changes}, "bands": {"points": 2}}


LEARNT = {  # factory, arguments, and by how much its frequencies may be off, in the median, as measured times two
    "chgnet": ("chgnet.model.dynamics:CHGNetCalculator", {"use_device": "cpu"}, 0.12),
    "sevenn": ("sevenn.calculator:SevenNetCalculator", {"model": "7net-0", "device": "cpu"}, 0.03),
}


@pytest.mark.parametrize("package", LEARNT)
def test_potentials_learnt_from_many_crystals_know_quartz(package, tmp_path):
    """α-quartz brought to rest, against DFT, where the package is installed with the weights that it brings."""
    pytest.importorskip(package, reason=f"{package} is not installed")
    factory, arguments, close = LEARNT[package]
    given = {"force_constants": str(physics.data("quartz_pbesol/phonopy_params.yaml.xz"))}
    known = crystal.crystal(computed({"crystal": given, "bands": {"points": 2}})).settled.crystal
    structure, cell = tmp_path / "POSCAR", known.structure
    atoms = Atoms(cell.symbols, scaled_positions=cell.fractional_ac, cell=cell.lattice_vc / angstrom, pbc=True)
    atoms.write(structure, format="vasp")
    learnt = {"structure": str(structure), "calculator": {"ase": factory, **arguments}, "relax": "positions"}
    found = crystal.crystal(computed({"crystal": learnt | {"supercell": [2, 2, 2]}, "bands": {"points": 2}})).crystal
    q = np.array([[0, 0, 0.5], [0.5, 0, 0], [0.5, 0, 0.5]])
    ratio = diagonalise(found, q).frequency_kn / diagonalise(known, q).frequency_kn
    assert np.median(np.abs(ratio - 1)) < close


@pytest.mark.mpi
def test_any_number_of_ranks_gives_the_same_bits(comm, folder, monkeypatch):
    """The forces of one rank alone, to the last bit, and the result of a run knows what they came from."""
    monkeypatch.setenv("HPCPH_CACHE", str(folder / "cache"))
    source = computed(toys.layers(), comm)
    monkeypatch.setenv("HPCPH_CACHE", str(folder / "alone"))

    def compare() -> None:
        together, alone = source.computed.force_sets, computed(toys.layers()).computed.force_sets
        assert together.read_bytes() == alone.read_bytes() and len(list(together.parent.glob("*.npy"))) == 10

    comm.on_root(compare)
    with open_result(world.compute(comm, folder, toys.layers()).path) as found:
        assert found.attrs["potential"] == "ase.calculators.emt:EMT()" and "ase 3" in found.attrs["potential_versions"]


@pytest.mark.mpi
def test_a_potential_alone_gives_a_response(comm, folder, monkeypatch):
    """AlN brought to rest by pypolymlp, its γ^NL with Born charges: the bits of one rank on any number, in a minute."""
    need_polymlp()
    data = aln(relax="positions") | {
        "mesh": {"grid": [12, 12, 8]}, "temperature": ["300 K"], "lifetime": "10 ps", "output": "out",
    }  # fmt: skip
    begun = time.monotonic()
    monkeypatch.setenv("HPCPH_CACHE", str(folder / "cache"))
    together = world.compute(comm, folder, data)
    assert time.monotonic() - begun < 60

    def compare() -> None:
        (folder / "alone").mkdir()
        monkeypatch.setenv("HPCPH_CACHE", str(folder / "other"))
        alone = world.compute(Comm(Solitary()), folder / "alone", data)
        assert runs.sha(together.path.parent) == runs.sha(alone.path.parent)
        with open_result(alone.path) as found:
            gamma = found["thermal_gamma_nl"].values[0]
        xy = np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 0]])  # all that P6_3mc leaves
        np.testing.assert_allclose(gamma, gamma[0, 1] * xy, atol=1e-6 * gamma[0, 1])
        assert 1e-18 < gamma[0, 1] < 1e-17  # J s m⁻² K⁻¹; with forces of DFT 3.1e-18

    comm.on_root(compare)


def test_a_calculator_remembers_nothing(installed):
    """Forces do not depend on what was computed before, so neither on ranks nor on kills."""
    assert force_sets(toys.layers("toypotentials:Forgetful")) == force_sets(toys.layers())


def test_a_stopped_run_keeps_its_forces(store):
    """What was computed before is not computed again."""
    turns = iter([False, False, True])
    with pytest.raises(Stopped, match="after 3 of 10"):
        computed(toys.layers(), pause=lambda: next(turns))
    before = {path: path.stat().st_mtime_ns for path in store.rglob("*.npy")}
    assert len(before) == 3
    computed(toys.layers())
    assert len(list(store.rglob("*.npy"))) == 10
    assert {path: path.stat().st_mtime_ns for path in before} == before


def test_a_killed_run_goes_on(installed, store, tmp_path):
    """SIGKILL in the midst of the forces; what is damaged afterwards is computed again."""
    path = world.write(tmp_path, toys.layers("toypotentials:Slow"))
    paths = os.pathsep.join([str(installed), os.environ.get("PYTHONPATH", "")])
    run = subprocess.Popen(
        [sys.executable, "-m", "hpcph", "check", path], env=os.environ | {"PYTHONPATH": paths}, cwd=world.ROOT,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip
    while len(before := list(store.rglob("*.npy"))) < 2:
        assert run.poll() is None
        time.sleep(0.02)
    run.send_signal(signal.SIGKILL)
    run.wait()
    damaged, *others = sorted(before)
    damaged.write_bytes(damaged.read_bytes()[:99])
    kept = {one: one.stat().st_mtime_ns for one in others}
    assert force_sets(toys.layers("toypotentials:Slow")) == force_sets(toys.layers())
    assert {one: one.stat().st_mtime_ns for one in others} == kept


@pytest.mark.parametrize("what", ["positions", "cell"])
def test_relaxation_keeps_the_symmetry(tmp_path, what):
    """Layers that were moved and strained within P3m1 come to rest, and stay P3m1."""
    import ase.io

    atoms = ase.io.read(toys.LAYERS)
    spacing = atoms.cell.cellpar()
    atoms.positions[1] += [0, 0, 0.1]
    if what == "cell":
        atoms.set_cell(atoms.cell[:] * np.array([[1.02], [1.02], [0.99]]), scale_atoms=True)
    ase.io.write(tmp_path / "moved.vasp", atoms, direct=True)
    source = computed(toys.layers(structure=str(tmp_path / "moved.vasp"), relax=what))
    found = crystal.crystal(source).crystal.structure
    assert found.space_group.startswith("P3m1") and any("relaxed in" in text for text in source.computed.lines)
    residual = float(source.computed.about["potential_residual"].split()[4])
    assert residual < 1e-3
    length = np.linalg.norm(found.lattice_vc, axis=1) / angstrom
    assert np.allclose(length, spacing[:3], rtol=1e-3)


def test_a_look_computes_no_thousand_forces(monkeypatch, store, tmp_path):
    """`check` and `plan` say how many forces are missing where these are many, and compute none."""
    monkeypatch.setattr(entrance, "FEW", 3)
    path = world.write(tmp_path, toys.layers())
    for command in (["check", path], ["plan", path, "--ranks", "2"]):
        done = world.here(*command)
        assert done.returncode == 0 and "the forces of 10 supercells" in done.stdout, done
    assert not list(store.rglob("*.npy"))


def test_a_supercell_by_its_length(tmp_path):
    """As many cells as lie at least that far between opposite faces."""
    lines = world.here("check", world.write(tmp_path, toys.layers(supercell="6.5 angstrom"))).stdout
    assert "supercells of 27 atoms" in lines  # 3×3×1


def test_a_layer_has_one_cell_along_its_normal():
    """However near its images are: a length chooses in the plane alone."""
    cell = supercells.unit_cell(["Cu"], np.diag([2.5, 2.6, 6.0]), np.zeros((1, 3)), None)
    np.testing.assert_array_equal(supercells.matrix(cell, 7.0, empty=2), np.diag([3, 3, 1]))
    np.testing.assert_array_equal(supercells.matrix(cell, 7.0), np.diag([3, 3, 2]))
