"""The rooms of the house: who may import what. Read from the sources, nothing is imported."""

import ast
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parents[1] / "hpcph"
FILES = sorted(PACKAGE.rglob("*.py"))
PHYSICS = ("crystal", "phonons", "response", "heat")
MAX_LINES = 320


def room(path: Path) -> str:
    """Folder below hpcph, or the file itself."""
    return path.relative_to(PACKAGE).as_posix().split("/")[0]


def name(path: Path) -> str:
    return path.relative_to(PACKAGE).as_posix()


def imported(tree: ast.AST, path: Path) -> set[str]:
    """Full names of all that a file imports, wherever in it; `from x import y` is x.y."""
    found = set()
    package = ["hpcph", *path.relative_to(PACKAGE).parts[:-1]]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else []
            base = ".".join([*above, *filter(None, [node.module])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in (
            "import_module", "__import__",
        ):  # fmt: skip
            found |= {arg.value for arg in node.args if isinstance(arg, ast.Constant)}
    return found


def module(path: Path) -> str:
    return ".".join(["hpcph", *path.relative_to(PACKAGE).with_suffix("").parts]).removesuffix(".__init__")


IMPORTS = {path: imported(ast.parse(path.read_text(encoding="utf-8")), path) for path in FILES}


def takes(path: Path, *modules: str) -> set[str]:
    """Those of the modules that a file imports, or anything below them."""
    return {m for m in modules for found in IMPORTS[path] if found == m or found.startswith(m + ".")}


def importers(*modules: str) -> set[str]:
    return {name(path) for path in FILES if takes(path, *modules)}


MODULES = {module(path): path for path in FILES}
# where an input or a word of the command line comes in
ENTRANCES = {"hpcph", *(f"hpcph.{m}" for m in ("cli", "entrance", "scaling", "export.options", "figures.choices"))}


def own(found: str) -> str | None:
    """The module of hpcph that a name is or is from."""
    while found and found not in MODULES:
        found = found.rpartition(".")[0]
    return found or None


# without the package itself, which Python begins before any of its modules
GRAPH = {one: {own(found) for found in IMPORTS[path]} - {one, "hpcph", None} for one, path in MODULES.items()}


def reached(start: str) -> set[str]:
    """What a module imports at any remove."""
    seen, new = set(), {start}
    while new:
        seen |= new
        new = set().union(*(GRAPH[m] for m in new)) - seen
    return seen


def test_the_sources_are_found():
    """The rules below speak about real files."""
    assert {"driver.py", "crystal/forceconstants.py", "parallel/comm.py", "output/store.py"} <= {name(p) for p in FILES}
    assert importers("mpi4py") and importers("h5py") and importers("phonopy")


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in PHYSICS], ids=name)
def test_physics_knows_neither_ranks_nor_files(path):
    """crystal, phonons and response import no MPI, no HDF5, no input, no output and nothing above them."""
    rooms = ("parallel", "output", "config", "export", "driver", "conclude", "job", "prepare", "session", "cli")
    above = [f"hpcph.{m}" for m in (*rooms, "plan", "cost", "scaling", "coupling", "prepared", "entrance")]
    assert not takes(path, "mpi4py", "h5py", "pydantic", "pint", "ruamel", "rich", *above)


def test_the_physics_rooms_stand_on_each_other_in_one_direction():
    """crystal → phonons → response → heat."""
    for path in FILES:
        if room(path) == "crystal":
            assert not takes(path, "hpcph.phonons", "hpcph.response"), name(path)
        if room(path) == "phonons":
            assert not takes(path, "hpcph.response"), name(path)
        if room(path) in ("crystal", "phonons", "response"):
            assert not takes(path, "hpcph.heat"), name(path)


def test_phonopy_is_imported_where_files_are_read():
    """Its files are opened, checked and converted in readers/; what they hold becomes arrays in one place."""
    assert {found.split("/")[0] for found in importers("phonopy", "phono3py")} == {"readers", "crystal"}
    assert {n for n in importers("phonopy") if n.startswith("crystal/")} == {"crystal/forceconstants.py"}


