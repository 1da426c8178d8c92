"""The dynamical matrix against phonopy, anaddb, Euphonic and finite differences."""

import json

import numpy as np
import physics
import pytest

from hpcph.crystal import dynamical
from hpcph.crystal.mesh import nearest_image

CRYSTALS = [name for name in physics.FILES if "raw" not in name]
CASES = [(name, nac) for name in CRYSTALS for nac in (False, True) if not nac or name not in physics.CHIRAL]


@pytest.mark.parametrize(("name", "nac"), CASES)
def test_frequencies_and_velocities_are_those_of_phonopy(name, nac):
    """ω to 1e-5 THz and ∂ω/∂k of non-degenerate modes to 1e-4 THz Å at random q, with phonopy's own Ewald width."""
    case = physics.case(name, physics.NONE, width="phonopy", nac=nac)
    q = physics.random_q(case.structure, 8, seed=len(name))
    reference = physics.phonopys(name, nac)
    reference.run_qpoints(q, with_group_velocities=True)
    modes = physics.modes(case, q)
    assert np.abs(modes.frequency_kn / physics.THZ - reference.qpoints.frequencies).max() < 1e-5
    gap = np.diff(modes.frequency_kn, axis=1) / physics.THZ
    edge = np.full((len(q), 1), np.inf)
    alone = np.minimum(np.hstack([edge, gap]), np.hstack([gap, edge])) > 1e-2
    assert alone.sum() > alone.size / 2
    difference = modes.velocities() / 100 - reference.qpoints.group_velocities
    assert np.abs(difference[alone]).max() < 1e-4


@pytest.mark.parametrize(
    ("name", "file", "width", "tolerance"),
    [
        ("quartz_pbesol", "reference_anaddb.json", "phonopy", 5.1e-6),
        ("quartz_pbesol", "reference_anaddb.json", "default", 1.5e-5),
        ("quartz_lda", "reference_euphonic.json", "phonopy", 4.05e-4),
        ("quartz_lda", "reference_euphonic.json", "default", 4.05e-4),
    ],
)
def test_raw_force_constants_give_the_frequencies_of_the_code_they_came_from(name, file, width, tolerance):
    """anaddb 5.1e-6 THz, Euphonic 4.0e-4 THz: the accuracy of the conversion that the data's README states."""
    case = physics.case(f"{name} raw", physics.NONE, width=width)
    reference = json.loads((physics.file(name).parent / file).read_text())
    frequencies = physics.frequencies(case, reference["qpoints"])
    assert np.abs(frequencies - np.array(reference["frequencies"])).max() < tolerance


@pytest.mark.parametrize("name", physics.QUARTZ)
def test_default_ewald_width_moves_no_frequency(name):
    """The narrow Gaussian costs less than 3e-5 THz against phonopy's."""
    q = physics.random_q(physics.loaded(name).structure, 200)
    narrow, wide = (physics.case(name, physics.NONE, width=width) for width in ("default", "phonopy"))
    assert len(narrow.dipoles.wavevector_gc) < len(wide.dipoles.wavevector_gc) / 2
    assert np.abs(physics.frequencies(narrow, q) - physics.frequencies(wide, q)).max() < 3e-5


@pytest.mark.parametrize("name", ["quartz_pbesol", "embedded", "stishovite", "P2_13"])
def test_derivative_is_the_slope_of_the_matrix(name):
    """∂D/∂k_c equals the central difference of D, Richardson-extrapolated, near Γ as well as far from it."""
    case = physics.case(name)
    reciprocal = case.structure.reciprocal_vc
    q = np.vstack([physics.random_q(case.structure, 4), [[0.01, 0.0, 0.005]]])
    _, half = dynamical.matrices_and_halves(case.crystal, q)
    analytic = half + half.conj().swapaxes(-1, -2)
    # D varies over 1/(length of the supercell) and, for its dipole part, over |k|
    step = 1e-3 * np.minimum(np.linalg.norm(q @ reciprocal, axis=1), 1e10)
    for c in range(3):

        def central(h, c=c):
            shift = np.outer(h, np.eye(3)[c] @ np.linalg.inv(reciprocal))
            difference = dynamical.matrices(case.crystal, q + shift) - dynamical.matrices(case.crystal, q - shift)
            return difference / (2 * h[:, None, None])

        slope = (4 * central(step / 2) - central(step)) / 3
        assert np.abs(slope - analytic[:, c]).max() < 1e-7 * np.abs(analytic).max()


@pytest.mark.parametrize("name", ["quartz_pbesol", "zno", "P2_13"])
def test_lines_along_c_share_work_without_changing_the_result(name):
    """D and ∂D/∂k of points on one line equal those of the same points taken one at a time, in any order."""
    case = physics.case(name)
    q = np.array([[0.1, 0.2, z] for z in (-0.4, -0.1, 0.0, 0.3)] + [[0.3, 0.2, 0.3], [0.1, -0.2, 0.3]])
    together = dynamical.matrices_and_halves(case.crystal, q)
    single = [dynamical.matrices_and_halves(case.crystal, point[None]) for point in q]
    for number in range(2):
        apart = np.concatenate([part[number] for part in single])
        assert np.abs(together[number] - apart).max() < 1e-12 * np.abs(apart).max()
    half = np.triu(together[0], 1)
    upper = half + half.conj().swapaxes(-1, -2) + together[0] * np.eye(case.crystal.modes)
    assert np.abs(upper - dynamical.matrices(case.crystal, q)).max() < 1e-12 * np.abs(upper).max()


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "embedded", "stishovite"])
def test_default_dipole_sum_is_periodic_in_the_reciprocal_lattice(name):
    """Frequencies at q and at its images in the neighbouring zones agree to 1e-6 THz."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 20)
    moved = nearest_image(case.structure, q + np.random.default_rng(1).integers(-2, 3, q.shape))
    assert np.abs(moved - q).max() < 1e-12
    neighbour = q + np.sign(-q) * (np.abs(q) == np.abs(q).max(axis=1, keepdims=True))
    assert np.abs(physics.frequencies(case, q) - physics.frequencies(case, neighbour)).max() < 1e-6
