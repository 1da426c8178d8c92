"""Line plots: PAM density, magnetization, rotation, spectra, convergence."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr

from hpcph.report import style
from hpcph.report.embed import number, unit
from hpcph.result.quantity import Quantity
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

POWER = style.POWER
TERA = 1e12
MEASURED = {
    "gamma_nl": THERMAL_GAMMA_NL.variable,
    "diagonal": FEEDBACK_SUSCEPTIBILITY_DIAGONAL.variable,
    "off_diagonal": FEEDBACK_SUSCEPTIBILITY_OFF_DIAGONAL.variable,
}
MAGNETIZED = {  # without feedback, with it, symbol
    "magnetization-density": (MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, MAGNETIZATION_DENSITY, "M<sub>{}</sub>"),
    "magnetization-field": (MAGNETIZATION_FIELD_WITHOUT_FEEDBACK, MAGNETIZATION_FIELD, "B<sub>{}</sub>"),
}
ROTATED = {
    "rotation-pam_density": (ROTATION_PAM_DENSITY, "⟨L⟩/V"),
    "rotation-magnetization": (ROTATION_MAGNETIZATION, "M"),
    "rotation-field": (ROTATION_FIELD, "B"),
}
SAME = 1e-3  # of the largest: curves that differ by less are one line to the eye
HOVER = "%{x:.4g} K: %{text}"
SHARES = {"gamma_nl": "γ<sup>NL</sup>", "diagonal": "χ<sup>D</sup>", "off_diagonal": "χ<sup>OD</sup>"}
SPOKEN = {"gamma_nl": "γᴺᴸ", "diagonal": "χᴰ", "off_diagonal": "χᴼᴰ", "helicity": "helicity"}
TITLES = SHARES | {"helicity": "helicity"}  # of spectra


def density(result: xr.Dataset) -> go.Figure:
    """Angular momentum per volume along the axis, without and with feedback."""
    return _enhanced(result, THERMAL_PAM_DENSITY, FEEDBACK_PAM_DENSITY, "⟨L<sub>{}</sub>⟩/V")


def magnetization(result: xr.Dataset) -> dict[str, go.Figure]:
    """Magnetization and the field it makes, without and with feedback."""
    return {
        name: _enhanced(result, *quantities)
        for name, quantities in MAGNETIZED.items()
        if quantities[0].variable in result
    }


def rotation(result: xr.Dataset) -> dict[str, go.Figure]:
    """What a turning lattice gains per angular velocity along the axis."""
    figures = {}
    for name, (quantity, symbol) in ROTATED.items():
        if quantity.variable in result:
            value = axis.diagonal(result, quantity.variable)
            errors = [axis.spread(result, beside) for beside in doubt.beside(result, quantity.variable).values()]
            line = go.Scatter(
                x=result["temperature"].values, y=value, line={"color": style.BLUE}, text=texts(value, errors),
                hovertemplate=HOVER + "<extra></extra>",
            )  # fmt: skip
            figure = style.figure(line, height=320, xaxis_title="T (K)")
            figure.update_yaxes(title=f"{symbol} per angular velocity ({unit(quantity.unit)})", **POWER)
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


def spectra(result: xr.Dataset) -> dict[str, go.Figure]:
    """Shares of γ^NL (with a lifetime), χ^D, χ^OD and helicity by frequency and by branch, a curve a temperature."""
    figures: dict[str, go.Figure] = {}
    frequency = result[SPECTRUM_SPECTRAL_FREQUENCY.variable].values / TERA
    temperatures = [f"{T:g} K" for T in result[SPECTRUM_AT_TEMPERATURE.variable].values]
    for name, title in TITLES.items():
        if SPECTRUM[name].variable not in result:
            continue
        density = result[SPECTRUM[name].variable].values * TERA
        share = result[SPECTRUM_BY_BRANCH[name].variable].values
        of = unit(SPECTRUM_BY_BRANCH[name].unit)
        by_frequency, by_branch = (style.figure(height=340, showlegend=True) for _ in range(2))
        for t, words in enumerate(temperatures):
            colour = style.SERIES[t % len(style.SERIES)]
            by_frequency.add_scatter(
                x=frequency, y=density[t], name=words, line={"color": colour, "width": 1.5},
                hovertemplate=f"%{{x:.2f}} THz: %{{y}} {of} THz⁻¹",
            )  # fmt: skip
            by_branch.add_bar(
                x=np.arange(1, share.shape[1] + 1), y=share[t], name=words,
                marker={"color": colour, "line": {"width": 0}},
                hovertemplate=f"branch %{{x}}: %{{y}} {of}",
            )  # fmt: skip
        by_frequency.update_xaxes(title="ν (THz)", range=[0, _end(frequency, density)])
        by_frequency.update_yaxes(title=f"{title} ({of} THz⁻¹)", **POWER)
        by_branch.update_xaxes(title="branch")
        by_branch.update_yaxes(title=f"{title} ({of})", **POWER)
        figures |= {f"spectrum-{name}": by_frequency, f"spectrum-{name}-branch": by_branch}
    return figures


def _end(frequency: np.ndarray, density_tf: np.ndarray) -> float:
    """Where a spectrum ends: behind it there is less than a thousandth of the largest."""
    size = np.abs(density_tf).max(axis=0)
    seen = np.flatnonzero(size > 1e-3 * size.max()) if size.any() else np.array([len(size) - 1])
    return float(frequency[min(seen[-1] + 2, len(frequency) - 1)])


def convergence(result: xr.Dataset) -> go.Figure:
    """The responses on every mesh over those of the last, which has its errors, at the temperature nearest to 300 K."""
    t = int(np.argmin(np.abs(result["temperature"].values - 300)))
    points = result[CONVERGENCE_POINTS.variable].values
    known = doubt.beside(result, MEASURED["diagonal"])
    bars = f"<br>bars: error of {' and '.join(known)}" if known else ""
    figure = style.figure(height=360, xaxis_title=f"k-points of the full mesh{bars}", xaxis_type="log")
    figure.update_layout(margin_b=70)
    grids = ["×".join(map(str, grid)) for grid in result[CONVERGENCE_GRID.variable].values]
    colours = (style.GREEN, style.CHANNELS["diagonal"], style.CHANNELS["off_diagonal"])
    for (name, title), colour in zip(SHARES.items(), colours, strict=True):
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


def _enhanced(result: xr.Dataset, without: Quantity, coupled: Quantity, symbol: str) -> go.Figure:
    """Component along the axis against temperature: grey without feedback, a colour a radius with it."""
    T = result["temperature"].values
    figure = style.figure(height=400, xaxis_title="T (K)")
    plain, errors = axis.along(result, without.variable), _errors(result, without.variable)
    fed = axis.along(result, coupled.variable) if coupled.variable in result else np.zeros((len(T), 0))
    shown = style.Shown.of(np.concatenate([plain, fed.ravel()]), result[without.variable].attrs["units"])
    alike = np.allclose(fed, plain[:, None], rtol=0, atol=SAME * np.abs(plain).max())
    if not alike:
        open_ = _errors(result, coupled.variable)
        for r, radius in enumerate(result["radius"].values):
            colour = style.SERIES[r % len(style.SERIES)]
            figure.add_scatter(
                x=T, y=shown.factor * fed[:, r], name=f"r = {radius * 1e9:.4g} nm", line={"color": colour},
                text=texts(fed[:, r], [error[:, r] for error in open_]), hovertemplate=HOVER,
            )  # fmt: skip
    name = "feedback changes nothing that is seen" if alike and fed.size else "without feedback"
    figure.add_scatter(
        x=T, y=shown.factor * plain, name=name, line={"color": "#777777", "dash": "dash", "width": 3},
        text=texts(plain, errors), hovertemplate=HOVER, showlegend=True,
    )  # fmt: skip
    figure.update_yaxes(title=shown.title(symbol.format(axis.name(result))), **shown.axis)
    if not plain.any():
        style.forbidden(figure)
    return figure


def _errors(result: xr.Dataset, name: str) -> list[np.ndarray]:
    """Known ones of components along the axis."""
    return [axis.reach(result, beside) for beside in doubt.beside(result, name).values()]


def texts(value_t: np.ndarray, errors: list[np.ndarray]) -> list[str]:
    """What stands at the points of a curve."""
    return [number(float(value), *map(float, of)) for value, *of in zip(value_t, *errors, strict=True)]
