"""What frequencies and branches contribute to the responses."""

import numpy as np
import xarray as xr
from matplotlib.figure import Figure

from hpcph.figures import labels, style
from hpcph.result.thermal import SPECTRUM, SPECTRUM_BY_BRANCH
from hpcph.show import axis

THZ = 1e12


def draw(result: xr.Dataset) -> Figure:
    """Per frequency, integrated up to a frequency, and by branch; a colour each temperature. χ is not scaled."""
    at, along = result[SPECTRUM["diagonal"].variable].dims
    frequency, temperature = result[along].values / THZ, result[at].values
    branch = np.arange(1, result.sizes["branch"] + 1)
    step = np.diff(frequency).mean() if len(frequency) > 1 else 1.0
    parts = [(part, SPECTRUM_BY_BRANCH[name]) for name, part in SPECTRUM.items() if part.variable in result]
    figure = style.sheet(style.WIDTH, 0.8 + 1.6 * len(parts))
    grid = figure.subplots(len(parts), 3, sharex="col")
    for row, (part, share) in zip(grid, parts, strict=True):
        density, by_branch = result[part.variable].values * THZ, result[share.variable].values
        for t, colour in enumerate(style.series(len(temperature))):
            label, order = f"{temperature[t]:g} K", 3 - t / len(temperature)  # the colder, smaller ones on top
            row[0].step(frequency, density[t], where="mid", color=colour, lw=0.8, label=label, zorder=order)
            row[1].plot(frequency, np.cumsum(density[t]) * step, color=colour, zorder=order)
            row[2].stairs(
                by_branch[t], np.arange(len(branch) + 1) + 0.5, color=colour, fill=False, lw=1.1, zorder=order
            )
        symbol, unit = labels.symbol(share), labels.unit(share.unit)
        row[0].set_ylabel(f"${symbol}$ per frequency\n({unit} THz$^{{-1}}$)")
        row[1].set_ylabel(f"${symbol}$ up to ν\n({unit})")
        row[2].set_ylabel(f"${symbol}$ of branch\n({unit})")
        for axes in row:
            axes.axhline(0, color="0.6", lw=0.5, zorder=0)
            axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
            axes.margins(x=0.01)
    for axes, text in zip(grid[-1], ("frequency ν (THz)", "frequency ν (THz)", "branch"), strict=True):
        axes.set_xlabel(text)
    figure.legend(*grid[0, 0].get_legend_handles_labels(), loc="outside upper center", ncols=6)
    style.note(figure, f"components along the axis {axis.name(result)}; χ without feedback scale", axis.meaning(result))
    return figure