@pytest.mark.parametrize("path", [p for p in FILES if room(p) == "readers"], ids=name)
def test_readers_know_nothing_of_hpcph(path):
    """Files of other programs in Å, eV and atomic masses: no ranks, no input, no crystal, no result, HDF5 handed in."""
    assert not takes(path, "mpi4py", "h5py", "pydantic", "pint", "ruamel", "rich")
    own = {"hpcph", "hpcph.readers", "hpcph.errors", "hpcph.constants"}
    used = {".".join(found.split(".")[:2]) for found in IMPORTS[path] if found.split(".")[0] == "hpcph"}
    assert used <= own


def test_petsc_is_imported_in_one_file_and_only_when_it_is_used():
    """petsc4py inside functions: runs without a sample or a collision matrix need none."""
    assert importers("petsc4py") == {"petsc.py"}
    tree = ast.parse((PACKAGE / "petsc.py").read_text(encoding="utf-8"))
    assert not any("petsc4py" in ast.dump(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))


def test_mpi_is_imported_in_one_room():
    """mpi4py in parallel/, which names the world communicator once."""
    assert {found.split("/")[0] for found in importers("mpi4py")} == {"parallel"}
    named = [
        name(p)
        for p in FILES
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and node.attr in ("COMM_WORLD", "COMM_SELF")
    ]
    assert named == ["parallel/comm.py"]


def test_hdf5_is_imported_for_output_only():
    """h5py in output/."""
    assert {found.split("/")[0] for found in importers("h5py")} == {"output"}


def test_validation_stays_with_the_input():
    """pydantic, pint and the YAML reader are needed in config/ alone."""
    assert {found.split("/")[0] for found in importers("pydantic", "pint", "ruamel")} <= {"config"}


def test_imports_run_in_no_circle():
    """Whatever a module needs, at its top, in a function or for types alone, can be read before it."""
    assert GRAPH["hpcph.driver"] >= {"hpcph.job", "hpcph.output.undo", "hpcph.parallel.comm"}
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as circle:
        pytest.fail(" ← ".join(circle.args[1]))


def test_the_input_ends_in_prepare():
    """hpcph.config is for entrances, for prepare and for what prepare alone imports; a run goes by its Job."""
    preparing, users = {"hpcph.prepare"}, {m: {user for user in GRAPH if m in GRAPH[user]} for m in GRAPH}
    while more := {m for m in GRAPH if users[m] and users[m] <= preparing} - preparing:
        preparing |= more
    know = {m for m in GRAPH if takes(MODULES[m], "hpcph.config") and not m.startswith("hpcph.config")}
    assert know <= ENTRANCES | preparing and "hpcph.source_feedback" in know & preparing
    assert not {m for m in reached("hpcph.driver") if m.startswith("hpcph.config")}


def test_lower_rooms_do_not_know_the_driver():
    """Nothing below imports the story of the run, the commands or Python's entrance."""
    above = importers("hpcph.driver", "hpcph.cli", "hpcph.scaling", "hpcph.session")
    assert above <= {"cli.py", "__main__.py", "session.py", "__init__.py"}


@pytest.mark.parametrize("path", FILES, ids=name)
def test_files_are_short_and_say_what_they_are(path):
    """A file fits in a head, and opens with a docstring."""
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_LINES
    assert ast.get_docstring(ast.parse(text))


def test_no_room_for_leftovers():
    """No utils, helpers, misc or common."""
    assert not {p.stem for p in FILES} & {"utils", "util", "helpers", "misc", "common"}


def test_a_rank_loads_only_what_it_needs():
    """What rank 0 alone reads, checks and draws with, 256 ranks do not import: SciPy would cost each of them 13 MB."""
    rank_0 = ("scipy", "phonopy", "pydantic", "pint", "ruamel", "xarray", "matplotlib", "plotly", "ase", "spglib")
    rank_0 += ("petsc4py",)  # whoever has no sample
    program = f"import sys, hpcph.cli, hpcph.driver; print(*set({rank_0!r}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
