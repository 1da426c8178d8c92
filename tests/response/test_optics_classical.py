"""Responses to light against the classical lattice (theory, independent check 2): motion and fluxes atom by atom."""

import numpy as np
import physics
import pytest
from driven import Lattice

from hpcph.crystal.chain import Chain, Handedness
from hpcph.phonons.magnetic_moment import gyromagnetic_tensor
from hpcph.response import light, optics

FIELDS = {
    "plus": light.circular([0, 0, 1], 1),
    "minus, x axis": light.circular([1, 0, 0], -1),
    "linear": light.linear([1, 0, 0]),
    "tilted": np.array([0.3, 1j, 0.5 - 0.4j]),
}
CHAINS = {"right chain": Chain(), "left chain": Chain(handedness=Handedness.LEFT)}


def made(name):
    """Optical modes, and the same crystal as atoms and pairs."""
    if name in CHAINS:
        chain = CHAINS[name]
        lattice = Lattice(chain.structure, chain.pairs, chain.born, chain.units.frequency / 20)
        return light.optical_modes(chain.crystal(), chain.born), lattice
    case, born = physics.case(name, nac=False), physics.loaded(name).dielectric.born
    return light.optical_modes(case.crystal, born), Lattice(case.structure, case.pairs, born, physics.THZ * 0.05)


def responses(modes, lattice, omega, jones):
    """Means of all four observables from the tensors."""
    atoms, ratio = len(lattice.born), gyromagnetic_tensor(lattice.born, lattice.structure.mass_a)
    operators = (
        optics.angular_momentum(modes, optics.angular_momentum_matrices(atoms)),
        optics.angular_momentum(modes, optics.moment_matrices(ratio)),
        optics.energy_current(modes),
        optics.orbital_current(modes),
    )
    return [optics.mean(optics.tensor(modes, o, omega, 1 / lattice.rate), jones) for o in operators]


def measured(lattice, motion):
    """The same from the motion of the atoms."""
    observables = (lattice.angular_momentum, lattice.moment, lattice.energy_current, lattice.orbital_current)
    return [observable(*motion) for observable in observables]


@pytest.mark.parametrize("field", FIELDS)
@pytest.mark.parametrize("name", [*CHAINS, "embedded", "quartz_pbesol"])
def test_forced_motion_carries_what_the_tensors_say(name, field):
    """PAM, magnetic moment, energy and orbital current over a scan of frequencies: on and off every resonance."""
    modes, lattice = made(name)
    levels = modes.level_frequencies[:: 1 if name in CHAINS else 4]
    omega = np.sort(np.concatenate([levels, levels + 0.5 * lattice.rate, levels * 0.93]))
    scan = [measured(lattice, lattice.steady(w, FIELDS[field])) for w in omega]
    expected = [np.array(observable) for observable in zip(*scan, strict=True)]
    for got, true in zip(responses(modes, lattice, omega, FIELDS[field]), expected, strict=True):
        assert np.abs(true).max() > 0
        assert np.abs(got - true).max() < 1e-7 * np.abs(true).max()


@pytest.mark.parametrize("field", ["plus", "tilted"])
@pytest.mark.parametrize("name, at", [("right chain", 1.465), ("right chain", 2.54), ("embedded", 12.6)])
def test_lattice_integrated_from_rest_ends_in_that_motion(name, at, field):
    """A genuine integration in time, from rest to the periodic state, gives the same means."""
    modes, lattice = made(name)
    omega = at * (CHAINS[name].units.frequency if name in CHAINS else physics.THZ)
    true = measured(lattice, lattice.integrated(omega, FIELDS[field]))
    for got, expected in zip(responses(modes, lattice, np.array([omega]), FIELDS[field]), true, strict=True):
        assert np.abs(got[0] - expected).max() < 1e-6 * np.abs(expected).max()
