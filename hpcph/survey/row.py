"""The row of one crystal: numbers of its result, or the reason why there is none; a file in the crystal's folder."""

import hashlib
import json
import math
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hpcph.crystal.lattice import Structure
from hpcph.disk.draft import draft
from hpcph.errors import printable
from hpcph.phonons.modes import ZERO
from hpcph.response.tensors import GAMMA_N
from hpcph.result.tensors import ROTATION_PAM_DENSITY, THERMAL_CONDUCTIVITY, THERMAL_GAMMA_NL, quantity
from hpcph.survey.columns import OF_CRYSTAL, TAKEN, variables
from hpcph.survey.finished import Finished
from hpcph.survey.table import ColumnKind

NAME, FORMAT = "row.json", 1
MOST = 1 << 24  # bytes
STATUSES = DONE, PARTIAL, FAILED = "done", "partial", "failed"
TENSORS = {  # at every temperature
    "gamma_nl": THERMAL_GAMMA_NL,
    "conductivity": THERMAL_CONDUCTIVITY,
    "susceptibility": ROTATION_PAM_DENSITY,
    "magnetization": quantity(GAMMA_N, GAMMA_N.stored[0]),
}
KINDS = ("", "_error", "_lattice_error")  # a number, and its errors
COLUMN_KINDS = {name: column.kind for column, name, _ in variables()}


@dataclass(frozen=True)
class Row:
    """What a survey knows of a crystal.

    about : columns that no result says; values : columns of the result, None where there is no number
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


def failed(known: str, about: Mapping[str, Any], reason: str, structure: Structure | None, unstable: bool) -> Row:
    """The row of a crystal without a result; structure : None where not even that is known."""
    own = {"status": FAILED, "reason": reason, "stability": "unstable" if unstable else ""}
    return Row(known, _written({**about, **own}), _written(_of_crystal(structure)) if structure else {})


def of(known: str, about: Mapping[str, Any], result: Path, structure: Structure, left_out: str) -> Row:
    """The row of a finished result.h5.

    structure : that of the run, with its group; left_out : which sections, and why
    """
    with h5py.File(result, "r") as file:
        seen = Finished(file, structure)
        values = _of_crystal(structure)
        for taken in TAKEN:
            found = taken.take(seen)
            if taken.column.errors:
                values |= {f"{taken.column.name}{kind}": float(x) for kind, x in zip(KINDS, found, strict=True)}
            else:
                values[taken.column.name] = found
        tensors = {
            f"{name}{kind}": _written(part.tolist())
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
            "fingerprint": str(seen.attributes["fingerprint"]),
            "sha256": str(seen.attributes["sha256"]),
        }
        return Row(known, _written({**about, **own}), _written(values), seen.temperature.tolist(), tensors)


def _of_crystal(structure: Structure) -> dict[str, Any]:
    """Columns that no computation is needed for."""
    return {taken.column.name: taken.take(structure) for taken in OF_CRYSTAL}


def save(row: Row, folder: Path) -> None:
    """Write the row, whole or not at all. Raises OSError."""
    text = json.dumps({"format": FORMAT, **asdict(row)}, ensure_ascii=False, allow_nan=False)
    with draft(folder / NAME) as temporary:
        temporary.write_text(f"{text}\n", encoding="utf-8")


def load(folder: Path) -> Row | None:
    """The row of the crystal that has this folder; None where there is none that is whole."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        with os.fdopen(descriptor, encoding="utf-8") as file:
            held = json.loads(file.read(MOST))
        found = Row(**{name: held[name] for name in ("fingerprint", "about", "values", "temperature", "tensors")})
        return found if held["format"] == FORMAT and _is_whole(found, folder.name) else None
    except (OSError, ValueError, KeyError, TypeError, AttributeError, OverflowError, RecursionError):
        return None


def _written(value: Any) -> Any:
    """Plain values for a file: text as one line that may be shown, None where there is no number."""
    if isinstance(value, Mapping):
        return {name: _written(one) for name, one in value.items()}
    if isinstance(value, list):
        return [_written(one) for one in value]
    if isinstance(value, str):
        return printable(" ".join(value.splitlines()))
    plain = value.item() if isinstance(value, np.generic) else value
    return None if isinstance(plain, float) and not math.isfinite(plain) else plain


def _is_whole(row: Row, name: str) -> bool:
    """Is it the row of that crystal, with values as the columns have them?"""
    known = isinstance(row.fingerprint, str) and row.about["name"] == name and row.status in STATUSES
    told = row.about["seconds"] is not None and row.about["ranks"] >= 1
    values = {**row.values, **row.about}.items()
    like = all(_is_of(value, COLUMN_KINDS[one]) for one, value in values if one in COLUMN_KINDS)
    kelvin = np.array([float(one) for one in row.temperature])
    whole = [_numbers(part).shape == (len(kelvin), 3, 3) for part in row.tensors.values()]
    return known and told and like and bool(np.isfinite(kelvin).all()) and all(whole)


def _is_of(value: Any, kind: ColumnKind) -> bool:
    """May a value stand in a column of a kind?"""
    if kind is ColumnKind.TEXT:
        return isinstance(value, str) and value == _written(value)
    if kind is ColumnKind.FLAG:
        return isinstance(value, bool)
    if value is None:
        return True
    number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return number and (kind is ColumnKind.NUMBER or float(value).is_integer())


def _numbers(values: list) -> np.ndarray:
    """Nested lists of numbers and None as an array; raises ValueError or TypeError where they are none."""
    found = np.array(values, object)
    if not all(_is_of(one, ColumnKind.NUMBER) for one in found.flat):
        raise TypeError("no numbers")
    return found
