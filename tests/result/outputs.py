"""docs/reference/outputs.md: every dataset that runs write, read off their results and kept by nobody.

make docs
"""

import sys
import tempfile
from pathlib import Path

import collisions
import h5py
from heat.samples import CYLINDER
from parallel import world

PAGE = world.ROOT / "docs/reference/outputs.md"
HEAD = """# Datasets of result.h5

Written by `make docs` from the results of small runs; README.md groups the same names by what they are for.
Axes that begin with `cartesian` are x, y, z; those that are not listed count from 0. Of a layer there
are `/crystal/area` and, beside what is per volume of the crystal, `…_per_area`, in the unit times a metre.

| dataset | axes | unit | what it is |
|---|---|---|---|
"""
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


def rows(path: Path) -> dict[str, str]:
    """A line of the table for every dataset of a result."""
    found = {}
    with h5py.File(path, "r") as file:

        def add(name: str, item) -> None:
            if isinstance(item, h5py.Dataset):
                axes = [dim[0].name.rsplit("/", 1)[1] if len(dim) else name.rpartition("/")[2] for dim in item.dims]
                unit, text = (item.attrs[key].replace("|", "\\|") for key in ("unit", "description"))
                if not text.startswith("index of"):
                    found[f"/{name}"] = f"| `/{name}` | {', '.join(axes)} | {unit} | {text} |"

        file.visititems(add)
    return found


def page(folder: Path) -> str:
    """The whole page."""
    found: dict[str, str] = {}
    for number, data in enumerate(inputs(folder)):
        own = folder / str(number)
        own.mkdir()
        found = rows(world.result(own, data)) | found
    return HEAD + "\n".join(found[name] for name in sorted(found)) + "\n"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(page(Path(folder)), encoding="utf-8")
    sys.exit(0)
