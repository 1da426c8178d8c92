"""docs/reference/outputs.md: every dataset that runs write, read off their results and kept by nobody.

make docs
"""

import tempfile
from collections import defaultdict
from pathlib import Path

import collisions
import h5py
import made_pages
from heat.samples import CYLINDER
from parallel import world

from hpcph.show.numbers import SOURCES

PAGE = made_pages.DOCS / "reference/outputs.md"
HEAD = ("dataset (axes)", "unit", "errors", "what it is")
GRID = (1, 1, 3)


def inputs(folder: Path) -> list[dict]:
    """All sections with one relaxation time, and the Boltzmann equation with interband parts beside it."""
    matrix = collisions.irreducible("embedded", GRID, *collisions.made_up("embedded", GRID))
    path = collisions.write(folder / "collisions.hdf5", *matrix)
    beside = collisions.beside(folder / "kappa.hdf5", "embedded", GRID)
    mesh, lifetime = {"grid": list(GRID), "shift": [0, 0, 0]}, {"collision_matrix": str(path), "phono3py": str(beside)}
    maps = dict.fromkeys(("optics", "bands", "slices", "orbits", "spectrum", "feedback", "modes"), world.DROP)
    solved = world.quartz(**maps, lifetime=lifetime, mesh=mesh, temperature=collisions.T.tolist())
    heated = world.quartz(
        elasticity={},
        field={"magnetic": "9 T"},
        sample=CYLINDER | {"threshold": True},
        temperature=["100 K", "290 K", "300 K", "600 K"],
    )
    return [heated, solved]


def datasets(path: Path) -> dict[str, tuple[list[str], str, str]]:
    """Axes, unit and description of every dataset of a result, but for counters of axes."""
    found = {}
    with h5py.File(path, "r") as file:

        def add(name: str, item) -> None:
            if isinstance(item, h5py.Dataset):
                axes = [dim[0].name.rsplit("/", 1)[1] if len(dim) else name.rpartition("/")[2] for dim in item.dims]
                if not item.attrs["description"].startswith("index of"):
                    found[f"/{name}"] = axes, item.attrs["unit"], item.attrs["description"]

        file.visititems(add)
    return found


def attributes(path: Path) -> dict[str, set[str]]:
    """Names of those that stand at the groups of a result."""
    with h5py.File(path, "r") as file:
        return {f"/{name}": set(group.attrs) for name, group in file.items() if isinstance(group, h5py.Group)}


def parts(folder: Path) -> dict[str, str]:
    """A table of the datasets of every group, and its attributes; the group of a path is its first part."""
    found: dict[str, tuple[list[str], str, str]] = {}
    named = defaultdict(set)
    for number, data in enumerate(inputs(folder)):
        own = folder / str(number)
        own.mkdir()
        path = world.result(own, data)
        found = datasets(path) | found
        for group, names in attributes(path).items():
            named[group] |= names
    rows = defaultdict(list)
    for name in sorted(found):
        plain = name.removesuffix("_error").removesuffix("_lattice")
        if plain == name or plain not in found:
            axes, unit, text = found[name]
            errors = [source for kind, source in SOURCES.items() if f"{name}_{kind}" in found]
            group = name.rpartition("/")[0] and "/" + name.split("/")[1]
            shown = f"`{name}`" + (f" ({', '.join(axes)})" if axes else "")
            rows[group or "/"].append((shown, unit, ", ".join(errors), text))
    made = {group: made_pages.table(HEAD, lines) for group, lines in rows.items()}
    listed = {
        group: f"Attributes: {', '.join(f'`{name}`' for name in sorted(names))}." for group, names in named.items()
    }
    told = {group for group, names in named.items() if names}
    return {g: "\n\n".join(filter(None, [made.get(g, ""), listed[g] if g in told else ""])) for g in made.keys() | told}


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        made_pages.fill(PAGE, parts(Path(folder)))
