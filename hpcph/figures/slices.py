"""Contributions to χ on planes through the Brillouin zone (Fig. 3d and e of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import Normalize, PowerNorm
from matplotlib.patches import Polygon
from matplotlib.ticker import MaxNLocator
from numpy.lib.stride_tricks import sliding_window_view
from scipy.ndimage import zoom

from hpcph.constants import angstrom
from hpcph.crystal.lattice import reciprocal
from hpcph.crystal.zone import cross_section, plane_frame
from hpcph.figures import labels, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.crystal import CRYSTAL_LATTICE
from hpcph.result.modes import SLICES, SLICES_HELICITY, SLICES_Q
from hpcph.result.quantity import Quantity
from hpcph.show import axis

TOP = 98  # percentile at which the colours end: the pole at Γ must not hide the rest
FINE = 4  # shown points a stored one, along a* and b*
POLE = 0.9999  # of the compressed values: what is shown at Γ


def layout(result: xr.Dataset) -> Layout:
    """A row for every stored plane, a column for every quantity."""
    columns, rows = len(_parts(result)), result.sizes["plane"]
    options = {"sharex": True, "sharey": True}
    return Layout(0.6 + 1.55 * columns, 1.2 + 1.4 * rows, rows, columns, rigid=True, options=options)


def draw(result: xr.Dataset, axes: Panels) -> None:
    """Parts of χ and the helicity, a colour scale each, inside the zone's cross-section at every stored plane."""
    planes, parts = result["plane"].values, _parts(result)
    grid = sheet.every(axes).reshape(len(planes), len(parts))
    for column, part in zip(grid.T, parts, strict=True):
        norm = (_signed if part is SLICES_HELICITY else _norm)(result[part.variable].values)
        for panel, p in zip(column, range(len(planes)), strict=True):
            image = _panel(panel, result, part.variable, p, norm)
        extend = "both" if part is SLICES_HELICITY else "max"
        bar = sheet.colours(column, image, "", extend=extend, location="bottom", pad=0.02, aspect=14)
        bar.ax.xaxis.set_major_locator(MaxNLocator(3))
        unit = scales.in_powers(bar.ax.xaxis, np.array([norm.vmin, norm.vmax]), labels.unit(part.unit))
        bar.set_label(rf"${labels.symbol(part)}(\mathbf{{q}})$" + f"\n({unit})")
        column[-1].set_xlabel("along $a^*$")
        column[-1].tick_params(axis="x", labelbottom=False)
    for row, height in zip(grid, planes, strict=True):
        row[0].set_ylabel(rf"$q_c$ = {height:.4g}")
    temperature = float(result.attrs["slices_temperature"])
    words = (
        f"both axes in Å$^{{-1}}$; {temperature:g} K, no feedback scale; "
        "zone averages are χ and the helicity; χ cubic between points; "
        f"the largest {100 - TOP} % share the top colour"
    )
    gap = ", as does Γ, where it diverges" if np.isnan(result[SLICES["diagonal"].variable].values).any() else ""
    sheet.note(axes, words + gap, axis.meaning(result))


def _parts(result: xr.Dataset) -> list[Quantity]:
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


def refined(values: np.ndarray, top: float) -> np.ndarray:
    """Values (i, j) ≥ 0 of an even grid, NaN at poles, at FINE times as many points: cubic between them.

    χ^D is zero on two-fold axes, and grows like the square of the distance from them. Cells of single points would show
    such a line, where it runs along the long diagonal of the cells, as a row of dots. What is far above `top` is
    compressed meanwhile, and no value leaves the range of the corners around it: poles and points of higher symmetry
    do not ring.
    """
    size = np.where(np.isnan(values), POLE, values / np.hypot(top, np.nan_to_num(values)))
    fine = zoom(size, [((n - 1) * FINE + 1) / n for n in size.shape], order=3)
    corners = sliding_window_view(size, (2, 2))
    cell = np.ix_(
        *(np.minimum(np.arange(count) // FINE, n - 2) for count, n in zip(fine.shape, size.shape, strict=True))
    )
    fine = np.clip(fine, corners.min((2, 3))[cell], np.minimum(corners.max((2, 3))[cell], POLE))
    return top * fine / np.sqrt(1 - fine**2)


def _panel(axes: Axes, result: xr.Dataset, variable: str, plane: int, norm: Normalize):
    k, values = tiles(result, variable, plane)
    rising = isinstance(norm, PowerNorm)
    shown, fine = (refined(values, float(norm.vmax or 1.0)), FINE) if rising else (np.nan_to_num(values), 1)
    i, j = ((np.arange(n + 1)[:, None] - 0.5) / fine for n in shown.shape)
    borders = k[0, 0] + i[:, None] * (k[1, 0] - k[0, 0]) + j * (k[0, 1] - k[0, 0])
    x, y = np.moveaxis(borders, -1, 0) * angstrom
    colours = style.SEQUENTIAL if rising else style.SIGNED_AREA
    image = axes.pcolormesh(x, y, shown, norm=norm, cmap=colours, rasterized=True)
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
