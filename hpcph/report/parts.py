"""The parts of the page: what each of them needs, which figures it has, and the numbers that it saves."""

from collections.abc import Callable
from dataclasses import dataclass, field

import plotly.graph_objects as go
import xarray as xr

from hpcph.report import bands, cell, diagram, finite, light, lines, slices
from hpcph.report import field as magnetic
from hpcph.result.crystal import ELASTICITY_STIFFNESS
from hpcph.result.field import (
    FIELD_CENTRE_FREQUENCY,
    FIELD_CENTRE_SPLITTING,
    FIELD_MAGNETIZATION,
    FIELD_MAGNETIZATION_WITH_FEEDBACK,
    FIELD_PAM_DENSITY,
    FIELD_PAM_DENSITY_CANONICAL,
    FIELD_PAM_DENSITY_WITH_FEEDBACK,
    FIELD_SHIFT_PER_TESLA,
    FIELD_SOUND_CHANGE,
    FIELD_SOUND_VELOCITY,
)
from hpcph.result.light import OPTICS_PAM
from hpcph.result.modes import BANDS_EIGENVECTOR, BANDS_FREQUENCY, ORBITS_EIGENVECTOR, SLICES
from hpcph.result.quantity import Quantity
from hpcph.result.sample import SAMPLE_STRAY_FIELD, SAMPLE_TEMPERATURE_FIELD
from hpcph.result.tensors import (
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
    FIELD_SUSCEPTIBILITY,
    FIELD_SUSCEPTIBILITY_DIAMAGNETIC,
    FIELD_SUSCEPTIBILITY_PARAMAGNETIC,
    ROTATION_FIELD,
    ROTATION_MAGNETIZATION,
    ROTATION_PAM_DENSITY,
    THERMAL_CONDUCTIVITY,
    THERMAL_GAMMA_NL,
)
from hpcph.result.thermal import (
    CONVERGENCE,
    CONVERGENCE_GRID,
    CONVERGENCE_POINTS,
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_CRITICAL_RADIUS,
    FEEDBACK_GAMMA_LL,
    FEEDBACK_GAMMA_LL_TOTAL,
    FEEDBACK_PAM_DENSITY,
    HELICITY_PER_CELL,
    MAGNETIZATION_DENSITY,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    MAGNETIZATION_FIELD,
    MAGNETIZATION_FIELD_WITHOUT_FEEDBACK,
    SPECTRUM,
    SPECTRUM_BY_BRANCH,
    THERMAL_PAM_DENSITY,
)

Built = tuple[dict[str, go.Figure], dict]


@dataclass(frozen=True)
class PagePart:
    """A part of the page: its name, the variables one of which it needs, the input section that makes them.

    Without a section there is nothing to ask for, and no part where the variables are missing.
    numbers : what is saved beside the numbers that its script saves
    """

    name: str
    title: str
    needs: tuple[str, ...]
    section: str
    build: Callable[[xr.Dataset], Built] = lambda _: ({}, {})
    numbers: tuple[Quantity, ...] = field(default=())


