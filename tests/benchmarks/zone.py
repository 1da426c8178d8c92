"""γ^LL at 20 nm without scale, both channels, and γ^NL along the axis for τ = 1 s, by mesh, shift and refinement at Γ.

python tests/benchmarks/zone.py INPUT.yaml [--largest 96] [--keep]     (not collected by pytest; nothing is asserted)

--keep puts the rows into docs/measured/zone.json, which the page on accuracy shows. Of the input the crystal and the
axis are taken. 96³ points with the shift (½, ½, ½) take minutes on one core.
"""

# ruff: noqa: E402  (threads are set before NumPy is loaded)
from hpcph.parallel import threads

threads.pin()

import argparse
import tempfile
from contextlib import chdir, redirect_stdout
from io import StringIO
from pathlib import Path

import measured

import hpcph

TEMPERATURES = (20, 300)  # K
SHIFTS = {"(0, 0, ½)": [0, 0, 0.5], "(½, ½, ½)": [0.5, 0.5, 0.5]}
MESHES = (  # divisions, shift, refine_gamma
    *((n, "(0, 0, ½)", 0) for n in (24, 48, 96)),
    *((n, "(½, ½, ½)", 0) for n in (24, 48, 64, 96)),
    *((n, "(0, 0, ½)", 5) for n in (24, 34, 72)),
)
SHOWN = {"γ^D": "feedback_gamma_ll_diagonal", "γ^OD": "feedback_gamma_ll_off_diagonal"}


def measure(asked: dict, folder: Path, divisions: int, shift: str, levels: int) -> measured.Row:
    """A row of the table."""
    mesh = {"grid": [divisions] * 3, "shift": SHIFTS[shift], "refine_gamma": levels}
    with redirect_stdout(StringIO()):
        result = hpcph.run(asked | {"mesh": mesh}, output=folder / f"{divisions}_{shift}_{levels}")
    row: measured.Row = {"mesh": f"{divisions}³ {shift}" + (f", {levels} levels" if levels else "")}
    with result:
        row["points"] = int(result.attrs["mesh_points"])
        for at in TEMPERATURES:
            here = result.sel(temperature=at)
            for name, variable in SHOWN.items():
                row[f"{name}, {at} K"] = here[variable].item()
            row[f"γ^NL, {at} K"] = here.convergence_gamma_nl[-1].item()
    return row


def limit(one: tuple[int, measured.Row], other: tuple[int, measured.Row], shift: str) -> measured.Row:
    """1/N → 0 of both channels, from two even meshes by their divisions: errors fall like 1/N there."""
    (n, coarse), (m, fine) = one, other
    found = {name: (m * fine[name] - n * coarse[name]) / (m - n) for name in fine if name.startswith(tuple(SHOWN))}
    return {"mesh": f"{n}³, {m}³ {shift}, 1/N → 0", "points": None} | found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("input", type=Path, metavar="INPUT.yaml")
    parser.add_argument("--largest", type=int, default=96, help="divisions of the finest mesh (96)")
    parser.add_argument("--keep", action="store_true", help="keep the rows for the page on accuracy")
    given = parser.parse_args()
    from hpcph.config.load import load

    source = load(given.input)
    title = source.input.title or given.input.stem
    asked = {
        "crystal": source.data["crystal"],
        "axis": source.data.get("axis", [0, 0, 1]),
        "temperature": list(TEMPERATURES),
        "lifetime": 1.0,
        "magnetization": False,
        "displacement": False,
        "feedback": {"sample": {"radius": "20 nm"}},
    }
    with tempfile.TemporaryDirectory() as folder, chdir(given.input.parent):  # where its paths begin
        wanted = [mesh for mesh in MESHES if mesh[0] <= given.largest]
        found = {mesh: measure(asked, Path(folder), *mesh) for mesh in wanted}
    rows = list(found.values())
    for shift in SHIFTS:
        *_, one, other = [(0, {}), (0, {}), *((mesh[0], row) for mesh, row in found.items() if mesh[1:] == (shift, 0))]
        rows += [limit(one, other, shift)] if one[1] else []
    rows = [{"crystal": title, **row} for row in rows]
    for row in rows:
        print(*(f"{column} {measured.rounded(value, 4)}" for column, value in row.items()), sep="   ")
    if given.keep:
        measured.keep("zone", rows, by=["crystal", "mesh"], digits=4)
