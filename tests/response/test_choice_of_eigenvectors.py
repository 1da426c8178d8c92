"""Nothing that is stored depends on which eigenvectors LAPACK returns: other phases, bases of blocks, and drivers.

Every quantity is computed with numpy's eigenvectors, with scrambled ones (random phases, random unitaries in degenerate
blocks) and with all of LAPACK's drivers for the same D, which round differently. The bound is 1e-10 of the largest
number; measured are 4e-15 for χ, slices and χ^{N,L}, 5e-13 for γ^NL and γ^N from 20 K on (4e-12 of
LiAl₅O₈, and at 0.1 K, where exp(−ħω/kT) multiplies the rounding of ω by some hundred), 7e-13 for light. Rounding of
vectors is amplified by ω/Δ, 1e6 at the closest modes told apart; no modes here are closer than 1e-4 THz without being
degenerate, those of test_degeneracy.py are.
"""

from dataclasses import replace
from functools import cache

import numpy as np
import physics
import pytest
import scipy.linalg
from scipy.constants import hbar
from scipy.constants import k as boltzmann

from hpcph.crystal import mesh
from hpcph.crystal.chain import Chain
from hpcph.phonons import magnetic_moment
from hpcph.phonons import modes as phonons
from hpcph.phonons.lifetimes import Linewidths, Scattering
from hpcph.response import light, maps, optics, thermal
from hpcph.response.coherence import coherence_sums
from hpcph.response.occupation import occupation
from hpcph.response.spectrum import Intervals, Projection, spectral_sums
from hpcph.response.tensors import FLOW, GAMMA_N, GAMMA_NL, HEAT, INTERBAND
from hpcph.response.weights import mode_weights

pytestmark = pytest.mark.filterwarnings("error::RuntimeWarning")
NUMPY, SCRAMBLED = "numpy", "scrambled"
CHOICES = (SCRAMBLED, "ev", "evd", "evr", "evx")
TEMPERATURES = np.array([0.1, 20.0, 300.0, 2000.0])
AXIS = np.array([0.3, -0.2, 1.0]) / np.linalg.norm([0.3, -0.2, 1.0])
BOUND = 1e-10
MOMENT = 1e7  # C kg⁻¹, e/2m of an ion
SPEED = hbar * 5e3  # J m, ħ times the speed of sound
LARGEST = {  # sizes of what inversion forbids
    **dict.fromkeys(("polarization", "polarization_by_atom", "polarization_by_species", "helicity"), 1.0),
    "polarization_circular": 1.0,
    **dict.fromkeys(("moment", "moment_scalar", "moment_circular"), hbar * MOMENT),
    "flow": SPEED,
    **dict.fromkeys(("gamma_nl", "gamma_nl_by_branch"), SPEED * boltzmann / (hbar * 1e14)),
}
CASES = {  # divisions, shift: degenerate modes at Γ and on its axes with a shift of zero; ZnO: along Γ–A
    "embedded": (3, (0, 0, 0)),
    "quartz_pbesol": (4, (0, 0, 0.5)),
    "zno": (3, (0, 0, 0.5)),
    "stishovite": (3, (0, 0, 0)),
    "P4_332": (2, (0.5, 0.5, 0.5)),
}
DEGENERATE = {"embedded", "zno", "stishovite"}


def by_driver(driver):
    """numpy.linalg.eigh with another LAPACK driver."""

    def eigh(D, UPLO="L"):
        found = [scipy.linalg.eigh(d, lower=UPLO == "L", driver=driver) for d in D.reshape(-1, *D.shape[-2:])]
        values, vectors = (np.array(part) for part in zip(*found, strict=True))
        return values.reshape(D.shape[:-1]), vectors.reshape(D.shape)

    return eigh


def chosen(choice, calculate):
    """What `calculate` returns with that choice of eigenvectors wherever modes are diagonalised."""
    plain = phonons.diagonalise

    def scrambling(*arguments):
        return physics.scrambled(plain(*arguments), seed=4)[0]

    with pytest.MonkeyPatch.context() as patch:
        if choice == SCRAMBLED:
            for place in (phonons, maps, light):
                patch.setattr(place, "diagonalise", scrambling)
        elif choice != NUMPY:
            patch.setattr(np.linalg, "eigh", by_driver(choice))
        return calculate()