WORDS = {  # of figures, for who does not see them
    "diagram": "γᴸᴸ over temperature and radius",
    "gamma-t": "γᴸᴸ against temperature",
    "gamma-r": "γᴸᴸ against radius",
    "bands": "dispersion coloured by l along the axis",
    "cell": "atoms of the unit cell with their orbits",
    "slices-diagonal": "χᴰ in a plane of the zone",
    "slices-off_diagonal": "χᴼᴰ in a plane of the zone",
    **{f"spectrum-{name}": f"{words} by frequency" for name, words in lines.SPOKEN.items()},
    **{f"spectrum-{name}-branch": f"{words} by branch" for name, words in lines.SPOKEN.items()},
    "convergence": "responses against the mesh",
    "density": "angular momentum per volume against temperature",
    "magnetization-density": "magnetization against temperature",
    "magnetization-field": "field of the magnetization against temperature",
    "rotation-pam_density": "angular momentum per volume of a rotating crystal",
    "rotation-magnetization": "magnetization of a rotating crystal",
    "rotation-field": "magnetic field of a rotating crystal",
    "helicity": "helicity of a cell against temperature",
    "field-shift": "shift of the modes on the path by the field",
    "field-susceptibility": "susceptibility of the ions against temperature",
    "field-pam_density": "angular momentum per volume in the field against temperature",
    "sample-temperature": "temperature in the sample",
    "sample-pam_density": "angular momentum per volume in the sample",
    "sample-magnetization": "magnetization in the sample",
    "sample-stray": "magnetic field outside the sample",
    "light": "response to light by frequency",
    "polarized": "means under polarized light by frequency",
}
SUMMARY = (
    THERMAL_GAMMA_NL,
    THERMAL_CONDUCTIVITY,
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
)
PARTS = (
    PagePart(
        "diagram", "Phase diagram", (FEEDBACK_GAMMA_LL_TOTAL.variable,), "feedback", diagram.build,
        (*FEEDBACK_GAMMA_LL.values(), FEEDBACK_AMPLIFICATION, FEEDBACK_CRITICAL_RADIUS),
    ),
    PagePart("bands", "Dispersion", (BANDS_FREQUENCY.variable,), "bands", bands.build),
    PagePart(
        "cell", "Motion in the unit cell", (BANDS_EIGENVECTOR.variable, ORBITS_EIGENVECTOR.variable),
        "bands or orbits", cell.build,
    ),
    PagePart("slices", "Brillouin-zone slices", (SLICES["diagonal"].variable,), "slices", slices.build),
    PagePart(
        "spectra", "Spectra", (SPECTRUM["diagonal"].variable,), "spectrum", lambda r: (lines.spectra(r), {}),
        (*SPECTRUM.values(), *SPECTRUM_BY_BRANCH.values()),
    ),
    PagePart(
        "convergence", "Convergence with the mesh", (CONVERGENCE_POINTS.variable,), "mesh.grid",
        lambda r: ({"convergence": lines.convergence(r)}, {}),
        (*CONVERGENCE.values(), CONVERGENCE_POINTS, CONVERGENCE_GRID),
    ),
    PagePart("lattice", "Lattice", (ELASTICITY_STIFFNESS.variable,), "", numbers=(ELASTICITY_STIFFNESS,)),
    PagePart(
        "density", "Angular momentum per volume", (THERMAL_PAM_DENSITY.variable,), "lifetime and gradient",
        lambda r: ({"density": lines.density(r)}, {}), (THERMAL_PAM_DENSITY, FEEDBACK_PAM_DENSITY),
    ),
    PagePart(
        "magnetization", "Magnetization", (MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable,),
        "magnetization (with Born charges), lifetime and gradient", lambda r: (lines.magnetization(r), {}),
        (MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, MAGNETIZATION_FIELD_WITHOUT_FEEDBACK, MAGNETIZATION_DENSITY,
         MAGNETIZATION_FIELD),
    ),
    PagePart(
        "rotation", "Rotation", (ROTATION_PAM_DENSITY.variable,), "magnetization", lambda r: (lines.rotation(r), {}),
        (ROTATION_PAM_DENSITY, ROTATION_MAGNETIZATION, ROTATION_FIELD),
    ),
    PagePart(
        "helicity", "Helicity", (HELICITY_PER_CELL.variable,), "temperature",
        lambda r: ({"helicity": lines.helicity(r)}, {}), (HELICITY_PER_CELL,),
    ),
    PagePart(
        "field", "Magnetic field", (FIELD_CENTRE_FREQUENCY.variable,), "field", magnetic.build,
        (FIELD_PAM_DENSITY, FIELD_PAM_DENSITY_CANONICAL, FIELD_MAGNETIZATION, FIELD_SUSCEPTIBILITY,
         FIELD_SUSCEPTIBILITY_PARAMAGNETIC, FIELD_SUSCEPTIBILITY_DIAMAGNETIC, FIELD_PAM_DENSITY_WITH_FEEDBACK,
         FIELD_MAGNETIZATION_WITH_FEEDBACK, FIELD_CENTRE_FREQUENCY, FIELD_CENTRE_SPLITTING, FIELD_SOUND_VELOCITY,
         FIELD_SOUND_CHANGE, FIELD_SHIFT_PER_TESLA),
    ),
    PagePart(
        "sample", "Finite sample", (SAMPLE_TEMPERATURE_FIELD.variable,), "sample", finite.build, (SAMPLE_STRAY_FIELD,)
    ),
    PagePart("light", "Light", (OPTICS_PAM.variable,), "optics", light.build),
)  # fmt: skip
