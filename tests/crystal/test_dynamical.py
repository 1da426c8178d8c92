"""The dynamical matrix against phonopy, anaddb, Euphonic and finite differences."""

import json

import numpy as np
import physics
import pytest

from hpcph.crystal import dynamical, images
from hpcph.crystal.mesh import nearest_image

QUICK = ("embedded", *physics.QUARTZ, "stishovite", "zno", *physics.CHIRAL, *physics.PHONONDB)
SLOW = ("quartz_pbesol enantiomorph", *physics.LARGE)
CRYSTALS = [*QUICK, *(pytest.param(name, marks=pytest.mark.slow) for name in SLOW)]
CHARGED = [name for name in CRYSTALS if name not in physics.CHIRAL]
COMPACT = ("zno", "stishovite", "mp-4266", "mp-5327", "mp-7714")  # whose supercells cut phonopy's own sum short
WIDE = 4.0  # of √ε over the reach of the supercell: the real-space part, which phonopy leaves out, ends inside


def with_width(name, factor):
    """phonopy's crystal with a reciprocal sum of such a width, its G kept down to a Gaussian of 1e-12."""
    found, loaded = physics.phonopys(name), physics.loaded(name)
    eigenvalues = np.linalg.eigvalsh(loaded.dielectric.epsilon)
    reach = images.reach(loaded.structure, loaded.supercell) * 1e10
    width = factor * np.sqrt(eigenvalues[-1]) / reach / (2 * np.pi)  # phonopy's wave vectors are without 2π
    cut_off = 2 * width * np.sqrt(-np.log(1e-12) / eigenvalues[0])
    found.nac_params = found.nac_params | {"method": "gonze", "Lambda": width, "G_cutoff": cut_off}
    return found


def compare(case, reference, q):
    """Largest differences of frequencies in THz, and of velocities of modes that are alone in THz Å."""
    reference.run_qpoints(q, with_group_velocities=True)
    modes = physics.modes(case, q)
    gap = np.diff(modes.frequency_kn, axis=1) / physics.THZ
    edge = np.full((len(q), 1), np.inf)
    alone = np.minimum(np.hstack([edge, gap]), np.hstack([gap, edge])) > 1e-2
    alone &= modes.frequency_kn > 0.2 * physics.THZ  # whose slopes phonopy's steps still resolve
    assert alone.sum() > alone.size / 2
    frequency = modes.frequency_kn / physics.THZ - reference.qpoints.frequencies
    velocity = modes.velocities() / 100 - reference.qpoints.group_velocities
    return np.abs(frequency).max(), np.abs(velocity[alone]).max()


@pytest.mark.parametrize("name", CRYSTALS)
def test_without_charges_all_is_phonopys(name):
    """ω to 1e-5 THz and ∂ω/∂k of non-degenerate modes to 1e-4 THz Å at random q, no rules."""
    case = physics.case(name, physics.NONE, nac=False)
    q = physics.random_q(case.structure, 8, seed=len(name))
    frequency, velocity = compare(case, physics.phonopys(name, nac=False), q)
    assert frequency < 1e-5 and velocity < 1e-4


@pytest.mark.parametrize("name", CHARGED)
def test_with_charges_all_is_phonopys_with_its_sum_converged(name):
    """The same where its sum over G is wide enough for its real-space part to be nothing."""
    case = physics.case(name, physics.NONE)
    q = physics.random_q(case.structure, 4, seed=len(name))
    frequency, velocity = compare(case, with_width(name, WIDE), q)
    assert frequency < 1e-5
    assert velocity < (2e-4 if name in physics.LARGE else 1e-4)  # closer branches mix more easily


@pytest.mark.parametrize("name", COMPACT)
def test_phonopys_sum_converges_to_ours(name):
    """At its default width it is off by up to 0.3 THz; by a tenth or less each time that it gets wider by a third."""
    case = physics.case(name, physics.NONE)
    q = physics.random_q(case.structure, 4, seed=len(name))
    default = physics.phonopys(name)
    default.run_qpoints(q)
    ours = physics.frequencies(case, q)
    assert np.abs(ours - default.qpoints.frequencies).max() > 1e-3
    off = []
    for factor in (1.0, 2.0, 3.0, WIDE):
        found = with_width(name, factor)
        found.run_qpoints(q)
        off.append(np.abs(ours - found.qpoints.frequencies).max())
    assert off[0] > 0.05 and off[1] < off[0] and off[2] < off[1] / 9 and off[3] < 1e-5


@pytest.mark.parametrize("name", ["embedded", *physics.QUARTZ])
def test_large_supercells_do_not_cut_phonopys_sum(name):
    """Quartz is as phonopy has it at its default width: 1e-5 THz."""
    case = physics.case(name, physics.NONE)
    frequency, velocity = compare(case, physics.phonopys(name), physics.random_q(case.structure, 4, seed=1))
    assert frequency < 1e-5 and velocity < 1e-4


@pytest.mark.parametrize(
    ("name", "file", "tolerance"),
    [
        pytest.param("quartz_pbesol", "reference_anaddb.json", 5.1e-6, marks=pytest.mark.slow),
        ("quartz_lda", "reference_euphonic.json", 4.05e-4),
    ],
)
def test_raw_force_constants_give_the_frequencies_of_the_code_they_came_from(name, file, tolerance):
    """anaddb 5.1e-6 THz, Euphonic 4.0e-4 THz: the accuracy of the conversion that the data's README states."""
    case = physics.case(f"{name} raw", physics.NONE)
    reference = json.loads((physics.file(name).parent / file).read_text())
    frequencies = physics.frequencies(case, reference["qpoints"])
    assert np.abs(frequencies - np.array(reference["frequencies"])).max() < tolerance


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


@pytest.mark.parametrize("name", ["quartz_pbesol", "quartz_lda", "embedded", "stishovite", "zno", "mp-717"])
def test_dipole_sum_is_periodic_in_the_reciprocal_lattice(name):
    """Frequencies at q and at its images in the neighbouring zones agree to 1e-8 THz."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 20)
    moved = nearest_image(case.structure, q + np.random.default_rng(1).integers(-2, 3, q.shape))
    assert np.abs(moved - q).max() < 1e-12
    neighbour = q + np.sign(-q) * (np.abs(q) == np.abs(q).max(axis=1, keepdims=True))
    assert np.abs(physics.frequencies(case, q) - physics.frequencies(case, neighbour)).max() < 1e-8
