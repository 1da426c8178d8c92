"""What a heated sample owes to the errors of the run's responses, to first order and along its axis (rank 0).

T − T_bath goes like 1/κ, so an error of κ makes the sample warmer. γ^NL, χ and the tensors of the magnetization count
by their means over the sample's temperatures: with the errors that they have there, and with what the warming makes of
them.
"""

from dataclasses import dataclass

import numpy as np

from hpcph.heat.sample import Totals
from hpcph.heat.setup import Setup
from hpcph.heat.threshold import Threshold
from hpcph.response.convergence import Uncertainty
from hpcph.response.tensors import CHI, CHI_N, DIAGONAL, GAMMA_N, GAMMA_NL, KAPPA, OFF_DIAGONAL, Part, Tensor
from hpcph.response.thermal import ThermalResponse

POINTS = 33  # temperatures between the coldest and the hottest


@dataclass(frozen=True)
class _Mean:
    """A response at the temperatures of a sample and at those of one that is warmer by the error of κ."""

    setup: Setup
    totals: Totals
    thermal: ThermalResponse
    spread: Uncertainty

    @property
    def warming(self) -> float:
        """Relative error of T − T_bath; none where κ is a table of the user's."""
        return 0.0 if self.setup.conductivity is not None else self._own(KAPPA)

    def relative(self, what: Tensor | Part) -> float:
        """Relative error of the mean of a tensor's row along the axis, NaN where it is unknown."""
        temperature = np.linspace(self.totals.coldest, self.totals.hottest, POINTS)
        warmer = temperature + self.warming * (temperature - self.setup.reference)
        here, there = (self._row(self.thermal, what, T).mean(axis=0) for T in (temperature, warmer))
        size = np.linalg.norm(here)
        return self._own(what) + (float(np.linalg.norm(there - here) / size) if size else 0.0)

    def _own(self, what: Tensor | Part) -> float:
        temperature = np.linspace(self.totals.coldest, self.totals.hottest, POINTS)
        value, error = (
            np.abs(self._row(source, what, temperature)).mean(axis=0) for source in (self.thermal, self.spread)
        )
        size, open_ = np.linalg.norm(value), np.linalg.norm(error)
        return float(open_ / size) if size else 0.0 if open_ == 0 else np.nan

    def _row(self, source: ThermalResponse | Uncertainty, what: Tensor | Part, temperature: np.ndarray) -> np.ndarray:
        """n·X at temperatures, (…, 3); of errors with positive n."""
        n = self.setup.frame[2] if source is self.thermal else np.abs(self.setup.frame[2])
        row_tj = np.einsum("i,tij->tj", n, source[what])
        return np.stack([np.interp(temperature, self.thermal.temperature, part) for part in row_tj.T], axis=-1)


def errors(
    setup: Setup, totals: Totals, thermal: ThermalResponse, spread: Uncertainty
) -> dict[str, float | np.ndarray]:
    """Absolute errors by the name that a number has in /sample, vectors (3,), and of the hottest temperature, K."""
    mean, feedback = _Mean(setup, totals, thermal, spread), totals.response
    eta, total = feedback.amplification[0, 0], feedback.gamma_total[0, 0]
    parts = {
        "diagonal": mean.relative((CHI, DIAGONAL)) * abs(feedback.gamma_diagonal[0, 0]),
        "off_diagonal": mean.relative((CHI, OFF_DIAGONAL)) * abs(feedback.gamma_off_diagonal[0, 0]),
    }
    gamma = sum(parts.values())
    share = gamma / abs(total) if total else np.nan  # of γ^LL
    flow = mean.warming + mean.relative(GAMMA_NL)
    kept, largest = feedback.amplified.kept[0, 0], feedback.largest[0, 0]
    grown = abs(eta) * gamma if kept else share * largest / (1 - largest)  # where Γ keeps the axis δη = η² δγ^LL
    dressed = flow + grown  # of L with feedback
    lever = setup.body.inverse_inertia_rij[0] @ totals.pam / setup.grid.volume
    found: dict[str, float | np.ndarray] = {
        **{f"gamma_ll_{part}": error for part, error in parts.items()},
        "gamma_ll": gamma,
        "eigenvalue": share * abs(largest),
        "amplification": eta**2 * gamma if kept else dressed * _slant(totals),
        "critical_radius": share / 2 * feedback.critical_radius[0],
        "pam_without_feedback": flow * np.abs(totals.without.pam),
        "pam": dressed * np.abs(totals.pam),
        "rotation": dressed * np.abs(lever),
        "torque": dressed * np.pi * setup.modulation * np.abs(totals.pam - totals.dark),
        "hottest": mean.warming * (totals.hottest - setup.reference),
    }
    if GAMMA_N in thermal:
        moment, coupled = totals.without.moment, totals.coupled.moment
        alone = (mean.warming + mean.relative(GAMMA_N)) * np.abs(moment)
        found["moment_without_feedback"] = alone
        found["moment"] = alone + (mean.relative(CHI_N) + dressed) * np.abs(coupled - moment)
    if totals.threshold is not None:
        found["threshold_power"] = totals.threshold.power * (mean.warming + share / _steepness(totals.threshold))
    return found


def _slant(totals: Totals) -> float:
    """|⟨L⟩|/|n·⟨L⟩⁰|: the first order of η where the feedback turns what is driven."""
    before = abs(totals.without.pam[2])
    return float(np.linalg.norm(totals.pam) / before) if before else np.nan


def _steepness(found: Threshold) -> float:
    """d ln Γ / d ln P at the threshold, from the trials that are nearest to it; NaN of a single one."""
    trials = [trial for trial in found.trials if trial.power > 0 and trial.eigenvalue > 0]
    if len(trials) < 2 or not found.power > 0:
        return np.nan
    away = sorted(trials, key=lambda trial: abs(np.log(trial.power / found.power)))
    one = away[0]
    other = next((t for t in away[1:] if abs(np.log(t.power / one.power)) > 1e-3), None)
    return (
        np.nan if other is None else float(np.log(other.eigenvalue / one.eigenvalue) / np.log(other.power / one.power))
    )
