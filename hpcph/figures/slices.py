"""Contributions to χ on planes through the Brillouin zone (Fig. 3d and e of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator

from hpcph.constants import angstrom
from hpcph.crystal.lattice import reciprocal
from hpcph.crystal.zone import cross_section, plane_frame
from hpcph.figures import labels, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.crystal import CRYSTAL_LATTICE
from hpcph.result.modes import SLICES, SLICES_HELICITY, SLICES_Q
from hpcph.result.quantity import Quantity
from hpcph.show import axis

TOP = 98  # percentile at which the colours end: the pole at Γ must not hide the rest


def layout(result: xr.Dataset) -> Layout:
    """A row for every plane, a column for every quantity."""
    planes, columns = result.sizes["plane"], len(_parts(result))
    shared = {"sharex": True, "sharey": True}
    return Layout(1.5 * columns + 0.9, 1.0 + 1.5 * planes, planes, columns, rigid=True, options=shared)


def draw(result: xr.Dataset, panels: Panels) -> None:
    """Parts of χ and the helicity, a colour scale each, inside the zone's cross-section at every stored plane."""
    planes = result["plane"].values
    parts = _parts(result)
    grid = np.atleast_1d(np.asarray(panels, dtype=object)).reshape(len(planes), len(parts))
    for column, part in zip(grid.T, parts, strict=True):
        norm = (_signed if part is SLICES_HELICITY else _norm)(result[part.variable].values)
        for axes, p in zip(column, range(len(planes)), strict=True):
            image = _panel(axes, result, part.variable, p, norm)
        extend = "both" if part is SLICES_HELICITY else "max"
        power = int(np.floor(np.log10(norm.vmax or 1.0)))
        label = f"${labels.symbol(part)}(\\mathbf{{q}})$\n($10^{{{power}}}$ {labels.unit(part.unit)})"
        colours = sheet.colours(column, image, label, extend=extend, location="top", aspect=14)
        colours.ax.xaxis.set_major_locator(MaxNLocator(3))
        colours.ax.xaxis.set_major_formatter(lambda value, _, size=10.0**power: f"{value / size:.3g}")
    for axes, height in zip(grid[:, 0], planes, strict=True):
        axes.set_ylabel(rf"$q_c$ = {height:.4g}")
    for axes in grid[-1]:
        axes.set_xlabel("Å$^{-1}$")
        axes.tick_params(axis="x", labelsize=6)
    temperature = float(result.attrs["slices_temperature"])
    words = (
        f"to the right $a^*$; {temperature:g} K, no feedback scale; zone averages are χ and the helicity; "
        f"the largest {100 - TOP} % share the top colour"
    )
    gap = ", as does Γ, where it diverges" if np.isnan(result[SLICES["diagonal"].variable].values).any() else ""
    sheet.note(panels, words + gap, axis.meaning(result))


def _parts(result: xr.Dataset) -> list[Quantity]:
    """The quantities that are there."""
    return [part for part in (*SLICES.values(), SLICES_HELICITY) if part.variable in result]


def outline(result: xr.Dataset, plane: int) -> np.ndarray:
    """Corners (n, 2) in rad m⁻¹ of the zone in a plane; of the stored parallelogram where the plane misses the zone."""
    vectors, q = reciprocal(result[CRYSTAL_LATTICE.variable].values), result[SLICES_Q.variable].values[plane]
    corners = cross_section(vectors, float(result["plane"].values[plane]))
    if not len(corners):
        corners = np.array([q[0, 0], q[-1, 0], q[-1, -1], q[0, -1]]) @ vectors
    return corners @ plane_frame(vectors).T


def tiles(result: xr.Dataset, variable: str, plane: int) -> tuple[np.ndarray, np.ndarray]:
    """The stored parallelogram repeated by a* and b* until it covers the outline.

    Returns k (i, j, 2) in rad m⁻¹, evenly spaced, and the values there (i, j).
    """
    vectors, q = reciprocal(result[CRYSTAL_LATTICE.variable].values), result[SLICES_Q.variable].values[plane]
    frame, height = plane_frame(vectors), q[0, 0, 2]
    start = height * vectors[2] @ frame.T
    inside = (outline(result, plane) - start) @ np.linalg.inv(vectors[:2] @ frame.T)
    index, places = [], []
    for direction, line in enumerate((q[:, 0, 0], q[0, :, 1])):
        step = line[1] - line[0]
        first = np.floor((inside[:, direction].min() - line[0]) / step) - 1
        last = np.ceil((inside[:, direction].max() - line[0]) / step) + 1
        count = np.arange(int(first), int(last) + 1)
        index.append(count % (len(line) - 1))
        places.append(line[0] + step * count)
    a, b = np.meshgrid(*places, indexing="ij")
    k = start + np.stack([a, b], axis=-1) @ vectors[:2] @ frame.T
    return k, result[variable].values[plane][np.ix_(*index)]


def _panel(axes: Axes, result: xr.Dataset, variable: str, plane: int, norm: Normalize):
    k, values = tiles(result, variable, plane)
    x, y = np.moveaxis(k, -1, 0) * angstrom
    rising = isinstance(norm, PowerNorm)
    shown = np.where(np.isnan(values), (norm.vmax or 0.0) if rising else 0.0, values)
    colours = style.SEQUENTIAL if rising else style.SIGNED_AREA
    image = axes.pcolormesh(x, y, shown, norm=norm, cmap=colours, shading="gouraud", rasterized=True)
    corners = outline(result, plane) * angstrom
    edge = Polygon(corners, closed=True, fill=False, ec="black", lw=0.8, zorder=3)
    axes.add_patch(edge)
    image.set_clip_path(edge)
    room = 0.05 * np.ptp(corners, axis=0).max()
    axes.set_xlim(corners[:, 0].min() - room, corners[:, 0].max() + room)
    axes.set_ylim(corners[:, 1].min() - room, corners[:, 1].max() + room)
    axes.set_aspect("equal")
    return image


def _norm(values: np.ndarray) -> PowerNorm:
    """Square root above the smallest value, up to the last percents; anything above where all are the same."""
    low, high = float(np.nanmin(values)), float(np.nanpercentile(values, TOP))
    return PowerNorm(0.5, low, high if high > low else low + 1)


def _signed(values: np.ndarray) -> Normalize:
    """As far above zero as below it, up to the last percents."""
    high = float(np.nanpercentile(np.abs(values), TOP))
    return Normalize(-high, high) if high > 0 else Normalize(-1, 1)
