"""Line plots: PAM density, magnetization, rotation, spectra, convergence."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from hpcph.report import style
from hpcph.report.embed import number, unit
from hpcph.result.tensors import (
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL,
    ROTATION_FIELD,
    ROTATION_MAGNETIZATION,
    ROTATION_PAM_DENSITY,
    THERMAL_GAMMA_NL,
)
from hpcph.result.thermal import (
    CONVERGENCE,
    CONVERGENCE_GRID,
    CONVERGENCE_POINTS,
    FEEDBACK_PAM_DENSITY,
    HELICITY_PER_CELL,
    MAGNETIZATION_DENSITY,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    MAGNETIZATION_FIELD,
    MAGNETIZATION_FIELD_WITHOUT_FEEDBACK,
    SPECTRUM,
    SPECTRUM_AT_TEMPERATURE,
    SPECTRUM_BY_BRANCH,
    SPECTRUM_SPECTRAL_FREQUENCY,
    THERMAL_PAM_DENSITY,
)
from hpcph.show import axis, doubt

POWER = {"exponentformat": "power", "showexponent": "all"}
MEASURED = {
    "gamma_nl": THERMAL_GAMMA_NL.variable,
    "diagonal": FEEDBACK_SUSCEPTIBILITY_DIAGONAL.variable,
    "off_diagonal": FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL.variable,
}
MAGNETIZED = {  # without feedback, with it
    "magnetization-density": (MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, MAGNETIZATION_DENSITY, "|M| (A m⁻¹)"),
    "magnetization-field": (MAGNETIZATION_FIELD_WITHOUT_FEEDBACK, MAGNETIZATION_FIELD, "|B| (T)"),
}
ROTATED = {
    "rotation-pam_density": (ROTATION_PAM_DENSITY, "PAM density per angular velocity"),
    "rotation-magnetization": (ROTATION_MAGNETIZATION, "magnetization per angular velocity"),
    "rotation-field": (ROTATION_FIELD, "field per angular velocity"),
}
HOVER = "%{x:.4g} K: %{text}"
SHARES = {"gamma_nl": "γ<sup>NL</sup>", "diagonal": "χ<sup>D</sup>", "off_diagonal": "χ<sup>OD</sup>"}
TITLES = SHARES | {"helicity": "helicity"}  # of spectra


def density(result: xr.Dataset) -> go.Figure:
    """Size of the angular momentum per volume along the axis, without and with feedback."""
    return _enhanced(result, THERMAL_PAM_DENSITY.variable, FEEDBACK_PAM_DENSITY.variable, "|⟨L⟩|/V (J s m⁻³)")


def magnetization(result: xr.Dataset) -> dict[str, go.Figure]:
    """Magnetization and the field it makes, without and with feedback."""
    return {
        name: _enhanced(result, without.variable, coupled.variable, title)
        for name, (without, coupled, title) in MAGNETIZED.items()
        if without.variable in result
    }


def rotation(result: xr.Dataset) -> dict[str, go.Figure]:
    """What a turning lattice gains per angular velocity along the axis."""
    figures = {}
    for name, (quantity, words) in ROTATED.items():
        if quantity.variable in result:
            value = axis.diagonal(result, quantity.variable)
            errors = [axis.spread(result, beside) for beside in doubt.beside(result, quantity.variable).values()]
            line = go.Scatter(
                x=result["temperature"].values, y=value, line={"color": style.BLUE}, text=texts(value, errors),
                hovertemplate=HOVER + "<extra></extra>",
            )  # fmt: skip
            figure = style.figure(line, height=320, xaxis_title="T (K)")
            figure.update_yaxes(title=f"{words} ({unit(quantity.unit)})", **POWER)
            figures[name] = figure
    return figures


def helicity(result: xr.Dataset) -> go.Figure:
    """Σ l·k̂ f of a primitive cell."""
    name = HELICITY_PER_CELL.variable
    value = result[name].values
    errors = [result[beside].values for beside in doubt.beside(result, name).values()]
    line = go.Scatter(
        x=result["temperature"].values, y=value, line={"color": style.BLUE}, text=texts(value, errors),
        hovertemplate=HOVER + "<extra></extra>",
    )  # fmt: skip
    figure = style.figure(line, height=320, xaxis_title="T (K)")
    figure.update_yaxes(title="helicity of a cell (ħ)", **POWER)
    if not value.any():
        style.forbidden(figure, "a pseudoscalar")
    return figure


def spectra(result: xr.Dataset) -> go.Figure:
    """Shares of γ^NL (with a lifetime), χ^D, χ^OD and the helicity by frequency (above) and by branch (below)."""
    shares = {name: title for name, title in TITLES.items() if SPECTRUM[name].variable in result}
    layout = {"vertical_spacing": 0.16, "horizontal_spacing": 0.09}
    figure = make_subplots(2, len(shares), subplot_titles=list(shares.values()), **layout)
    frequency = result[SPECTRUM_SPECTRAL_FREQUENCY.variable].values * 1e-12
    colours = (*style.OKABE_ITO[:2], style.GREEN, style.PURPLE, style.VERMILION, style.SKY)
    for column, name in enumerate(shares, 1):
        by_frequency, by_branch = result[SPECTRUM[name].variable], result[SPECTRUM_BY_BRANCH[name].variable]
        for t, T in enumerate(result[SPECTRUM_AT_TEMPERATURE.variable].values):
            shared = {"name": f"{T:g} K", "legendgroup": f"{t}", "showlegend": column == 1}
            colour = colours[t % len(colours)]
            figure.add_scatter(
                x=frequency, y=by_frequency.values[t] * 1e12, row=1, col=column, line={"color": colour, "width": 1.5},
                hovertemplate="%{x:.2f} THz: %{y:.2e}", **shared,
            )  # fmt: skip
            figure.add_bar(
                x=np.arange(1, by_branch.shape[1] + 1), y=by_branch.values[t], row=2, col=column,
                marker={"color": colour, "line": {"width": 0}}, hovertemplate="branch %{x}: %{y:.2e}",
                **(shared | {"showlegend": False}),
            )  # fmt: skip
        share = unit(SPECTRUM_BY_BRANCH[name].unit)
        figure.update_yaxes(title=f"{share} THz⁻¹", row=1, col=column, **POWER)
        figure.update_yaxes(title=share, row=2, col=column, **POWER)
    figure.update_xaxes(title="ν (THz)", row=1)
    figure.update_xaxes(title="branch", row=2)
    figure.update_layout(template=None, height=650, margin={"l": 70, "r": 20, "t": 100, "b": 50})
    figure.update_layout(legend={"orientation": "h", "y": 1.07, "yanchor": "bottom", "x": 0})
    return figure


def convergence(result: xr.Dataset) -> go.Figure:
    """The responses on every mesh over those of the last, which has its errors, at the temperature nearest to 300 K."""
    t = int(np.argmin(np.abs(result["temperature"].values - 300)))
    points = result[CONVERGENCE_POINTS.variable].values
    known = doubt.beside(result, MEASURED["diagonal"])
    bars = f"; bars: error of {' and '.join(known)}" if known else ""
    figure = style.figure(height=340, xaxis_title=f"k-points of the full mesh{bars}", xaxis_type="log")
    grids = ["×".join(map(str, grid)) for grid in result[CONVERGENCE_GRID.variable].values]
    for (name, title), colour in zip(SHARES.items(), style.OKABE_ITO, strict=False):
        if CONVERGENCE[name].variable not in result:  # γ^NL without a lifetime
            continue
        values = result[CONVERGENCE[name].variable].values[:, t]
        if not values[-1]:  # symmetry forbids it
            continue
        beside = doubt.beside(result, MEASURED[name]).values()
        errors = [float(axis.spread(result, variable)[t]) / abs(values[-1]) for variable in beside]
        said = [*(f"{value / values[-1]:.4f}" for value in values[:-1]), number(1.0, *errors)]
        figure.add_scatter(
            x=points, y=values / values[-1], name=title, mode="lines+markers", line={"color": colour},
            error_y={"array": [0.0] * (len(values) - 1) + [sum(np.nan_to_num(errors))], "width": 6, "thickness": 1.5},
            text=[f"{grid}: {of}" for grid, of in zip(grids, said, strict=True)], hovertemplate="%{text}",
        )  # fmt: skip
    figure.update_xaxes(tickvals=points, ticktext=grids)
    figure.update_yaxes(title=f"value / finest, {result['temperature'].values[t]:g} K")
    return figure


def _enhanced(result: xr.Dataset, without: str, coupled: str, title: str) -> go.Figure:
    """|component along the axis| against temperature: black without feedback, a colour a radius with it."""
    T = result["temperature"].values
    figure = style.figure(height=400, xaxis_title="T (K)")
    plain, errors = axis.along(result, without), _errors(result, without)
    everything = [plain]
    if coupled in result:
        values, open_ = axis.along(result, coupled), _errors(result, coupled)
        everything.append(values.ravel())
        for r, radius in enumerate(result["radius"].values):
            colour = style.OKABE_ITO[r % len(style.OKABE_ITO)]
            figure.add_scatter(
                x=T, y=np.abs(values[:, r]), name=f"r = {radius * 1e9:.4g} nm", line={"color": colour},
                text=texts(values[:, r], [error[:, r] for error in open_]), hovertemplate=HOVER,
            )  # fmt: skip
    figure.add_scatter(
        x=T, y=np.abs(plain), name="without feedback", line={"color": "#777777", "dash": "dash", "width": 3},
        text=texts(plain, errors), hovertemplate=HOVER,
    )  # fmt: skip
    figure.update_yaxes(title=title, **style.decades(np.concatenate(everything)))
    if not plain.any():
        style.forbidden(figure)
    return figure


def _errors(result: xr.Dataset, name: str) -> list[np.ndarray]:
    """Known ones of components along the axis."""
    return [axis.reach(result, beside) for beside in doubt.beside(result, name).values()]


def texts(value_t: np.ndarray, errors: list[np.ndarray]) -> list[str]:
    """What stands at the points of a curve."""
    return [number(float(value), *map(float, of)) for value, *of in zip(value_t, *errors, strict=True)]
