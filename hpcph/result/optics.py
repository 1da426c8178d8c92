"""What result.h5 says about the response to light."""

import numpy as np

from hpcph.response.light import OpticalModes
from hpcph.result import light
from hpcph.result.light import shown
from hpcph.result.quantity import Dataset


def maps(frequencies: int, polarizations: int, names: list[str], model: bool) -> list[Dataset]:
    """Everything that every frequency has."""
    found = [shown(light.OPTICS_FREQUENCY, model).shaped(frequencies)]
    for name in names:
        for tensors in (light.TENSORS, light.DEGENERATE):
            found.append(shown(tensors[name], model).shaped(frequencies, 3, 3, 3))
        found.append(shown(light.MEANS[name], model).shaped(frequencies, polarizations, 3))
    return found


def axes(polarization: tuple[str, ...], jones_pv: np.ndarray) -> list[Dataset]:
    """The polarizations by name."""
    return [light.OPTICS_POLARIZATION.of(polarization), light.OPTICS_JONES.of(jones_pv)]


def levels(modes: OpticalModes, lifetime_n: np.ndarray, factor: float, model: bool) -> list[Dataset]:
    """The levels of Γ: frequencies, how many modes, oscillator strengths, lifetimes.

    factor : from rad s⁻¹ to the unit that is stored
    """
    level, count = modes.level_n, np.bincount(modes.level_n)
    strength = np.zeros((len(count), 3, 3))
    np.add.at(strength, level, np.einsum("nu,nv->nuv", modes.charge_nv.conj(), modes.charge_nv).real)
    rate = np.bincount(level, 1 / lifetime_n) / count
    return [
        shown(light.OPTICS_LEVEL_FREQUENCY, model).of(modes.level_frequencies * factor),
        light.OPTICS_LEVEL_MODES.of(count),
        light.OPTICS_LEVEL_STRENGTH.of(strength),
        shown(light.OPTICS_LEVEL_LIFETIME, model).of(1 / (rate * factor)),
    ]


def by_levels(omega: np.ndarray, found: dict[str, np.ndarray], model: bool) -> list[Dataset]:
    """Contributions of the pairs of levels at chosen frequencies."""
    pairs = [shown(light.BY_LEVELS[name], model).of(values) for name, values in found.items()]
    return [shown(light.OPTICS_PAIR_FREQUENCY, model).of(omega), *pairs]
