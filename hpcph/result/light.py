"""The response to light, as a result holds it.

A constant has the name of the quantity in an opened result: OPTICS_JONES is `optics_jones`. Models have units of their
own: MODEL.
"""

from dataclasses import replace

import numpy as np

from hpcph.response.light import OpticalModes
from hpcph.result.quantity import Dataset, Kind, Quantity, extended

NUMBER, POSITIVE, TEXT, COMPLEX = Kind.NUMBER, Kind.POSITIVE, Kind.TEXT, Kind.COMPLEX
W, P, LEVEL, PAIR = "/optics/frequency", "/optics/polarization", "/optics/level_frequency", "/optics/pair_frequency"
TENSOR = ("cartesian_mu", "cartesian_nu")
OMEGA = "rad s-1"
MODEL = "model"
OBSERVABLES = {  # unit per (V/m)², what it is, symbol of the tensor and of what responds
    "pam": ("J s m-1 V-2", "angular momentum per volume", "χ^(L)", "ℓ"),
    "peltier": ("W V-2", "energy current density along λ", "Π", "j"),
    "orbital_current": (
        "J V-2", "orbital current along λ; of the angular momentum along the axis, through bonds", "Π^(L)", "j^(L)"
    ),
    "carried_current": (
        "J V-2", "carried current along λ; of the angular momentum along the axis, as wave packets carry it: l v of "
        "every mode", "Π^(l)", "j^(l)"
    ),
    "magnetization": ("A m V-2", "magnetization", "χ^(M)", "M"),
}  # fmt: skip
DENSITY = {  # unit of what is left in the crystal
    "pam": "J s m-3", "peltier": "W m-2", "orbital_current": "J m-2", "carried_current": "J m-2",
    "magnetization": "A m-1",
}  # fmt: skip
FIELD = "E(t) = E e^{−iωt} + c.c., response Σ χ_{λ;μν} E_μ E*_ν"

OPTICS_FREQUENCY = Quantity(W, (W,), OMEGA, "angular frequency ω of the light")
OPTICS_POLARIZATION = Quantity(P, (P,), "1", "names of the polarizations", TEXT)
OPTICS_JONES = Quantity("/optics/jones", (P, "cartesian_mu"), "1", "unit Jones vectors of the polarizations", COMPLEX)
OPTICS_LEVEL_FREQUENCY = Quantity(LEVEL, (LEVEL,), OMEGA, "angular frequency of the levels at Γ", POSITIVE)
OPTICS_LEVEL_MODES = Quantity("/optics/level_modes", (LEVEL,), "1", "number of modes of a level", POSITIVE)
OPTICS_LEVEL_STRENGTH = Quantity(
    "/optics/level_strength", (LEVEL, *TENSOR), "C2 kg-1", "oscillator strength Σ q_μ* q_ν"
)
OPTICS_LEVEL_LIFETIME = Quantity("/optics/level_lifetime", (LEVEL,), "s", "lifetime τ of a level", POSITIVE)
OPTICS_PAIR_FREQUENCY = Quantity(
    PAIR, (PAIR,), OMEGA, "angular frequency of the contributions by levels", optional=True
)


def _tensor(name: str, suffix: str, words: str, *more: str) -> Quantity:
    unit, text, symbol, _ = OBSERVABLES[name]
    axes = (W, "cartesian_lambda", *TENSOR)
    return Quantity(
        f"/optics/{name}{suffix}", axes, unit, extended(text, words, *more), COMPLEX, symbol=symbol,
        dtype=np.complex128, density=True,
    )  # fmt: skip


MEAN = "E(t) = Re E e^{−iωt}, per squared amplitude |E|²"
TENSORS = {name: _tensor(name, "", "", FIELD) for name in OBSERVABLES}
DEGENERATE = {
    name: _tensor(name, "_degenerate", ", modes of one frequency", "grows like τ²", FIELD) for name in OBSERVABLES
}
OPTICS_PAM, OPTICS_CARRIED_CURRENT = TENSORS["pam"], TENSORS["carried_current"]
MEANS = {
    name: Quantity(
        f"/optics/{name}_mean",
        (W, P, "cartesian_lambda"),
        unit,
        extended(text, ", under polarized light", MEAN),
        NUMBER,
        symbol=symbol,
        density=True,
    )
    for name, (unit, text, _, symbol) in OBSERVABLES.items()
}
BY_LEVELS = {
    name: replace(
        _tensor(name, "_by_levels", ", by pairs of levels"),
        axes=(PAIR, "cartesian_lambda", *TENSOR, LEVEL, "level_2"),
        optional=True,
    )
    for name in OBSERVABLES
}
OPTICS_PAM_BY_LEVELS = BY_LEVELS["pam"]


def shown(quantity: Quantity, model: bool) -> Quantity:
    """In SI, or in the units of a model."""
    own = quantity.unit not in ("1", "C2 kg-1")
    return replace(quantity, unit=MODEL) if model and own else quantity


def maps(frequencies: int, polarizations: int, names: list[str], model: bool, layer: bool = False) -> list[Dataset]:
    """Everything that every frequency has; of a layer per area, too."""
    rows: list[tuple[Quantity, tuple[int, ...]]]
    rows = [(of[name], (3, 3, 3)) for name in names for of in (TENSORS, DEGENERATE)]
    rows += [(MEANS[name], (polarizations, 3)) for name in names]
    rows += [(row.per_area(), shape) for row, shape in rows] if layer else []
    return [shown(row, model).shaped(frequencies, *shape) for row, shape in [(OPTICS_FREQUENCY, ()), *rows]]


def axes(polarization: tuple[str, ...], jones_pv: np.ndarray) -> list[Dataset]:
    """The polarizations by name."""
    return [OPTICS_POLARIZATION.of(polarization), OPTICS_JONES.of(jones_pv)]


def levels(modes: OpticalModes, lifetime_n: np.ndarray, factor: float, model: bool) -> list[Dataset]:
    """The levels of Γ: frequencies, how many modes, oscillator strengths, lifetimes.

    factor : from rad s⁻¹ to the unit that is stored
    """
    level, count = modes.level_n, np.bincount(modes.level_n)
    strength = np.zeros((len(count), 3, 3))
    np.add.at(strength, level, np.einsum("nu,nv->nuv", modes.charge_nv.conj(), modes.charge_nv).real)
    rate = np.bincount(level, 1 / lifetime_n) / count
    return [
        shown(OPTICS_LEVEL_FREQUENCY, model).of(modes.level_frequencies * factor),
        OPTICS_LEVEL_MODES.of(count),
        OPTICS_LEVEL_STRENGTH.of(strength),
        shown(OPTICS_LEVEL_LIFETIME, model).of(1 / (rate * factor)),
    ]


def by_levels(omega: np.ndarray, found: dict[str, np.ndarray], model: bool) -> list[Dataset]:
    """Contributions of the pairs of levels at chosen frequencies."""
    pairs = [shown(BY_LEVELS[name], model).of(values) for name, values in found.items()]
    return [shown(OPTICS_PAIR_FREQUENCY, model).of(omega), *pairs]
