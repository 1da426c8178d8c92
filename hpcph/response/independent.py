"""What a person is shown of a tensor response: along the axis, or by component where the group forbids that."""

import numpy as np

from hpcph.crystal import handedness
from hpcph.crystal.handedness import Component
from hpcph.response.tensors import Tensor

UNIT = dict(zip("xyz", np.eye(3), strict=True))


def shown(tensor: Tensor, operations: np.ndarray, axis: np.ndarray) -> list[Component]:
    """The component along a unit vector (3,), or where the group forbids it the independent ones; [] where it is 0.

    operations : ndarray (g, 3, 3), Cartesian
    """
    return handedness.shown(_left(tensor, operations), axis)


def independent(tensor: Tensor, operations: np.ndarray) -> list[Component]:
    """The independent components."""
    return handedness.independent_components(_left(tensor, operations))


def allowed(tensor: Tensor, operations: np.ndarray) -> np.ndarray:
    """Which components may be other than zero, (3, 3) bool."""
    return (np.diag(_left(tensor, operations)) > handedness.SAME).reshape(3, 3)


def answers(tensor: Tensor, operations: np.ndarray, axis: np.ndarray) -> dict[str, np.ndarray]:
    """Directions of what a cause along a unit vector (3,) makes: along it, "", else by Cartesian name; {} if none."""
    made = _left(tensor, operations).reshape(9, 3, 3) @ axis  # (…, answer)
    reach = np.linalg.norm(made, axis=0)
    if np.linalg.norm(made @ axis) > handedness.SAME:
        return {"": axis}
    return {name: unit for name, unit in UNIT.items() if reach @ unit > handedness.SAME}


def _left(tensor: Tensor, operations: np.ndarray) -> np.ndarray:
    """Projection (9, 9) onto what the group leaves of it."""
    found = handedness.projection(operations, 2, int(tensor.parity < 0)).reshape(9, 3, 3)
    return (0.5 * (found + found.swapaxes(1, 2)) if tensor.symmetric else found).reshape(9, 9)
