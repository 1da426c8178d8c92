"""What a volume carries against temperature, with and without feedback (Fig. 3f of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hpcph.constants import mu_0
from hpcph.figures import sample, style
from hpcph.output import axis, units

MICRO = 1e-6


def angular_momentum(result: xr.Dataset) -> Figure:
    """PAM density."""
    without, coupled = axis.along(result, "thermal_pam_density"), axis.along(result, "feedback_pam_density")
    figure, axes = _draw(result, without, coupled)
    axes.set_ylabel(rf"PAM density $|\ell_{axis.name(result)}|$ (J s m$^{{-3}}$)")
    return figure


def magnetization(result: xr.Dataset) -> Figure:
    """Magnetization, and as a second axis the field μ0 M."""
    without, index = axis.along(result, "magnetization_density_without_feedback"), axis.name(result)
    known = "magnetization_density" in result
    coupled = axis.along(result, "magnetization_density") if known else np.empty((len(without), 0))
    figure, axes = _draw(result, without, coupled)
    axes.set_ylabel(rf"magnetization $|M_{index}|$ (A m$^{{-1}}$)")
    axes.tick_params(which="both", right=False)
    field = axes.secondary_yaxis("right", functions=(_microtesla, _ampere_per_metre))
    field.set_ylabel(rf"$\mu_0|M_{index}|$ (µT)")
    return figure


def _draw(result: xr.Dataset, without_t: np.ndarray, with_tr: np.ndarray) -> tuple[Figure, Axes]:
    """Sizes on a logarithmic scale: what the gradient makes alone, dashed, and a line a sample."""
    temperature = result["temperature"].values
    marks = style.markers(len(temperature))
    sign = 1.0 if without_t[np.argmax(np.abs(without_t))] >= 0 else -1.0
    figure = style.sheet(4.5, 3.4)
    axes = figure.add_subplot()
    axes.set_yscale("log")
    axes.plot(temperature, _size(without_t), color="black", ls="--", lw=1.6, label="no feedback", zorder=4, **marks)
    _turned(axes, temperature, sign * without_t, "black")
    samples = with_tr.shape[1]
    for r, colour in enumerate(style.series(samples)):
        label = f"r = {sample.radius_text(result['radius'].values[r])}"
        axes.plot(temperature, _size(with_tr[:, r]), color=colour, label=label, **marks)
        _turned(axes, temperature, sign * with_tr[:, r], colour)
        last = ends(with_tr[:, r])
        axes.plot(temperature[last], _size(with_tr[last, r]), "x", ms=6, mew=1.5, color=colour, zorder=5)
    low, high = axes.get_ylim()
    if high < 10 * low:  # a logarithmic axis has ticks to read at whole powers
        axes.set_ylim(10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high)))
    axes.set_xlabel("temperature (K)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", handlelength=2.5)
    values = sign * np.column_stack([without_t, with_tr])
    style.note(figure, *_remarks(result, values, sign), sample.assumptions(result) if samples else "")
    return figure, axes


def _turned(axes: Axes, temperature: np.ndarray, value_t: np.ndarray, colour) -> None:
    """Open circles where the sign is not that of the response without feedback."""
    there = value_t < 0
    axes.plot(temperature[there], _size(value_t[there]), "o", ms=4, mfc="white", mec=colour, mew=1, zorder=5)


def _remarks(result: xr.Dataset, value_tn: np.ndarray, sign: float) -> list[str]:
    """What drives, which sign the curves have, what marks mean."""
    gradient = style.number(float(result.attrs["gradient"]))
    signs = ("positive", "negative") if sign > 0 else ("negative", "positive")
    turned = f"; open circles: {signs[1]}" if np.any(value_tn < 0) else ""
    return [
        f"temperature gradient {gradient} K/m, {units.lifetime(result, 'relaxation time')}",
        f"component along the axis {signs[0]}{turned}",
        "cross: the sample becomes supercritical" if any(ends(value_t).size for value_t in value_tn.T) else "",
        axis.meaning(result),
    ]


def ends(value_t: np.ndarray) -> np.ndarray:
    """Indices of the temperatures beside which a curve is interrupted."""
    missing = np.isnan(value_t)
    beside = np.concatenate([missing[1:], [False]]) | np.concatenate([[False], missing[:-1]])
    return np.flatnonzero(beside & ~missing)


def _size(value: np.ndarray) -> np.ndarray:
    """Absolute value, NaN for what a logarithmic axis cannot show."""
    return np.where(value == 0, np.nan, np.abs(value))


def _microtesla(m):
    return np.asarray(m, float) * mu_0 / MICRO


def _ampere_per_metre(b):
    return np.asarray(b, float) * MICRO / mu_0
