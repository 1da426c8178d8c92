"""κ of AlN from phono3py's linewidths is phono3py's own, in relaxation time and with Wigner's interband part.

Same force constants, dipole part (Gonze–Lee) and mesh, no sum rules: both agree to the accuracy of our shorter Ewald
sums, 2e-6 in relaxation time.
"""

import h5py
import numpy as np
import pytest
from aln import TEMPERATURES
from parallel import world

from hpcph.errors import InputError
from hpcph.phonons.modes import Modes

VOIGT = ((0, 0), (1, 1), (2, 2), (1, 2), (0, 2), (0, 1))


def computed(folder, aln, kappa, **changes) -> dict[str, np.ndarray]:
    """Datasets of /thermal of a run with phono3py's linewidths on its own mesh."""
    with h5py.File(kappa) as file:
        grid = file["mesh"][...].tolist()
    data = {
        "crystal": {"force_constants": str(aln.force_constants), "sum_rules": []},
        "mesh": {"grid": grid, "shift": [0, 0, 0]},
        "temperature": list(TEMPERATURES),
        "lifetime": {"phono3py": str(kappa)},
        "gradient": "1 K/mm",
    } | changes
    with h5py.File(world.result(folder, data)) as file:
        return {name: item[...] for name, item in file["thermal"].items()}


def voigt(tensor: np.ndarray) -> np.ndarray:
    return np.stack([tensor[:, i, j] for i, j in VOIGT], axis=-1)


def phono3pys_own(path, name: str = "kappa") -> np.ndarray:
    with h5py.File(path) as file:
        return file[name][...]


def test_conductivity_is_phono3pys(tmp_path, aln):
    """τ = 1/4πγ, units, weights and symmetry together: all components at 100, 300 and 800 K."""
    kappa = aln.kappa(4, 4, 3)
    ours, theirs = voigt(computed(tmp_path, aln, kappa)["conductivity"]), phono3pys_own(kappa)
    assert np.all(np.abs(ours - theirs) < 1e-5 * theirs.max(axis=1)[:, None])


@pytest.mark.slow
def test_conductivity_of_the_known_mesh(tmp_path, aln):
    """7×7×5: 206 and 220 W/(m K) at 300 K."""
    kappa = aln.kappa(7, 7, 5)
    ours = voigt(computed(tmp_path, aln, kappa)["conductivity"])
    np.testing.assert_allclose(ours[:, :3], phono3pys_own(kappa)[:, :3], rtol=1e-5)
    np.testing.assert_allclose(ours[1, [0, 2]], [206, 220], rtol=0.01)


def test_the_interband_part_is_phono3pys(tmp_path, aln, monkeypatch):
    """κ^coh, where the velocity is defined as phono3py does: ∂D between modes over 2√(ω_n ω_m). Wigner's is over
    ω_n + ω_m, which is less; the difference is a percent of this small part at 800 K."""
    theirs = phono3pys_own(aln.kappa(4, 4, 3, wigner=True), "kappa_inter")
    (tmp_path / "wigner").mkdir()
    wigner = voigt(computed(tmp_path / "wigner", aln, aln.kappa(4, 4, 3))["conductivity_coherence"])
    plain = Modes.velocity_matrices

    def geometric(modes, where):
        omega = np.where(modes.active_kn, modes.frequency_kn, 1.0)[where]
        one, other = omega[:, None, :, None], omega[:, None, None, :]
        return plain(modes, where) * (one + other) / (2 * np.sqrt(one * other))

    monkeypatch.setattr(Modes, "velocity_matrices", geometric)
    ours = voigt(computed(tmp_path, aln, aln.kappa(4, 4, 3))["conductivity_coherence"])
    assert np.all(np.abs(ours - theirs) < 1e-5 * theirs.max(axis=1)[:, None])
    assert np.all(wigner[:, :3] < theirs[:, :3])
    np.testing.assert_allclose(wigner[-1, :3], theirs[-1, :3], rtol=0.03)


