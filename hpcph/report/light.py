"""Response to light: all components of all observables by frequency, of which the page shows one at a time."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from hpcph.output import response, units
from hpcph.report import embed, style

OBSERVABLES = {  # in the list of the page; unit of the density
    "pam": ("angular momentum", "J s m-3"),
    "peltier": ("energy current", "W m-2"),
    "orbital_current": ("orbital current, through bonds", "J m-2"),
    "carried_current": ("orbital current, carried by wave packets", "J m-2"),
    "magnetization": ("magnetization", "A m-1"),
}
BUDGET = 2_500_000  # bytes of numbers
LINES = {"Re": style.BLUE, "Im": style.VERMILION}
COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY, "#888888")
MOST = len(COLOURS)  # polarizations


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """Two empty figures; frequencies (w,), real and imaginary parts (6, 2, w) and means (p, w) of every observable."""
    scale = units.frequency(result, "frequency")
    stored, polarizations = result.sizes["frequency"], [str(p) for p in result["polarization"].values][:MOST]
    names = [name for name in OBSERVABLES if f"optics_{name}" in result]
    room = max(2, BUDGET // (4 * len(names) * (2 * len(response.COMPONENTS) + len(polarizations))))
    some = result.isel(frequency=slice(None, None, -(-stored // room)))
    model = units.is_model(result)
    data = {
        "frequency": embed.array(some["frequency"].values * scale.shown, "f8"),
        "components": list(response.COMPONENTS),
        "polarizations": [name.replace("-", "−") for name in polarizations],
        "observables": {name: _observable(some, name, model) for name in names},
        "intensity": None if model else float(result.attrs["optics_intensity_per_field_squared"]),
        "stored": stored,
        "embedded": some.sizes["frequency"],
    }
    return {"light": _tensor(result, scale), "polarized": _means(result, scale, data["polarizations"])}, data


def _observable(some: xr.Dataset, name: str, model: bool) -> dict:
    """Numbers over their largest one, which 4 bytes hold whatever their size."""
    chi, mean = response.along(some, f"optics_{name}"), response.mean(some, f"optics_{name}")[:, :MOST]
    elements = np.stack([chi[:, mu, nu] for mu, nu in response.COMPONENTS.values()])
    parts = np.stack([elements.real, elements.imag], axis=1)
    largest = [float(np.abs(values).max(initial=0)) or 1.0 for values in (parts, mean)]
    title, density = OBSERVABLES[name]
    return {
        "title": title,
        "unit": "model units" if model else embed.unit(some[f"optics_{name}"].attrs["units"]),
        "density": "model units" if model else embed.unit(density),
        "largest": largest,
        "chi": embed.array(parts / largest[0], "f4"),
        "mean": embed.array(mean.T / largest[1], "f4"),
    }


def _tensor(result: xr.Dataset, scale: units.Frequency) -> go.Figure:
    lines = [
        go.Scatter(x=[], y=[], name=part, mode="lines", line={"color": colour, "width": 2})
        for part, colour in LINES.items()
    ]
    return _spectrum(result, scale, lines)


def _means(result: xr.Dataset, scale: units.Frequency, polarizations: list[str]) -> go.Figure:
    lines = [
        go.Scatter(x=[], y=[], name=name, mode="lines", line={"color": colour, "width": 2})
        for name, colour in zip(polarizations, COLOURS, strict=False)
    ]
    return _spectrum(result, scale, lines)


def _spectrum(result: xr.Dataset, scale: units.Frequency, lines: list[go.Scatter]) -> go.Figure:
    """Empty lines above markers of the levels."""
    omega = result["frequency"].values * scale.shown
    figure = style.figure(height=440)
    for many, name, symbol in ((True, "degenerate level", "diamond-tall"), (False, "single level", "line-ns-open")):
        member = (result["optics_level_modes"].values > 1) == many
        level = result["level_frequency"].values[member] * scale.shown
        figure.add_scatter(
            x=level, y=np.zeros(len(level)), name=name, mode="markers", hovertemplate=f"%{{x:.5g}} {scale.unit}",
            marker={"symbol": symbol, "size": 9, "color": style.ORANGE if many else "#777777"},
        )  # fmt: skip
    figure.add_traces(lines)
    span = [omega[0], omega[-1]] if len(omega) > 1 else None
    figure.update_xaxes(title=scale.label, range=span)
    figure.update_yaxes(exponentformat="power", showexponent="all")
    return figure
