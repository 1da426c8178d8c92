"""What frequencies and branches contribute to the responses."""

import numpy as np
import xarray as xr

from hpcph.figures import labels, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.quantity import Quantity
from hpcph.result.thermal import SPECTRUM, SPECTRUM_BY_BRANCH
from hpcph.show import axis

THZ = 1e12
CONTENT = 0.999  # of every quantity's absolute integral is shown
HEIGHT = 0.8  # of the largest running integral: the densities behind it


def layout(result: xr.Dataset) -> Layout:
    """A row for every quantity: by frequency, by branch."""
    rows = len(_parts(result))
    return Layout(sheet.WIDTH, 0.9 + 1.5 * rows, rows, 2, options={"sharex": "col", "width_ratios": (3, 2)})


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Integrated up to a frequency, before the density, and by branch; a colour each temperature. χ is not scaled."""
    at, along = result[SPECTRUM["diagonal"].variable].dims
    frequency, temperature = result[along].values / THZ, result[at].values
    step = np.diff(frequency).mean() if len(frequency) > 1 else 1.0
    grid, parts = sheet.every(axes).reshape(-1, 2), _parts(result)
    peaks: list[str] = []
    for (left, right), (part, share) in zip(grid, parts, strict=True):
        density, by_branch = result[part.variable].values * THZ, result[share.variable].values
        sums, largest = np.cumsum(density, axis=1) * step, float(np.abs(density).max())
        scale = HEIGHT * float(np.abs(sums).max()) / largest
        for t, colour in enumerate(style.series(len(temperature))):
            order = 3 - t / len(temperature)  # the colder, smaller ones on top
            shade = {"step": "mid", "color": colour, "alpha": 0.5, "lw": 0.3, "zorder": order - 1}
            left.fill_between(frequency, scale * density[t], **shade)
            left.plot(frequency, sums[t], color=colour, label=f"{temperature[t]:g} K", zorder=order)
            right.stairs(by_branch[t], np.arange(by_branch.shape[1] + 1) + 0.5, color=colour, lw=1.1, zorder=order)
        both, symbol = np.concatenate([sums.ravel(), by_branch.ravel()]), labels.symbol(share)
        units = [scales.in_powers(panel.yaxis, both, labels.unit(share.unit)) for panel in (left, right)]
        left.set_ylabel(f"${symbol}$ up to ν\n({units[0]})")
        right.set_ylabel("of a branch")
        for panel in (left, right):
            panel.axhline(0, color="0.6", lw=0.5, zorder=0)
        peaks.append(f"{style.number(largest)} {labels.unit(share.unit)} THz$^{{-1}}$ (${symbol}$)")
    edge = frequency + 0.5 * step
    right_end = scales.rounded(edge[_reach([result[part.variable].values for part, _ in parts])], edge[-1])
    highest = _reach([result[share.variable].values for _, share in parts]) + 1
    grid[0, 0].set_xlim(0, right_end)
    grid[0, 1].set_xlim(0.5, np.ceil(scales.rounded(highest, result.sizes["branch"])) + 0.5)
    grid[-1, 0].set_xlabel("frequency ν (THz)")
    grid[-1, 1].set_xlabel("branch")
    sheet.legend(axes)
    zero = [f"${labels.symbol(SPECTRUM_BY_BRANCH[name])}$" for name in SPECTRUM if _vanishes(result, name)]
    sheet.note(
        axes,
        f"components along the axis {axis.name(result)}; χ without feedback scale",
        f"shaded: per frequency, at most {', '.join(peaks)}",
        "beyond the range less than 0.1 % of any" if right_end < edge[-1] * (1 - 1e-9) else "",
        f"zero, for symmetry forbids them: {', '.join(zero)}" if zero else "",
        axis.meaning(result),
    )


def _vanishes(result: xr.Dataset, name: str) -> bool:
    """Stored, and exactly zero, as averages over the point group are that it forbids."""
    return SPECTRUM[name].variable in result and not result[SPECTRUM[name].variable].values.any()


def _parts(result: xr.Dataset) -> list[tuple[Quantity, Quantity]]:
    """By frequency and by branch, of what is not zero."""
    stored = [name for name, part in SPECTRUM.items() if part.variable in result and not _vanishes(result, name)]
    return [(SPECTRUM[name], SPECTRUM_BY_BRANCH[name]) for name in stored]


def _reach(shares: list[np.ndarray]) -> int:
    """The index by which all of several shares (t, x) have summed up to their content, in absolute values."""
    sums = [np.cumsum(np.abs(share), axis=1) for share in shares]
    below = [int((of < CONTENT * of[:, -1:]).sum(axis=1).max()) for of in sums]
    return min(max(below), shares[0].shape[1] - 1)
