"""The words of the page: key numbers with their errors, warnings, provenance."""

from collections.abc import Callable

import numpy as np
import xarray as xr
from markupsafe import Markup

from hpcph.output import axis, cut, units
from hpcph.report import style
from hpcph.report.embed import number, space_group, subscripts

GAMMA_NL = Markup("γ<sup>NL</sup>")
GAMMA_LL = Markup("γ<sup>LL</sup>")
Facts = list[tuple[str, str]]


def crystal(result: xr.Dataset) -> Facts:
    """What was computed."""
    given = result.attrs
    facts = [
        ("formula", subscripts(str(given.get("formula", "–")))),
        ("space group", space_group(str(given.get("space_group", "–")))),
        ("atoms, branches", f"{result.sizes['atom']}, {3 * result.sizes['atom']}"),
        ("axis", f"({', '.join(f'{x:.4g}' for x in given['axis'])})".replace("-", "−")),
    ]
    if "mesh_grid" in given:
        facts += _thermal(result)
    return facts


def light(result: xr.Dataset) -> Facts:
    """What shines on the crystal."""
    scale = units.frequency(result, "frequency")
    low, high = (f"{scale.shown * result['frequency'].values[end]:.5g}" for end in (0, -1))
    lifetime, levels = result["optics_level_lifetime"].values, result.sizes["level_frequency"]
    factor, unit = (1.0, "") if units.is_model(result) else (1e12, " ps")
    ends = dict.fromkeys(f"{factor * value:.4g}" for value in (lifetime.min(), lifetime.max()))
    return [
        ("frequencies", f"{result.sizes['frequency']}, {scale.symbol} = {low} to {high} {scale.unit}".strip()),
        ("optical levels of Γ", f"{levels}, {int((result['optics_level_modes'].values > 1).sum())} of them degenerate"),
        ("lifetime", " to ".join(ends) + unit),
        ("polarizations", ", ".join(str(name) for name in result["polarization"].values).replace("-", "−")),
    ]


def _thermal(result: xr.Dataset) -> Facts:
    given = result.attrs
    grid, shift = "×".join(map(str, given["mesh_grid"])), ", ".join(f"{x:g}" for x in given["mesh_shift"])
    refined = f", {given['mesh_refinement']} levels around Γ" if given["mesh_refinement"] else ""
    return [
        ("mesh", f"{grid}, shift ({shift}){refined}, {given['mesh_points']} irreducible points"),
        ("lifetime", units.lifetime(result)),
        ("gradient", number(given["gradient"] * 1e-3) + " K mm⁻¹"),
    ]


def nearest(result: xr.Dataset) -> int:
    """Index of the temperature nearest to 300 K."""
    return int(np.argmin(np.abs(result["temperature"].values - 300)))


def numbers(result: xr.Dataset) -> Facts:
    """The answers at the temperature nearest to 300 K."""
    t = nearest(result)

    def at(of_axis: Callable[[xr.Dataset, str], np.ndarray], name: str) -> float:
        return float(of_axis(result, name)[t]) if name in result else np.nan

    flow, spread = at(axis.diagonal, "thermal_gamma_nl"), at(axis.spread, "thermal_gamma_nl_error")
    name = Markup("{} along the axis").format(GAMMA_NL)
    facts: Facts = [(name, number(flow, spread, "J s m-2 K-1"))]
    if "feedback_gamma_ll_total" in result:
        facts += _feedback(result, t)
    if "magnetization_density_without_feedback" in result:
        plain = "magnetization_density_without_feedback"
        value, error = at(axis.along, plain), at(axis.reach, f"{plain}_error")
        facts.append(("magnetization without feedback", number(value, error, "A m-1")))
        if "magnetization_density" in result:
            coupled = axis.along(result, "magnetization_density")[t, 0]
            facts.append(("magnetization with feedback", number(float(coupled), of="A m-1")))
    return facts


def _feedback(result: xr.Dataset, t: int) -> Facts:
    def at(name: str) -> float:
        variable = f"feedback_{name}"
        return float(result[variable].values[t, 0]) if variable in result else np.nan

    radius = result["radius"].values[0] * 1e9
    facts: Facts = [(Markup("{} at r = {:.4g} nm").format(GAMMA_LL, radius), _gamma(at, "total"))]
    facts += [(f"{style.NAMES[part]} part", _gamma(at, part)) for part in ("diagonal", "off_diagonal")]
    if result.attrs["feedback_scale"] != 1:
        text = Markup("<strong>{} without scale, first principles</strong>").format(GAMMA_LL)
        facts.append((text, Markup("<strong>{}</strong>").format(number(at("gamma_ll_unscaled")))))
    eta = at("amplification")
    shown = number(eta, at("amplification_error")) if np.isfinite(eta) else "supercritical: no linear response"
    facts.append(("amplification η", shown))
    critical = result["feedback_critical_radius"].values[t] * 1e9
    facts.append(("critical radius", f"{number(critical)} nm" if np.isfinite(critical) else "none: feedback screens"))
    return facts


def _gamma(at, part: str) -> str:
    return number(at(f"gamma_ll_{part}"), at(f"gamma_ll_{part}_error"))


def warnings(result: xr.Dataset) -> list[str]:
    """What a reader must not overlook."""
    lines = []
    if "feedback_amplification" in result:
        eta = result["feedback_amplification"].values
        if np.isnan(eta).any():
            count = f"{int(np.isnan(eta).sum())} of {eta.size} points (T, r)"
            lines.append(f"{count} are supercritical: the linear response has no solution there, η does not exist.")
    if "sample_amplification" in result and not cut.has_feedback(result):
        lines.append("The finite sample is supercritical: with feedback its linear response has no solution.")
    for kind, text in {"unstable": "imaginary", "zero": "zero-frequency"}.items():
        missing = int(result.attrs.get(f"{kind}_modes_left_out", 0))
        if missing:
            lines.append(f"{missing} {text} modes of the mesh were left out of the sums.")
    error = result.get("thermal_gamma_nl_error")
    if "thermal_gamma_nl" in result and (error is None or np.isnan(error.values).any()):
        lines.append("No error estimate: it needs two coarser meshes.")
    return lines


def scale(result: xr.Dataset) -> float | None:
    """The factor on χ where it is not 1."""
    factor = float(result.attrs.get("feedback_scale", 1.0))
    return None if factor == 1 or "feedback_gamma_ll_total" not in result else factor


def provenance(result: xr.Dataset) -> Facts:
    """Where the numbers come from."""
    given = result.attrs
    programs = ("hpcph", "python", "numpy", "scipy", "h5py", "hdf5", "phonopy", "mpi")
    facts = [("versions", ", ".join(f"{name} {given[name]}" for name in programs if name in given))]
    facts += [
        (label, str(given[name]))
        for name, label in {
            "sha256": "sha256 of all datasets",
            "input_sha256": "sha256 of the input",
            "fingerprint": "fingerprint of the computation",
            "ranks": "ranks",
            "hosts": "hosts",
        }.items()
        if name in given
    ]
    facts.append(("wall time", f"{float(given['wall_time']):.4g} s"))
    return facts
