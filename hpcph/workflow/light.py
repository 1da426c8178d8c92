"""The optics stage of a run: tensors of the second-order dc response at every frequency of the light (theory §6)."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from hpcph.crystal.chain import Units
from hpcph.crystal.dynamical import Crystal
from hpcph.phonons.magnetic_moment import gyromagnetic_tensor
from hpcph.response import optics as responses
from hpcph.response.light import OpticalModes, optical_modes
from hpcph.result.light import OBSERVABLES, maps
from hpcph.workflow.stage import Stage

BLOCK = 64  # frequencies


@dataclass(frozen=True)
class Light:
    """What shines on the crystal.

    omega_w : ndarray (w,) rad s⁻¹; lifetime : ndarray (n,) s, of the optical modes in order of frequency
    direction : ndarray (3,) Cartesian of the light in the crystal, None for transverse modes
    polarization, jones_pv : names and unit Jones vectors (p, 3)
    pair_omega : ndarray (s,) rad s⁻¹ at which contributions are stored by pairs of levels
    """

    omega_w: np.ndarray
    lifetime: np.ndarray
    direction: np.ndarray | None
    polarization: tuple[str, ...]
    jones_pv: np.ndarray
    pair_omega: np.ndarray


def lit_modes(crystal: Crystal, light: Light) -> OpticalModes:
    """The optical modes that the light sees."""
    born = crystal.structure.born_aij
    assert born is not None, "light couples to Born charges"
    return optical_modes(crystal, born, light.direction)


def operators(modes: OpticalModes, axis: np.ndarray) -> dict[str, np.ndarray]:
    """Observables by the name of their dataset, (3, 2n, 2n) each; currents of L carry its component along the axis.

    axis : ndarray (3,), unit vector
    """
    structure = modes.structure
    atoms = len(structure.mass_a)
    found = {
        "pam": responses.angular_momentum(modes, responses.angular_momentum_matrices(atoms)),
        "peltier": responses.energy_current(modes),
        "orbital_current": np.einsum("k,klnm->lnm", axis, responses.orbital_current(modes)),
        "carried_current": np.einsum("k,klnm->lnm", axis, responses.carried_current(modes)),
    }
    assert structure.born_aij is not None, "light couples to Born charges"
    ratio = gyromagnetic_tensor(structure.born_aij, structure.mass_a)
    found["magnetization"] = responses.angular_momentum(modes, responses.moment_matrices(ratio))
    return found


def scales(units: Units | None, volume: float) -> dict[str, float]:
    """Factors from SI to what is stored: 1, or for models their own units per cell."""
    if units is None:
        return dict.fromkeys(("frequency", *OBSERVABLES), 1.0)
    per_cell = volume / units.length**3 * units.electric_field**2
    return {
        "frequency": 1 / units.frequency,
        "pam": per_cell / units.pam_density,
        "peltier": per_cell / units.energy_current,
        "orbital_current": per_cell / units.orbital_current,
        "carried_current": per_cell / units.orbital_current,
        "magnetization": per_cell / (units.pam_density * units.charge / units.mass),
    }


def stage(crystal: Crystal, light: Light, axis: np.ndarray, units: Units | None) -> Stage:
    """Tensors at all frequencies, in all and within degenerate levels, and means under the wanted polarizations."""
    from hpcph.result.catalogue import densities  # all there are, which runs without light need not know

    factor, height, rows = scales(units, crystal.structure.volume), crystal.structure.height, densities()

    @cache
    def prepared() -> tuple[OpticalModes, dict[str, np.ndarray]]:
        modes = lit_modes(crystal, light)
        return modes, operators(modes, axis)

    def work(block: slice) -> tuple[None, dict[str, np.ndarray]]:
        modes, observables = prepared()
        omega = light.omega_w[block]
        found = {"/optics/frequency": omega * factor["frequency"]}
        parts = {}
        for name, operator in observables.items():
            parts[name], parts[f"{name}_degenerate"] = operator, responses.within_levels(modes, operator)
        every = responses.tensor(modes, np.stack(list(parts.values())), omega, light.lifetime)  # drives the modes once
        for index, name in enumerate(parts):
            found[f"/optics/{name}"] = factor[name.removesuffix("_degenerate")] * every[:, index]
        for name in observables:
            means = [responses.mean(found[f"/optics/{name}"], jones) for jones in light.jones_pv]
            found[f"/optics/{name}_mean"] = np.stack(means, axis=1)
        if height is not None:
            found |= {rows[path].path: height * values for path, values in found.items() if path in rows}
        return None, found

    count = len(light.omega_w)
    layout = maps(count, len(light.polarization), list(OBSERVABLES), units is not None, height is not None)
    blocks = [slice(low, min(low + BLOCK, count)) for low in range(0, count, BLOCK)]
    return Stage("optics", count, blocks, layout, 0, work, noun="frequencies")


def by_levels(modes: OpticalModes, light: Light, axis: np.ndarray, units: Units | None) -> dict[str, np.ndarray]:
    """At the chosen frequencies what every pair of levels contributes, (s, 3, 3, 3, l, l) by observable."""
    factor = scales(units, modes.structure.volume)
    pairs: Callable = responses.by_level_pairs
    return {
        name: factor[name] * pairs(modes, operator, light.pair_omega, light.lifetime)
        for name, operator in operators(modes, axis).items()
    }
