"""The rooms of the house: who may import what. Read from the sources, nothing is imported."""

import ast
import re
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
ENTRANCES = {
    "hpcph",
    *(
        f"hpcph.{m}"
        for m in ("cli", "prepare.entrance", "prepare.proposal", "cost.scaling", "export.options", "figures.choices")
    ),
    *(f"hpcph.survey.{m}" for m in ("template", "find", "effort")),
}


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
    assert {"workflow/driver.py", "crystal/dynamical.py", "parallel/comm.py", "result/store.py"} <= {
        name(p) for p in FILES
    }
    assert importers("mpi4py") and importers("h5py") and importers("phonopy")


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in PHYSICS], ids=name)
def test_physics_knows_neither_ranks_nor_files(path):
    """crystal, phonons, response and heat import no MPI, no HDF5, no files, no input and nothing above them."""
    rooms = (
        "config",
        "prepare",
        "workflow",
        "readers",
        "result",
        "disk",
        "show",
        "export",
        "figures",
        "report",
        "cost",
    )
    ranks = ("parallel.comm", "parallel.schedule", "parallel.signals")
    above = [f"hpcph.{m}" for m in (*rooms, *ranks, "cli", "session")]
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
    """Its files are opened, checked and converted in readers/; what they hold becomes arrays in one place, atoms are
    displaced in another, and its files written in a third."""
    found = importers("phonopy", "phono3py")
    outside = {"prepare/forceconstants.py", "potential/supercells.py", "export/phonopy.py"}
    assert {n for n in found if not n.startswith("readers/")} == outside and len(found) > len(outside)


@pytest.mark.parametrize("path", [p for p in FILES if room(p) == "readers"], ids=name)
def test_readers_know_files_and_crystals_alone(path):
    """No ranks, no input, no sums, no run; HDF5 in one file, and what guards all reading of it."""
    assert not takes(path, "mpi4py", "pydantic", "pint", "ruamel", "rich")
    assert not takes(path, "h5py") or name(path) == "readers/hdf5.py"
    known = {"hpcph", *(f"hpcph.{m}" for m in ("readers", "errors", "constants", "crystal", "phonons", "disk"))}
    used = {".".join(found.split(".")[:2]) for found in IMPORTS[path] if found.split(".")[0] == "hpcph"}
    assert used <= known


def test_petsc_is_imported_in_one_file_and_only_when_it_is_used():
    """petsc4py inside functions: runs without a sample or a collision matrix need none."""
    assert importers("petsc4py") == {"parallel/petsc.py"}
    tree = ast.parse((PACKAGE / "parallel/petsc.py").read_text(encoding="utf-8"))
    assert not any("petsc4py" in ast.dump(node) for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom))


