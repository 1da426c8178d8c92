"""What result.h5 and the closing lines say about magnetization and rotation."""

from collections.abc import Sequence
from pathlib import Path

import h5py
import numpy as np
from rich.table import Table

from hpcph.constants import bohr_magneton, mu_0, nuclear_magneton
from hpcph.show.numbers import SOURCES, alone, with_errors
from hpcph.response.magnetization import Magnetization, field
from hpcph.response.sample import Samples
from hpcph.result import modes, thermal
from hpcph.result.quantity import Dataset, Quantity

ROWS = 4  # temperatures in the closing table


def moment_maps(frequency: Dataset) -> list[Dataset]:
    """Magnetic moments beside the frequencies of a group; degenerate modes carry the mean of their block."""
    groups = {
        modes.BANDS_FREQUENCY.path: (modes.BANDS_MOMENT, modes.BANDS_MOMENT_SCALAR),
        modes.ORBITS_FREQUENCY.path: (modes.ORBITS_MOMENT, modes.ORBITS_MOMENT_SCALAR),
    }
    return [quantity.shaped(*frequency.shape, 3) for quantity in groups[frequency.name]]


def magnetization(found: Magnetization, spread: dict[str, Magnetization], samples: Samples | None) -> list[Dataset]:
    """Magnetization in the gradient and, spread, its errors by kind.

    The radii stand in this group again: netCDF readers look for an axis in the group and above it.
    """
    without = (thermal.MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK, thermal.MAGNETIZATION_FIELD_WITHOUT_FEEDBACK)
    results = _density(without, found.without)
    for kind, doubt in spread.items():
        results += _density([quantity.error(kind) for quantity in without], doubt.without)
    if found.coupled is not None and samples is not None:
        coupled = (thermal.MAGNETIZATION_DENSITY, thermal.MAGNETIZATION_FIELD)
        results.append(thermal.MAGNETIZATION_RADIUS.of(samples.radius_r))
        results += _density(coupled, found.coupled)
        for kind, doubt in spread.items():
            results += _density([quantity.error(kind) for quantity in coupled], doubt.coupled)
    return results


def _density(quantities: Sequence[Quantity], values: np.ndarray | None) -> list[Dataset]:
    """Magnetization, and μ₀ times it."""
    assert values is not None
    of_m, of_field = quantities
    return [of_m.of(values), of_field.of(field(values))]


def closing_table(
    temperature: np.ndarray,
    found: Magnetization,
    spread: dict[str, Magnetization],
    axis: np.ndarray,
    scale: float,
    samples: Samples | None,
) -> Table:
    """Magnetization with its errors (spread, by kind) and field along the axis at a few temperatures, without and with
    the feedback of the first sample.

    axis : (3,) unit vector
    """
    table = Table(box=None, pad_edge=False)
    known = [SOURCES[kind] for kind, error in spread.items() if np.isfinite(error.without).all()]
    table.add_column("T (K)", justify="right", no_wrap=True)
    columns = [("no feedback", found.without, [error.without for error in spread.values()])]
    if found.coupled is not None and samples is not None:
        scaled = "" if scale == 1 else ", scaled"
        errors = [error.coupled[:, 0] for error in spread.values() if error.coupled is not None]
        columns.append((f"at {samples.radius_r[0] * 1e9:g} nm{scaled}", found.coupled[:, 0], errors))
    for name, *_ in columns:
        table.add_column(f"{' ± '.join(['M', *known])} (A m⁻¹), {name}", justify="right", no_wrap=True)
        table.add_column("B (T)", justify="right", no_wrap=True)
    for t in np.unique(np.linspace(0, len(temperature) - 1, ROWS).round().astype(int)):
        row = [f"{temperature[t]:g}"]
        for _, values, errors in columns:
            value, beside = float(values[t] @ axis), [float(error[t] @ np.abs(axis)) for error in errors]
            if np.isnan(value):
                row += ["supercritical", ""]
            else:
                row += [with_errors(value, *beside), alone(*(mu_0 * x for x in (value, *beside)))]
        table.add_row(*row)
    return table


def largest_moment(path: Path) -> str:
    """One line on the largest |μ| of the bands that a file holds."""
    with h5py.File(path, "r") as file:
        moment, scalar = (np.linalg.norm(file[f"/bands/{n}"][...], axis=-1) for n in ("moment", "moment_scalar"))
        q, n = np.unravel_index(np.argmax(moment), moment.shape)
        where = ", ".join(f"{x:.3g}" for x in np.round(file["/bands/q"][q], 9) + 0.0)  # rounding of paths is no number
        frequency = file["/bands/frequency"][q, n] / 1e12
    largest, estimate = moment[q, n], scalar[q, n] / nuclear_magneton
    size = f"{largest / nuclear_magneton:.3g} μ_N = {largest / bohr_magneton:.3g} μ_B"
    return (
        f"largest moment of a phonon on the path: {size} "
        f"(scalar charges: {estimate:.3g} μ_N) at q = ({where}), {frequency:.3g} THz"
    )
