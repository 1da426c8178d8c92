"""γ^LL of one sample against temperature, its two channels and the amplification (Fig. 3c of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from hpcph.figures import errors, labels, sample, style
from hpcph.result.thermal import (
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_EIGENVALUE,
    FEEDBACK_GAMMA_LL,
    FEEDBACK_GAMMA_LL_TOTAL,
)
from hpcph.show import doubt
from hpcph.show.feedback import supercritical, turned
from hpcph.show.numbers import alone

PARTS = {"total": ("total", "black"), "diagonal": ("D", style.OKABE_ITO[0]), "off_diagonal": ("OD", style.OKABE_ITO[1])}
NOTICEABLE = 1e-3  # η − 1 that is worth a curve
INSET = 0.42  # share of the height that the curves leave to the inset


def draw(result: xr.Dataset, radius: float) -> Figure:
    """Total, diagonal and off-diagonal part for the stored radius nearest to `radius` (m), bands of estimated error."""
    r = sample.nearest(result, radius)
    temperature = result["temperature"].values
    figure = style.sheet(4.2, 3.4)
    axes = figure.add_subplot()
    axes.axhline(0, color="0.6", lw=0.6)
    for part, (label, colour) in PARTS.items():
        name = FEEDBACK_GAMMA_LL[part].variable
        _curve(axes, temperature, result[name].values[:, r], _errors(result, name, r), colour, label)
    if FEEDBACK_EIGENVALUE.variable in result and turned(result)[:, r].any():
        largest_t = result[FEEDBACK_EIGENVALUE.variable].values[:, r]
        axes.plot(temperature, largest_t, color="black", ls=":", label="largest eigenvalue of Γ")
    most = _most(result, r)
    gain = float(np.abs(result[FEEDBACK_AMPLIFICATION.variable].values[most, r] - 1)) if most is not None else 0.0
    if gain > NOTICEABLE:
        _inset(axes, result, r)
    axes.ticklabel_format(axis="y", style="sci", scilimits=(-2, 3), useMathText=True)
    axes.set_xlabel("temperature (K)")
    axes.set_ylabel(labels.label(FEEDBACK_GAMMA_LL_TOTAL))
    title = f"sample radius {sample.radius_text(result['radius'].values[r])}"
    figure.legend(*axes.get_legend_handles_labels(), loc="outside upper center", ncols=4, title=title)
    open_ = [float(error[most]) for error in _errors(result, FEEDBACK_AMPLIFICATION.variable, r).values()]
    largest = f"|η − 1| ≤ {style.typeset(alone(gain, *open_))}" if gain <= NOTICEABLE else ""
    ended = "η ends where the largest eigenvalue of Γ reaches 1" if supercritical(result)[:, r].any() else ""
    words = "η: ⟨L⟩ with feedback over ⟨L⟩ without, along the axis, which Γ does not keep"
    meant = words if turned(result)[:, r].any() else ""
    bands = errors.words(_errors(result, FEEDBACK_GAMMA_LL_TOTAL.variable, r))
    style.note(figure, bands, largest, ended, meant, sample.assumptions(result))
    return figure


def _most(result: xr.Dataset, r: int) -> int | None:
    """Index of the temperature at which η is farthest from 1; None where the linear response has no solution at all."""
    away = np.abs(result[FEEDBACK_AMPLIFICATION.variable].values[:, r] - 1)
    return None if np.isnan(away).all() else int(np.nanargmax(away))


def _inset(axes: Axes, result: xr.Dataset, r: int) -> None:
    """The amplification, where the colder half of the curves leaves room for it."""
    temperature, total = result["temperature"].values, result[FEEDBACK_GAMMA_LL_TOTAL.variable].values[:, r]
    downwards = total[np.argmax(np.abs(total))] < 0
    size = np.abs(total) + errors.together(_errors(result, FEEDBACK_GAMMA_LL_TOTAL.variable, r))
    _leave_room(axes, temperature, size, -1 if downwards else 1)
    if not downwards and axes.get_ylim()[1] > 1:
        axes.axhline(1, xmin=0.6, color="0.4", lw=0.8, ls="--")
    inset = axes.inset_axes((0.16, 0.15 if downwards else 0.55, 0.4, 0.38))
    eta = result[FEEDBACK_AMPLIFICATION.variable].values[:, r]
    _curve(inset, temperature, eta, _errors(result, FEEDBACK_AMPLIFICATION.variable, r), style.OKABE_ITO[2], "η")
    inset.set_ylabel(labels.label(FEEDBACK_AMPLIFICATION), labelpad=1)
    inset.set_xlabel("T (K)", labelpad=1, fontsize=6.5)
    inset.tick_params(labelsize=6)
    low, high = np.nanmin(eta, initial=1), np.nanmax(eta, initial=1)
    inset.set_ylim(low - 0.1 * abs(low), 1.1 * high)
    if np.nanmax(np.abs(eta), initial=1) > 20:
        inset.set_yscale("log" if low > 0 else "symlog")


def _curve(axes: Axes, temperature, value, error: errors.Errors, colour: str, label: str) -> None:
    axes.plot(temperature, value, color=colour, label=label, **style.markers(len(temperature)))
    errors.draw(axes, temperature, value, error, colour)


def _errors(result: xr.Dataset, name: str, r: int) -> errors.Errors:
    return {source: result[error].values[:, r] for source, error in doubt.beside(result, name).items()}


def _leave_room(axes: Axes, temperature: np.ndarray, size: np.ndarray, sign: int) -> None:
    """Limits that keep the curves and bands of the lower temperatures below (above, for negative ones) the inset."""
    colder = temperature[0] + 0.6 * (temperature[-1] - temperature[0])
    end = max(1.1 * size.max(), np.interp(np.linspace(temperature[0], colder), temperature, size).max() / INSET)
    start = -0.04 * end
    axes.set_ylim(*((start, end) if sign > 0 else (-end, -start)))
