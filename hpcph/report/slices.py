"""Planes of the Brillouin zone: both parts of χ inside the zone's cross-section, on a Cartesian grid."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from matplotlib.path import Path
from scipy.ndimage import map_coordinates

from hpcph.constants import angstrom
from hpcph.crystal.lattice import reciprocal
from hpcph.crystal.zone import cross_section, plane_frame
from hpcph.report import embed, style
from hpcph.result.crystal import CRYSTAL_LATTICE
from hpcph.result.modes import SLICES

BUDGET = 700_000  # bytes of pixels
TITLES = {"diagonal": "χ<sup>D</sup>", "off_diagonal": "χ<sup>OD</sup>"}


def planes(result: xr.Dataset) -> dict:
    """x (i,), y (j,) rad m⁻¹ in the frame of the planes; corner, a list of (n, 2); (p, j, i) for both parts of χ.

    Stored are the contributions on a period of a* and b*; they are interpolated bilinearly, NaN outside the zone.
    """
    lattice = result[CRYSTAL_LATTICE.variable].values
    vectors = reciprocal(lattice)
    frame, heights = plane_frame(vectors), result["plane"].values
    corners = [cross_section(vectors, height) @ frame.T for height in heights]
    low, high = np.vstack(corners).min(axis=0), np.vstack(corners).max(axis=0)
    pixels = int(np.clip(np.sqrt(BUDGET / (8 * len(heights))), 30, 181))
    x, y = (np.linspace(a, b, pixels) for a, b in zip(low, high, strict=True))
    points = np.stack(np.meshgrid(x, y), axis=-1)
    found: dict = {"x": x, "y": y, "corners": corners}
    for part in TITLES:
        stored = result[SLICES[part].variable].values
        found[part] = np.full((len(heights), pixels, pixels), np.nan)
        for p, (height, polygon) in enumerate(zip(heights, corners, strict=True)):
            inside = Path(polygon).contains_points(points.reshape(-1, 2)).reshape(points.shape[:2])
            origin = height * vectors[2]
            k = origin + (points[inside] - frame @ origin) @ frame
            found[part][p][inside] = _at(stored[p], k @ lattice.T[:, :2] / (2 * np.pi))
    return found


def _at(stored_ij: np.ndarray, q_kc: np.ndarray) -> np.ndarray:
    """Values at fractional (a*, b*), between the points of a period −½ … ½; at the missing Γ the nearest value."""
    period = stored_ij[:-1, :-1]
    place = (q_kc + 0.5).T * np.array(period.shape)[:, None]
    smooth = map_coordinates(period, place, order=1, mode="grid-wrap")
    return np.where(np.isnan(smooth), map_coordinates(period, place, order=0, mode="grid-wrap"), smooth)


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """A map of either part with the first plane, and all planes for the slider, in units of a power of ten."""
    found = planes(result)
    x, y = (found[name] * angstrom for name in "xy")
    figures, data, power = {}, {}, {}
    for part, title in TITLES.items():
        power[part] = int(np.floor(np.log10(np.nanmax(np.abs(found[part])) or 1.0)))
        values = found[part] / 10.0 ** power[part]
        of = f"10{str(power[part]).translate(embed.UPPER)} J s² m⁻³"
        figure = style.figure(
            go.Heatmap(
                x=x, y=y, z=values[0].astype("f4"), **_colours(values),
                colorbar={"orientation": "h", "y": -0.17, "yanchor": "top", "thickness": 14,
                          "title": {"text": f"{title} ({of})", "side": "bottom"}},
                hovertemplate=f"k = (%{{x:.3f}}, %{{y:.3f}}) Å⁻¹<br>{title} = %{{z:.3f}} × {of}<extra></extra>",
            ),
            height=590, showlegend=False,
        )  # fmt: skip
        figure.update_layout(margin={"l": 60, "r": 20, "t": 36, "b": 130})
        figure.update_xaxes(title="k ∥ a* (Å⁻¹)", zeroline=False, showgrid=False, constrain="domain")
        figure.update_yaxes(title="k ⟂ a* (Å⁻¹)", zeroline=False, showgrid=False, scaleanchor="x", constrain="domain")
        figures[f"slices-{part}"], data[part] = figure, embed.array(values, "f4")
    return figures, data | {
        "power": power,
        "width": len(x),
        "x": x.tolist(),
        "y": y.tolist(),
        "plane": result["plane"].values.tolist(),
        "corners": [(polygon * angstrom).round(6).tolist() for polygon in found["corners"]],
    }


def _colours(values: np.ndarray) -> dict:
    """One scale for all planes, up to the brightest percent: the points beside Γ would hide the rest."""
    top = float(np.nanpercentile(np.abs(values), 99))
    if np.nanmin(values) < -0.01 * top:
        return {"zmin": -top, "zmax": top, "colorscale": style.steps(style.SIGNED_AREA)}
    return {"zmin": 0, "zmax": top, "colorscale": style.SEQUENTIAL}