@cache
def points(name):
    grid, shift = CASES[name]
    return mesh.monkhorst_pack(physics.case(name).structure, (grid,) * 3, shift, symmetry=True)


def modes(name):
    return phonons.diagonalise(physics.case(name).crystal, points(name).q_kc)


def tensors(name):
    """All tensors and their channels."""
    structure = physics.case(name).structure
    ratio = physics.gyromagnetic(structure)
    sums = physics.sums(modes(name), TEMPERATURES, points(name).weight_k, ratio)
    found = thermal.response(sums, TEMPERATURES, structure.volume, points(name).operations)
    return {**found.parts, **{tensor: found[tensor] for tensor in found.known}}


def lived(name):
    """What lifetimes decide, interband parts among it: linewidths of modes, another of each, and a boundary."""
    case, batch = physics.case(name), modes(name)
    rng, ratio = np.random.default_rng(1), physics.gyromagnetic(case.structure)
    operations = mesh.reciprocal_rotations(case.structure.rotations)
    rates = rng.uniform(1e11, 1e12, (len(TEMPERATURES), 8, batch.frequency_kn.shape[1]))
    table = Linewidths(np.full(3, 2), np.arange(8), TEMPERATURES, rates, operations)
    weights, weight = mode_weights(batch, ratio), points(name).weight_k
    rate = Scattering(table, 1e-8).rates(batch, weights.speeds(batch), points(name).q_kc, TEMPERATURES)
    coherence = coherence_sums(batch, rate, weight, TEMPERATURES, ratio)
    sums = thermal.thermal_sums(batch, weights, weight, TEMPERATURES, rate, coherence)
    living = [(s, columns) for s, columns in sums.of.items() if s.channel in (FLOW, HEAT, INTERBAND)]
    return {tensor: own for s, columns in living for tensor, own in s.parts(columns).items()}


def spectra(name):
    """Shares by frequency and branch; the edges stand between the modes, not on one."""
    intervals = Intervals(np.linspace(0, 60e12, 38) + 1.234e9, TEMPERATURES)
    batch, projection = modes(name), Projection.along(AXIS, points(name).operations)
    return vars(spectral_sums(batch, mode_weights(batch), points(name).weight_k, intervals, projection))


def tables(name):
    """Tables of modes."""
    batch = modes(name)
    return maps.mode_tables(batch, mode_weights(batch), AXIS)


def slices(name):
    """Contributions on the points, those at Γ being NaN."""
    return maps.slices(physics.case(name).crystal, points(name).q_kc, AXIS, 300.0)


def dispersion(name):
    """Frequency, polarization, helicity and moments; eigenvectors and labels have tests of their own."""
    case = physics.case(name)
    direction = np.tile(AXIS, (len(points(name).q_kc), 1))
    structure, q = case.structure, points(name).q_kc
    batch = maps.seen(case.crystal, q, direction)
    found = maps.bands(structure, batch, q, direction, AXIS)
    found |= {} if structure.born_aij is None else maps.moments(structure, batch, AXIS)
    return {name: x for name, x in found.items() if "eigenvector" not in name and "angular_momentum" not in name}


def lit(name):
    """All optics tensors, in all and within levels, at resonances, beside them, at ω = 0 and far above.

    Modes of a level get its frequency: those of quartz_pbesol are up to 1e-5 THz apart by noise of the force constants,
    and what mixes them has no frequency of its own (it would change the tensors by 2e-9).
    """
    if name == "chain":
        crystal, born = Chain().crystal(), Chain().born
    else:
        crystal, born = physics.case(name).crystal, physics.loaded(name).dielectric.born
    found = light.optical_modes(crystal, born)
    found = replace(found, frequency_n=found.level_frequencies[found.level_n])
    level, atoms = found.level_frequencies, len(born)
    omega = np.concatenate([level[::2], level[::3] * 1.02, [0.0, 1e16]])
    gyromagnetic = magnetic_moment.gyromagnetic_tensor(born, found.structure.mass_a)
    observables = {
        "pam": optics.angular_momentum(found, optics.angular_momentum_matrices(atoms)),
        "magnetization": optics.angular_momentum(found, optics.moment_matrices(gyromagnetic)),
        "energy current": optics.energy_current(found),
        "orbital current": optics.orbital_current(found),
        "carried current": optics.carried_current(found),
    }
    observables |= {f"{key} within levels": optics.within_levels(found, o) for key, o in observables.items()}
    return {key: optics.tensor(found, operator, omega, 3e-12) for key, operator in observables.items()}


