"""The power at which the feedback of a heated sample loses its solution: more light, more heat, a larger χ. Collective.

Γ of the sample holds the mean of χ(T(x)), which follows the power through the heat equation; the largest eigenvalue is
1 at the threshold. The search ends where the sample melts or leaves the temperatures that are known.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.heat.driven import Driven, drive
from hpcph.heat.material import Material
from hpcph.heat.setup import Setup
from hpcph.parallel.listener import Listener

PRECISION = 1e-6  # of the power


@dataclass(frozen=True)
class Trial:
    """A power in W, the largest eigenvalue of Γ and the hottest temperature in K there."""

    power: float
    eigenvalue: float
    hottest: float


@dataclass(frozen=True)
class Threshold:
    """power : W, 0 where no light is needed, NaN where the sample melts or leaves its temperatures before
    end : where the search ended: at the threshold, or at the highest temperature
    trials : all that was tried, by rising power
    """

    power: float
    end: Trial
    trials: list[Trial]


def threshold(comm, setup: Setup, material: Material, found: Driven, listener: Listener) -> Threshold:
    """Of a sample whose state at the power of its laser is known; the same on every rank.

    Raises InputError where the solver does not converge, and Stopped.
    """
    from scipy.optimize import brentq  # only where a run has a sample

    highest = min(setup.melting, *(high for _, high in material.known.values()))
    own = setup.laser.power
    silent = Listener(lambda _: None, listener.stop)
    tried = {own: _trial(comm, own, found)}

    def excess(power: float) -> float:
        """Negative where the sample is neither supercritical nor too hot."""
        if power not in tried:
            trial = tried[power] = _trial(comm, power, drive(comm, setup, material, power, silent))
            listener.say(
                f"sample: trial with {power:.5g} W: Γ up to {trial.eigenvalue:.6g}, hottest {trial.hottest:.5g} K"
            )
        return max(tried[power].eigenvalue - 1, tried[power].hottest / highest - 1)

    low, high = (0.0, own) if excess(own) >= 0 else (own, np.inf)
    while not np.isfinite(high):
        rise = max(tried[low].hottest - setup.reference, 1e-12 * highest)
        power = low * max(2.0, (highest - setup.reference) / rise)
        low, high = (power, high) if excess(power) < 0 else (low, power)
    last = tried[low if excess(low) >= 0 else brentq(excess, low, high, xtol=1e-30 * high, rtol=PRECISION)]
    power = last.power if last.eigenvalue - 1 >= last.hottest / highest - 1 else np.nan
    return Threshold(power, last, sorted(tried.values(), key=lambda trial: trial.power))


def _trial(comm, power: float, found: Driven) -> Trial:
    """What all ranks learn of a state."""
    return Trial(power, comm.bcast(found.eigenvalue if comm.root else None), found.hottest)