def test_boundary_is_phono3pys(tmp_path, aln):
    """`boundary: 1 um` is its boundary_mfp: |v|/L beside 4πγ."""
    kappa = aln.kappa(4, 4, 3)
    lifetime = {"phono3py": str(kappa), "boundary": "1 um"}
    ours = voigt(computed(tmp_path, aln, kappa, lifetime=lifetime)["conductivity"])
    theirs = phono3pys_own(aln.kappa(4, 4, 3, boundary_mfp=1.0))
    np.testing.assert_allclose(ours[:, :3], theirs[:, :3], rtol=1e-4)
    assert np.all(theirs[:, :3] < 0.99 * phono3pys_own(kappa)[:, :3])


def test_isotopes_are_phono3pys(tmp_path, aln):
    """Rates of gamma_isotope add."""
    kappa = aln.kappa(4, 4, 3, is_isotope=True)
    ours, theirs = voigt(computed(tmp_path, aln, kappa)["conductivity"]), phono3pys_own(kappa)
    np.testing.assert_allclose(ours[:, :3], theirs[:, :3], rtol=1e-5)
    assert theirs[0, 0] < 0.99 * phono3pys_own(aln.kappa(4, 4, 3))[0, 0]


def test_wurtzite(tmp_path, aln):
    """6mm leaves of γ^NL and of its interband part α_xy = −α_yx alone, of κ two numbers."""
    found = computed(tmp_path, aln, aln.kappa(4, 4, 3))
    for name in ("gamma_nl", "gamma_coherence"):
        flow = found[name]
        assert np.all(np.abs(flow[:, 0, 1]) > 0)
        allowed = np.zeros_like(flow)
        allowed[:, 0, 1], allowed[:, 1, 0] = flow[:, 0, 1], -flow[:, 0, 1]
        assert np.abs(flow - allowed).max() < 1e-12 * np.abs(flow).max()
    for name in ("conductivity", "conductivity_coherence"):
        heat = found[name]
        allowed = np.stack([np.diag(x) for x in heat[:, [0, 0, 2], [0, 0, 2]]])
        assert np.all(np.abs(heat - allowed).max(axis=(1, 2)) < 1e-12 * heat.max(axis=(1, 2)))


@pytest.mark.petsc
@pytest.mark.parametrize(("reducible", "bound"), [(False, 1e-4), (True, 0.01)])
def test_the_boltzmann_equation_is_phono3pys(tmp_path, aln, reducible, bound):
    """κ beyond relaxation time, and γ^NL of wurtzite: α_xy = −α_yx alone.

    On every point by itself phono3py keeps neither symmetry nor degenerate sets, on irreducible points both.
    """
    matrix, kappa = aln.collisions(4, 4, 3, reducible=reducible)
    lifetime = {"collision_matrix": str(matrix), "phono3py": str(kappa)}
    found = computed(tmp_path, aln, kappa, lifetime=lifetime)
    theirs = phono3pys_own(kappa)[..., :3].reshape(-1, 3)
    expected = np.stack([theirs[:, :2].mean(axis=1), theirs[:, :2].mean(axis=1), theirs[:, 2]], axis=-1)
    np.testing.assert_allclose(voigt(found["conductivity"])[:, :3], expected, rtol=bound)
    assert np.all(voigt(found["conductivity_relaxation_time"])[:, :3] < 0.99 * expected)
    for name in ("gamma_nl", "gamma_nl_relaxation_time"):
        flow = found[name]
        allowed = np.zeros_like(flow)
        allowed[:, 0, 1], allowed[:, 1, 0] = flow[:, 0, 1], -flow[:, 0, 1]
        assert np.abs(flow - allowed).max() < 1e-9 * np.abs(flow).max()


@pytest.mark.petsc
def test_collisions_of_another_crystal(tmp_path, aln):
    """The kappa-m….hdf5 beside the matrix tells: other force constants, other linewidths."""
    matrix, kappa = aln.collisions(4, 4, 3)
    with h5py.File(kappa) as file, h5py.File(tmp_path / "other.hdf5", "w") as other:
        for name in ("mesh", "qpoint", "frequency", "temperature", "weight"):
            other[name] = file[name][...]
        other["gamma"] = 1.3 * file["gamma"][...]
    lifetime = {"collision_matrix": str(matrix), "phono3py": str(tmp_path / "other.hdf5")}
    with pytest.raises(InputError, match="linewidths differ by"):
        computed(tmp_path, aln, kappa, lifetime=lifetime)
