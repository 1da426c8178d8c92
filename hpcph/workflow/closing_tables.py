"""The tables that a run ends with: responses and magnetization at some temperatures, every number with its errors.

A component along the axis that symmetry forbids is none of them: there stand the independent ones by name.
"""

from collections.abc import Mapping

import numpy as np
from rich.table import Table

from hpcph.constants import mu_0
from hpcph.response.convergence import FeedbackUncertainty, Uncertainty
from hpcph.response.feedback import Feedback
from hpcph.response.independent import answers, shown
from hpcph.response.magnetization import Magnetization
from hpcph.response.sample import Samples
from hpcph.response.tensors import CHI, GAMMA_N, GAMMA_NL
from hpcph.response.thermal import ThermalResponse
from hpcph.show.numbers import FORBIDDEN, column, gain

FLOW_UNITS, CHI_UNITS = ("J s m⁻² K⁻¹", "J s m⁻¹ K⁻¹"), ("J s² m⁻³", "J s² m⁻²")  # per volume, per area
ROWS = 9  # temperatures in a table, the same in all
CHANNELS = {"gamma_total": "γ^LL at {radius:g} nm", "gamma_diagonal": "D", "gamma_off_diagonal": "OD"}
CAPTION = "(mesh)(lattice): errors of the last digits; one that is (0), or left out of a column, is below half a digit"
Errors = Mapping[str, np.ndarray]  # by kind
Column = tuple[str, list[str]]  # title and cells


def responses(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    lifetime: float,
    operations: np.ndarray,
    axis: np.ndarray,
    coupled: Feedback | None,
    doubt: dict[str, FeedbackUncertainty],
    samples: Samples | None,
    height: float | None = None,
) -> Table:
    """T, γ^NL (χ, where no lifetime is known), and for the first sample γ^LL with its channels, η, r_c and the unscaled
    γ^LL.

    In parentheses stand the estimated errors of mesh and lattice: spread and doubt by their kind. operations : ndarray
    (g, 3, 3) of the point group, Cartesian; axis : ndarray (3,), unit vector; height : of the cell of a layer, m, whose
    γ^NL is per area
    """
    at = _some(thermal.temperature)
    volume, area, factor = (*FLOW_UNITS, lifetime) if GAMMA_NL in thermal else (*CHI_UNITS, 1.0)
    tensor = GAMMA_NL if GAMMA_NL in thermal else CHI
    unit, factor = (volume, factor) if height is None else (area, factor * height)
    columns = []
    for one in shown(tensor, operations, axis):
        errors = {kind: factor * one.bound(error[tensor][at]) for kind, error in spread.items()}
        columns.append(_numbers(one.named(tensor.symbol), factor * one.of(thermal[tensor][at]), errors, unit))
    columns = columns or [(f"{tensor.symbol} ({unit})", [FORBIDDEN] * len(at))]
    if coupled is not None and samples is not None:
        columns += _feedback(at, coupled, doubt, samples)
    table = _table(thermal.temperature[at], columns)
    if any("(mesh)" in title or "(lattice)" in title for title, _ in columns):
        table.caption, table.caption_justify, table.caption_style = CAPTION, "left", ""
    return table


def critical_radius(coupled: Feedback, doubt: dict[str, FeedbackUncertainty]) -> tuple[np.ndarray, Errors]:
    """r_c in nm, which goes like √γ^LL, and its errors by kind, (t,) each."""
    radius = coupled.critical_radius * 1e9
    with np.errstate(divide="ignore", invalid="ignore"):
        share = radius / np.abs(2 * coupled.gamma_total[:, 0])
    return radius, {kind: share * error.gamma_total[:, 0] for kind, error in doubt.items()}


