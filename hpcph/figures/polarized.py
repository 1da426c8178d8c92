"""What light of a polarization leaves in a crystal: angular momentum, energy current, magnetization."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import labels, light, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import DENSITY, MEANS
from hpcph.show import axis, units
from hpcph.show import light as response

ROWS = ("pam", "peltier", "magnetization")
LINEAR_BELOW = 1e-3  # of the largest value
SHOWN = 7  # polarizations


def layout(_: xr.Dataset) -> Layout:
    """A row each."""
    return Layout(sheet.WIDTH, 6.6, rows=len(ROWS), options={"sharex": True})


def draw(result: xr.Dataset, panels: Panels) -> None:
    """Components along the axis, per squared field inside the crystal and, on the right, per intensity in vacuum."""
    omega, index = light.frequencies(result), axis.name(result)
    names = [str(name).replace("-", "−") for name in result["polarization"].values][:SHOWN]
    assert isinstance(panels, np.ndarray)
    for axes, name in zip(panels, ROWS, strict=True):
        values, symbol = response.mean(result, name), labels.symbol(MEANS[name], index)
        for p, (label, colour) in enumerate(style.names(names).items()):
            look = {"color": colour, "lw": 2.0 - 0.9 * min(p, 1), "ls": "-" if p < 2 else "--", "label": label}
            axes.plot(omega, values[:, p], gid="response", **look, **style.markers(len(omega)))
        light.finish(axes, result)
        axes.set_ylabel(f"${symbol}/|E|^2$\n({light.unit_text(result, MEANS[name])})")
        largest = float(np.abs(values).max(initial=0))
        if largest:
            beside = _per_intensity(axes, largest, float(result.attrs["optics_intensity_per_field_squared"]))
            beside.set_ylabel(f"${symbol}/I$\n({labels.unit(DENSITY[name])} per W m$^{{-2}}$)")
    panels[-1].set_xlabel(units.frequency(result, "frequency").label)
    handles, _ = panels[0].get_legend_handles_labels()
    sheet.legend(panels, [*handles, *light.marks()], most=5)
    more = result.sizes["polarization"] - len(names)
    sheet.note(
        panels,
        "means along the axis under E(t) = Re E exp(−iωt); right: per intensity of a wave with this field in vacuum, "
        "reflection and screening left out; linear scale between the innermost ticks on the left",
        f"{more} more polarizations in the result" if more else "",
        axis.meaning(result),
    )


def _per_intensity(axes: Axes, largest: float, intensity: float) -> Axes:
    """Both scales, linear around zero and logarithmic beyond; the second axis is the first over W m⁻² per (V/m)²."""
    beside = axes.twinx()
    limit = 10 ** np.ceil(np.log10(1.2 * largest))
    for one, factor in ((axes, 1.0), (beside, 1 / intensity)):
        threshold = LINEAR_BELOW * limit * factor
        one.set_yscale("symlog", linthresh=threshold, linscale=0.8)
        one.set_ylim(-limit * factor, limit * factor)
        powers = 10.0 ** np.arange(np.ceil(np.log10(threshold * 0.999)), np.log10(limit * factor) + 1e-9)
        one.set_yticks([*-powers[::-1], 0, *powers])
        one.minorticks_off()
        one.tick_params(right=one is beside, left=one is axes)
    return beside
