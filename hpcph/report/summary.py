"""The words of the page: key numbers with their errors, warnings, provenance."""

import numpy as np
import xarray as xr
from markupsafe import Markup

from hpcph.errors import counted
from hpcph.report import embed, style
from hpcph.report.embed import number, space_group, subscripts
from hpcph.result.light import OPTICS_LEVEL_FREQUENCY, OPTICS_LEVEL_LIFETIME, OPTICS_LEVEL_MODES
from hpcph.result.quantity import Quantity
from hpcph.result.sample import SAMPLE_AMPLIFICATION
from hpcph.result.tensors import (
    FEEDBACK_SUSCEPTIBILITY_DIAGONAL,
    THERMAL_CONDUCTIVITY,
    THERMAL_CONDUCTIVITY_COHERENCE,
    THERMAL_GAMMA_COHERENCE,
    THERMAL_GAMMA_NL,
)
from hpcph.result.thermal import (
    FEEDBACK_AMPLIFICATION,
    FEEDBACK_AMPLITUDE,
    FEEDBACK_CRITICAL_RADIUS,
    FEEDBACK_EIGENVALUE,
    FEEDBACK_GAMMA_LL,
    FEEDBACK_GAMMA_LL_TOTAL,
    FEEDBACK_LENGTH_AMPLIFICATION,
    MAGNETIZATION_DENSITY,
    MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK,
)
from hpcph.show import axis, cut, doubt, symmetry, units
from hpcph.show.feedback import supercritical, turned
from hpcph.show.numbers import FORBIDDEN

GAMMA_NL = Markup("γ<sup>NL</sup>")
GAMMA_LL = Markup("γ<sup>LL</sup>")
INTERBAND = {
    Markup("interband part (not included) of {}").format(symbol): quantity
    for symbol, quantity in ((GAMMA_NL, THERMAL_GAMMA_COHERENCE), ("κ", THERMAL_CONDUCTIVITY_COHERENCE))
}
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
    degenerate = int((result[OPTICS_LEVEL_MODES.variable].values > 1).sum())
    lifetime, levels = result[OPTICS_LEVEL_LIFETIME.variable].values, result.sizes[OPTICS_LEVEL_FREQUENCY.variable]
    factor, unit = (1.0, "") if units.is_model(result) else (1e12, " ps")
    ends = dict.fromkeys(f"{factor * value:.4g}" for value in (lifetime.min(), lifetime.max()))
    return [
        ("frequencies", f"{result.sizes['frequency']}, {scale.symbol} = {low} to {high} {scale.unit}".strip()),
        ("optical levels of Γ", f"{levels}, {degenerate} of them degenerate"),
        ("lifetime", " to ".join(ends) + unit),
        ("polarizations", ", ".join(str(name) for name in result["polarization"].values).replace("-", "−")),
    ]


def _thermal(result: xr.Dataset) -> Facts:
    given = result.attrs
    grid, shift = "×".join(map(str, given["mesh_grid"])), ", ".join(f"{x:g}" for x in given["mesh_shift"])
    refined = f", {given['mesh_refinement']} levels around Γ" if given["mesh_refinement"] else ""
    return [
        ("mesh", f"{grid}, shift ({shift}){refined}, {given['mesh_points']} irreducible points"),
        ("lifetime", units.lifetime(result) or "none given"),
        ("gradient", number(given["gradient"] * 1e-3) + " K mm⁻¹" if "gradient" in given else "none given"),
    ]


def nearest(result: xr.Dataset) -> int:
    """Index of the temperature nearest to 300 K."""
    return int(np.argmin(np.abs(result["temperature"].values - 300)))


def sources(result: xr.Dataset) -> str:
    """What stands in parentheses behind a number, in that order; empty where no error is known."""
    known = doubt.beside(result, FEEDBACK_SUSCEPTIBILITY_DIAGONAL.variable)
    return "".join(f"({source})" for source in known)


def numbers(result: xr.Dataset) -> Facts:
    """The answers at the temperature nearest to 300 K, with their errors."""
    t = nearest(result)
    facts: Facts = []
    for words, quantity in {GAMMA_NL: THERMAL_GAMMA_NL, Markup("κ"): THERMAL_CONDUCTIVITY, **INTERBAND}.items():
        if quantity.variable in result:
            facts += _tensor(result, t, words, quantity.variable)
    if FEEDBACK_GAMMA_LL_TOTAL.variable in result:
        facts += _feedback(result, t)
    if MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable in result:
        plain, coupled = MAGNETIZATION_DENSITY_WITHOUT_FEEDBACK.variable, MAGNETIZATION_DENSITY.variable
        facts.append(("magnetization without feedback", _along(result, t, plain)))
        if coupled in result:
            facts.append(("magnetization with feedback", _along(result, (t, 0), coupled)))
    return facts


def _tensor(result: xr.Dataset, t: int, words: Markup, name: str) -> Facts:
    """Of a tensor what is not forbidden: its component along the axis, or the independent ones by name."""
    value, *errors = (result[variable].values[t] for variable in (name, *doubt.beside(result, name).values()))
    found: Facts = []
    for one in symmetry.shown(result, name):
        numbers = (float(one.of(value)), *(float(one.bound(error)) for error in errors))
        where = Markup(", {}").format(one.name) if one.name else " along the axis"
        found.append((words + where, number(*numbers, of=result[name].attrs["units"])))
    return found or [(words, FORBIDDEN)]


