"""Planes of the Brillouin zone: both parts of χ inside the zone's cross-section, on a Cartesian grid."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from matplotlib.path import Path
from plotly.subplots import make_subplots
from scipy.ndimage import map_coordinates

from hpcph.constants import angstrom
from hpcph.crystal.lattice import reciprocal
from hpcph.crystal.zone import cross_section, plane_frame
from hpcph.report import embed
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
    """Both maps side by side with the first plane, and all planes for the slider."""
    found = planes(result)
    x, y = (found[name] * angstrom for name in "xy")
    figure = make_subplots(1, 2, subplot_titles=list(TITLES.values()), horizontal_spacing=0.12)
    for column, part in enumerate(TITLES, 1):
        figure.add_heatmap(
            x=x, y=y, z=found[part][0].astype("f4"), row=1, col=column, **_colours(found[part]),
            colorbar={"orientation": "h", "x": 0.22 if column == 1 else 0.78, "len": 0.4, "y": -0.17, "yanchor": "top",
                      "thickness": 14, "exponentformat": "power", "title": {"text": "J s² m⁻³", "side": "bottom"}},
            hovertemplate="k = (%{x:.3f}, %{y:.3f}) Å⁻¹<br>" + TITLES[part] + " %{z:.3e} J s² m⁻³<extra></extra>",
        )  # fmt: skip
        figure.update_xaxes(title="k ∥ a* (Å⁻¹)", row=1, col=column)
        figure.update_yaxes(title="k ⟂ a* (Å⁻¹)", row=1, col=column, scaleanchor=f"x{column}", constrain="domain")
    figure.update_layout(template=None, height=590, margin={"l": 60, "r": 60, "t": 50, "b": 130})
    figure.update_xaxes(zeroline=False, showgrid=False, constrain="domain")
    figure.update_yaxes(zeroline=False, showgrid=False)
    data: dict = {part: embed.array(found[part], "f4") for part in TITLES}
    data["width"] = len(x)
    data["plane"] = result["plane"].values.tolist()
    data["corners"] = [(polygon * angstrom).round(6).tolist() for polygon in found["corners"]]
    return {"slices": figure}, data


def _colours(values: np.ndarray) -> dict:
    """One scale for all planes, up to the brightest percent: the points beside Γ would hide the rest."""
    top = float(np.nanpercentile(np.abs(values), 99))
    if np.nanmin(values) < -0.01 * top:
        return {"zmin": -top, "zmax": top, "colorscale": "RdBu", "reversescale": True}
    return {"zmin": 0, "zmax": top, "colorscale": "Viridis"}
