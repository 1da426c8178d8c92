"""What result.h5 says about the response to light."""

import numpy as np

from hpcph.output.store import Dataset
from hpcph.response.light import OpticalModes

W, P = "/optics/frequency", "/optics/polarization"
TENSOR = ("cartesian_mu", "cartesian_nu")
OBSERVABLES = {  # unit per (V/m)², what it is
    "pam": ("J s m-1 V-2", "χ^(L): angular momentum per volume"),
    "peltier": ("W V-2", "Π: energy current density along λ"),
    "orbital_current": ("J V-2", "Π^(L): current along λ of the angular momentum along the axis, through bonds"),
    "carried_current": ("J V-2", "the same as wave packets carry it: l v of every mode"),
    "magnetization": ("A m V-2", "magnetization"),
}
FIELD = "E(t) = E e^{−iωt} + c.c., response Σ χ_{λ;μν} E_μ E*_ν"
PER_CELL = "model"  # unit of models: their own, per cell


def maps(frequencies: int, polarizations: int, names: list[str], model: bool) -> list[Dataset]:
    """Everything that every frequency has."""
    found = [Dataset(W, (frequencies,), PER_CELL if model else "rad s-1", "angular frequency ω of the light", (W,))]
    axes = (W, "cartesian_lambda", *TENSOR)
    for name in names:
        unit, text = OBSERVABLES[name]
        unit = PER_CELL if model else unit
        for suffix, more in (("", ""), ("_degenerate", ", modes of one frequency alone: grows like τ²")):
            full = f"{text}; {FIELD}{more}"
            found.append(Dataset(f"/optics/{name}{suffix}", (frequencies, 3, 3, 3), unit, full, axes, np.complex128))
        full = f"{text}, under polarized light E(t) = Re E e^{{−iωt}}, per squared amplitude |E|²"
        found.append(Dataset(f"/optics/{name}_mean", (frequencies, polarizations, 3), unit, full, (W, P, axes[1])))
    return found


def axes(polarization: tuple[str, ...], jones_pv: np.ndarray) -> list[Dataset]:
    """The polarizations by name."""
    return [
        Dataset.of(P, list(polarization), "1", "names of the polarizations", (P,)),
        Dataset.of("/optics/jones", jones_pv, "1", "their unit Jones vectors", (P, "cartesian_mu")),
    ]


def levels(modes: OpticalModes, lifetime_n: np.ndarray, factor: float, model: bool) -> list[Dataset]:
    """The levels of Γ: frequencies, how many modes, oscillator strengths, lifetimes.

    factor : from rad s⁻¹ to the unit that is stored
    """
    level, count = modes.level_n, np.bincount(modes.level_n)
    strength = np.zeros((len(count), 3, 3))
    np.add.at(strength, level, np.einsum("nu,nv->nuv", modes.charge_nv.conj(), modes.charge_nv).real)
    rate = np.bincount(level, 1 / lifetime_n) / count
    axis = "/optics/level_frequency"
    omega = modes.level_frequencies * factor
    return [
        Dataset.of(axis, omega, PER_CELL if model else "rad s-1", "angular frequency of the levels at Γ", (axis,)),
        Dataset.of("/optics/level_modes", count, "1", "how many modes share it", (axis,)),
        Dataset.of("/optics/level_strength", strength, "C2 kg-1", "oscillator strength Σ q_μ* q_ν", (axis, *TENSOR)),
        Dataset.of("/optics/level_lifetime", 1 / (rate * factor), PER_CELL if model else "s", "lifetime τ", (axis,)),
    ]


def by_levels(omega: np.ndarray, found: dict[str, np.ndarray], model: bool) -> list[Dataset]:
    """Contributions of the pairs of levels at chosen frequencies."""
    s, level = "/optics/pair_frequency", "/optics/level_frequency"
    axes = (s, "cartesian_lambda", *TENSOR, level, "level_2")
    results = [Dataset.of(s, omega, PER_CELL if model else "rad s-1", "frequencies of the contributions", (s,))]
    for name, values in found.items():
        unit, text = OBSERVABLES[name]
        unit = PER_CELL if model else unit
        results.append(Dataset.of(f"/optics/{name}_by_levels", values, unit, f"{text}, by pairs of levels", axes))
    return results
