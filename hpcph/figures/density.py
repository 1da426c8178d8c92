"""What a volume carries against temperature, with and without feedback (Fig. 3f of the Letter)."""

from typing import Any

import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from hpcph.constants import mu_0
from hpcph.figures import alike, errors, labels, sample, scales, sheet, style
from hpcph.figures.sheet import Layout
from hpcph.result.quantity import Quantity
from hpcph.result.thermal import (
    FEEDBACK_PAM_DENSITY,
    MAGNETIZATION_DENSITY,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
    MAGNETIZATION_FIELD,
    THERMAL_PAM_DENSITY,
)
from hpcph.show import axis, component, symmetry, units


def layout(_: xr.Dataset) -> Layout:
    """One panel, which several results share."""
    return Layout(4.2, 3.2, overlaid=True)


def angular_momentum(result: xr.Dataset, axes: Axes) -> None:
    """PAM density."""
    _draw(result, axes, THERMAL_PAM_DENSITY, FEEDBACK_PAM_DENSITY, "PAM density", "")


def magnetization(result: xr.Dataset, axes: Axes) -> None:
    """Magnetization, and as a second axis the field μ0 M."""
    plain = MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK
    _draw(result, axes, plain, MAGNETIZATION_DENSITY, "magnetization", MAGNETIZATION_FIELD.unit)


def _draw(result: xr.Dataset, axes: Axes, plain: Quantity, coupled: Quantity, text: str, field: str) -> None:
    """What the gradient makes alone, dashed, and what samples make of it; field : unit of μ₀ times it, or ""."""
    shown = component.of_answer(result, plain.variable)
    axes.set_xlabel("temperature (K)")
    if shown is None:
        symbol = labels.symbol(plain, axis.name(result))
        _empty(result, axes, plain, f"{text} ${symbol}$")
        return
    temperature, without_t = result["temperature"].values, shown.of(result[plain.variable].values)
    open_ = shown.errors(result, plain.variable)
    curves, doubts, radius = [without_t], [open_], []
    if coupled.variable in result:
        with_tr, with_errors = shown.of(result[coupled.variable].values), shown.errors(result, coupled.variable)
        radius = list(result["radius"].values)
        curves += list(with_tr.T)
        doubts += [{source: error[:, r] for source, error in with_errors.items()} for r in range(len(radius))]
    groups = alike.groups(curves)
    for group, colour in zip(groups, ["black", *style.series(len(groups) - 1)], strict=True):
        look: dict[str, Any] = {"color": colour, "label": name(group, radius), **style.markers(len(temperature))}
        first: dict[str, Any] = {"ls": "--", "lw": 1.6, "zorder": 4} if group == [0] and radius else {}
        value = curves[group[0]]
        axes.plot(temperature, value, **look, **first)
        last = ends(value)
        axes.plot(temperature[last], value[last], "x", ms=6, mew=1.5, color=colour, zorder=5)
        errors.draw(axes, temperature, value, doubts[group[0]], colour, curves=len(groups))
    axes.axhline(0, color="0.6", lw=0.6, zorder=0)
    symbol = labels.symbol(plain, shown.index)
    scales.value(axes, f"{text} ${symbol}$", plain.unit)
    beside = scales.beside(axes, mu_0, rf"$\mu_0{symbol}$", field, plain.unit) if field else ""
    if radius:
        sheet.legend(axes, handlelength=2.5)
    ended = "cross: the sample becomes supercritical" if any(ends(curve).size for curve in curves) else ""
    sheet.note(
        axes, _cause(result), shown.words, ended, beside, axis.meaning(result), errors.words(open_),
        sample.assumptions(result) if radius else "",
    )  # fmt: skip


def name(group: list[int], radius: list[float]) -> str:
    """Of a curve: 0 is without feedback, the others are samples."""
    samples = [radius[number - 1] for number in group if number]
    return ", ".join(["no feedback"] * (0 in group) + [alike.radii(samples)] * bool(samples))


def _empty(result: xr.Dataset, axes: Axes, plain: Quantity, text: str) -> None:
    """Nothing to show, and no scale that would say how much of it; what gradients of other directions would make."""
    style.forbidden(axes, "what a gradient along the axis would make")
    temperature = result["temperature"].values
    axes.set_xlim(temperature[0] - 1, temperature[-1] + 1)
    axes.set_ylabel(text)
    axes.yaxis.set_major_locator(NullLocator())
    axes.yaxis.set_minor_locator(NullLocator())
    others = symmetry.of_other_gradients(result, plain.variable)
    allowed = f"gradients in other directions make some: {others}" if others else ""
    sheet.note(axes, _cause(result), allowed, axis.meaning(result))


def _cause(result: xr.Dataset) -> str:
    gradient = style.number(float(result.attrs["gradient"]))
    return f"temperature gradient {gradient} K/m, {units.lifetime(result, 'relaxation time')}"


def ends(value_t: np.ndarray) -> np.ndarray:
    """Indices of the temperatures beside which a curve is interrupted."""
    missing = np.isnan(value_t)
    beside = np.concatenate([missing[1:], [False]]) | np.concatenate([[False], missing[:-1]])
    return np.flatnonzero(beside & ~missing)
