"""The story of a heated sample: temperature, angular momentum, its feedback, magnetization. Collective."""

from collections.abc import Callable
from dataclasses import dataclass, fields

import numpy as np

from hpcph.errors import InputError
from hpcph.heat.fields import Fields, Integrals, by_plane, mean_field, respond, stray_by_plane, uncoupled
from hpcph.heat.material import Material
from hpcph.heat.setup import Setup
from hpcph.heat.solver import Temperature, solve
from hpcph.response.feedback import Feedback

MARGIN = 1.05  # by which a range of temperatures should reach beyond the sample's


@dataclass(frozen=True)
class Totals:
    """Of the whole sample, in its frame; moments are zero where they are unknown.

    without, coupled : integrals without and with feedback (NaN where supercritical)
    response : the feedback of the sample as a whole
    absorbed, leaving : W, heat that light brings and that baths take
    stray : ndarray (p, 3) T at fields.stray_points, with feedback; None without moments
    coldest, hottest : K; steps, linear, residual : of the solver
    """

    without: Integrals
    coupled: Integrals
    response: Feedback
    absorbed: float
    leaving: float
    stray: np.ndarray | None
    coldest: float
    hottest: float
    steps: int
    linear: int
    residual: float

    @property
    def pam(self) -> np.ndarray:
        """Total angular momentum with feedback, (3,) J s."""
        return self.coupled.pam


@dataclass(frozen=True)
class Heated:
    """What a rank knows in the end: fields of its planes (None without planes), on rank 0 the totals."""

    without: Fields | None
    coupled: Fields | None
    totals: Totals | None


def heat(comm, setup: Setup, material: Material, say: Callable[[str], None]) -> Heated:
    """Heat a sample; the same on every rank but for the planes. Collective over comm.

    Raises InputError where the solver does not converge, where the sample melts, and where it leaves the table.
    """
    reference = setup.reference
    found = solve(comm, setup.grid, setup.loads, material.conductivity, reference, setup.limits, say)
    coldest, hottest = _extremes(comm, found, reference)
    _require_range(setup, material, coldest, hottest)
    without = None if found is None else uncoupled(found, material, reference)
    sums = _total(comm, None if without is None else by_plane(without, material))
    response = respond(sums, setup, material) if sums is not None else None
    turning = comm.bcast(None if response is None else mean_field(response, setup.body))
    coupled = None if without is None else without.coupled(material, turning)
    dressed = _total(comm, None if coupled is None else by_plane(coupled, material))
    has_moments = material.moment_flow is not None
    stray = _gather(comm, stray_by_plane(coupled) if coupled is not None and has_moments else None)
    leaving = _gather(comm, None if found is None else found.leaving_k)
    if found is None or sums is None or dressed is None or response is None or leaving is None:
        return Heated(without, coupled, None)
    totals = Totals(
        sums, dressed, response, setup.laser.power, float(leaving.sum()), None if stray is None else stray.sum(axis=0),
        coldest, hottest, found.steps, found.linear, found.residual,
    )  # fmt: skip
    return Heated(without, coupled, totals)


def _extremes(comm, found: Temperature | None, reference: float) -> tuple[float, float]:
    own = (np.inf, -np.inf) if found is None else (float(found.theta.min()), float(found.theta.max()))
    every = comm.mpi.allgather(own)
    return reference + min(low for low, _ in every), reference + max(high for _, high in every)


def _require_range(setup: Setup, material: Material, coldest: float, hottest: float) -> None:
    if hottest > setup.melting:
        fix = f"the sample reaches {hottest:.0f} K and melts; take less power, a wider spot or colder baths"
        raise InputError("sample.melting", f"{setup.melting:g} K", fix)
    low, high = material.flow.knots[[0, -1]]
    if coldest < low or hottest > high:
        fix = f"the sample has {coldest:.6g} to about {hottest:.6g} K; let the range begin at or below {coldest:.6g} K "
        fix += f"and end at {np.ceil(MARGIN * hottest):g} K or above"
        raise InputError("temperature", f"{low:g} to {high:g} K", fix)


def _gather(comm, planes: np.ndarray | None) -> np.ndarray | None:
    """All planes on rank 0, in their order; None elsewhere, and where nobody has any."""
    every = [part for part in comm.mpi.gather(planes) or () if part is not None]
    return np.concatenate(every) if every else None


def _total(comm, planes: Integrals | None) -> Integrals | None:
    """Integrals over the sample, on rank 0."""
    parts = {f.name: _gather(comm, None if planes is None else getattr(planes, f.name)) for f in fields(Integrals)}
    return Integrals(**parts).total() if comm.root else None  # type: ignore[arg-type]
