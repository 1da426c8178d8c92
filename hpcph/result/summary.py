"""summary.json: what a run says in the end, for other programs; which quantities, their rows say (`closing`).

Vectors and tensors are there by their component along the axis. docs/summary.schema.json describes the file.
"""

import json
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hpcph.disk.draft import draft
from hpcph.result.catalogue import quantities
from hpcph.result.quantity import ERRORS, Quantity

NAME = "summary.json"
FORMAT = 1
SAMPLE = "cartesian_sample"  # the frame of a sample, whose z is the axis


def describe(result: Path) -> None:
    """Write the summary of a complete result beside it, at once."""
    with h5py.File(result, "r") as file, draft(result.with_name(NAME)) as temporary:
        text = json.dumps(document(file), ensure_ascii=False, allow_nan=False, indent=1)
        temporary.write_text(f"{text}\n", encoding="utf-8")


def document(file: h5py.File) -> dict[str, Any]:
    """The content."""
    known = {**file["/crystal"].attrs, **file["/provenance"].attrs}
    axis = np.asarray(known["axis"], float)
    held = [quantity for quantity in quantities() if quantity.closing and quantity.path in file]
    measured = dict.fromkeys(axis for quantity in held for axis in _axes(quantity))
    return {
        "format": FORMAT,
        **{name: known[name] for name in ("hpcph", "title", "formula", "space_group", "fingerprint", "sha256")},
        "axis": axis.tolist(),
        **({"feedback_scale": float(known["feedback_scale"])} if "feedback_scale" in known else {}),
        "axes": {_name(path): _numbers(file[path]) for path in measured},
        "quantities": {quantity.variable: _entry(file, quantity, axis) for quantity in held},
    }


def _entry(file: h5py.File, quantity: Quantity, axis: np.ndarray) -> dict[str, Any]:
    """A quantity with its errors by kind."""
    dataset = file[quantity.path]
    beside = {kind: error for kind in ERRORS if (error := f"{quantity.path}_{kind}") in file}
    return {
        "description": dataset.attrs["description"],
        "unit": dataset.attrs["unit"],
        "axes": [_name(path) for path in _axes(quantity)],
        "values": _plain(_along(dataset[()], quantity, axis).tolist()),
        "errors": {
            kind: _plain(_along(file[path][()], quantity, np.abs(axis)).tolist()) for kind, path in beside.items()
        },
    }


def _axes(quantity: Quantity) -> list[str]:
    """Those that are left of a component along the axis."""
    return [path for path, name in zip(quantity.axes, quantity.axis_names, strict=True) if not _is_direction(name)]


def _along(values: np.ndarray, quantity: Quantity, axis: np.ndarray) -> np.ndarray:
    """The component along the axis; directions are the last axes."""
    for name in filter(_is_direction, reversed(quantity.axis_names)):
        values = values @ (np.array([0.0, 0.0, 1.0]) if name == SAMPLE else axis)
    return values


def _is_direction(name: str) -> bool:
    return name.startswith("cartesian")


def _name(path: str) -> str:
    return path.rpartition("/")[2]


def _numbers(dataset: h5py.Dataset) -> dict[str, Any]:
    return {"unit": dataset.attrs["unit"], "values": dataset[...].tolist()}


def _plain(values: list | float) -> Any:
    """null where there is no number."""
    if isinstance(values, list):
        return [_plain(value) for value in values]
    return values if np.isfinite(values) else None
