"""What the command line says about the figures, checked: one line a mistake."""

from dataclasses import dataclass

import numpy as np

from hpcph.config import arguments


@dataclass(frozen=True)
class Choices:
    """What the user may choose: wave vector (3,) fractional or None, branch from 1, radius in m."""

    q_c: np.ndarray | None = None
    branch: int = 1
    radius: float = 20e-9

    @classmethod
    def of(cls, q: str | None, branch: str, radius: str) -> "Choices":
        """From texts, q None where it is not chosen. Raises InputError where one means nothing."""
        return cls(
            None if q is None else arguments.wave_vector(q),
            arguments.whole("--branch", branch, arguments.MAX_BRANCH),
            arguments.length("--radius", radius, "20nm"),
        )
