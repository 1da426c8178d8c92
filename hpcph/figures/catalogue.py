"""All figures of a result: what each needs, and the walk that draws them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Protocol

import matplotlib
import xarray as xr
from matplotlib.figure import Figure

from hpcph.errors import InputError, did_you_mean
from hpcph.figures import (
    convergence,
    crystal_angular_momentum,
    decomposition,
    density,
    dispersion,
    dispersion_axis,
    displacement,
    feedback,
    field,
    finite,
    helicity,
    interband,
    legs,
    levels,
    light,
    orbits,
    phase_diagram,
    polarized,
    pseudo_angular_momentum,
    rotation,
    sheet,
    slices,
    sound,
    species,
    spectrum,
    style,
    zeeman,
)
from hpcph.figures.captions import CAPTIONS
from hpcph.figures.choices import Choices
from hpcph.figures.sheet import Layout
from hpcph.result.acoustics import ELASTICITY_PLANE_VELOCITY
from hpcph.result.field import FIELD_PAM_DENSITY, FIELD_SHIFT_PER_TESLA
from hpcph.result.light import OPTICS_PAM, OPTICS_PAM_BY_LEVELS
from hpcph.result.modes import (
    BANDS_CRYSTAL_ANGULAR_MOMENTUM,
    BANDS_HELICITY,
    BANDS_MOMENT,
    BANDS_POLARIZATION,
    BANDS_POLARIZATION_BY_SPECIES,
    BANDS_PSEUDO_ANGULAR_MOMENTUM,
    SLICES,
)
from hpcph.result.sample import SAMPLE_TEMPERATURE_FIELD
from hpcph.result.tensors import CRYSTAL_DISPLACEMENT, ROTATION_PAM_DENSITY, THERMAL_GAMMA_COHERENCE, THERMAL_GAMMA_NL
from hpcph.result.thermal import (
    CONVERGENCE,
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_GAMMA_LL_TOTAL,
    FEEDBACK_PAM_DENSITY,
    HELICITY_PER_CELL,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    SPECTRUM,
)
from hpcph.show import units
from hpcph.show.mode import sources

OF_MODELS = ("bands", "orbits", "optics", "optics.pairs")
Obstacle = Callable[[xr.Dataset], str]  # why a result cannot give a figure, and what would; empty if it can


class Module(Protocol):
    """What draws a figure, or some that are alike: functions of a Dataset."""

    def layout(self, result: xr.Dataset, /) -> Layout:
        """How large the figure is by itself, and where its axes stand."""
        ...


@dataclass(frozen=True)
class Drawing:
    """One figure: its file name, who draws it on axes of its layout, what may stand in the way."""

    name: str
    module: Module
    draw: Callable[[xr.Dataset, Any], None]
    obstacles: tuple[Obstacle, ...]

    def figure(self, result: xr.Dataset) -> Figure:
        """On a sheet of its own."""
        if not hasattr(self.module, "layout"):
            return self.draw(result)  # TRANSITION
        layout = self.module.layout(result)
        page = sheet.blank(layout.width, layout.height)
        self.draw(result, sheet.panels(page, layout))
        return page

    @property
    def caption(self) -> str:
        """What it shows."""
        return CAPTIONS[self.name]

    def obstacle(self, result: xr.Dataset) -> str:
        """The first obstacle, empty where there is none."""
        return next(filter(None, (found(result) for found in self.obstacles)), "")


def lacks(section: str, *names: str, besides: str = "") -> Obstacle:
    """Datasets that a section of the input makes, and what else that takes."""

    def missing(result: xr.Dataset) -> str:
        if all(name in result for name in names):
            return ""
        if units.is_model(result) and section not in OF_MODELS:
            return f"`{section}` is for crystals with `crystal.force_constants`, not for models"
        return f"add `{section}` to the input{besides}"

    return missing


def undriven(result: xr.Dataset) -> str:
    """Temperatures, but nothing that a gradient drives at them."""
    given = {"lifetime": THERMAL_GAMMA_NL.variable in result, "gradient": "gradient" in result.attrs}
    missing = [f"`{key}`" for key, known in given.items() if not known]
    return f"add {' and '.join(missing)} to the input" if missing and "temperature" in result else ""


def single(dimension: str, fix: str) -> Obstacle:
    """A dimension that needs more than one entry."""
    return lambda result: "" if result.sizes[dimension] > 1 else fix


def no_eigenvectors(result: xr.Dataset) -> str:
    """Modes at single wave vectors or along a path."""
    return "" if sources(result) else "add `orbits` to the input"


def no_leg(result: xr.Dataset) -> str:
    """A leg that follows the axis from Γ, at least partly."""
    return "" if legs.nearest_axis(result) else "give `bands.path` a leg from Γ that is not perpendicular to the axis"


def no_labels(result: xr.Dataset) -> str:
    """A leg along the axis, which a turn leaves as it is."""
    return "" if crystal_angular_momentum.on_axis(result) else "give `bands.path` a leg along the axis"


def no_turn(result: xr.Dataset) -> str:
    """A leg that a turn about the axis keeps, up to reciprocal lattice vectors."""
    return "" if pseudo_angular_momentum.kept(result) else "give `bands.path` a leg along the axis"


def no_intensity(result: xr.Dataset) -> str:
    """Watts per square metre."""
    return "a model has no unit of intensity; `crystal.force_constants` has" if units.is_model(result) else ""


def catalogue(choices: Choices) -> list[Drawing]:
    """Every figure, in the order of the Letter, then those of light."""
    path = lacks("bands", BANDS_POLARIZATION.variable, BANDS_POLARIZATION_BY_SPECIES.variable)
    coupled = lacks("feedback", FEEDBACK_GAMMA_LL_TOTAL.variable, FEEDBACK_AMPLIFICATION.variable)
    dense = lacks("feedback", FEEDBACK_PAM_DENSITY.variable)
    of_branch = partial(species.draw, branch=choices.branch)
    of_mode = partial(orbits.draw, q_c=choices.q_c, branch=choices.branch)
    one_temperature = single("temperature", "give `temperature` more than one value")
    one_mesh = single("mesh", "give `mesh.grid` more divisions, so that coarser meshes exist")
    lit = lacks("optics", OPTICS_PAM.variable)
    magnetic = partial(lacks, "magnetization", besides=" of a crystal with Born charges")
    return [
        Drawing("dispersion", dispersion, dispersion.polarization, (path,)),
        Drawing("dispersion_helicity", dispersion, dispersion.helicity, (lacks("bands", BANDS_HELICITY.variable),)),
        Drawing(
            "crystal_angular_momentum",
            crystal_angular_momentum,
            crystal_angular_momentum.draw,
            (lacks("bands", BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable), no_labels),
        ),
        Drawing(
            "pseudo_angular_momentum",
            pseudo_angular_momentum,
            pseudo_angular_momentum.draw,
            (lacks("bands", BANDS_PSEUDO_ANGULAR_MOMENTUM.variable), no_turn),
        ),
        Drawing("dispersion_axis", dispersion_axis, dispersion_axis.draw, (path, no_leg)),
        Drawing("species", species, of_branch, (path, no_leg)),
        Drawing("orbits", orbits, of_mode, (no_eigenvectors,)),
        Drawing("sound", sound, sound.draw, (lacks("elasticity", ELASTICITY_PLANE_VELOCITY.variable),)),
        Drawing("phase_diagram", phase_diagram, phase_diagram.draw, (coupled, one_temperature)),
        Drawing("gamma_ll", feedback, partial(feedback.draw, radius=choices.radius), (coupled,)),
        Drawing("slices", slices, slices.draw, (lacks("slices", *(part.variable for part in SLICES.values())),)),
        Drawing("pam_density", density, density.angular_momentum, (coupled, undriven, dense)),
        Drawing("interband", interband, interband.draw, (lacks("coherence", THERMAL_GAMMA_COHERENCE.variable),)),
        Drawing(
            "displacement", displacement, displacement.draw, (lacks("displacement", CRYSTAL_DISPLACEMENT.variable),)
        ),
        Drawing("spectrum", spectrum, spectrum.draw, (lacks("spectrum", SPECTRUM["diagonal"].variable),)),
        Drawing(
            "convergence",
            convergence,
            convergence.draw,
            (lacks("mesh.grid", CONVERGENCE["diagonal"].variable), one_mesh),
        ),
        Drawing(
            "magnetization",
            density,
            density.magnetization,
            (undriven, magnetic(MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable)),
        ),
        Drawing("moment", dispersion, dispersion.moment, (path, magnetic(BANDS_MOMENT.variable))),
        Drawing("helicity", helicity, helicity.draw, (lacks("temperature", HELICITY_PER_CELL.variable),)),
        Drawing("sample", finite, finite.draw, (lacks("sample", SAMPLE_TEMPERATURE_FIELD.variable),)),
        Drawing("rotation", rotation, rotation.draw, (lacks("magnetization", ROTATION_PAM_DENSITY.variable),)),
        Drawing("zeeman", zeeman, zeeman.draw, (path, lacks("field", FIELD_SHIFT_PER_TESLA.variable))),
        Drawing("field", field, field.draw, (lacks("field", FIELD_PAM_DENSITY.variable, besides=", and `mesh`"),)),
        *(Drawing(f"light_{one.name}", one, one.draw, (lit,)) for one in map(light.Observable, light.OBSERVABLES)),
        Drawing("light_decomposition", decomposition, decomposition.draw, (lit,)),
        Drawing("light_polarized", polarized, polarized.draw, (lit, no_intensity)),
        Drawing("light_levels", levels, levels.draw, (lit, lacks("optics.pairs", OPTICS_PAM_BY_LEVELS.variable))),
    ]


def write(result: xr.Dataset, folder: Path, choices: Choices) -> Iterator[str]:
    """Draw all figures, or those that are chosen, into a folder; a line each, what was written or why it was skipped.

    Raises InputError where the choices do not fit the crystal or the folder cannot be written.
    """
    if "branch" in result.sizes and not 1 <= choices.branch <= result.sizes["branch"]:
        raise InputError("--branch", choices.branch, f"the crystal has branches 1 to {result.sizes['branch']}")
    drawings = catalogue(choices)
    names = [drawing.name for drawing in drawings]
    for name in choices.only:
        if name not in names:
            raise InputError("--only", name, f"figures are {', '.join(names)}{did_you_mean(name, names)}")
    for drawing in drawings:
        if choices.only and drawing.name not in choices.only:
            continue
        obstacle = drawing.obstacle(result)
        if obstacle:
            yield f"{drawing.name}: skipped; {obstacle}"
            continue
        with matplotlib.rc_context(style.RC):  # ticks are made when a figure is saved
            paths = style.save(drawing.figure(result), folder, drawing.name)
        yield " ".join(str(path) for path in paths)
