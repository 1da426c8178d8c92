"""What result.h5 and the closing lines say about magnetization and rotation."""

from pathlib import Path

import h5py
import numpy as np
from rich.table import Table

from hpcph.constants import bohr_magneton, mu_0, nuclear_magneton
from hpcph.output.layout import ERRORS, T
from hpcph.output.numbers import SOURCES, alone, with_errors
from hpcph.output.store import Dataset
from hpcph.response.convergence import Uncertainty
from hpcph.response.magnetization import Magnetization, field
from hpcph.response.sample import Samples
from hpcph.response.thermal import MagneticResponse, ThermalResponse

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


def magnetization(
    response: MagneticResponse,
    errors: dict[str, Uncertainty],
    lifetime: float,
    found: Magnetization,
    spread: dict[str, Magnetization],
    samples: Samples | None,
) -> list[Dataset]:
    """Magnetization in the gradient; errors of its tensors and, spread, of itself by kind.

    The radii stand in this group again: netCDF readers look for an axis in the group and above it.
    """
    group, axes = "/magnetization", (T, "cartesian_m", "cartesian_gradient")
    flow = response.gamma_nl_rate * lifetime
    results = [
        Dataset.of(f"{group}/gamma_nl", flow, "A K-1", "γ^N, ⟨m_i⟩/volume = γ_ij ∂_jT", axes),
        *_density("_without_feedback", found.without, "without feedback", axes[:2]),
    ]
    for kind, error in errors.items():
        assert error.magnetic is not None
        flow = error.magnetic.gamma_nl_rate * lifetime
        results.append(Dataset.of(f"{group}/gamma_nl_{kind}", flow, "A K-1", ERRORS[kind], axes))
        results += _density(f"_without_feedback_{kind}", spread[kind].without, ERRORS[kind], axes[:2])
    if found.coupled is not None and samples is not None:
        axes = (T, f"{group}/radius", "cartesian_m")
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


def rotation(result: ThermalResponse, errors: dict[str, Uncertainty]) -> list[Dataset]:
    """What a turning sample shows, per rad s⁻¹ (phonon Barnett effect); no coupling, no scale. Errors by kind."""
    results = []
    sources: list[tuple[str, ThermalResponse | Uncertainty, str]] = [("", result, "per angular velocity of the sample")]
    sources += [(f"_{kind}", error, ERRORS[kind]) for kind, error in errors.items()]
    for suffix, source, text in sources:
        axes = (T, "cartesian_l", "cartesian_rotation")
        results.append(Dataset.of(f"/rotation/pam_density{suffix}", source.chi, "J s2 m-3", f"χ, L {text}", axes))
        if source.magnetic is not None:
            axes, chi = (T, "cartesian_m", "cartesian_rotation"), source.magnetic.chi
            results += [
                Dataset.of(f"/rotation/magnetization{suffix}", chi, "A s m-1", f"χ^NL, magnetization {text}", axes),
                Dataset.of(f"/rotation/field{suffix}", field(chi), "T s", f"μ₀ times magnetization {text}", axes),
            ]
    return results


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
