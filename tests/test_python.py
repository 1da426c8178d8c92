"""hpcph from Python: the same run as on the command line, results with axes and units, mistakes as one line."""

import subprocess
import sys

import numpy as np
import pytest
import threadpoolctl
from parallel import world

import hpcph
import hpcph.session
from hpcph.errors import InputError

SMALL = {"modes": False, "slices": world.DROP, "orbits": world.DROP, "mesh__grid": [2, 2, 2]}
HEAVY = ("numpy", "mpi4py", "xarray", "h5py", "scipy", "pydantic", "rich", "phonopy")


@pytest.mark.mpi
def test_a_dict_is_run_by_all_ranks_and_opened_on_each(folder, comm):
    """The result on every rank: axes, units, numbers."""
    with hpcph.run(world.quartz(**SMALL), folder / "out") as result:
        assert result.thermal_gamma_nl.attrs["units"] == "J s m-2 K-1"
        assert result.thermal_gamma_nl.dims == ("temperature", "cartesian_l", "cartesian_gradient")
        assert result.temperature.values.tolist() == [100, 290, 300] and result.temperature.attrs["units"] == "K"
        assert result.attrs["ranks"] == comm.size
        assert np.isfinite(result.feedback_gamma_ll_total).all()
    comm.mpi.Barrier()


@pytest.mark.mpi
def test_mistakes_reach_every_rank(folder):
    """The line of the command line, raised on all ranks; nothing is computed."""
    with pytest.raises(InputError, match=r"mesh\.grid\[1\] = 0: .*greater than or equal to 1") as caught:
        hpcph.run(world.quartz(**SMALL | {"mesh__grid": [2, 0, 2]}), folder / "out")
    assert "\n" not in str(caught.value)
    assert not (folder / "out").exists()


def test_a_dict_gives_the_bits_of_the_command_line(tmp_path):
    """Same sha256 of all datasets, same fingerprint; the YAML text of the dict is in the provenance."""
    data = world.quartz(**SMALL)
    done = world.command(0, "run", world.write(tmp_path, data), "--output", tmp_path / "command")
    assert done.returncode == 0, done.stderr
    with hpcph.open(tmp_path / "command/result.h5") as command, hpcph.run(data, tmp_path / "python") as python:
        assert python.attrs["sha256"] == command.attrs["sha256"]
        assert python.attrs["fingerprint"] == command.attrs["fingerprint"]
        assert world.YAML(typ="safe").load(python.attrs["input"]) == data


def test_a_file_is_run_too(tmp_path):
    """A path as text; xarray takes names and units of the axes from the result."""
    import matplotlib

    matplotlib.use("Agg")
    path = world.write(tmp_path, world.quartz(**SMALL, bands=world.DROP, feedback=world.DROP))
    with hpcph.run(str(path), str(tmp_path / "out")) as result:
        (line,) = result.thermal_gamma_nl.sel(cartesian_l="z", cartesian_gradient="z").plot()
    assert line.axes.get_xlabel() == "temperature [K]"
    assert "J s m-2 K-1" in line.axes.get_ylabel()


def test_what_python_has_is_taken_as_what_yaml_has(monkeypatch):
    """Arrays and NumPy numbers, tuples, paths; text that looks like something else stays text; paths from here."""
    monkeypatch.chdir(world.ROOT / "inputs/quartz")
    from hpcph.config.load import from_mapping
    from hpcph.prepare.crystal import files

    changes = {
        "crystal": {"force_constants": world.Path("phonopy_params.yaml.xz")},
        "temperature": np.linspace(100, 300, 3),
        "lifetime": np.float64(1e-11),
        "mesh": {"grid": tuple(np.array([4, 4, 4])), "symmetry": np.True_},
    }
    source = from_mapping(world.quartz() | changes | {"title": "1e3"})
    assert source.input.title == "1e3" and source.input.lifetime == 1e-11
    assert source.input.thermal.temperatures.tolist() == [100, 200, 300]
    assert source.input.mesh.grid == [4, 4, 4]
    assert files(source).force_constants.is_file()
    for title in ("no", "null", "~", "0x10", "line\nbreak", "Γ: #x", "  ", "2024-01-01"):
        assert from_mapping(world.quartz() | {"title": title}).input.title == title


ENDLESS: dict = {}
ENDLESS["mesh"] = ENDLESS
WRONG = [
    (world.quartz(mehs={"grid": [4, 4, 4]}), "mehs: unknown key"),
    (world.quartz(lifetime="10 kg"), "lifetime = 10 kg: has the wrong unit"),
    (world.quartz(gradient=float("nan")), "gradient = nan"),
    (world.quartz(crystal__force_constants="missing.yaml"), "crystal.force_constants = "),
    (world.quartz(title=object()), "config: holds more than numbers, text, lists and dicts (a object)"),
    (ENDLESS, "config: holds more"),
    (3, "config = int: give the path"),
    ("missing.yaml", "input = missing.yaml: cannot be read"),
]


@pytest.mark.parametrize("config, line", WRONG, ids=[line.split(":")[0] for _, line in WRONG])
def test_mistakes_are_one_line(tmp_path, config, line):
    """InputError with key, value and fix, no exit of the interpreter."""
    with pytest.raises(InputError) as caught:
        hpcph.run(config, tmp_path / "out")
    assert str(caught.value).startswith(line) and "\n" not in str(caught.value)


def test_one_thread_while_it_runs_and_the_caller_s_afterwards(tmp_path, monkeypatch):
    """BLAS has one thread inside, the caller's number before and after."""
    seen = []
    compute = hpcph.session.compute
    monkeypatch.setattr(
        hpcph.session, "compute", lambda *args, **how: (seen.append(threads()), compute(*args, **how))[1]
    )
    with threadpoolctl.threadpool_limits(limits=2):
        before = threads()
        hpcph.run(world.quartz(**SMALL, bands=world.DROP), tmp_path / "out").close()
        assert before == threads() == {2}
    assert seen == [{1}]


def threads() -> set[int]:
    """Threads of the libraries for linear algebra."""
    return {found["num_threads"] for found in threadpoolctl.threadpool_info() if found["user_api"] == "blas"}


def test_importing_hpcph_imports_nothing_else():
    """Threads can still be chosen after `import hpcph`: no NumPy, no MPI."""
    script = f"import sys, hpcph; hpcph.embedded(); print([m for m in {HEAVY} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_embedded_case_is_there():
    """Its input names force constants that exist beside it."""
    assert hpcph.embedded().name == "quartz.yaml"
    assert (hpcph.embedded().parent / "quartz/phonopy_params.yaml.xz").is_file()
