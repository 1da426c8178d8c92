"""What light of a polarization leaves in a crystal: angular momentum, energy current, magnetization."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import labels, light, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.light import DENSITY, MEANS
from hpcph.show import axis
from hpcph.show import light as response

ROWS = ("pam", "peltier", "magnetization")
LINEAR_BELOW = 1e-3  # of the largest value
SHOWN = 7  # polarizations


def layout(result: xr.Dataset) -> Layout:
    """A row for every observable that light of these polarizations makes."""
    rows = max(1, len(_shown(result)))
    return Layout(sheet.WIDTH, 1.0 + 1.9 * rows, rows, options={"sharex": True})


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Components along the axis, per squared field inside the crystal and, on the right, per intensity in vacuum."""
    omega, index = light.frequencies(result), axis.name(result)
    names = [str(name).replace("-", "−") for name in result["polarization"].values][:SHOWN]
    shown, panels = _shown(result), sheet.row(axes)
    for panel, (name, values) in zip(panels, shown.items(), strict=False):
        symbol = labels.symbol(MEANS[name], index)
        for p, (label, colour) in enumerate(style.names(names).items()):
            look = {"color": colour, "lw": 2.0 - 0.9 * min(p, 1), "ls": "-" if p < 2 else "--", "label": label}
            panel.plot(omega, values[:, p], gid="response", **look, **style.markers(len(omega)))
        light.frame(panel, result)
        panel.set_ylabel(f"${symbol}/|E|^2$\n({light.unit_text(result, MEANS[name])})")
        panel.label_outer()
        largest = float(np.abs(values).max())
        beside = _per_intensity(panel, largest, float(result.attrs["optics_intensity_per_field_squared"]))
        beside.set_ylabel(f"${symbol}/I$\n({labels.unit(DENSITY[name])} per W m$^{{-2}}$)")
    zero = [f"${labels.symbol(MEANS[name], index)}$" for name in ROWS if name not in shown]
    if not shown:
        light.empty(panels[0], ", ".join(zero))
    handles, _ = panels[0].get_legend_handles_labels()
    sheet.legend(axes, [*handles, *light.marks()] if handles else [], most=5)
    more = result.sizes["polarization"] - len(names)
    sheet.note(
        axes,
        "means along the axis under E(t) = Re E exp(−iωt); right: per intensity of a wave with this field in vacuum, "
        "reflection and screening left out; linear scale between the innermost ticks on the left",
        f"zero under these polarizations: {', '.join(zero)}" if zero else "",
        f"{more} more polarizations in the result" if more else "",
        axis.meaning(result),
    )


def _shown(result: xr.Dataset) -> dict[str, np.ndarray]:
    """Means (w, p) of what is not zero."""
    means = {name: response.mean(result, name)[:, :SHOWN] for name in ROWS}
    return {name: values for name, values in means.items() if values.any()}


def _per_intensity(axes: Axes, largest: float, intensity: float) -> Axes:
    """Both scales, linear around zero and logarithmic beyond; the second axis is the first over W m⁻² per (V/m)²."""
    beside = axes.twinx()
    limit = 10 ** np.ceil(np.log10(1.2 * largest))
    for one, factor in ((axes, 1.0), (beside, 1 / intensity)):
        threshold = LINEAR_BELOW * limit * factor
        one.set_yscale("symlog", linthresh=threshold, linscale=0.8)
        one.set_ylim(-limit * factor, limit * factor)
        powers = 10.0 ** np.arange(np.ceil(np.log10(threshold * 0.999)), np.log10(limit * factor) + 1e-9)
        powers = powers[-1::-2][::-1]  # every other one: those next to zero stand too near
        one.set_yticks([*-powers[::-1], 0, *powers])
        one.minorticks_off()
        one.tick_params(right=one is beside, left=one is axes)
    return beside
