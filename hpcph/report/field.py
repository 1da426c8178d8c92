"""The magnetic field on the page: levels of Γ, sound, what the field induces, shifts along the path."""

import numpy as np
import plotly.graph_objects as go
import xarray as xr
from markupsafe import Markup

from hpcph.constants import angstrom, hbar, nuclear_magneton
from hpcph.report import bands, style
from hpcph.report.embed import number
from hpcph.report.lines import HOVER, POWER, texts
from hpcph.report.summary import Facts, nearest
from hpcph.report.tensors import TensorTable
from hpcph.result.field import (
    FIELD_CENTRE_FREQUENCY,
    FIELD_CENTRE_SPLITTING,
    FIELD_MAGNETIC,
    FIELD_MAGNETIZATION,
    FIELD_PAM_DENSITY,
    FIELD_PAM_DENSITY_CANONICAL,
    FIELD_PAM_DENSITY_WITH_FEEDBACK,
    FIELD_SHIFT_PER_TESLA,
    FIELD_SOUND_CHANGE,
    FIELD_SOUND_VELOCITY,
)
from hpcph.result.modes import BANDS_FREQUENCY
from hpcph.result.quantity import Quantity
from hpcph.result.tensors import (
    FIELD_SUSCEPTIBILITY,
    FIELD_SUSCEPTIBILITY_DIAMAGNETIC,
    FIELD_SUSCEPTIBILITY_PARAMAGNETIC,
)
from hpcph.show import axis, doubt, units

GIGA, MEGA, TERA = 1e9, 1e6, 1e12
SEEN = 1e-6  # of the largest splitting
ROUNDING = 1e-9  # MHz T⁻¹
PARTS = {
    FIELD_SUSCEPTIBILITY_PARAMAGNETIC: "paramagnetic",
    FIELD_SUSCEPTIBILITY_DIAMAGNETIC: "diamagnetic",
    FIELD_SUSCEPTIBILITY: "both together",
}
DENSITIES = {FIELD_PAM_DENSITY: "u × m u̇", FIELD_PAM_DENSITY_CANONICAL: "u × p"}


def build(result: xr.Dataset) -> tuple[dict[str, go.Figure], dict]:
    """Shifts with bands, susceptibility and angular momentum with sums over the zone."""
    figures = {}
    if FIELD_SHIFT_PER_TESLA.variable in result:
        figures["field-shift"] = _shift(result)
    if FIELD_PAM_DENSITY.variable in result:
        figures["field-susceptibility"] = _susceptibility(result)
        figures["field-pam_density"] = _angular_momentum(result)
    return figures, {}


def facts(result: xr.Dataset) -> Facts:
    """The field, and what it induces along the axis at the temperature nearest to 300 K."""
    x, y, z = result[FIELD_MAGNETIC.variable].values
    found: Facts = [("field", f"({x:.4g}, {y:.4g}, {z:.4g}) T".replace("-", "−"))]
    if FIELD_PAM_DENSITY.variable not in result:
        return found
    t = nearest(result)
    kelvin = f"at {result['temperature'].values[t]:g} K"
    for quantity, words in (
        (FIELD_MAGNETIZATION, "magnetization"),
        (FIELD_PAM_DENSITY, "angular momentum, u × m u̇"),
        (FIELD_PAM_DENSITY_CANONICAL, "angular momentum, u × p"),
    ):
        found.append((f"{words} {kelvin}", _at(result, quantity, t)))
    if FIELD_PAM_DENSITY_WITH_FEEDBACK.variable in result:
        radius = f"{result['radius'].values[0] * 1e9:.4g} nm"
        shown = _at(result, FIELD_PAM_DENSITY_WITH_FEEDBACK, (t, 0))
        found.append((f"the same with feedback at {radius}", "supercritical" if shown == "–" else shown))
    return found


def levels(result: xr.Dataset) -> TensorTable:
    """Degenerate levels of Γ that the field splits."""
    splitting, frequency = (result[q.variable].values for q in (FIELD_CENTRE_SPLITTING, FIELD_CENTRE_FREQUENCY))
    tesla = float(np.linalg.norm(result[FIELD_MAGNETIC.variable].values))
    seen = np.flatnonzero(splitting > SEEN * np.nanmax(splitting, initial=1e-300))
    rows: dict[Markup, list[str]] = {}
    for n in seen:
        moment = np.pi * hbar * splitting[n] / nuclear_magneton
        cells = [f"±{moment:.4f}", *(number(float(f"{x / GIGA:.4g}")) for x in (splitting[n], splitting[n] * tesla))]
        rows.setdefault(Markup("{:.4f} THz").format(frequency[n] / TERA), cells)
    columns = [Markup("μ (μ<sub>N</sub>)"), Markup("GHz T⁻¹"), Markup("GHz at {:g} T").format(tesla)]
    return TensorTable(Markup("Splitting of the degenerate levels of Γ"), columns, list(rows.items()))


