"""What a volume carries against temperature, with and without feedback (Fig. 3f of the Letter)."""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from hpcph.constants import mu_0
from hpcph.figures import errors, labels, sample, style
from hpcph.result.thermal import (
    FEEDBACK_PAM_DENSITY,
    MAGNETIZATION_DENSITY,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    THERMAL_PAM_DENSITY,
)
from hpcph.show import axis, units

MICRO = 1e-6
REACH = 0.3  # of a curve: bands need not be seen below it


def angular_momentum(result: xr.Dataset) -> Figure:
    """PAM density."""
    figure, axes = _draw(result, THERMAL_PAM_DENSITY.variable, FEEDBACK_PAM_DENSITY.variable)
    symbol = labels.symbol(THERMAL_PAM_DENSITY, axis.name(result))
    axes.set_ylabel(labels.label(THERMAL_PAM_DENSITY, f"PAM density $|{symbol}|$"))
    return figure


def magnetization(result: xr.Dataset) -> Figure:
    """Magnetization, and as a second axis the field μ0 M."""
    index = axis.name(result)
    figure, axes = _draw(result, MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable, MAGNETIZATION_DENSITY.variable)
    symbol = labels.symbol(MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, index)
    axes.set_ylabel(labels.label(MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, f"magnetization $|{symbol}|$"))
    if not axis.along(result, MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable).any():
        return figure
    axes.tick_params(which="both", right=False)
    field = axes.secondary_yaxis("right", functions=(_microtesla, _ampere_per_metre))
    field.set_ylabel(rf"$\mu_0|M_{index}|$ (µT)")
    return figure


def _draw(result: xr.Dataset, plain: str, coupled: str) -> tuple[Figure, Axes]:
    """Sizes on a logarithmic scale: what the gradient makes alone, dashed, and a line a sample where there are some."""
    temperature = result["temperature"].values
    without_t, without_errors = axis.along(result, plain), errors.along(result, plain)
    with_tr = axis.along(result, coupled) if coupled in result else np.empty((len(temperature), 0))
    with_errors = errors.along(result, coupled)
    marks = style.markers(len(temperature))
    sign = 1.0 if without_t[np.argmax(np.abs(without_t))] >= 0 else -1.0
    figure = style.sheet(4.5, 3.4)
    axes = figure.add_subplot()
    axes.set_yscale("log")
    axes.plot(temperature, _size(without_t), color="black", ls="--", lw=1.6, label="no feedback", zorder=4, **marks)
    _turned(axes, temperature, sign * without_t, "black")
    samples, bands = with_tr.shape[1], [(without_t, without_errors, "black")]
    for r, colour in enumerate(style.series(samples)):
        label = f"r = {sample.radius_text(result['radius'].values[r])}"
        axes.plot(temperature, _size(with_tr[:, r]), color=colour, label=label, **marks)
        _turned(axes, temperature, sign * with_tr[:, r], colour)
        last = ends(with_tr[:, r])
        axes.plot(temperature[last], _size(with_tr[last, r]), "x", ms=6, mew=1.5, color=colour, zorder=5)
        bands.append((with_tr[:, r], {source: error[:, r] for source, error in with_errors.items()}, colour))
    _leave_room(axes, bands)
    for value, error, colour in bands:
        errors.draw(axes, temperature, _size(value), error, colour, floor=axes.get_ylim()[0], curves=len(bands))
    if not np.any(without_t):
        _empty(axes, temperature)
    axes.set_xlabel("temperature (K)")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", handlelength=2.5)
    values = sign * np.column_stack([without_t, with_tr])
    notes = [*_remarks(result, values, sign), errors.words(without_errors)]
    style.note(figure, *notes, sample.assumptions(result) if samples else "")
    return figure, axes


def _empty(axes: Axes, temperature: np.ndarray) -> None:
    """Nothing to show, and no scale that would say how much of it."""
    style.forbidden(axes)
    axes.set_xlim(temperature[0] - 1, temperature[-1] + 1)
    axes.yaxis.set_major_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())


def _leave_room(axes: Axes, bands: Sequence[tuple[np.ndarray, errors.Errors, object]]) -> None:
    """Final limits: all bands but what of them reaches down to REACH of their curve; whole powers to read at."""
    low, high = axes.get_ylim()
    for value, error, _ in bands:
        size, outer = _size(value), errors.together(error)
        high = max(high, 1.1 * np.nanmax(size + outer, initial=0))
        low = min(low, 0.9 * np.nanmin(np.maximum(size - outer, REACH * size), initial=np.inf))
    if high < 10 * low:  # a logarithmic axis has ticks to read at whole powers
        low, high = 10 ** np.floor(np.log10(low)), 10 ** np.ceil(np.log10(high))
    axes.set_ylim(low, high)


def _turned(axes: Axes, temperature: np.ndarray, value_t: np.ndarray, colour) -> None:
    """Open circles where the sign is not that of the response without feedback."""
    there = value_t < 0
    axes.plot(temperature[there], _size(value_t[there]), "o", ms=4, mfc="white", mec=colour, mew=1, zorder=5)


def _remarks(result: xr.Dataset, value_tn: np.ndarray, sign: float) -> list[str]:
    """What drives, which sign the curves have, what marks mean."""
    gradient = style.number(float(result.attrs["gradient"]))
    signs = ("positive", "negative") if sign > 0 else ("negative", "positive")
    turned = f"; open circles: {signs[1]}" if np.any(value_tn < 0) else ""
    seen = np.nan_to_num(value_tn).any()
    ended = seen and any(ends(value_t).size for value_t in value_tn.T)
    return [
        f"temperature gradient {gradient} K/m, {units.lifetime(result, 'relaxation time')}",
        f"component along the axis {signs[0]}{turned}" if seen else "",
        "cross: the sample becomes supercritical" if ended else "",
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
