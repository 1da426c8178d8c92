"""What a run says of a magnetic field in the end: levels and sound in it, and what it induces."""

import numpy as np
from rich.table import Table

from hpcph.constants import hbar, nuclear_magneton
from hpcph.crystal.dynamical import Crystal
from hpcph.phonons import magnetoacoustics
from hpcph.response.convergence import Uncertainty
from hpcph.response.feedback import Feedback
from hpcph.response.magnetism import induced, induced_error
from hpcph.response.sample import Samples
from hpcph.response.thermal import ThermalResponse
from hpcph.response.zeeman import ZeemanLevels, at_gamma
from hpcph.result import field as layout
from hpcph.result.quantity import Dataset
from hpcph.show.numbers import with_errors

ROOM = 300.0  # K
GIGA, TERA = 1e9, 1e12


def at_rest(
    crystal: Crystal, others: tuple[Crystal, ...], axis: np.ndarray, gyromagnetic_aij: np.ndarray, field: np.ndarray
) -> tuple[list[Dataset], list[str | Table]]:
    """Levels of Γ, seen along the axis, and sound along the field, which layers have none of; what is said of them.

    others : the crystal with its supercell's force constants shared otherwise, whose difference is the error of sound
    """
    levels = at_gamma(crystal, axis, gyromagnetic_aij, field)
    results, doublets = layout.at_gamma(field, levels), _doublets(levels, float(np.linalg.norm(field)))
    lines: list[str | Table] = [doublets] if doublets.row_count else []
    if not crystal.structure.periodic.all():
        return results, lines
    direction = field / np.linalg.norm(field)
    sound, *shared = (magnetoacoustics.along(one, gyromagnetic_aij, direction) for one in (crystal, *others))
    found = np.array([sound.velocity_n, sound.change_n])
    changes = [np.abs(np.array([other.velocity_n, other.change_n]) - found) for other in shared]
    open_ = tuple(np.max(changes, axis=0)) if changes else ()
    numbers = np.array([found, *([open_] if changes else [])])  # (number and errors, velocity and change, wave)
    waves = ", ".join(f"{with_errors(*v)} m s⁻¹ {with_errors(*change)}" for v, change in numbers.transpose(2, 1, 0))
    said = f"sound along the field, v and (1/v) dv/dB in T⁻¹{' (lattice)' * bool(changes)}: {waves}"
    return results + layout.sound(sound, open_), [*lines, f"{said}; the other sign against it"]


def _doublets(levels: ZeemanLevels, tesla: float) -> Table:
    """Degenerate sets of Γ that the field splits: ν, the outer moment, GHz per tesla, and in the field."""
    table = Table(box=None, pad_edge=False)
    for header in ("Γ: ν (THz)", "μ (μ_N)", "splitting (GHz/T)", f"at {tesla:g} T (GHz)"):
        table.add_column(header, justify="right", no_wrap=True)
    seen = 1e-6 * np.nanmax(levels.splitting_n, initial=0.0)
    previous = -1.0
    for frequency, splitting in zip(levels.frequency_n, levels.splitting_n, strict=True):
        if splitting > seen and frequency - previous > 1e-6 * frequency:
            moment = np.pi * hbar * splitting / nuclear_magneton
            row = (f"{frequency / TERA:.4f}", f"±{moment:.4f}", f"{splitting / GIGA:.4g}")
            table.add_row(*row, f"{splitting * tesla / GIGA:.4g}")
        previous = frequency
    return table


def equilibrium(
    thermal: ThermalResponse,
    spread: dict[str, Uncertainty],
    field: np.ndarray,
    axis: np.ndarray,
    coupled: Feedback | None,
    samples: Samples | None,
) -> tuple[list[Dataset], str]:
    """Densities in the field with their errors by kind, and a line on them at the temperature nearest to 300 K."""
    found = induced(thermal, field, axis, coupled, samples)
    doubt = {kind: induced_error(error, thermal, found, field, coupled, samples) for kind, error in spread.items()}
    t = int(np.argmin(np.abs(thermal.temperature - ROOM)))

    def along(name: str) -> tuple[float, list[float]]:
        """A component along the axis, of the first sample where there are some, and its errors."""
        values = [getattr(one, name)[t] for one in (found, *doubt.values())]
        value, *errors = (v[0] if v.ndim == 2 else v for v in values)
        return float(value @ axis), [float(error @ np.abs(axis)) for error in errors]

    m, kinetic, canonical = (along(name) for name in ("magnetization", "pam_density", "canonical"))
    line = (
        f"in the field at {thermal.temperature[t]:g} K: M {with_errors(m[0], *m[1])} A m⁻¹, "
        f"L {with_errors(kinetic[0], *kinetic[1])} J s m⁻³, canonical {with_errors(canonical[0], *canonical[1])}"
    )
    if samples is not None and coupled is not None and found.fed_canonical is not None:
        value, errors = along("fed_canonical")
        shown = "supercritical" if np.isnan(value) else with_errors(value, *errors)
        line += f", with feedback at {samples.radius_r[0] * 1e9:g} nm {shown}"
        line += f" (scale {coupled.scale:.6g})" * (coupled.scale != 1)
    return layout.induced(found, doubt, samples if found.fed_canonical is not None else None), line
