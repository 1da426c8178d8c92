"""Sound in a magnetic field, theory §9."""

import numpy as np
import physics
import pytest

from hpcph.phonons.magnetic_field import in_field
from hpcph.phonons.magnetoacoustics import SoundInField, along

C_AXIS = np.array([0, 0, 1.0])
DIRECTIONS = ([0, 0, 1], [1, 0, 0], [0, 1, 0], [0.3, -0.5, 0.8])
SHORT = (4e-3, 8e-3)  # of a*, for the limit from shifts of modes


def sound(name: str, direction=C_AXIS, rules=physics.ALL) -> SoundInField:
    case = physics.case(name, rules)
    return along(case.crystal, physics.gyromagnetic(case.structure), np.asarray(direction) / np.linalg.norm(direction))


def from_modes(name: str, direction) -> tuple[np.ndarray, np.ndarray]:
    """ω/k and δω/ωB of acoustic modes with a small k along a direction, freed of k² by two of them, (3,) each."""
    case, n = physics.case(name), np.array(direction) / np.linalg.norm(direction)
    k = np.array(SHORT) * np.linalg.norm(case.structure.reciprocal_vc, axis=1).min()
    modes = physics.modes(case, k[:, None] * n @ np.linalg.inv(case.structure.reciprocal_vc))
    shift = in_field(modes, physics.gyromagnetic(case.structure), n).first_kn[:, :3]
    omega = modes.frequency_kn[:, :3]
    values = np.stack([omega / k[:, None], shift / omega])
    return tuple((4 * values[:, 0] - values[:, 1]) / 3)


@pytest.mark.parametrize("direction", DIRECTIONS)
@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "embedded", "zno"])
def test_long_waves_are_the_limit_of_modes(name, direction):
    """Velocity and change; of the two slow waves, between which acoustic activity mediates at any k, the mean."""
    velocity, change = from_modes(name, direction)
    found = sound(name, direction)
    np.testing.assert_allclose(found.velocity_n, velocity, rtol=5e-3)
    scale = max(np.abs(found.change_n).max(), 1e-12)
    for one, other, close in ((found.velocity_n, velocity, 1e-6 * velocity[0]), (found.change_n, change, 2e-5 * scale)):
        np.testing.assert_allclose([one[:2].mean(), one[2]], [other[:2].mean(), other[2]], atol=close)
        if np.diff(found.velocity_n)[0] > 0.2 * velocity[0]:
            np.testing.assert_allclose(one, other, atol=close)


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "zno"])
def test_velocities_along_c_are_those_of_the_elastic_constants(name):
    """ρv² is C44 twice, and C33, without field of the wave in quartz; ZnO's polar axis stiffens C33."""
    case, found = physics.case(name), sound(name)
    stiffness = case.settled.report.stiffness
    moduli = case.structure.density * found.velocity_n**2
    np.testing.assert_allclose(moduli[:2], stiffness[3, 3], rtol=1e-5)
    assert np.isclose(moduli[2], stiffness[2, 2], rtol=1e-5) == (name != "zno")
    assert moduli[2] > stiffness[2, 2] * (1 - 1e-5)
    np.testing.assert_allclose(np.abs(found.polarization_nc[:, 2]), [0, 0, 1], atol=1e-6)


def test_quartz_along_c():
    """P3_121: −2.95e-8 per tesla for both transverse waves, +1.09e-8 for the longitudinal one; P3_221 the opposite."""
    right, left, other = (sound(name) for name in ("quartz_pbesol", "quartz_pbesol enantiomorph", "quartz_lda"))
    np.testing.assert_allclose(right.change_n, [-2.950e-8, -2.950e-8, 1.092e-8], rtol=1e-3)
    np.testing.assert_allclose(left.change_n, -right.change_n, rtol=1e-6)
    np.testing.assert_allclose(left.velocity_n, right.velocity_n, rtol=1e-9)
    np.testing.assert_allclose(other.change_n, [3.016e-8, 3.016e-8, -1.126e-8], rtol=1e-3)


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno"])
def test_along_and_against_the_field(name):
    """A wave against the field changes the other way; field and wave turned together, nothing does."""
    case, q = physics.case(name), np.array([0, 0, 5e-3])
    ratio = physics.gyromagnetic(case.structure)
    there, back = (in_field(physics.modes(case, k), ratio, C_AXIS).first_kn[0, :3] for k in (q, -q))
    scale = 1e-8 * physics.modes(case, q).frequency_kn[0, 0]
    np.testing.assert_allclose(back[2], -there[2], atol=1e-5 * scale)
    np.testing.assert_allclose(back[:2].sum(), -there[:2].sum(), atol=1e-5 * scale)
    np.testing.assert_allclose(sound(name, -C_AXIS).change_n, sound(name).change_n, rtol=1e-6, atol=1e-15)


@pytest.mark.parametrize("name", ["zno", "stishovite"])
def test_crystals_with_mirrors_have_none(name):
    """Along an axis, where a mirror contains it or inversion forbids it: zero, and no rounding."""
    for direction in ([0, 0, 1], [1, 0, 0]):
        assert not sound(name, direction).change_n.any()


def test_broken_sum_rules_leave_the_velocity():
    """What they leave of D at Γ is no velocity: sound of the raw file is that of the corrected one to 1 %."""
    raw, corrected = sound("quartz_pbesol raw", rules=physics.NONE), sound("quartz_pbesol", rules=physics.NONE)
    np.testing.assert_allclose(raw.velocity_n, corrected.velocity_n, rtol=0.012)
    np.testing.assert_allclose(raw.change_n, corrected.change_n, rtol=0.02)
