"""From what an input says about samples and the L-L coupling to an LLCoupling."""

import numpy as np

from hpcph.config.feedback import FeedbackSection, SampleSection
from hpcph.response import sample
from hpcph.response.feedback import Coupling
from hpcph.response.sample import Samples
from hpcph.workflow.coupling import Calibration, LLCoupling


def coupling(given: FeedbackSection, density: float, axis: np.ndarray) -> LLCoupling:
    """The feedback section; density : kg m⁻³, axis : ndarray (3,), unit vector."""
    scale: float | Calibration = 1.0 if given.scale is None else given.scale
    if given.calibrate is not None:
        reference = _reference(given.sample, given.calibrate.radius, density, axis)
        scale = Calibration(reference, given.calibrate.temperature, given.calibrate.gamma_ll)
    return LLCoupling(_samples(given.sample, density, axis), Coupling[given.coupling.upper()], scale)


def _samples(given: SampleSection, density: float, axis: np.ndarray) -> Samples:
    if given.shape == "cuboid":
        specific = sample.cuboid(given.edges)
        radius = np.sqrt(2 * specific[:, 2])
    else:
        radius = np.asarray(given.radius)
        specific = _specific_inertia(given, radius)
    return sample.samples(given.shape, radius, specific, density, axis)


def _reference(given: SampleSection, radius: float, density: float, axis: np.ndarray) -> Samples:
    """One sample of the same shape with the radius of the calibration; for cuboids the cylinder of that radius."""
    radii = np.array([radius])
    return sample.samples(given.shape, radii, _specific_inertia(given, radii), density, axis)


def _specific_inertia(given: SampleSection, radius: np.ndarray) -> np.ndarray:
    if given.shape == "sphere":
        return sample.sphere(radius)
    return sample.cylinder(radius, given.height or np.inf, given.inner_radius or 0.0)
