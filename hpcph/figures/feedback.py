"""γ^LL of one sample against temperature, its two channels and the amplification (Fig. 3c of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import errors, labels, sample, scales, sheet, style
from hpcph.figures.sheet import Layout, Panels
from hpcph.result.thermal import (
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_EIGENVALUE,
    FEEDBACK_GAMMA_LL,
    FEEDBACK_GAMMA_LL_TOTAL,
)
from hpcph.show import doubt, palette
from hpcph.show.feedback import supercritical, turned

PARTS = {
    "total": ("total", palette.TOTAL),
    "diagonal": ("D", palette.DIAGONAL),
    "off_diagonal": ("OD", palette.OFF_DIAGONAL),
}
NOTICEABLE = 1e-3  # η − 1: what is smaller is shown without the 1


def layout(_: xr.Dataset) -> Layout:
    """γ^LL, and beside or below it η; each may be shared."""
    return Layout(sheet.WIDTH, 3.0, columns=2, flows=True, overlaid=True)


def draw(result: xr.Dataset, axes: Panels, radius: float) -> None:
    """Total, diagonal and off-diagonal part for the stored radius nearest to `radius` (m), bands of estimated error."""
    r = sample.nearest(result, radius)
    coupling, gain = np.asarray(axes)
    temperature = result["temperature"].values
    for part, (label, colour) in PARTS.items():
        name = FEEDBACK_GAMMA_LL[part].variable
        _curve(coupling, temperature, result[name].values[:, r], _errors(result, name, r), colour, label)
    if FEEDBACK_EIGENVALUE.variable in result and turned(result)[:, r].any():
        largest_t = result[FEEDBACK_EIGENVALUE.variable].values[:, r]
        coupling.plot(temperature, largest_t, color="black", ls=":", label="largest eigenvalue of Γ")
    coupling.axhline(0, color="0.6", lw=0.6, zorder=0)
    if coupling.get_ylim()[1] > 1:
        coupling.axhline(1, color="0.4", lw=0.8, ls="--", zorder=0)
    scales.value(coupling, labels.label(FEEDBACK_GAMMA_LL_TOTAL))
    _amplification(gain, result, r)
    for one in (coupling, gain):
        one.set_xlabel("temperature (K)")
    sheet.legend(axes, title=f"sample radius {sample.radius_text(result['radius'].values[r])}")
    ended = "η ends where the largest eigenvalue of Γ reaches 1" if supercritical(result)[:, r].any() else ""
    words = "η: ⟨L⟩ with feedback over ⟨L⟩ without, along the axis, which Γ does not keep"
    meant = words if turned(result)[:, r].any() else ""
    bands = errors.words(_errors(result, FEEDBACK_GAMMA_LL_TOTAL.variable, r))
    sheet.note(axes, bands, ended, meant, sample.assumptions(result))


def _amplification(axes: Axes, result: xr.Dataset, r: int) -> None:
    """η, or η − 1 where that is tiny."""
    eta = result[FEEDBACK_AMPLIFICATION.variable].values[:, r]
    if np.isnan(eta).all():
        axes.text(0.5, 0.5, "supercritical", ha="center", color="0.3", transform=axes.transAxes)
    tiny = np.nanmax(np.abs(eta - 1), initial=0) <= NOTICEABLE
    open_ = _errors(result, FEEDBACK_AMPLIFICATION.variable, r)
    _curve(axes, result["temperature"].values, eta - tiny, open_, style.OKABE_ITO[2], "η")
    axes.axhline(0 if tiny else 1, color="0.6", lw=0.6, zorder=0)
    scales.value(axes, f"amplification {labels.label(FEEDBACK_AMPLIFICATION)}" + " − 1" * bool(tiny))


def _curve(axes: Axes, temperature, value, error: errors.Errors, colour: str, label: str) -> None:
    axes.plot(temperature, value, color=colour, label=label, **style.markers(len(temperature)))
    errors.draw(axes, temperature, value, error, colour)


def _errors(result: xr.Dataset, name: str, r: int) -> errors.Errors:
    return {source: result[error].values[:, r] for source, error in doubt.beside(result, name).items()}
