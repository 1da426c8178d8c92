"""The response to light, as a result holds it.

A constant has the name of the quantity in an opened result: OPTICS_JONES is `optics_jones`. Models have units of their
own: MODEL.
"""

from dataclasses import replace

import numpy as np

from hpcph.result.quantity import Kind, Quantity

NUMBER, POSITIVE, TEXT, COMPLEX = Kind.NUMBER, Kind.POSITIVE, Kind.TEXT, Kind.COMPLEX
W, P, LEVEL, PAIR = "/optics/frequency", "/optics/polarization", "/optics/level_frequency", "/optics/pair_frequency"
TENSOR = ("cartesian_mu", "cartesian_nu")
OMEGA = "rad s-1"
MODEL = "model"
OBSERVABLES = {  # unit per (V/m)², what it is
    "pam": ("J s m-1 V-2", "χ^(L): angular momentum per volume"),
    "peltier": ("W V-2", "Π: energy current density along λ"),
    "orbital_current": ("J V-2", "Π^(L): current along λ of the angular momentum along the axis, through bonds"),
    "carried_current": ("J V-2", "the same as wave packets carry it: l v of every mode"),
    "magnetization": ("A m V-2", "magnetization"),
}
FIELD = "E(t) = E e^{−iωt} + c.c., response Σ χ_{λ;μν} E_μ E*_ν"

OPTICS_FREQUENCY = Quantity(W, (W,), OMEGA, "angular frequency ω of the light")
OPTICS_POLARIZATION = Quantity(P, (P,), "1", "names of the polarizations", TEXT)
OPTICS_JONES = Quantity("/optics/jones", (P, "cartesian_mu"), "1", "their unit Jones vectors", COMPLEX)
OPTICS_LEVEL_FREQUENCY = Quantity(LEVEL, (LEVEL,), OMEGA, "angular frequency of the levels at Γ", POSITIVE)
OPTICS_LEVEL_MODES = Quantity("/optics/level_modes", (LEVEL,), "1", "how many modes share it", POSITIVE)
OPTICS_LEVEL_STRENGTH = Quantity(
    "/optics/level_strength", (LEVEL, *TENSOR), "C2 kg-1", "oscillator strength Σ q_μ* q_ν"
)
OPTICS_LEVEL_LIFETIME = Quantity("/optics/level_lifetime", (LEVEL,), "s", "lifetime τ", POSITIVE)
OPTICS_PAIR_FREQUENCY = Quantity(PAIR, (PAIR,), OMEGA, "frequencies of the contributions", optional=True)


def _tensor(name: str, suffix: str, more: str, **how) -> Quantity:
    unit, text = OBSERVABLES[name]
    axes = (W, "cartesian_lambda", *TENSOR)
    return Quantity(f"/optics/{name}{suffix}", axes, unit, f"{text}{more}", COMPLEX, dtype=np.complex128, **how)


MEAN = ", under polarized light E(t) = Re E e^{−iωt}, per squared amplitude |E|²"
TENSORS = {name: _tensor(name, "", f"; {FIELD}") for name in OBSERVABLES}
DEGENERATE = {
    name: _tensor(name, "_degenerate", f"; {FIELD}, modes of one frequency alone: grows like τ²")
    for name in OBSERVABLES
}
MEANS = {
    name: Quantity(f"/optics/{name}_mean", (W, P, "cartesian_lambda"), unit, f"{text}{MEAN}", NUMBER)
    for name, (unit, text) in OBSERVABLES.items()
}
BY_LEVELS = {
    name: replace(
        _tensor(name, "_by_levels", ", by pairs of levels"),
        axes=(PAIR, "cartesian_lambda", *TENSOR, LEVEL, "level_2"),
        optional=True,
    )
    for name in OBSERVABLES
}


def shown(quantity: Quantity, model: bool) -> Quantity:
    """In SI, or in the units of a model."""
    own = quantity.unit not in ("1", "C2 kg-1")
    return replace(quantity, unit=MODEL) if model and own else quantity
