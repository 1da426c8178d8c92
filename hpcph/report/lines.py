"""Line plots: PAM density, magnetization, rotation, spectra, convergence."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from plotly.subplots import make_subplots

from hpcph.output import axis
from hpcph.report import style
from hpcph.report.embed import unit

POWER = {"exponentformat": "power", "showexponent": "all"}
SHARES = {"gamma_nl": "γ<sup>NL</sup>", "diagonal": "χ<sup>D</sup>", "off_diagonal": "χ<sup>OD</sup>"}


def density(result: xr.Dataset) -> go.Figure:
    """Size of the angular momentum per volume along the axis, without and with feedback."""
    return _enhanced(result, "thermal_pam_density", "feedback_pam_density", "|⟨L⟩|/V (J s m⁻³)")


def magnetization(result: xr.Dataset) -> dict[str, go.Figure]:
    """Magnetization and the field it makes, without and with feedback."""
    return {
        f"magnetization-{name}": _enhanced(
            result, f"magnetization_{name}_without_feedback", f"magnetization_{name}", title
        )
        for name, title in {"density": "|M| (A m⁻¹)", "field": "|B| (T)"}.items()
        if f"magnetization_{name}_without_feedback" in result
    }


def rotation(result: xr.Dataset) -> dict[str, go.Figure]:
    """What a turning lattice gains per angular velocity along the axis."""
    figures = {}
    for name in ("pam_density", "magnetization", "field"):
        if f"rotation_{name}" in result:
            variable = result[f"rotation_{name}"]
            line = go.Scatter(
                x=result["temperature"].values, y=axis.diagonal(result, f"rotation_{name}"), line={"color": style.BLUE}
            )
            figure = style.figure(line, height=320, xaxis_title="T (K)")
            figure.update_yaxes(title=f"{name.replace('_', ' ')} ({unit(variable.attrs['units'])})", **POWER)
            figures[f"rotation-{name}"] = figure
    return figures


def spectra(result: xr.Dataset) -> go.Figure:
    """Shares of γ^NL, χ^D and χ^OD by frequency (above) and by branch (below)."""
    figure = make_subplots(2, 3, subplot_titles=list(SHARES.values()), vertical_spacing=0.16, horizontal_spacing=0.09)
    frequency = result["spectral_frequency"].values * 1e-12
    colours = (*style.OKABE_ITO[:2], style.GREEN, style.PURPLE, style.VERMILION, style.SKY)
    for column, name in enumerate(SHARES, 1):
        by_frequency, by_branch = result[f"spectrum_{name}"], result[f"spectrum_{name}_by_branch"]
        for t, T in enumerate(result["at_temperature"].values):
            shared = {"name": f"{T:g} K", "legendgroup": f"{t}", "showlegend": column == 1}
            colour = colours[t % len(colours)]
            figure.add_scatter(
                x=frequency, y=by_frequency.values[t] * 1e12, row=1, col=column, line={"color": colour, "width": 1.5},
                hovertemplate="%{x:.2f} THz: %{y:.3e}", **shared,
            )  # fmt: skip
            figure.add_bar(
                x=np.arange(1, by_branch.shape[1] + 1), y=by_branch.values[t], row=2, col=column,
                marker={"color": colour, "line": {"width": 0}}, hovertemplate="branch %{x}: %{y:.3e}",
                **(shared | {"showlegend": False}),
            )  # fmt: skip
        share = unit(by_branch.attrs["units"])
        figure.update_yaxes(title=f"{share} THz⁻¹", row=1, col=column, **POWER)
        figure.update_yaxes(title=share, row=2, col=column, **POWER)
    figure.update_xaxes(title="ν (THz)", row=1)
    figure.update_xaxes(title="branch", row=2)
    figure.update_layout(template=None, height=650, margin={"l": 70, "r": 20, "t": 100, "b": 50})
    figure.update_layout(legend={"orientation": "h", "y": 1.07, "yanchor": "bottom", "x": 0})
    return figure


def convergence(result: xr.Dataset) -> go.Figure:
    """The responses on every mesh over those of the last, at the temperature nearest to 300 K."""
    t = int(np.argmin(np.abs(result["temperature"].values - 300)))
    points = result["convergence_points"].values
    figure = style.figure(height=340, xaxis_title="k-points of the full mesh", xaxis_type="log")
    texts = ["×".join(map(str, grid)) for grid in result["convergence_grid"].values]
    for (name, title), colour in zip(SHARES.items(), style.OKABE_ITO, strict=False):
        values = result[f"convergence_{name}"].values[:, t]
        figure.add_scatter(
            x=points, y=values / values[-1] if values[-1] else values, name=title, text=texts, mode="lines+markers",
            line={"color": colour}, hovertemplate="%{text}: %{y:.5f}",
        )  # fmt: skip
    figure.update_xaxes(tickvals=points, ticktext=texts)
    figure.update_yaxes(title=f"value / finest, {result['temperature'].values[t]:g} K")
    return figure


def _enhanced(result: xr.Dataset, without: str, coupled: str, title: str) -> go.Figure:
    """|component along the axis| against temperature: black without feedback, a colour a radius with it."""
    T = result["temperature"].values
    figure = style.figure(height=400, xaxis_title="T (K)")
    hover = "%{x:.4g} K: %{y:.4e}"
    plain = np.abs(axis.along(result, without))
    everything = [plain]
    if coupled in result:
        values = np.abs(axis.along(result, coupled))
        everything.append(values.ravel())
        for r, radius in enumerate(result["radius"].values):
            colour = style.OKABE_ITO[r % len(style.OKABE_ITO)]
            name = f"r = {radius * 1e9:.4g} nm"
            figure.add_scatter(x=T, y=values[:, r], name=name, line={"color": colour}, hovertemplate=hover)
    figure.add_scatter(
        x=T, y=plain, name="without feedback", line={"color": "#777777", "dash": "dash", "width": 3},
        hovertemplate=hover,
    )  # fmt: skip
    figure.update_yaxes(title=title, **style.decades(np.concatenate(everything)))
    return figure
