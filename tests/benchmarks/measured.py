"""What benchmarks measure, kept in docs/measured/NAME.json with machine, date, versions and commit; pages show it.

A file has runs; a run has the command that made its rows, and rows are of columns by name.
"""

import json
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from datetime import date
from importlib.metadata import version
from pathlib import Path
from typing import Any

from hpcph.parallel.kernels import own

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs/measured"
LIBRARIES = ("numpy", "scipy", "phonopy")
DIGITS = 3  # of times and ratios, which scatter by some per cent
Row = dict[str, Any]


def keep(name: str, rows: Sequence[Row], by: Sequence[str], ranks: int = 1, digits: int = DIGITS) -> None:
    """Put rows into a file in the place of those that are the same in the columns `by`."""
    new = [{column: rounded(value, digits) for column, value in row.items()} for row in rows]
    known = {tuple(row.get(column) for column in by) for row in new}
    old = [
        {**run, "rows": [row for row in run["rows"] if tuple(row.get(column) for column in by) not in known]}
        for run in read(name)
    ]
    runs, here = [run for run in old if run["rows"]], origin(ranks)
    if runs and {**runs[-1], "rows": []} == {**here, "rows": []}:  # a row more of the same run
        new = runs.pop()["rows"] + new
    text = json.dumps([*runs, {**here, "rows": new}], ensure_ascii=False, indent=1)
    FOLDER.mkdir(exist_ok=True)
    (FOLDER / f"{name}.json").write_text(f"{text}\n", encoding="utf-8")


def read(name: str) -> list[dict[str, Any]]:
    """The runs of a file, none where it is not there."""
    path = FOLDER / f"{name}.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def rounded(value: Any, digits: int = DIGITS) -> Any:
    """A measured number without the digits that the next run would not have."""
    return float(f"{value:.{digits}g}") if isinstance(value, float) else value


def origin(ranks: int) -> dict[str, Any]:
    """Where, when and with what the rows of this program are measured."""
    launch = f"mpirun -n {ranks} " if ranks > 1 else ""
    script = os.path.relpath(sys.argv[0], ROOT)
    return {
        "command": f"{launch}python {shlex.join([script, *sys.argv[1:]])}",
        "date": date.today().isoformat(),
        "machine": f"{processor()}, {os.cpu_count()} cores",
        "versions": {**{library: version(library) for library in LIBRARIES}, "kernels": str(own())},
        "commit": commit(),
    }


def processor() -> str:
    """Its name, as Linux tells it."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    return next((line.partition(": ")[2].strip() for line in lines if line.startswith("model name")), "unknown")


def commit() -> str:
    """That of the sources, with a word where they are changed."""
    name = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True).stdout
    changed = subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "--", "hpcph"], cwd=ROOT, capture_output=True
    ).returncode
    return (name.strip() or "unknown") + (" with changes" if changed else "")
