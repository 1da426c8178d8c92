"""The L-L coupling of a run: its samples, its sign, and its scale, known or to be calibrated."""

from dataclasses import dataclass

import numpy as np

from hpcph.errors import InputError
from hpcph.response.feedback import Coupling, along
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI
from hpcph.response.thermal import ThermalResponse


@dataclass(frozen=True)
class Calibration:
    """The scale that gives γ^LL of one sample a value.

    sample : of the shape of the others, alone; temperature : K, one of the job's; gamma_ll : along the axis
    """

    sample: Samples
    temperature: float
    gamma_ll: float


@dataclass(frozen=True)
class LLCoupling:
    """Samples whose feedback is wanted, sign and scale of the coupling; the scale multiplies χ."""

    samples: Samples
    sign: Coupling
    scale: float | Calibration


def sign_and_scale(given: LLCoupling | None, response: ThermalResponse, axis: np.ndarray) -> tuple[Coupling, float]:
    """Those of a coupling; parallel and 1 of none.

    response : at all temperatures of the job; axis : ndarray (3,)

    Raises InputError where a calibration has no solution.
    """
    if given is None:
        return Coupling.PARALLEL, 1.0
    wanted = given.scale
    if not isinstance(wanted, Calibration):
        return given.sign, wanted
    at = response.at(response.temperature == wanted.temperature)
    unscaled = along(at[CHI], wanted.sample, axis)[0, 0]
    if not unscaled > 0:
        raise InputError("feedback.calibrate", unscaled, "no scale fits: γ^LL without it is not positive")
    return given.sign, float(wanted.gamma_ll / unscaled)
