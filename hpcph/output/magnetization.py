"""What result.h5 and the closing lines say about magnetization and rotation."""

from pathlib import Path

import h5py
import numpy as np
from rich.table import Table

from hpcph.constants import bohr_magneton, mu_0, nuclear_magneton
from hpcph.output.numbers import SOURCES, alone, with_errors
from hpcph.output.store import Dataset
from hpcph.output.tensors import ERRORS, T
from hpcph.response.magnetization import Magnetization, field
from hpcph.response.sample import Samples

ROWS = 4  # temperatures in the closing table


def moment_maps(frequency: Dataset) -> list[Dataset]:
    """Magnetic moments beside the frequencies of a group; degenerate modes carry the mean of their block."""
    group = frequency.name.rsplit("/", 1)[0]
    shape, axes = (*frequency.shape, 3), (*frequency.axes, "cartesian_m")
    exact, mean = "magnetic moment ħ⟨n|N|n⟩ of a phonon", "the same with the mean charge tr Z_a/3 of every atom"
    return [
        Dataset(f"{group}/moment", shape, "A m2", exact, axes),
        Dataset(f"{group}/moment_scalar", shape, "A m2", mean, axes),
    ]


def magnetization(found: Magnetization, spread: dict[str, Magnetization], samples: Samples | None) -> list[Dataset]:
    """Magnetization in the gradient and, spread, its errors by kind.

    The radii stand in this group again: netCDF readers look for an axis in the group and above it.
    """
    axes: tuple[str, ...] = (T, "cartesian_m")
    results = _density("_without_feedback", found.without, "without feedback", axes)
    for kind, doubt in spread.items():
        results += _density(f"_without_feedback_{kind}", doubt.without, ERRORS[kind], axes)
    if found.coupled is not None and samples is not None:
        axes = (T, "/magnetization/radius", "cartesian_m")
        results.append(Dataset.of(axes[1], samples.radius_r, "m", "that of /feedback/radius", axes[1:2]))
        results += _density("", found.coupled, "with feedback, NaN where supercritical", axes)
        for kind, doubt in spread.items():
            assert doubt.coupled is not None
            results += _density(f"_{kind}", doubt.coupled, ERRORS[kind], axes)
    return results


def _density(suffix: str, values: np.ndarray, text: str, axes: tuple[str, ...]) -> list[Dataset]:
    return [
        Dataset.of(f"/magnetization/density{suffix}", values, "A m-1", f"magnetization, {text}", axes),
        Dataset.of(f"/magnetization/field{suffix}", field(values), "T", f"μ₀ times magnetization, {text}", axes),
    ]


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
