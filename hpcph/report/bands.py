"""The dispersion, coloured by the phonon polarization along the axis."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from markupsafe import Markup

from hpcph.constants import angstrom, nuclear_magneton
from hpcph.report import embed, style
from hpcph.result import maps
from hpcph.result.modes import (
    BANDS_CORNER,
    BANDS_CRYSTAL_ANGULAR_MOMENTUM,
    BANDS_FREQUENCY,
    BANDS_HELICITY,
    BANDS_LABEL,
    BANDS_MOMENT,
    BANDS_MOMENT_CIRCULAR,
    BANDS_POLARIZATION,
    BANDS_POLARIZATION_CIRCULAR,
    BANDS_PSEUDO_ANGULAR_MOMENTUM,
    BANDS_Q,
)
from hpcph.show import axis, sets, units

ROUNDING = 1e-9  # ħ or μ_N
SMALL = 1e-5  # of the largest on the path: 4-byte numbers and a degenerate set's mixture leave less


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """One marker a mode, in the order point × branch; for its text q, the number of its degenerate set, and helicity,
    moment and labels m and ℓ where they are known."""
    x = result["distance"].values * angstrom
    shown = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values * shown.shown
    l = _clean(axis.of_modes(result, BANDS_POLARIZATION_CIRCULAR, BANDS_POLARIZATION))
    branches = frequency.shape[1]
    scale = {"cmin": -1, "cmax": 1, "autocolorscale": True}  # of both signs, as the page is light or dark
    bar = {"title": {"text": "l (ħ)", "side": "top"}}
    markers = go.Scattergl(
        x=np.repeat(x, branches).astype("f4"),
        y=frequency.ravel().astype("f4"),
        mode="markers",
        marker={"color": l.ravel().astype("f4"), "size": 5, **scale, "colorbar": bar},
        hovertemplate="%{customdata}<extra></extra>",
    )
    chosen = go.Scatter(
        x=[], y=[], mode="markers", hoverinfo="skip",
        marker={"symbol": "circle-open", "size": 16, "color": style.GREEN, "line": {"width": 3}},
    )  # fmt: skip
    figure = style.figure(markers, chosen, height=520, showlegend=False, hovermode="closest")
    places, labels = corners(result, x)
    figure.update_xaxes(tickvals=places, ticktext=labels, range=[x[0], x[-1]], showgrid=True, gridwidth=1.5)
    figure.update_yaxes(title=shown.label)
    q = embed.array(result[BANDS_Q.variable].values, "f4")
    sets_kn = sets.numbered(sets.apart(result[BANDS_FREQUENCY.variable].values * shown.hertz))
    data = {"q": q, "set": embed.array(sets_kn, "i2"), "branches": branches, "symbol": shown.symbol, "unit": shown.unit}
    data["distance"] = embed.array(x, "f4")
    if BANDS_MOMENT.variable in result:
        moment = axis.of_modes(result, BANDS_MOMENT_CIRCULAR, BANDS_MOMENT) / nuclear_magneton
        data["moment"] = embed.array(_clean(moment), "f4")
    if BANDS_HELICITY.variable in result:
        data["helicity"] = embed.array(_clean(result[BANDS_HELICITY.variable].values), "f4")
    if BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable in result:
        data["m"] = embed.array(result[BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable].values, "f4")
    if BANDS_PSEUDO_ANGULAR_MOMENTUM.variable in result:
        data["pseudo"] = embed.array(result[BANDS_PSEUDO_ANGULAR_MOMENTUM.variable].values, "f4")
    return {"bands": figure}, data


def largest_moment(result: xr.Dataset) -> Markup:
    """Of the modes of the path and where, by the definition of what a run prints and a survey lists; empty without."""
    if BANDS_MOMENT_CIRCULAR.variable not in result:
        return Markup("")
    size = maps.sizes(result[BANDS_MOMENT.variable].values, result[BANDS_MOMENT_CIRCULAR.variable].values)
    if size.max() < ROUNDING * nuclear_magneton:
        return Markup("")
    k, n = maps.first_largest(size)
    q = ", ".join(f"{x:.3g}" for x in np.round(result[BANDS_Q.variable].values[k], 9) + 0.0)
    frequency = units.frequency(result, BANDS_FREQUENCY.variable).text(result[BANDS_FREQUENCY.variable].values[k, n], 3)
    words = f"branch {n + 1} at q = ({q}), {frequency}".replace("-", "−")
    return Markup("{:.3g} μ<sub>N</sub>, {}").format(size[k, n] / nuclear_magneton, words)


def _clean(values: np.ndarray) -> np.ndarray:
    """Zeros for what rounding leaves of them: in ħ or μ_N, and beside the largest."""
    return np.where(np.abs(values) > max(ROUNDING, SMALL * np.abs(values).max()), values, 0.0)


def corners(result: xr.Dataset, x: np.ndarray) -> tuple[list[float], list[str]]:
    """Places and names of the high-symmetry points; both names where the path jumps."""
    names: dict[float, list[str]] = {}
    for index, name in zip(result[BANDS_CORNER.variable].values, result[BANDS_LABEL.variable].values, strict=True):
        place = names.setdefault(round(float(x[index]), 9), [])
        if str(name).replace("-", "−") not in place:
            place.append(str(name).replace("-", "−"))
    return list(names), ["|".join(place) for place in names.values()]
