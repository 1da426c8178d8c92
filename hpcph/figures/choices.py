"""What the command line says about the figures, checked: one line a mistake."""

from dataclasses import dataclass

import numpy as np

from hpcph.config import arguments


@dataclass(frozen=True)
class Choices:
    """What the user may choose: wave vector (3,) fractional or None, branch from 1, radius in m, names or all ()."""

    q_c: np.ndarray | None = None
    branch: int = 1
    radius: float = 20e-9
    only: tuple[str, ...] = ()

    @classmethod
    def of(cls, q: str | None, branch: str, radius: str, only: str | None = None) -> "Choices":
        """From texts, None where nothing is chosen. Raises InputError where one means nothing."""
        return cls(
            None if q is None else arguments.wave_vector(q),
            arguments.whole("--branch", branch, arguments.MAX_BRANCH),
            arguments.length("--radius", radius, "20nm"),
            () if only is None else tuple(name.strip() for name in only.split(",")),
        )