def compare(calculate, name, choice):
    """Every number of every part, against the largest of its row: of its temperature, wave vector or frequency."""
    one, other = (chosen(c, lambda: calculate(name)) for c in (NUMPY, choice))
    assert one.keys() == other.keys()
    for part, values in one.items():
        np.testing.assert_array_equal(np.isnan(values), np.isnan(other[part]), err_msg=part)
        yield part, values, np.nan_to_num(np.abs(values - other[part]))


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", CASES)
def test_tensors(name, choice):
    """γ^NL, γ^N, χ, χ^{N,L} and the channels of both, at every temperature apart; at 0.1 K, γ forbidden by symmetry is
    what is left of exp(−ħω/kT) of single modes, whose size is the scale there."""
    largest = chosen(NUMPY, lambda: tensors(name))
    for part, values, error in compare(tensors, name, choice):
        whole = part[0] if isinstance(part, tuple) else part  # a channel is measured by both together
        size = np.abs(largest[whole]).max(axis=(1, 2))
        if whole in (GAMMA_NL, GAMMA_N):
            forbidden = (TEMPERATURES < 1) | (name == "stishovite")
            size = np.where(forbidden, carried(name) * (MOMENT if whole == GAMMA_N else 1), size)
        assert np.all(error.max(axis=(1, 2)) <= BOUND * size), part
        assert np.any(values != 0) or name == "stishovite"


@pytest.mark.parametrize("choice", [SCRAMBLED, "evr"])
@pytest.mark.parametrize("name", ["embedded", "zno", "stishovite"])
def test_lifetimes(name, choice):
    """Flow, conduction and interband sums at 300 and 2000 K, but for those that inversion forbids; measured: 4e-13."""
    for tensor, values, error in compare(lived, name, choice):
        size = np.abs(values[2:]).max(axis=1)
        forbidden = name == "stishovite" and tensor.parity < 0
        assert forbidden or np.all(error[2:].max(axis=1) <= BOUND * size), tensor.symbol


def carried(name):
    """Σ w ħ|v| ∂f/∂T, γ^NL if all modes had l = 1 and nothing cancelled: the size where symmetry forbids γ. (t,)"""
    batch = modes(name)
    speed = np.linalg.norm(batch.velocities(), axis=-1)
    _, _, warming = occupation(np.where(batch.active_kn, batch.frequency_kn, 1e20), TEMPERATURES)
    return hbar * np.einsum("k,kn,tkn->t", points(name).weight_k, speed, warming) / physics.case(name).structure.volume


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("calculate", [spectra, tables, slices, dispersion])
@pytest.mark.parametrize("name", CASES)
def test_maps(name, calculate, choice):
    """Spectra, tables of modes, slices, frequencies, polarizations and moments of modes."""
    for part, values, error in compare(calculate, name, choice):
        size = max(np.nanmax(np.abs(values)), 0.1 * LARGEST.get(part, 0.0))
        assert error.max() <= BOUND * size, part


@pytest.mark.parametrize("choice", CHOICES)
@pytest.mark.parametrize("name", ["chain", "embedded", "quartz_pbesol"])
def test_optics(name, choice):
    """All tensors at all frequencies."""
    for part, values, error in compare(lit, name, choice):
        assert error.max() <= BOUND * np.abs(values).max(), part


@pytest.mark.parametrize("name", CASES)
def test_there_is_something_to_choose(name):
    """Scrambled vectors are others, and relatively robust representations give others than divide and conquer."""
    plain, largest = modes(name), physics.scrambled(modes(name))[1]
    assert np.abs(chosen(SCRAMBLED, lambda: modes(name)).eigenvector_kmn - plain.eigenvector_kmn).max() > 0.1
    assert (largest > 1) == (name in DEGENERATE)
    assert np.abs(chosen("evr", lambda: modes(name)).eigenvector_kmn - plain.eigenvector_kmn).max() > 0.1
