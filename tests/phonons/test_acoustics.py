"""Sound: velocities, displacements and acoustic activity, against the modes of long waves themselves."""

import numpy as np
import physics
import pytest
from crystal.test_elasticity import UNCHARGED, VELOCITIES, christoffel, full

from hpcph.phonons import acoustics
from hpcph.phonons.angular_momentum import polarization_by_atom
from hpcph.phonons.modes import diagonalise
from hpcph.prepare import forceconstants

Z = np.array([[0, 0, 1.0]])
ALONG_C = {"quartz_pbesol": -2.804, "quartz_lda": 2.837}  # (ν₊ − ν₋)/ν over q_c, of lattice.md §10 with the sign of l
ODD = np.random.default_rng(7).normal(size=(6, 3))


def sound(name, direction):
    return acoustics.sound(physics.case(name).crystal, np.atleast_2d(direction))


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_velocities_of_quartz(name):
    """With the field of the Born charges; the two transverse ones along c are one pair without acoustic activity."""
    found = sound(name, np.eye(3)).velocity_dn
    assert found[:2] == pytest.approx(np.array(VELOCITIES[name])[:2], abs=0.4)
    assert found[2, 0] == pytest.approx(found[2, 1], rel=1e-8)
    assert found[2, 0] == pytest.approx(np.sqrt(np.mean(np.square(VELOCITIES[name][2][:2]))), abs=0.1)


@pytest.mark.parametrize("name", UNCHARGED)
def test_velocities_are_christoffels(name):
    """In any direction, of crystals that strain does not polarise."""
    structure = physics.case(name).structure
    for n, velocity in zip(ODD, sound(name, ODD).velocity_dn, strict=True):
        expected = christoffel(physics.case(name).settled.report.stiffness, structure.density, n)
        assert velocity**2 == pytest.approx(expected, rel=1e-6)


def test_displacements_are_christoffels():
    """ρ v² u_i = C_ijkl n_j n_l u_k."""
    found, case = sound("stishovite", ODD), physics.case("stishovite")
    C = full(case.settled.report.stiffness) / case.structure.density
    for n, velocity, waves in zip(found.direction_dc, found.velocity_dn, found.polarization_dnc, strict=True):
        assert np.einsum("ijkl,j,l,wk->wi", C, n, n, waves) == pytest.approx(velocity[:, None] ** 2 * waves, rel=1e-5)
        assert waves @ waves.T == pytest.approx(np.eye(3), abs=1e-6)


@pytest.mark.parametrize("name", ALONG_C)
def test_acoustic_activity_of_quartz(name):
    c = np.linalg.norm(physics.case(name).structure.lattice_vc[2])
    assert sound(name, Z).activity_d[0] * 2 * np.pi / c == pytest.approx(ALONG_C[name], abs=1e-3)


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "P6_1", "P2_13"])
def test_acoustic_activity_is_the_splitting_of_circular_modes(name):
    """(ν₊ − ν₋)/(ν k) of modes with l of either sign, at two k from which the limit follows."""
    case, n = physics.case(name), np.array([0, 0, 1.0])

    def splitting(k):
        modes = diagonalise(case.crystal, k * n[None] @ case.structure.lattice_vc.T / (2 * np.pi))
        l_n = polarization_by_atom(modes)[0, :2].sum(axis=1) @ n
        nu = modes.frequency_kn[0, :2]
        assert abs(abs(l_n[0]) - 1) < 0.01
        return (nu[l_n.argmax()] - nu[l_n.argmin()]) / nu.mean() / k

    near, far = splitting(5e7), splitting(1e8)
    assert sound(name, Z).activity_d[0] == pytest.approx((4 * near - far) / 3, rel=1e-4)


def test_mirror_images_turn_polarization_the_other_way():
    """Both senses of a direction the same way."""
    mirrored = physics.supercell.settle(forceconstants.inverted(physics.loaded("quartz_pbesol")), physics.ALL)
    image = acoustics.sound(mirrored.crystal, np.vstack([Z, -Z]))
    found = sound("quartz_pbesol", np.vstack([Z, -Z]))
    assert image.activity_d == pytest.approx(-found.activity_d, rel=1e-6)
    assert found.activity_d[0] == pytest.approx(found.activity_d[1], rel=1e-9)
    k = 2 * np.pi * 1e9 / found.velocity_dn[:, 0]
    assert found.rotation(1e9) == pytest.approx(found.activity_d / 2 * k**2)


def test_a_linear_wave_turns_as_said():
    """The sum of two circular waves of one frequency, after a length: by how much its displacement is turned."""
    found, length, omega = sound("quartz_lda", Z), 1e-3, 2 * np.pi * 1e9
    v, activity = found.velocity_dn[0, 0], found.activity_d[0]
    circular = np.array([[1, 1j], [1, -1j]])  # of angular momentum along n, and against it
    k = [omega / v * (1 - sign * activity * omega / v / 2) for sign in (1, -1)]
    wave = np.exp(1j * np.array(k) * length) @ circular
    turned = np.arctan((wave[1] / wave[0]).real)
    assert turned == pytest.approx(found.rotation(1e9)[0] * length, rel=1e-5)


@pytest.mark.parametrize("name", ["zno", "aln", "stishovite"])
def test_without_handedness_there_is_none(name):
    assert sound(name, Z).activity_d[0] == 0


def test_off_acoustic_axes_there_is_no_pair():
    found = sound("quartz_pbesol", [[1, 0, 0], [0.2, 0.3, 0.8]])
    assert np.isnan(found.activity_d).all() and np.isfinite(found.polarization_dnc).all()
    assert np.isnan(sound("quartz_pbesol", Z).polarization_dnc[0, :2]).all()


def test_what_broken_sum_rules_leave_at_rest_is_no_sound():
    """Of force constants as a file has them D at Γ is not zero; along c, where images matter little, 3 % are left."""
    found = acoustics.sound(physics.case("quartz_pbesol raw", physics.NONE).crystal, Z).velocity_dn[0]
    assert found == pytest.approx(sound("quartz_pbesol", Z).velocity_dn[0], rel=0.03)
