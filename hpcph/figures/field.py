"""What a magnetic field induces in equilibrium: susceptibility, and angular momentum with and without feedback."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import alike, density, errors, labels, sample, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.field import (
    FIELD_MAGNETIC,
    FIELD_PAM_DENSITY,
    FIELD_PAM_DENSITY_CANONICAL,
    FIELD_PAM_DENSITY_WITH_FEEDBACK,
)
from hpcph.result.tensors import (
    FIELD_SUSCEPTIBILITY,
    FIELD_SUSCEPTIBILITY_DIAMAGNETIC,
    FIELD_SUSCEPTIBILITY_PARAMAGNETIC,
)
from hpcph.show import axis

PARTS = {
    FIELD_SUSCEPTIBILITY_PARAMAGNETIC: "paramagnetic",
    FIELD_SUSCEPTIBILITY_DIAMAGNETIC: "diamagnetic",
    FIELD_SUSCEPTIBILITY: "both together",
}


def layout(_: xr.Dataset) -> Layout:
    """Susceptibility, and angular momentum."""
    return Layout(sheet.WIDTH, 3.2, columns=2, flows=True)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Components along the axis against temperature."""
    left, right = np.asarray(axes)
    bands = _susceptibility(left, result)
    _angular_momentum(right, result)
    for one in (left, right):
        one.set_xlabel("temperature (K)")
        one.legend(loc="upper left", fontsize=6.5)
    x, y, z = result[FIELD_MAGNETIC.variable].values
    fed = FIELD_PAM_DENSITY_WITH_FEEDBACK.variable in result
    sheet.note(
        axes, f"field ({x:.3g}, {y:.3g}, {z:.3g}) T, first order, ions only", bands,
        sample.assumptions(result) if fed else "", axis.meaning(result),
    )  # fmt: skip


def _susceptibility(axes: Axes, result: xr.Dataset) -> str:
    """μ₀ M/B of the ions; what the bands are."""
    temperature = result["temperature"].values
    for (quantity, words), colour in zip(PARTS.items(), style.OKABE_ITO, strict=False):
        value, doubt = axis.diagonal(result, quantity.variable), errors.diagonal(result, quantity.variable)
        axes.plot(temperature, value, color=colour, label=words, **style.markers(len(temperature)))
        errors.draw(axes, temperature, value, doubt, colour, curves=len(PARTS))
    axes.axhline(0, color="0.6", lw=0.6, zorder=0)
    scales.value(axes, f"susceptibility ${labels.symbol(FIELD_SUSCEPTIBILITY)}$")
    axes.set_ylim(*_with_room(axes))
    return errors.words(errors.diagonal(result, FIELD_SUSCEPTIBILITY_PARAMAGNETIC.variable))


def _angular_momentum(axes: Axes, result: xr.Dataset) -> None:
    """Kinetic, canonical, and canonical in every sample."""
    temperature = result["temperature"].values
    kinetic, canonical = FIELD_PAM_DENSITY.variable, FIELD_PAM_DENSITY_CANONICAL.variable
    curves = [axis.along(result, canonical)]
    doubts = [errors.along(result, canonical)]
    name = FIELD_PAM_DENSITY_WITH_FEEDBACK.variable
    radius = list(result["radius"].values) if name in result else []
    if radius:
        spread = errors.along(result, name)
        curves += list(axis.along(result, name).T)
        doubts += [{source: error[:, r] for source, error in spread.items()} for r in range(len(radius))]
    groups = alike.groups(curves)
    drawn = [(axis.along(result, kinetic), errors.along(result, kinetic), r"$u \times m\dot{u}$", "black", "-")]
    for group, colour in zip(groups, [style.OKABE_ITO[0], *style.series(len(groups) - 1)], strict=True):
        of = density.name(group, radius) if radius else ""
        text = ", ".join(filter(None, [r"$u \times p$", of]))
        drawn.append((curves[group[0]], doubts[group[0]], text, colour, "--" if group == [0] else "-"))
    for value, doubt, text, colour, line in drawn:
        axes.plot(temperature, value, color=colour, ls=line, label=text, **style.markers(len(temperature)))
        errors.draw(axes, temperature, value, doubt, colour, curves=len(drawn))
        last = density.ends(value)
        axes.plot(temperature[last], value[last], "x", ms=6, mew=1.5, color=colour, zorder=5)
    axes.axhline(0, color="0.6", lw=0.6, zorder=0)
    symbol = labels.symbol(FIELD_PAM_DENSITY, axis.name(result))
    scales.value(axes, f"PAM density ${symbol}$", FIELD_PAM_DENSITY.unit)
    if axes.get_yscale() == "linear":
        axes.set_ylim(*_with_room(axes))


def _with_room(axes: Axes) -> tuple[float, float]:
    """Limits that leave the upper third to the legend."""
    low, high = axes.get_ylim()
    return low, high + 0.45 * (high - low)
