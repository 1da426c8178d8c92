"""What the species contribute to the polarization of one branch (Fig. 2e of the Letter)."""

import numpy as np
import xarray as xr
from matplotlib.axes import Axes

from hpcph.figures import legs, sheet, style
from hpcph.figures.dispersion import polarized, segment_ends
from hpcph.figures.sheet import Layout
from hpcph.result.modes import BANDS_CRYSTAL_ANGULAR_MOMENTUM, BANDS_FREQUENCY, BANDS_POLARIZATION_BY_SPECIES
from hpcph.show import axis, sets, units

ALIKE = 1e-12  # ħ: two ends of segments that meet


def layout(_: xr.Dataset) -> Layout:
    """One panel of a column."""
    return Layout(sheet.COLUMN, 2.7)


def draw(result: xr.Dataset, axes: Axes, branch: int = 1) -> None:
    """Polarization of a branch (from 1) along the leg that follows the axis from Γ, by species and in total."""
    leg = legs.nearest_axis(result)
    assert leg
    distance, parts = curve(result, leg, branch)
    names = [str(name) for name in result["species"].values]
    axes.axhline(0, color="0.6", lw=0.6)
    marks = style.markers(leg.points.stop - leg.points.start)
    axes.plot(distance, parts.sum(axis=1), color="black", lw=1.8, label="total", **marks)
    for (name, colour), part in zip(style.names(names).items(), parts.T, strict=True):
        axes.plot(distance, part, color=colour, label=name, **marks)
    legs.one(axes, result, leg)
    axes.set_xlabel("wave vector")
    axes.set_ylabel(polarized(result, "polarization"))
    axes.set_title(f"branch {branch} along {leg.title}")
    handles = [line for line in axes.lines if not str(line.get_label()).startswith("_")]
    sheet.legend(axes, handles, most=5)
    broken = np.isnan(parts).any()
    sheet.note(axes, "broken where branches meet: beyond, it is another mode" if broken else "", axis.meaning(result))


def curve(result: xr.Dataset, leg: legs.Leg, branch: int) -> tuple[np.ndarray, np.ndarray]:
    """Places and parts (points, species) of a branch from 1 along a leg, with NaN where two modes must not be joined:
    where a degenerate point lies between them, or the label of the turn about the axis changes."""
    hertz = units.frequency(result, BANDS_FREQUENCY.variable).hertz
    frequency = result[BANDS_FREQUENCY.variable].values[leg.points] * hertz
    parts = axis.along(result, BANDS_POLARIZATION_BY_SPECIES.variable)[leg.points]
    ends = np.stack([end[:, branch - 1] for end in segment_ends(parts, frequency)], axis=1)
    distance = result["distance"].values[leg.points]
    places = np.stack([distance[:-1], distance[1:]], axis=1).ravel()
    known = sets.settled(parts, frequency)[1][:, branch - 1]
    ends[_changes(result, leg, branch) & known[:-1] & known[1:]] = np.nan
    flat = ends.reshape(-1, ends.shape[2])
    jumps = 1 + np.flatnonzero(np.abs(np.diff(flat[1:-1], axis=0)).max(axis=1)[::2] > ALIKE)
    return np.insert(places, 2 * jumps, np.nan), np.insert(flat, 2 * jumps, np.nan, axis=0)


def _changes(result: xr.Dataset, leg: legs.Leg, branch: int) -> np.ndarray:
    """Between which neighbours the branch changes its label, (k − 1,) bool; a missing label says nothing."""
    if BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable not in result:
        return np.zeros(leg.points.stop - leg.points.start - 1, bool)
    label = result[BANDS_CRYSTAL_ANGULAR_MOMENTUM.variable].values[leg.points, branch - 1]
    return np.isfinite(label[:-1]) & np.isfinite(label[1:]) & (label[:-1] != label[1:])
