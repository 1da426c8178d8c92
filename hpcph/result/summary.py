"""summary.json: what a run says in the end, for other programs; which quantities, their rows say (`closing`).

Vectors and tensors are there by their component along the axis, 0 where symmetry forbids it; tensors, and vectors that
a gradient makes, by what symmetry leaves of them as well. docs/summary.schema.json describes the file.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from hpcph.disk.draft import draft
from hpcph.response import independent
from hpcph.result.catalogue import quantities
from hpcph.result.crystal import CRYSTAL_POINT_GROUP
from hpcph.result.quantity import ERRORS, Quantity
from hpcph.result.tensors import DRIVEN, TENSORS

NAME = "summary.json"
FORMAT = 1
Part = Callable[[np.ndarray], np.ndarray]
SAMPLE = "cartesian_sample"  # the frame of a sample, whose z is the axis


@dataclass(frozen=True)
class Components:
    """Is there none along the axis? Of the others by name, how they are taken of numbers, and of their errors."""

    forbidden: bool
    parts: dict[str, tuple[Part, Part]]


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
    dataset, components = file[quantity.path], _components(file, quantity, axis)
    beside = {kind: error for kind in ERRORS if (error := f"{quantity.path}_{kind}") in file}

    def numbers(take: Part, bound: Part) -> dict[str, Any]:
        errors = {kind: _plain(bound(file[path][()]).tolist()) for kind, path in beside.items()}
        return {"values": _plain(take(dataset[()]).tolist()), "errors": errors}

    def along(values: np.ndarray, weight: np.ndarray) -> np.ndarray:
        found = _along(values, quantity, weight)
        return np.zeros_like(found) if components.forbidden else found

    return {
        "description": dataset.attrs["description"],
        "unit": dataset.attrs["unit"],
        "axes": [_name(path) for path in _axes(quantity)],
        **numbers(lambda values: along(values, axis), lambda errors: along(errors, np.abs(axis))),
        **({"components": {name: numbers(*of) for name, of in components.parts.items()}} if components.parts else {}),
    }


def _components(file: h5py.File, quantity: Quantity, axis: np.ndarray) -> Components:
    """Those that the crystal's group leaves, by name: how they are taken of the numbers, and how of their errors."""
    group, name = file[CRYSTAL_POINT_GROUP.path][...], quantity.variable
    if name in TENSORS:
        every = independent.independent(TENSORS[name], group)
        along = any(not one.name for one in independent.shown(TENSORS[name], group, axis))
        return Components(not along, {one.name: (one.of, one.bound) for one in every})
    if name in DRIVEN:
        directions = independent.answers(DRIVEN[name], group, axis)
        parts = {index: partial(_component, unit=unit) for index, unit in directions.items() if index}
        return Components("" not in directions, {index: (part, part) for index, part in parts.items()})
    return Components(False, {})


def _component(values: np.ndarray, unit: np.ndarray) -> np.ndarray:
    return values @ unit


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