def _feedback(
    at: np.ndarray, coupled: Feedback, doubt: dict[str, FeedbackUncertainty], samples: Samples
) -> list[Column]:
    """Of the first sample."""
    columns = []
    total = {kind: error.gamma_total[at, 0] for kind, error in doubt.items()}
    for part, title in CHANNELS.items():
        errors = {kind: getattr(error, part)[at, 0] for kind, error in doubt.items()}
        columns.append(_numbers(title.format(radius=samples.radius_r[0] * 1e9), getattr(coupled, part)[at, 0], errors))
    spread = {kind: error.amplification[at, 0] for kind, error in doubt.items()}
    eta, worst = coupled.amplification[at, 0], np.max([np.nan_to_num(e) for e in spread.values()], axis=0, initial=0.0)
    title, cells = _numbers("η", eta, spread, missing="unknown")
    cells = [gain(*of) if of[1] >= abs(of[0]) else cell for *of, cell in zip(eta, worst, cells, strict=True)]
    said = [cell if known else "supercritical" for known, cell in zip(coupled.solvable[at, 0], cells, strict=True)]
    radius, open_ = critical_radius(coupled, doubt)
    columns += [(title, said), _numbers("r_c", radius[at], {kind: error[at] for kind, error in open_.items()}, "nm")]
    if coupled.scale != 1:
        unscaled = {kind: error / coupled.scale for kind, error in total.items()}
        columns.append(_numbers("γ^LL unscaled", coupled.gamma_unscaled[at, 0], unscaled))
    return columns


def magnetization(
    temperature: np.ndarray,
    found: Magnetization,
    spread: dict[str, Magnetization],
    operations: np.ndarray,
    axis: np.ndarray,
    scale: float,
    samples: Samples | None,
    height: float | None = None,
) -> Table:
    """Magnetization with its errors (spread, by kind) and field at some temperatures, without and with the feedback of
    the first sample: along the axis, or where symmetry forbids that in the directions that it leaves.

    operations, axis : as in `responses`; height : of the cell of a layer, m, whose magnetization is per area and fills
    no space
    """
    at = _some(temperature)
    cases = [("no feedback", found.without, {kind: error.without for kind, error in spread.items()})]
    if found.coupled is not None and samples is not None:
        scaled = "" if scale == 1 else ", scaled"
        errors = {kind: error.coupled[:, 0] for kind, error in spread.items() if error.coupled is not None}
        cases.append((f"at {samples.radius_r[0] * 1e9:g} nm{scaled}", found.coupled[:, 0], errors))
    unit, thick = ("A m⁻¹", 1.0) if height is None else ("A", height)
    directions = answers(GAMMA_N, operations, axis)
    columns: list[Column] = []
    for name, values, errors in cases:
        for index, n in directions.items():
            low = f"_{index}" if index else ""
            value, doubt = thick * values[at] @ n, {k: thick * e[at] @ np.abs(n) for k, e in errors.items()}
            columns.append(_numbers(f"M{low}", value, doubt, unit, f", {name}", "supercritical"))
            if height is None:
                field = {kind: mu_0 * error for kind, error in doubt.items()}
                columns.append(_numbers(f"B{low}", mu_0 * value, field, "T", missing=""))
        if not directions:
            columns.append((f"M ({unit}), {name}", [FORBIDDEN] * len(at)))
    return _table(temperature[at], columns)


def _some(temperature: np.ndarray) -> np.ndarray:
    """Indices of the temperatures that every table shows, first and last among them."""
    return np.unique(np.linspace(0, len(temperature) - 1, ROWS).round().astype(int))


def _numbers(
    title: str, values: np.ndarray, errors: Errors, unit: str = "", behind: str = "", missing: str = "nan"
) -> Column:
    """A column of numbers with their errors; behind : follows on the unit; missing : stands where there is none."""
    cells, kinds = column(values.tolist(), {kind: of.tolist() for kind, of in errors.items()})
    said = [missing if np.isnan(value) else cell for value, cell in zip(values, cells, strict=True)]
    return f"{' '.join(filter(None, [title, kinds, unit and f'({unit})']))}{behind}", said


def _table(temperature: np.ndarray, columns: list[Column]) -> Table:
    """Titles and cells beside temperatures in K."""
    table = Table(box=None, pad_edge=False)
    every = [("T (K)", [f"{kelvin:g}" for kelvin in temperature]), *columns]
    for title, _ in every:
        table.add_column(title, justify="right", no_wrap=True)
    for row in zip(*(cells for _, cells in every), strict=True):
        table.add_row(*row)
    return table