def sound(result: xr.Dataset) -> TensorTable:
    """Velocities along the field and what it changes of them; no rows for layers."""
    shown = []
    for quantity in (FIELD_SOUND_VELOCITY, FIELD_SOUND_CHANGE) if FIELD_SOUND_CHANGE.variable in result else ():
        names = [quantity.variable, *doubt.beside(result, quantity.variable).values()]
        shown.append([number(*map(float, of)) for of in zip(*(result[name].values for name in names), strict=True)])
    rows = [(Markup("{}").format(n), list(cells)) for n, cells in enumerate(zip(*shown, strict=True), 1)]
    columns = [Markup("v (m s⁻¹)"), Markup("(1/v) dv/dB (T⁻¹)")]
    return TensorTable(Markup("Sound along the field; against it the change has the other sign"), columns, rows)


def _at(result: xr.Dataset, quantity: Quantity, at: int | tuple[int, int]) -> str:
    """A component along the axis with its errors."""
    name = quantity.variable
    doubts = [float(axis.reach(result, beside)[at]) for beside in doubt.beside(result, name).values()]
    return number(float(axis.along(result, name)[at]), *doubts, of=quantity.unit)


def _shift(result: xr.Dataset) -> go.Figure:
    """A marker a mode, coloured by its frequency."""
    scale = units.frequency(result, BANDS_FREQUENCY.variable)
    frequency = result[BANDS_FREQUENCY.variable].values * scale.shown
    x = result["distance"].values * angstrom
    shift = result[FIELD_SHIFT_PER_TESLA.variable].values / (2 * np.pi * MEGA)
    shift = np.where(np.abs(shift) < ROUNDING, 0.0, shift)
    colour = {"color": frequency.ravel().astype("f4"), "size": 3, "colorscale": style.SEQUENTIAL}
    dots = go.Scattergl(
        x=np.repeat(x, shift.shape[1]).astype("f4"), y=shift.ravel().astype("f4"), mode="markers",
        marker=colour | {"colorbar": {"title": {"text": scale.label, "side": "top"}}},
        hovertemplate="%{marker.color:.3f} THz: %{y:.4~f} MHz T⁻¹<extra></extra>",
    )  # fmt: skip
    figure = style.figure(dots, height=420, showlegend=False, hovermode="closest")
    places, labels = bands.corners(result, x)
    figure.update_xaxes(tickvals=places, ticktext=labels, range=[x[0], x[-1]], showgrid=True, gridwidth=1.5)
    figure.update_yaxes(title="δν/B (MHz T⁻¹), first order")
    return figure


def _susceptibility(result: xr.Dataset) -> go.Figure:
    """μ₀ M/B along the axis."""
    figure = style.figure(height=360, xaxis_title="T (K)")
    for (quantity, words), colour in zip(PARTS.items(), style.SERIES, strict=False):
        value = axis.diagonal(result, quantity.variable)
        doubts = [axis.spread(result, beside) for beside in doubt.beside(result, quantity.variable).values()]
        figure.add_scatter(
            x=result["temperature"].values, y=value, name=words, line={"color": colour}, text=texts(value, doubts),
            hovertemplate=HOVER,
        )  # fmt: skip
    figure.update_yaxes(title="susceptibility of the ions (SI)", **POWER)
    return figure


def _angular_momentum(result: xr.Dataset) -> go.Figure:
    """Along the axis: kinetic, canonical, and canonical in every sample."""
    T = result["temperature"].values
    figure = style.figure(height=360, xaxis_title="T (K)")
    curves = {words: axis.along(result, quantity.variable) for quantity, words in DENSITIES.items()}
    if FIELD_PAM_DENSITY_WITH_FEEDBACK.variable in result:
        fed = axis.along(result, FIELD_PAM_DENSITY_WITH_FEEDBACK.variable)
        names = [f"u × p, r = {radius * 1e9:.4g} nm" for radius in result["radius"].values]
        curves |= dict(zip(names, fed.T, strict=True))
    shown = style.Shown.of(np.concatenate(list(curves.values())), FIELD_PAM_DENSITY.unit)
    for number_, (words, value) in enumerate(curves.items()):
        look = {"color": style.SERIES[number_ % len(style.SERIES)]}
        figure.add_scatter(
            x=T, y=shown.factor * value, name=words, line=look, text=texts(value, []), hovertemplate=HOVER
        )
    figure.update_yaxes(title=shown.title(f"⟨L<sub>{axis.name(result)}</sub>⟩/V"), **shown.axis)
    return figure
