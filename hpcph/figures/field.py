"""What a magnetic field induces in equilibrium: susceptibility, and angular momentum with and without feedback."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hpcph.figures import density, errors, labels, sample, style
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


def draw(result: xr.Dataset) -> Figure:
    """Components along the axis against temperature."""
    figure = style.sheet(style.WIDTH, 3.4)
    left, right = figure.subplots(1, 2)
    bands = _susceptibility(left, result)
    _angular_momentum(right, result)
    for axes in (left, right):
        axes.set_xlabel("temperature (K)")
        axes.legend(loc="best")
    x, y, z = result[FIELD_MAGNETIC.variable].values
    fed = FIELD_PAM_DENSITY_WITH_FEEDBACK.variable in result
    style.note(
        figure, f"field ({x:.3g}, {y:.3g}, {z:.3g}) T, first order, ions only", bands,
        sample.assumptions(result) if fed else "", axis.meaning(result),
    )  # fmt: skip
    return figure


def _susceptibility(axes: Axes, result: xr.Dataset) -> str:
    """μ₀ M/B of the ions; what the bands are."""
    temperature = result["temperature"].values
    for (quantity, words), colour in zip(PARTS.items(), style.OKABE_ITO, strict=False):
        value, doubt = axis.diagonal(result, quantity.variable), errors.diagonal(result, quantity.variable)
        axes.plot(temperature, value, color=colour, label=words, **style.markers(len(temperature)))
        errors.draw(axes, temperature, value, doubt, colour, curves=len(PARTS))
    axes.axhline(0, color="0.6", lw=0.6, zorder=0)
    axes.set_ylabel(rf"susceptibility ${labels.symbol(FIELD_SUSCEPTIBILITY)}$ (SI)")
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    return errors.words(errors.diagonal(result, FIELD_SUSCEPTIBILITY_PARAMAGNETIC.variable))


def _angular_momentum(axes: Axes, result: xr.Dataset) -> None:
    """Sizes on a logarithmic scale: kinetic, canonical, and canonical in every sample."""
    temperature = result["temperature"].values
    marks = style.markers(len(temperature))
    axes.set_yscale("log")

    def curve(value: np.ndarray, doubt: errors.Errors, label: str, **look) -> None:
        sign = ", negative" if np.nansum(value) < 0 else ""
        size = np.where(value == 0, np.nan, np.abs(value))
        axes.plot(temperature, size, label=label + sign, **look, **marks)
        low = 0.3 * np.nanmin(size, initial=np.inf)
        errors.draw(axes, temperature, size, doubt, look["color"], floor=low, curves=2)

    for quantity, words, line in (
        (FIELD_PAM_DENSITY, r"$u \times m\dot{u}$", "-"),
        (FIELD_PAM_DENSITY_CANONICAL, r"$u \times p$", "--"),
    ):
        value = axis.along(result, quantity.variable)
        curve(value, errors.along(result, quantity.variable), color="black", ls=line, label=words)
    name = FIELD_PAM_DENSITY_WITH_FEEDBACK.variable
    if name in result:
        values, doubts = axis.along(result, name), errors.along(result, name)
        for r, colour in enumerate(style.series(values.shape[1])):
            doubt = {source: error[:, r] for source, error in doubts.items()}
            text = rf"$u \times p$, r = {sample.radius_text(result['radius'].values[r])}"
            curve(values[:, r], doubt, color=colour, ls="-", label=text)
            last = density.ends(values[:, r])
            axes.plot(temperature[last], np.abs(values[last, r]), "x", ms=6, mew=1.5, color=colour, zorder=5)
    symbol = labels.symbol(FIELD_PAM_DENSITY, axis.name(result))
    axes.set_ylabel(labels.label(FIELD_PAM_DENSITY, f"PAM density $|{symbol}|$"))
