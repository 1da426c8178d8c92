"""A magnetic field from the input to the file: with sums over the zone and without, refusals."""

import numpy as np
import physics
import pytest
from crystal import layers
from parallel import world

from hpcph.constants import mu_0
from hpcph.errors import InputError, InputErrors
from hpcph.figures.catalogue import catalogue
from hpcph.figures.choices import Choices
from hpcph.phonons import magnetoacoustics
from hpcph.report.page import page
from hpcph.response.zeeman import at_gamma, shifts
from hpcph.result.open import open_result

ZONE = ("mesh", "temperature", "lifetime", "gradient", "feedback", "modes", "slices", "spectrum", "orbits", "optics")


def alone(**changes) -> dict:
    """Nothing but a field, and what is added."""
    nothing = dict.fromkeys((*ZONE, "bands"), world.DROP)
    return world.quartz(**(nothing | {"field": {"magnetic": "9 T"}} | changes))


def run(comm, folder, data):
    """The opened result of a run on all ranks."""
    return open_result(world.compute(comm, folder, data).path)


def charged(folder, charges: bool):
    """The embedded force constants with Born charges or without."""
    import phonopy

    crystal = phonopy.load(world.QUARTZ["crystal"]["force_constants"])
    path = folder / f"phonopy_params_{charges}.yaml"
    if not charges:
        crystal.nac_params = None
    crystal.save(path, settings={"force_constants": True})
    return {"force_constants": str(path)}


@pytest.mark.mpi
def test_a_field_with_everything(comm, folder, capsys):
    """Shifts on the points of the bands, and densities that belong to the tensors; feedback; lines that say so."""
    with run(comm, folder, world.quartz(field={"magnetic": "9 T", "direction": [0, 0, 2]}, slices=world.DROP)) as found:
        case, field = physics.case("embedded"), np.array([0, 0, 9.0])
        ratio = physics.gyromagnetic(case.structure)
        np.testing.assert_array_equal(found.field_magnetic, field)
        path = world.QUARTZ["bands"]["points"]
        here = slice(0, path)
        leg = (found.bands_q.values[path - 1] - found.bands_q.values[0]) @ case.structure.reciprocal_vc
        expected = shifts(case.crystal, found.bands_q.values[here], np.tile(leg, (path, 1)), ratio, field)
        for name, values in expected.items():
            shown = found[f"field_{name}"].values[here]
            np.testing.assert_allclose(shown, values, atol=2e-6 * max(1.0, np.abs(values).max()), err_msg=name)
        assert found.field_shift.dims == ("distance", "branch") == found.bands_frequency.dims
        whole = found.field_susceptibility.values
        parts = found.field_susceptibility_paramagnetic.values + found.field_susceptibility_diamagnetic.values
        np.testing.assert_allclose(whole, parts, rtol=1e-12, atol=1e-25)
        np.testing.assert_allclose(found.field_magnetization, whole @ field / mu_0, rtol=1e-12, atol=1e-20)
        crossed = found.rotation_magnetization.values[:, 2] * 9
        np.testing.assert_allclose(found.field_pam_density_canonical, crossed, rtol=1e-12, atol=1e-25)
        ratios = (found.field_pam_density_with_feedback / found.field_pam_density_canonical).sel(cartesian_l="z")
        np.testing.assert_allclose(ratios, found.feedback_amplification, rtol=1e-9)
        assert np.isnan(found.field_magnetization_with_feedback.values[2, 0]).all()  # supercritical
        error = found.field_susceptibility_error.values[-1, 2, 2]
        assert 0 < error < 0.1 * found.field_susceptibility_paramagnetic_error.values[-1, 2, 2]
        known = found.field_sound_velocity_lattice_error.values, found.field_sound_velocity.values
        assert np.isfinite(known).all() and 0 < known[0].max() < 1e-3 * known[1].min()
        assert found.field_shift.attrs["units"] == "rad s-1" and found.field_susceptibility.attrs["units"] == "1"
    if comm.root:
        said = capsys.readouterr().out
        assert "splitting (GHz/T)" in said and "sound along the field" in said and "in the field at 300 K" in said


