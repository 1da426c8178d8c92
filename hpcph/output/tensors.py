"""Datasets of the tensor responses, from their rows: themselves, their errors, and in relaxation time."""

import numpy as np

from hpcph.output.store import Dataset
from hpcph.response.tensors import TABLE, Stored, Tensor, solved
from hpcph.response.thermal import Tensors

T = "/temperature"
ERRORS = {  # kinds of them
    "error": "estimated absolute error of the mesh sum",
    "lattice_error": "absolute error of what the supercell of the force constants leaves open",
}
RELAXED = "relaxation_time"


def responses(found: Tensors, lifetime: float) -> list[Dataset]:
    """All tensors that were found; lifetime in s, 1 where it stands in the sums."""
    every = [(tensor, shown) for tensor in found.known for shown in tensor.stored]
    return [_dataset(found, tensor, shown, lifetime, shown.path, shown.description) for tensor, shown in every]


def errors(kind: str, found: Tensors, lifetime: float) -> list[Dataset]:
    """Errors of a kind beside them."""
    every = [(tensor, shown) for tensor in found.known for shown in tensor.stored]
    return [_dataset(found, tensor, shown, lifetime, f"{shown.path}_{kind}", ERRORS[kind]) for tensor, shown in every]


def relaxed(found: Tensors) -> list[Dataset]:
    """In relaxation time, beside what the Boltzmann equation gives; lifetimes stand in the sums."""
    every = [(tensor, shown) for tensor in found.known if tensor.solved for shown in tensor.stored]
    return [_dataset(found, tensor, shown, 1.0, *_in_relaxation_time(tensor, shown)) for tensor, shown in every]


def solved_paths() -> set[str]:
    """Datasets that the Boltzmann equation changes."""
    return {shown.path for tensor in solved(moments=True) for shown in tensor.stored}


def rows() -> list[tuple[str, str, str, list[str], bool]]:
    """What a result may hold of them: section, path, kind of its numbers, axes, and whether the section needs it."""
    found = []
    for tensor in TABLE:
        for shown in tensor.stored:
            axes = [T.strip("/"), *tensor.axes(shown)]
            found.append((shown.section, shown.path, "finite", axes, not shown.optional))
            if not tensor.interband:
                found += [(shown.section, f"{shown.path}_{kind}", "number", axes, False) for kind in ERRORS]
            if tensor.solved:
                found.append((shown.section, _in_relaxation_time(tensor, shown)[0], "finite", axes, False))
    return found


def _in_relaxation_time(tensor: Tensor, shown: Stored) -> tuple[str, str]:
    """Path and description."""
    return f"{shown.path}_{RELAXED}", f"{tensor.symbol} in relaxation time"


def _dataset(found: Tensors, tensor: Tensor, shown: Stored, lifetime: float, path: str, text: str) -> Dataset:
    values: np.ndarray = found[tensor] if shown.channel is None else found[tensor, shown.channel]
    timed = any(channel.timed for channel in tensor.channels)
    values = values * lifetime if timed else values
    return Dataset.of(path, shown.factor * values, shown.unit, text, (T, *tensor.axes(shown)))
