"""Optics from the input to the file: models, first-principles crystals, linewidths, refusals."""

import h5py
import numpy as np
import physics
import pytest
from parallel import world

from hpcph.crystal.chain import Chain
from hpcph.errors import InputError
from hpcph.readers.linewidths import lifetimes_at_gamma
from hpcph.response import light, optics
from hpcph.result.open import open_result

THERMAL = ("mesh", "temperature", "lifetime", "gradient", "feedback", "modes", "slices", "spectrum", "orbits")
CHAIN = {
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 11},
    "optics": {
        "frequency": {"from": 1, "to": 3, "points": 201},
        "lifetime": 20,
        "polarization": ["x", "circular +z", [1, "1j", 0]],
        "pairs": [1.46984],
    },
}
LINEWIDTHS = physics.DATA / "quartz_linewidths_lda/kappa-m484848-g0.hdf5"


def run(comm, folder, data):
    """The opened result of a run on all ranks."""
    return open_result(world.compute(comm, folder, data).path)


@pytest.mark.mpi
def test_the_chain_in_its_own_units(comm, folder):
    """Frequencies and peaks of the paper; the tensors are those of the physics room, converted per cell."""
    with run(comm, folder, CHAIN) as found:
        assert found.level_frequency.values == pytest.approx([1.46984, 2.12132, 2.53156, 2.71756], abs=1e-5)
        assert found.bands_frequency.attrs["units"] == found.optics_pam.attrs["units"] == "model"
        np.testing.assert_allclose(found.bands_frequency[0, 3:5], 1.46984, atol=1e-5)
        omega, pam = found.frequency.values, found.optics_pam.values
        assert omega[0] == pytest.approx(1) and omega[-1] == pytest.approx(3)
        peak = omega[np.abs(pam[:, 2, 0, 1].imag[: len(omega) // 2]).argmax()]
        assert peak == pytest.approx(1.47, abs=0.011)
        chain = Chain()
        modes = light.optical_modes(chain.crystal(), chain.born)
        operator = optics.angular_momentum(modes, optics.angular_momentum_matrices(3))
        units = chain.units
        direct = optics.tensor(modes, operator, omega * units.frequency, 20 * units.time)
        per_cell = chain.structure.volume / units.length**3 * units.electric_field**2 / units.pam_density
        np.testing.assert_allclose(pam, direct * per_cell, rtol=1e-10, atol=1e-10 * np.abs(pam).max())


def test_parts_and_means_belong_to_the_tensor(comm, folder):
    """Pairs of levels add up to it, [1, 1j, 0] is circular +z, and circular light takes its imaginary part."""
    with run(comm, folder, CHAIN) as found:
        at = int(np.abs(found.frequency.values - 1.47).argmin())
        pairs = found.optics_pam_by_levels.values[0]
        near = found.optics_pam.values[at]
        np.testing.assert_allclose(pairs.sum((-1, -2)), near, atol=0.02 * np.abs(near).max())
        mean, chi = found.optics_pam_mean.values, found.optics_pam.values
        np.testing.assert_allclose(mean[:, 0], 0.25 * chi[:, :, 0, 0].real, atol=1e-12 * np.abs(chi).max())
        np.testing.assert_allclose(mean[:, 1], mean[:, 2], atol=1e-12 * np.abs(chi).max())
        expected = 0.125 * (chi[:, :, 0, 0] + chi[:, :, 1, 1]).real + 0.25 * chi[:, :, 0, 1].imag
        np.testing.assert_allclose(mean[:, 1], expected, atol=1e-12 * np.abs(chi).max())
        assert mean[at, 1, 2] > 0  # the ions turn as the light does
        resonant = found.optics_pam_degenerate.values[at, 2, 0, 1]
        assert resonant == pytest.approx(near[2, 0, 1], rel=0.01)


def test_a_run_without_sums_over_the_zone(comm, folder):
    """Bands and optics of a crystal alone: no thermal group, no mesh in the provenance."""
    wanted = world.quartz(**dict.fromkeys(THERMAL, world.DROP))
    with run(comm, folder, wanted) as found:
        groups = {str(v.attrs["path"]).split("/")[1] for v in found.variables.values()}
        assert {"bands", "optics", "crystal"} <= groups and not {"thermal", "feedback", "rotation"} & groups
        assert "mesh_grid" not in found.attrs and found.attrs["axis"].tolist() == [0, 0, 1]


def test_first_principles_quartz_with_its_linewidths(comm, folder):
    """τ = 1/4πγ of every level; the circular response is strongest at a doublet and one per level of both signs."""
    path = physics.file("quartz_lda")
    wanted = {
        "crystal": {"force_constants": str(path)},
        "optics": {
            "frequency": {"from": "1 THz", "to": "40 THz", "points": 391},
            "lifetime": {"linewidths": str(LINEWIDTHS), "temperature": "300 K"},
        },
    }
    with run(comm, folder, wanted) as found, h5py.File(LINEWIDTHS) as file:
        gamma = np.sort(file["gamma"][30][3:])
        tau = np.repeat(found.optics_level_lifetime.values, found.optics_level_modes.values)
        np.testing.assert_allclose(np.sort(1 / (4e12 * np.pi * tau)), gamma, rtol=1e-3)
        assert found.attrs["optics_intensity_per_field_squared"] == pytest.approx(1.327209e-3, rel=1e-6)
        circular = found.optics_pam_mean.values[:, 1, 2]
        peak = found.frequency.values[np.abs(circular).argmax()]
        level = np.abs(found.level_frequency.values - peak).argmin()
        assert found.optics_level_modes.values[level] == 2


def test_linewidths_that_do_not_fit_are_refused(tmp_path):
    """Another crystal, another temperature, no file, no phono3py file: one line each."""
    physics.file("quartz_lda")
    frequency = physics.frequencies(physics.case("quartz_lda"), np.zeros((1, 3)))[0, 3:] * 1e12
    assert len(lifetimes_at_gamma(LINEWIDTHS, 300.0, frequency)) == 24
    foreign = tmp_path / "foreign.hdf5"
    with h5py.File(foreign, "w") as file:
        file["gamma"] = np.ones(3)
    text = tmp_path / "kappa.hdf5"
    text.write_text("no HDF5")
    negative = tmp_path / "negative.hdf5"
    with h5py.File(LINEWIDTHS) as file, h5py.File(negative, "w") as changed:
        for name in ("gamma", "frequency", "temperature", "grid_point"):
            changed[name] = -file[name][()] if name == "gamma" else file[name][()]
    mistakes = [
        (LINEWIDTHS, 300.0, frequency * 1.3, "another crystal"),
        (LINEWIDTHS, 300.0, frequency[:5], "another crystal"),
        (LINEWIDTHS, 333.3, frequency, "no such temperature"),
        (negative, 300.0, frequency, "not positive"),
        (tmp_path / "missing.hdf5", 300.0, frequency, "no such file"),
        (tmp_path / ("a" * 300), 300.0, frequency, "cannot be read"),
        (foreign, 300.0, frequency, "give a kappa"),
        (text, 300.0, frequency, "give a kappa"),
    ]
    for path, temperature, own, reason in mistakes:
        with pytest.raises(InputError, match=reason) as caught:
            lifetimes_at_gamma(path, temperature, own)
        assert "\n" not in str(caught.value)


def test_crystals_without_born_charges_are_refused(comm, folder):
    """Light has nothing to act on."""
    shining = {"frequency": {"from": "1 THz", "to": "2 THz", "points": 2}, "lifetime": "1 ps"}
    wanted = {"crystal": {"force_constants": str(physics.file("P6_222"))}, "optics": shining}
    with pytest.raises(InputError, match=r"give crystal\.born") as caught:
        world.compute(comm, folder, wanted)
    assert caught.value.key == "optics"


@pytest.mark.parametrize("lifetime", ["1 ps", {"linewidths": "kappa.hdf5", "temperature": "300 K"}])
def test_models_take_numbers_of_their_own(comm, folder, lifetime):
    """Seconds and files of phono3py mean nothing to a model."""
    with pytest.raises(InputError, match="a model has"):
        world.compute(comm, folder, CHAIN | {"optics": CHAIN["optics"] | {"lifetime": lifetime}})