def test_mpi_is_imported_in_one_room():
    """mpi4py in parallel/, which names the world communicator once."""
    assert {found.split("/")[0] for found in importers("mpi4py")} == {"parallel"}
    named = [
        name(p)
        for p in FILES
        for node in ast.walk(ast.parse(p.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and ast.unparse(node) in ("MPI.COMM_WORLD", "MPI.COMM_SELF")
    ]
    assert named == ["parallel/comm.py"]


def test_hdf5_is_imported_where_files_are():
    """h5py in result/ and disk/, where foreign files are read, and where results of many crystals are gathered."""
    assert {found.split("/")[0] for found in importers("h5py")} == {"result", "disk", "readers", "survey"}


def test_validation_stays_with_the_input():
    """pydantic, pint and the YAML reader are needed in config/ alone."""
    assert {found.split("/")[0] for found in importers("pydantic", "pint", "ruamel")} <= {"config"}


def test_imports_run_in_no_circle():
    """Whatever a module needs, at its top, in a function or for types alone, can be read before it."""
    assert GRAPH["hpcph.workflow.driver"] >= {"hpcph.workflow.job", "hpcph.disk.undo", "hpcph.parallel.comm"}
    try:
        TopologicalSorter(GRAPH).prepare()
    except CycleError as circle:
        pytest.fail(" ← ".join(circle.args[1]))


def test_rooms_stand_on_each_other():
    """No room needs one that needs it: there is an order in which they can be understood."""
    rooms: dict[str, set[str]] = {}
    for one, needed in GRAPH.items():
        rooms.setdefault(one.split(".")[1] if "." in one else one, set()).update(
            found.split(".")[1] for found in needed if found.split(".")[1] != one.partition(".")[2].partition(".")[0]
        )
    assert rooms["workflow"] >= {"result", "response", "parallel"}
    try:
        TopologicalSorter(rooms).prepare()
    except CycleError as circle:
        pytest.fail(" ← ".join(circle.args[1]))


def test_names_of_a_result_are_used_not_spelled():
    """Figures, page and exports take them from the quantities."""
    from hpcph.result import catalogue

    names = {quantity.variable for quantity in catalogue.quantities() if "_" in quantity.variable}
    assert len(names) > 150
    spelled = {
        (name(path), node.value)
        for path in FILES
        if room(path) in ("figures", "report", "export", "show")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and node.value in names
    }
    assert not spelled


def test_names_of_a_result_are_not_put_together():
    """Nor from parts, such as f"sample_{name}"."""
    from hpcph.result import catalogue

    names, composed = {quantity.variable for quantity in catalogue.quantities()}, set()
    for path in FILES:
        if room(path) in ("figures", "report", "export", "show"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.JoinedStr):
                    parts = [str(part.value) if isinstance(part, ast.Constant) else None for part in node.values]
                    pattern = "".join("[a-z_]+" if part is None else re.escape(part) for part in parts)
                    spelled = re.search("[a-z]", pattern.replace("[a-z_]+", ""))
                    if spelled and any(re.fullmatch(pattern, one) for one in names):
                        composed.add((name(path), node.lineno))
    assert not composed


def test_rooms_hide_none_of_python_s_entrances():
    """A room that is imported becomes an attribute of the package: `hpcph.run` would no longer be a function."""
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    entrances = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    assert {"run", "open", "embedded"} <= entrances and not entrances & {
        room(path).removesuffix(".py") for path in FILES
    }


def test_few_modules_stand_outside_of_rooms():
    """At most six at the top."""
    assert len([path for path in FILES if path.parent == PACKAGE]) <= 6


def test_a_name_means_one_thing():
    """No two classes of one name."""
    classes = [
        node.name
        for path in FILES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef)
    ]
    assert sorted(classes) == sorted(set(classes)) and len(classes) > 100


def test_the_input_ends_in_prepare():
    """hpcph.config is for entrances, for prepare and for what prepare alone imports; a run goes by its Job, a look at
    files by what look gives."""
    preparing, users = (
        {"hpcph.prepare.job", "hpcph.prepare.look"},
        {m: {user for user in GRAPH if m in GRAPH[user]} for m in GRAPH},
    )
    while more := {m for m in GRAPH if users[m] and users[m] <= preparing} - preparing:
        preparing |= more
    know = {m for m in GRAPH if takes(MODULES[m], "hpcph.config") and not m.startswith("hpcph.config")}
    assert know <= ENTRANCES | preparing and "hpcph.prepare.feedback" in know & preparing
    assert not {m for m in reached("hpcph.workflow.driver") if m.startswith("hpcph.config")}


def test_lower_rooms_do_not_know_the_driver():
    """Nothing below imports the story of the run, the commands or Python's entrance; a survey is many runs."""
    above = importers("hpcph.workflow.driver", "hpcph.cli", "hpcph.cost.scaling", "hpcph.session")
    assert above <= {"cli.py", "__main__.py", "session.py", "__init__.py", "survey/compute.py"}


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
    rank_0 += ("petsc4py", "h5py", "rich", "hpcph.readers", "hpcph.boltzmann", "hpcph.heat")  # whoever has none of it
    program = f"import sys, hpcph.cli, hpcph.workflow.driver; print(*set({rank_0!r}) & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
