"""The story of a heated sample: temperature, angular momentum, its feedback, magnetization. Collective."""

from dataclasses import dataclass

import numpy as np

from hpcph.errors import InputError
from hpcph.heat.driven import Driven, drive, gather, total
from hpcph.heat.fields import Fields, Integrals, by_plane, mean_field
from hpcph.heat.material import Material
from hpcph.heat.setup import Setup
from hpcph.heat.stray import stray_by_plane
from hpcph.heat.threshold import Threshold, threshold
from hpcph.parallel.listener import Listener
from hpcph.response.feedback import Feedback

FAR = 2.0  # times the highest temperature of a range: beyond, the power is what is wrong
RANGE = "let the range begin at or below {:.6g} K and end at {:g} K or above"
OVERHEATED = "take less power, a wider spot or better heat sinks"
MARGIN = 1.05  # by which a range of temperatures should reach beyond the sample's


@dataclass(frozen=True)
class Totals:
    """Of the whole sample, in its frame; moments are zero where they are unknown.

    without, coupled : integrals without and with feedback (NaN where supercritical)
    response : the feedback of the sample as a whole
    absorbed, leaving : W, heat that light brings and that baths take
    stray : ndarray (p, 3) T at stray.stray_points, with feedback; None without moments
    coldest, hottest : K; steps, linear, residual : of the solver
    dark : ndarray (3,) J s, ∫ℓ dV with feedback where there is no light, but baths of different temperatures
    crossing : Hz, κ/(C h²): what is modulated faster is not felt all through the sample
    threshold : None where it was not looked for, or not found
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
    dark: np.ndarray
    crossing: float
    threshold: Threshold | None

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


def heat(comm, setup: Setup, material: Material, listener: Listener) -> Heated:
    """Heat a sample; the same on every rank but for the planes. Collective over comm.

    Raises InputError where the solver does not converge, where the sample melts or leaves a table;
    Stopped where somebody asks.
    """
    driven = drive(comm, setup, material, setup.laser.power, listener)
    found, without, sums, response = driven.temperature, driven.without, driven.sums, driven.response
    _require_range(setup, material, driven.coldest, driven.hottest)
    turning = comm.bcast(None if response is None else mean_field(response, setup.body))
    coupled = None if without is None else without.coupled(material, turning)
    dressed = total(comm, None if coupled is None else by_plane(coupled, material))
    has_moments = material.moment_flow is not None
    stray = gather(comm, stray_by_plane(coupled) if coupled is not None and has_moments else None)
    dark = _dark(comm, setup, material, listener)
    kappa = material.conductivity.at(np.array([driven.hottest]))[2, 0]
    crossing = float(kappa / (setup.heat_capacity * setup.grid.position[2][-1] ** 2))
    limit = _threshold(comm, setup, material, driven, listener) if setup.threshold else None
    leaving = gather(comm, None if found is None else found.leaving_k)
    if found is None or sums is None or dressed is None or response is None or leaving is None:
        return Heated(without, coupled, None)
    totals = Totals(
        sums, dressed, response, setup.laser.power, float(leaving.sum()), None if stray is None else stray.sum(axis=0),
        driven.coldest, driven.hottest, found.steps, found.linear, found.residual, dark, crossing, limit,
    )  # fmt: skip
    return Heated(without, coupled, totals)


def _dark(comm, setup: Setup, material: Material, listener: Listener) -> np.ndarray:
    """Angular momentum without light, on rank 0: what baths drive that differ."""
    if setup.is_even:
        return np.zeros(3)
    response = drive(comm, setup, material, 0.0, listener).response
    if response is None:
        return np.zeros(3)
    assert response.pam_density is not None
    return response.pam_density[0, 0] * setup.grid.volume


def _threshold(comm, setup: Setup, material: Material, driven: Driven, listener: Listener) -> Threshold | None:
    """None, with the reason, where a power that was tried has no temperature."""
    try:
        return threshold(comm, setup, material, driven, listener)
    except InputError as err:  # what was asked for is there all the same
        listener.say(f"sample: no threshold was found; {err}")
        return None


def _require_range(setup: Setup, material: Material, coldest: float, hottest: float) -> None:
    if hottest > setup.melting:
        fix = f"the sample reaches {hottest:.0f} K and melts; take less power, a wider spot or colder baths"
        raise InputError("sample.melting", f"{setup.melting:g} K", fix)
    for key, (low, high) in material.known.items():
        if low <= coldest and hottest <= high:
            continue
        fix = f"the sample has {coldest:.6g} to about {hottest:.6g} K; "
        fix += RANGE.format(coldest, np.ceil(MARGIN * hottest)) if hottest < FAR * high else OVERHEATED
        raise InputError(key, f"{low:g} to {high:g} K", fix)
