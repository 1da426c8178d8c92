"""The row of one crystal: numbers of its result, or the reason why there is none; a file in the crystal's folder."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.disk.draft import draft
from hpcph.phonons.modes import ZERO
from hpcph.response.tensors import GAMMA_N
from hpcph.result.tensors import ROTATION_PAM_DENSITY, THERMAL_CONDUCTIVITY, THERMAL_GAMMA_NL, quantity
from hpcph.survey.columns import COLUMNS, TAKEN
from hpcph.survey.finished import Finished
from hpcph.survey.table import ColumnKind

NAME, FORMAT = "row.json", 1
MOST = 1 << 24  # bytes
DONE, PARTIAL, FAILED = "done", "partial", "failed"
TENSORS = {  # at every temperature
    "gamma_nl": THERMAL_GAMMA_NL,
    "conductivity": THERMAL_CONDUCTIVITY,
    "susceptibility": ROTATION_PAM_DENSITY,
    "magnetization": quantity(GAMMA_N, GAMMA_N.stored[0]),
}
KINDS = ("", "_error", "_lattice_error")  # a number, and its errors


@dataclass(frozen=True)
class Row:
    """What a survey knows of a crystal.

    about : columns that no result says; values : columns of the result, NaN where there is no number
    temperature : (t,) K; tensors : (t, 3, 3) by name, errors beside them, as lists
    fingerprint : of everything that decides the row; equal ones, equal rows
    """

    fingerprint: str
    about: Mapping[str, Any]
    values: Mapping[str, Any] = field(default_factory=dict)
    temperature: list[float] = field(default_factory=list)
    tensors: Mapping[str, list] = field(default_factory=dict)

    @property
    def status(self) -> str:
        """done, partial or failed."""
        return str(self.about["status"])


def fingerprint(identity: Mapping[str, str]) -> str:
    """One hash of what decides a row, by name."""
    return hashlib.sha256(repr(sorted(identity.items())).encode()).hexdigest()


def failed(known: str, about: Mapping[str, Any], reason: str, unstable: bool) -> Row:
    """The row of a crystal without a result."""
    return Row(known, {**about, "status": FAILED, "reason": reason, "stability": "unstable" if unstable else ""})


def of(known: str, about: Mapping[str, Any], result: Path, structure: Structure, left_out: str) -> Row:
    """The row of a finished result.h5.

    structure : that of the run, with its group; left_out : which sections, and why
    """
    with h5py.File(result, "r") as file:
        seen = Finished(file, structure)
        values: dict[str, Any] = {}
        for taken in TAKEN:
            found = taken.take(seen)
            if taken.column.errors:
                values |= {f"{taken.column.name}{kind}": float(x) for kind, x in zip(KINDS, found, strict=True)}
            else:
                values[taken.column.name] = found
        tensors = {
            f"{name}{kind}": part.tolist()
            for name, kept in TENSORS.items()
            if kept in seen
            for kind, part in zip(KINDS, (seen.of(kept), *seen.errors(kept)), strict=True)
        }
        modes, lowest = values["unstable_modes"], values["lowest_frequency"]
        unstable = bool(modes > 0 or 2 * np.pi * lowest < -ZERO)
        looked = np.isfinite(modes) or np.isfinite(lowest)
        own = {
            "status": PARTIAL if left_out else DONE,
            "reason": left_out,
            "stability": "unstable" if unstable else "stable" if looked else "",
            "program": str(seen.attributes["hpcph"]),
            "sha256": str(seen.attributes["sha256"]),
        }
        return Row(known, {**about, **own}, values, seen.temperature.tolist(), tensors)


def save(row: Row, folder: Path) -> None:
    """Write the row, whole or not at all. Raises OSError."""
    text = json.dumps({"format": FORMAT, **asdict(row)}, default=_plain, ensure_ascii=False)
    with draft(folder / NAME) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")


def load(folder: Path) -> Row | None:
    """The row of a crystal; None where there is none that is whole and of this folder. No link is followed."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            held = json.loads(file.read(MOST))
        known = {name: held[name] for name in ("fingerprint", "about", "values", "temperature", "tensors")}
        found = Row(**known)
        return found if held["format"] == FORMAT and _is_sound(found, folder.name) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _is_sound(row: Row, name: str) -> bool:
    """Does a table take everything that a row says? Raises what says no, too."""
    said, shape = {**row.values, **row.about}, (len(row.temperature), 3, 3)
    kinds = {
        f"{column.name}{kind}": str if column.kind is ColumnKind.TEXT else (int, float)
        for column in COLUMNS
        for kind in (KINDS if column.errors else KINDS[:1])
    }
    return (
        said["name"] == name
        and said["status"] in (DONE, PARTIAL, FAILED)
        and said["ranks"] >= 1
        and np.isfinite(said["seconds"])
        and all(isinstance(value, kinds[key]) for key, value in said.items() if key in kinds)
        and np.array(row.temperature, float).ndim == 1
        and all(np.array(values, float).shape == shape for values in row.tensors.values())
    )


def _plain(value: Any) -> Any:
    """NumPy's numbers as Python's."""
    return value.item()