@pytest.mark.mpi
def test_a_field_alone(comm, folder):
    """Levels of Γ and sound need no mesh; there are no sums, and no path without bands."""
    with run(comm, folder, alone(field={"magnetic": "500 mT"})) as found:
        case, field = physics.case("embedded"), np.array([0, 0, 0.5])
        ratio = physics.gyromagnetic(case.structure)
        levels = at_gamma(case.crystal, field / 0.5, ratio, field)
        np.testing.assert_allclose(found.field_centre_splitting, levels.splitting_n, rtol=1e-6, atol=1e-3)
        np.testing.assert_allclose(found.field_centre_frequency, levels.frequency_n, rtol=1e-9, atol=1)
        sound = magnetoacoustics.along(case.crystal, ratio, field / 0.5)
        np.testing.assert_allclose(found.field_sound_change, sound.change_n, rtol=1e-6, atol=1e-16)
        names = {str(v.attrs["path"]) for v in found.variables.values() if str(v.attrs["path"]).startswith("/field")}
        assert len(names) == 8 and "temperature" not in found


def test_the_mirror_image(comm, tmp_path):
    """crystal.inverted: sound changes the other way, levels of Γ split alike."""
    both = []
    for inverted in (False, True):
        own = tmp_path / str(inverted)
        own.mkdir()
        with run(comm, own, alone(field={"magnetic": 1}, crystal__inverted=inverted)) as found:
            both.append((found.field_sound_change.values, found.field_centre_splitting.values))
    np.testing.assert_allclose(both[1][0][:2], -both[0][0][:2], rtol=1e-6)
    np.testing.assert_allclose(both[1][1], both[0][1], rtol=1e-6, atol=1e-3)


def test_a_layer_has_no_sound_along_its_normal(comm, tmp_path):
    """No numbers of sound, densities per area too; figures and page do without."""
    crystal = {"force_constants": str(layers.file(tmp_path, charges=layers.CHARGES)), "periodic": list(layers.LAYER)}
    zone = {"mesh": {"grid": [4, 4, 1]}, "temperature": [100, 300], "lifetime": "10 ps", "bands": {"points": 3}}
    with run(comm, tmp_path, alone(crystal=crystal, **zone)) as found:
        assert not [name for name in found.data_vars if str(name).startswith("field_sound")]
        height = np.linalg.norm(found.crystal_lattice.values[2])
        both = found.field_magnetization_per_area, found.field_magnetization
        assert np.abs(both[1]).max() > 0 and both[0].attrs["units"] == "A"
        np.testing.assert_allclose(both[0], both[1] * height, rtol=1e-12)
        drawn = {drawing.name: drawing.figure(found) for drawing in catalogue(Choices()) if not drawing.obstacle(found)}
        assert {"zeeman", "field"} <= set(drawn) and "sound" not in drawn["zeeman"].get_supxlabel()
        text = page(found)
        section = text[text.index('<section id="field">') :].partition("</section>")[0]
        assert "Sound" not in section


@pytest.mark.parametrize(
    ("changes", "key", "words"),
    [
        ({"field": {"magnetic": "1e8 T"}}, "field.magnetic", "beyond the linear range.*give at most"),
        ({"magnetization": False}, "magnetization", "field needs the moments"),
        ({"crystal": {"model": {"name": "te-chain"}}}, "field", "a model has"),
    ],
)
def test_refusals(comm, tmp_path, changes, key, words):
    """One line with the key and the fix."""
    with pytest.raises((InputError, InputErrors), match=words) as caught:
        world.compute(comm, tmp_path, alone(**changes))
    lines = str(caught.value).splitlines()
    assert len(lines) == 1 and lines[0].startswith(key)


def test_without_born_charges_there_is_nothing_to_act_on(comm, tmp_path):
    """One line; with them the run is a run, also where `magnetization` was left to itself."""
    with pytest.raises(InputError, match=r"^field: the force constants carry no Born charges; give crystal\.born"):
        world.compute(comm, tmp_path, alone(crystal=charged(tmp_path, False)))
    world.compute(comm, tmp_path, alone(crystal=charged(tmp_path, True)))


def test_a_field_beside_imaginary_modes(comm, tmp_path):
    """Bands only show them: their points have no shift, no number of the file is an error."""
    crystal = {"force_constants": str(world.unstable(tmp_path)), "sum_rules": []}
    with run(comm, tmp_path, alone(crystal=crystal, bands={"points": 2})) as found:
        assert np.isnan(found.field_shift.values).any() and np.isnan(found.field_sound_velocity.values).any()
