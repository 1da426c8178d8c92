"""The lit chain of [NL] in its own units, per cell: what the tests of its responses share."""

from functools import cache

import numpy as np

from hpcph.crystal.chain import Chain, Handedness
from hpcph.response import light, optics

CHIRAL, SINGLE = (1.46984, 2.71756), (2.12132, 2.53156)  # frequencies of the doublets and of the non-chiral modes
PAM, ENERGY, ORBITAL, CARRIED = "pam_density", "energy_current", "orbital_current", "carried_current"


def operator(modes, observable):
    """Matrix of an observable, all components."""
    atoms = len(modes.structure.mass_a)
    return {
        PAM: lambda: optics.angular_momentum(modes, optics.angular_momentum_matrices(atoms)),
        ENERGY: lambda: optics.energy_current(modes),
        ORBITAL: lambda: optics.orbital_current(modes),
        CARRIED: lambda: optics.carried_current(modes),
    }[observable]()


@cache
def modes(chain):
    return light.optical_modes(chain.crystal(), chain.born)


def convert(chain, observable):
    """From SI per volume to model units per cell."""
    units = chain.units
    unit = getattr(units, ORBITAL if observable == CARRIED else observable)
    return chain.structure.volume / units.length**3 * units.electric_field**2 / unit


def response(observable, omega, tau=20.0, chain=None):
    """Tensor at frequencies in model units: (w, 3, 3, 3), of currents of angular momentum (w, 3, 3, 3, 3)."""
    chain = chain or Chain()
    found, units = modes(chain), chain.units
    omega = np.atleast_1d(omega) * units.frequency
    return optics.tensor(found, operator(found, observable), omega, tau * units.time) * convert(chain, observable)


def along_z(observable, omega, tau=20.0, chain=None):
    """The z component (PAM, or current along z, of z angular momentum), (w, 3, 3)."""
    chi = response(observable, omega, tau, chain)
    return chi[:, 2] if chi.ndim == 4 else chi[:, 2, 2]


def peaks(curve, omega, least=0.1):
    """Where |curve| has maxima above a part of its largest value."""
    size = np.abs(curve)
    top = np.flatnonzero((size[1:-1] > size[:-2]) & (size[1:-1] > size[2:])) + 1
    return omega[top[size[top] > least * size.max()]]


LEFT = Chain(handedness=Handedness.LEFT)
