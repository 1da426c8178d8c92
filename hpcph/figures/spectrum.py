"""What frequencies and branches contribute to the responses."""

import numpy as np
import xarray as xr
from matplotlib.ticker import MaxNLocator

from hpcph.figures import labels, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.quantity import Quantity
from hpcph.result.thermal import SPECTRUM, SPECTRUM_BY_BRANCH
from hpcph.show import axis

THZ = 1e12
KEPT = 0.995  # of what a quantity is made of, signs left out, is within the range that is drawn


def layout(result: xr.Dataset) -> Layout:
    """A row for every quantity: per frequency, integrated, by branch."""
    rows = len(_parts(result))
    return Layout(sheet.WIDTH, 0.8 + 1.6 * rows, rows, 3, flows=True)


def draw(result: xr.Dataset, panels: Panels) -> None:
    """Per frequency, integrated up to a frequency, and by branch; a colour each temperature. χ is not scaled."""
    at, along = result[SPECTRUM["diagonal"].variable].dims
    frequency, temperature = result[along].values / THZ, result[at].values
    step = np.diff(frequency).mean() if len(frequency) > 1 else 1.0
    parts = _parts(result)
    grid = np.asarray(panels, dtype=object).reshape(len(parts), 3)
    for row, (part, share) in zip(grid, parts, strict=True):
        density, by_branch = result[part.variable].values * THZ, result[share.variable].values
        highest = _end(frequency + step / 2, density)
        last = int(_end(np.arange(1, result.sizes["branch"] + 1), by_branch))
        for t, colour in enumerate(style.series(len(temperature))):
            label, order = f"{temperature[t]:g} K", 3 - t / len(temperature)  # the colder, smaller ones on top
            row[0].step(frequency, density[t], where="mid", color=colour, lw=0.8, label=label, zorder=order)
            row[1].plot(frequency, np.cumsum(density[t]) * step, color=colour, zorder=order)
            edges = np.arange(last + 1) + 0.5
            row[2].stairs(by_branch[t, :last], edges, color=colour, fill=False, lw=1.1, zorder=order)
        symbol, unit = labels.symbol(share), labels.unit(share.unit)
        row[0].set_ylabel(f"${symbol}$ per frequency\n({unit} THz$^{{-1}}$)")
        row[1].set_ylabel(f"${symbol}$ up to ν\n({unit})")
        row[2].set_ylabel(f"${symbol}$ of branch\n({unit})")
        for axes in row:
            axes.axhline(0, color="0.6", lw=0.5, zorder=0)
            axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
        for axes in row[:2]:
            axes.set_xlim(0, highest)
            axes.set_xlabel("frequency ν (THz)")
        row[2].set_xlim(0.5, last + 0.5)
        row[2].xaxis.set_major_locator(MaxNLocator(6, integer=True))
        row[2].set_xlabel("branch")
    sheet.legend(panels)
    words = (
        f"components along the axis {axis.name(result)}; χ without feedback scale; {1 - KEPT:.1%} lies beyond each axis"
    )
    present = [part for part in SPECTRUM.values() if part.variable in result]
    zero = ", ".join(f"${labels.symbol(part)}$" for part in present if not result[part.variable].values.any())
    sheet.note(panels, words, f"{style.FORBIDDEN} {zero}" if zero else "", axis.meaning(result))


def _parts(result: xr.Dataset) -> list[tuple[Quantity, Quantity]]:
    """Per frequency and by branch, of what is not zero."""
    return [
        (part, SPECTRUM_BY_BRANCH[name])
        for name, part in SPECTRUM.items()
        if part.variable in result and result[part.variable].values.any()
    ]


def _end(place: np.ndarray, value: np.ndarray) -> float:
    """The first place beyond which at most 1 − KEPT of a quantity is, signs left out, at every temperature.

    place : ndarray (x,), rising; value : ndarray (t, x)
    """
    size = np.cumsum(np.abs(value), axis=1)
    return float(place[int((size < KEPT * size[:, -1:]).sum(axis=1).max())])
