"""Response to light: all components of all observables by frequency, of which the page shows one at a time."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from hpcph.report import embed, style
from hpcph.result.light import DENSITY, OPTICS_LEVEL_FREQUENCY, OPTICS_LEVEL_MODES, TENSORS
from hpcph.show import light as response
from hpcph.show import units

OBSERVABLES = {  # in the list of the page
    "pam": "angular momentum",
    "peltier": "energy current",
    "orbital_current": "orbital current, through bonds",
    "carried_current": "orbital current, carried by wave packets",
    "magnetization": "magnetization",
}
BUDGET = 1_200_000  # bytes of numbers
LINES = {"Re": style.BLUE, "Im": style.VERMILION}
COLOURS = (style.BLUE, style.VERMILION, style.GREEN, style.PURPLE, style.ORANGE, style.SKY, "#888888")
MOST = len(COLOURS)  # polarizations


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """Two empty figures; frequencies (w,), and of every observable χ, real and imaginary (12, w), and means (p, w)."""
    scale, model = units.frequency(result, "frequency"), units.is_model(result)
    polarizations = [str(p).replace("-", "−") for p in result["polarization"].values][:MOST]
    tables = {name: _curves(result, name) for name in OBSERVABLES if TENSORS[name].variable in result}
    lines = sum(int(values.any(axis=1).sum()) for table in tables.values() for values in table.values())
    omega = result["frequency"].values * scale.shown
    step = max(1, -(-4 * lines * len(omega) // BUDGET))
    data = {
        "frequency": embed.array(omega[::step], "f8"),
        "head": scale.label,
        "components": list(response.COMPONENTS),
        "polarizations": polarizations,
        "observables": {name: _observable(result, name, table, step) for name, table in tables.items()},
        "intensity": None if model else float(result.attrs["optics_intensity_per_field_squared"]),
        "stored": len(omega),
        "embedded": len(omega[::step]),
    }
    return {"light": _tensor(result, scale), "polarized": _means(result, scale, polarizations)}, data


def _curves(result: xr.Dataset, name: str) -> dict[str, np.ndarray]:
    """χ: real and imaginary part of every component in turn; mean: of every polarization."""
    chi = response.along(result, TENSORS[name].variable)
    elements = [chi[:, mu, nu] for mu, nu in response.COMPONENTS.values()]
    mean = response.mean(result, name)[:, :MOST]
    return {"chi": np.array([part for z in elements for part in (z.real, z.imag)]), "mean": mean.T}


def _observable(result: xr.Dataset, name: str, table: dict[str, np.ndarray], step: int) -> dict:
    model = units.is_model(result)
    return {
        "title": OBSERVABLES[name],
        "unit": "model units" if model else embed.unit(TENSORS[name].unit),
        "density": "model units" if model else embed.unit(DENSITY[name]),
    } | {part: _packed(values, step) for part, values in table.items()}


def _packed(values_rw: np.ndarray, step: int) -> dict:
    """Curves over their largest number, which 4 bytes hold whatever its size; row −1 is a curve of zeros."""
    largest, member = float(np.abs(values_rw).max(initial=0)) or 1.0, values_rw.any(axis=1)
    row = np.where(member, np.cumsum(member) - 1, -1).tolist()
    return {"row": row, "largest": largest, "values": embed.array(values_rw[member, ::step] / largest, "f4")}


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
        member = (result[OPTICS_LEVEL_MODES.variable].values > 1) == many
        level = result[OPTICS_LEVEL_FREQUENCY.variable].values[member] * scale.shown
        figure.add_scatter(
            x=level, y=np.zeros(len(level)), name=name, mode="markers", hovertemplate=f"%{{x:.5g}} {scale.unit}",
            marker={"symbol": symbol, "size": 9, "color": style.ORANGE if many else "#777777"},
        )  # fmt: skip
    figure.add_traces(lines)
    span = [omega[0], omega[-1]] if len(omega) > 1 else None
    figure.update_xaxes(title=scale.label, range=span)
    figure.update_yaxes(exponentformat="power", showexponent="all")
    return figure
