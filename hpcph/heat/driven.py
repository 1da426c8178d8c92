"""What light of some power does to a sample before the feedback: temperature, and the strength of the feedback there.

Collective.
"""

from dataclasses import dataclass, fields, replace

import numpy as np

from hpcph.heat.fields import Fields, Integrals, by_plane, respond, uncoupled
from hpcph.heat.material import Material
from hpcph.heat.setup import Setup
from hpcph.heat.solver import Temperature, solve
from hpcph.parallel.listener import Listener
from hpcph.response.feedback import Feedback


@dataclass(frozen=True)
class Driven:
    """What a rank knows: its planes (None without planes), on rank 0 what concerns the whole sample.

    without : what the gradient alone drives; sums : its integrals; response : the feedback that follows from them
    coldest, hottest : K
    """

    temperature: Temperature | None
    without: Fields | None
    sums: Integrals | None
    response: Feedback | None
    coldest: float
    hottest: float

    @property
    def eigenvalue(self) -> float:
        """The largest of Γ, 0 where none is positive (rank 0)."""
        assert self.response is not None
        return float(self.response.largest[0, 0])


def drive(comm, setup: Setup, material: Material, power: float, listener: Listener) -> Driven:
    """Heat a sample by light of that power, W. Raises InputError where the solver does not converge, and Stopped."""
    setup = replace(setup, laser=replace(setup.laser, power=power))
    found = solve(comm, setup.grid, setup.loads, material.conductivity, setup.reference, setup.limits, listener)
    without = None if found is None else uncoupled(found, material, setup.reference)
    sums = total(comm, None if without is None else by_plane(without, material))
    response = None if sums is None else respond(sums, setup, material)
    return Driven(found, without, sums, response, *_extremes(comm, found, setup.reference))


def _extremes(comm, found: Temperature | None, reference: float) -> tuple[float, float]:
    own = (np.inf, -np.inf) if found is None else (float(found.theta.min()), float(found.theta.max()))
    every = comm.mpi.allgather(own)
    return reference + min(low for low, _ in every), reference + max(high for _, high in every)


def gather(comm, planes: np.ndarray | None) -> np.ndarray | None:
    """All planes on rank 0, in their order; None elsewhere, and where nobody has any."""
    every = [part for part in comm.mpi.gather(planes) or () if part is not None]
    return np.concatenate(every) if every else None


def total(comm, planes: Integrals | None) -> Integrals | None:
    """Integrals over the sample, on rank 0."""
    parts = {f.name: gather(comm, None if planes is None else getattr(planes, f.name)) for f in fields(Integrals)}
    return Integrals(**parts).total() if comm.root else None  # type: ignore[arg-type]