def _along(result: xr.Dataset, at: int | tuple[int, int], name: str) -> str:
    """A component of a vector along the axis."""
    if not axis.along(result, name).any():
        return FORBIDDEN
    errors = (float(axis.reach(result, beside)[at]) for beside in doubt.beside(result, name).values())
    return number(float(axis.along(result, name)[at]), *errors, of=result[name].attrs["units"])


def _feedback(result: xr.Dataset, t: int) -> Facts:
    def of(quantity: Quantity) -> list[float]:
        """A number and its errors."""
        names = [quantity.variable, *doubt.beside(result, quantity.variable).values()]
        return [float(result[variable].values[t, 0]) for variable in names]

    radius = result["radius"].values[0] * 1e9
    facts: Facts = [(Markup("{} at r = {:.4g} nm").format(GAMMA_LL, radius), number(*of(FEEDBACK_GAMMA_LL_TOTAL)))]
    for part in ("diagonal", "off_diagonal"):
        facts.append((f"{style.NAMES[part]} part", number(*of(FEEDBACK_GAMMA_LL[part]))))
    if result.attrs["feedback_scale"] != 1:
        text = Markup("<strong>{} without scale, first principles</strong>").format(GAMMA_LL)
        unscaled = number(*(value / result.attrs["feedback_scale"] for value in of(FEEDBACK_GAMMA_LL_TOTAL)))
        facts.append((text, Markup("<strong>{}</strong>").format(unscaled)))
    eta = of(FEEDBACK_AMPLIFICATION)
    unknown = np.isnan(eta[0]) and not supercritical(result)[t, 0]
    facts.append(("amplification η", "unknown without a lifetime" if unknown else amplification(*eta)))
    if turned(result)[t, 0] and FEEDBACK_LENGTH_AMPLIFICATION.variable in result:
        facts.append(("|⟨L⟩| with feedback over |⟨L⟩| without", amplification(*of(FEEDBACK_LENGTH_AMPLIFICATION))))
    if FEEDBACK_EIGENVALUE.variable in result:
        facts.append(("largest eigenvalue of Γ, threshold 1", number(*of(FEEDBACK_EIGENVALUE))))
    critical = [
        float(value[t]) * 1e9
        for value in (result[FEEDBACK_CRITICAL_RADIUS.variable].values, *doubt.critical_radius(result))
    ]
    facts.append(
        ("critical radius", number(*critical, of="nm") if np.isfinite(critical[0]) else "none: feedback screens")
    )
    if FEEDBACK_AMPLITUDE.variable in result:
        names = [FEEDBACK_AMPLITUDE.variable, *doubt.beside(result, FEEDBACK_AMPLITUDE.variable).values()]
        width = number(*(float(result[name].values[t]) * 1e9 for name in names), of="nm")
        facts.append((Markup("√⟨u<sub>⊥</sub>²⟩, by how much atoms vibrate across the axis"), width))
    return facts


def amplification(eta: float, *errors: float) -> str:
    """η with its errors, as long as these are smaller: near the threshold the first order says nothing."""
    if np.isnan(eta):
        return "supercritical: no linear response"
    return embed.amplification(eta, *errors)


def warnings(result: xr.Dataset) -> list[str]:
    """What a reader must not overlook."""
    lines = []
    if FEEDBACK_AMPLIFICATION.variable in result:
        lost = supercritical(result)
        if lost.any():
            places = f"{int(lost.sum())} of {counted(lost.size, 'points')} (T, r)"
            lines.append(f"Supercritical at {places}: the linear response has no solution there, η does not exist.")
    if SAMPLE_AMPLIFICATION.variable in result and not cut.has_feedback(result):
        lines.append("The finite sample is supercritical: with feedback its linear response has no solution.")
    for kind, text in {"unstable": "imaginary", "zero": "zero-frequency"}.items():
        missing = int(result.attrs.get(f"{kind}_modes_left_out", 0))
        if missing:
            lines.append(f"{missing} {text} modes of the mesh were left out of the sums.")
    chi = FEEDBACK_SUSCEPTIBILITY_DIAGONAL.variable
    if chi in result and "mesh" not in doubt.beside(result, chi):
        lines.append("No error estimate of the mesh: it needs two coarser meshes.")
    return lines


def scale(result: xr.Dataset) -> float | None:
    """The factor on χ where it is not 1."""
    factor = float(result.attrs.get("feedback_scale", 1.0))
    return None if factor == 1 or FEEDBACK_GAMMA_LL_TOTAL.variable not in result else factor


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
            "fingerprint": "fingerprint of input and force constants",
            "hpcph_code": "sha256 of the program's sources",
            "ranks": "ranks",
            "hosts": "hosts",
        }.items()
        if name in given
    ]
    facts.append(("wall time", f"{float(given['wall_time']):.4g} s"))
    return facts
