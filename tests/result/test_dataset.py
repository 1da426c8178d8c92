"""A result as one xarray Dataset: names, units, axes; and what is refused."""

import h5py
import numpy as np
import pytest
from parallel import world
from result import victim

from hpcph.errors import InputError
from hpcph.result import seal as storage
from hpcph.result.open import open_result
from hpcph.result.store import claim
from hpcph.show import mode

WHOLE = "give the result.h5 of a finished run"


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """A small result of one rank."""
    return world.result(tmp_path_factory.mktemp("dataset"), world.quartz())


@pytest.fixture(scope="module")
def result(path):
    with open_result(path) as found:
        yield found


def test_every_group_can_be_copied_into_another_file(path, tmp_path):
    """By h5py, as one would keep a part of a result: numbers, text and attributes are the same, nothing crashes."""

    def copy(name):
        with h5py.File(path, "r") as file, h5py.File(tmp_path / f"{name}.h5", "w") as other:
            file.copy(name, other)
            texts = {place: dict(item.attrs) for place, item in everything(other[name]) if isinstance(item, h5py.Group)}
        return repr(texts)

    def everything(group):
        found = [("", group)]
        group.visititems(lambda place, item: found.append((place, item)))
        return found

    with h5py.File(path, "r") as file:
        groups = [name for name in file if isinstance(file[name], h5py.Group)]
    assert {"provenance", "crystal", "bands"} < set(groups)
    for name, texts in zip(groups, victim.each(groups, copy), strict=True):
        with h5py.File(path, "r") as file, h5py.File(tmp_path / f"{name}.h5", "r") as other:
            wanted = everything(file[name])
            assert texts == repr({p: dict(i.attrs) for p, i in wanted if isinstance(i, h5py.Group)})
            for (place, item), (same, found) in zip(wanted, everything(other[name]), strict=True):
                assert place == same
                if isinstance(item, h5py.Dataset):
                    assert found.attrs["unit"] == item.attrs["unit"]
                    np.testing.assert_array_equal(found, item)


def test_every_dataset_is_a_variable_or_a_coordinate(path, result):
    """Under its path with _ for /, with the same numbers, units and description."""
    names = []
    with h5py.File(path, "r") as file:
        file.visititems(lambda name, item: names.append(name) if isinstance(item, h5py.Dataset) else None)
        names.remove("magnetization/radius")  # that of feedback again
        for name in names:
            variable, axis = name.replace("/", "_"), name.rsplit("/", 1)[-1]
            found = result[variable if variable in result.data_vars else axis]
            assert found.attrs["path"] == f"/{name}"
            assert found.attrs["units"] == file[name].attrs["unit"] and found.attrs["description"]
            stored = file[name].asstr()[...] if h5py.check_string_dtype(file[name].dtype) else file[name][...]
            np.testing.assert_array_equal(found.values, stored)
    assert len(result.variables) == len(names)


def test_values_are_selected_by_physical_coordinates(result):
    """γ^LL at 300 K and 20 nm; the attributes tell the scale."""
    gamma = result.feedback_gamma_ll_total.sel(temperature=290, radius=20e-9, method="nearest")
    assert float(gamma) == pytest.approx(0.8, rel=1e-12)
    assert result.attrs["feedback_scale"] == result.attrs["scale"] > 1e5
    assert result.attrs["formula"] == "Si3O6" and result.attrs["lifetime"] == 1e-11
    assert str(result.thermal_gamma_nl.sel(cartesian_l="z", cartesian_gradient="z").dims) == "('temperature',)"


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "is not HDF5"),
        (b"just words", "is not HDF5"),
        (b"\x89HDF\r\n\x1a\n" + b"\xff" * 500, "damaged or not of hpcph"),
    ],
)
def test_what_is_not_hdf5_is_refused(tmp_path, content, reason):
    """One line with the file and what to give instead."""
    path = tmp_path / "x.h5"
    path.write_bytes(content)
    with pytest.raises(InputError, match=reason) as caught:
        open_result(path)
    assert str(path) in str(caught.value) and WHOLE in str(caught.value) and "\n" not in str(caught.value)


def test_missing_folders_and_foreign_files_are_refused(tmp_path):
    """Also a file with the groups of a result that hpcph did not write."""
    for path in (tmp_path, tmp_path / "nothing.h5"):
        with pytest.raises(InputError, match="no such file"):
            open_result(path)
    foreign = tmp_path / "foreign.h5"
    with h5py.File(foreign, "w") as file:
        file["data"] = [1.0]
    with pytest.raises(InputError, match="not written by hpcph"):
        open_result(foreign)


def test_truncated_results_are_refused(path, tmp_path):
    """At any length."""
    content = path.read_bytes()
    short = tmp_path / "short.h5"
    for share in (0.01, 0.3, 0.7, 0.999):
        short.write_bytes(content[: int(share * len(content))])
        with pytest.raises(InputError, match="is cut off"):
            open_result(short)


def test_the_mode_nearest_to_a_wave_vector_is_found(result):
    """Of /orbits and /bands together; amplitudes have the handedness of the polarization."""
    exact = mode.find(result, [0, 0, 0.091], 1)
    assert exact.q_c.tolist() == [0, 0, 0.091] and exact.branch == 1 and exact.symbols[:3] == ("Si",) * 3
    u, v = exact.amplitude_ac.real, exact.amplitude_ac.imag
    turning = (result.crystal_masses.values[:, None] * np.cross(u, v)).sum(0)
    assert exact.polarization[2] > 0.9 and turning[2] > 0
    assert np.linalg.norm(exact.amplitude_ac, axis=1).max() == pytest.approx(1)
    np.testing.assert_allclose(mode.find(result, [0.49, 0.01, 0], 4).q_c, [0.5, 0, 0], atol=1e-15)
    assert mode.find(result, [0, 0, 0.091], 2).frequency > exact.frequency


def test_modes_that_do_not_exist_are_refused(result):
    """Branch out of range; a result without eigenvectors names the sections that make them."""
    for branch in (0, 28):
        with pytest.raises(InputError, match="1 to 27"):
            mode.find(result, [0, 0, 0.1], branch)
    without = result.drop_vars(["bands_eigenvector", "orbits_eigenvector"])
    with pytest.raises(InputError, match="add bands or orbits"):
        mode.find(without, [0, 0, 0.1], 1)


@pytest.mark.parametrize("error", [MemoryError, KeyError, ValueError])
def test_trouble_of_our_own_is_no_damage(path, monkeypatch, error):
    """The bytes of a sealed result are those that were written: what goes wrong beyond them stays what it is."""

    def fails(*_):
        raise error("ours")

    monkeypatch.setattr("hpcph.result.sound._require_physics", fails)
    with pytest.raises(error, match="ours"):
        open_result(path)


def edited(path, target, edit):
    """A copy that somebody changed with h5py, which removes the seal."""
    target.write_bytes(path.read_bytes())
    with h5py.File(target, "r+") as file:
        edit(file)
    return target


def in_other_units(file):
    file["thermal/gamma_nl"].attrs["unit"] = "J s m-2 mK-1"


def a_little_more(file):
    file["thermal/gamma_nl"][0, 2, 2] *= 1 + 1e-15


def by_another_array(file):
    masses = file["crystal/masses"]
    file.move("crystal/masses", "crystal/masses_before")
    file["crystal/masses"] = 2 * masses[...]
    file["crystal/masses"].attrs.update(masses.attrs.items())


@pytest.mark.parametrize("edit", [in_other_units, a_little_more, by_another_array])
@pytest.mark.parametrize("summed", [storage.SUMMED, 0], ids=["of any size", "as a large one"])
def test_edited_numbers_are_refused(path, tmp_path, monkeypatch, edit, summed):
    """Or in other units: numbers are those that hpcph wrote, whoever removed the seal."""
    monkeypatch.setattr(storage, "SUMMED", summed)
    with pytest.raises(InputError, match=r"was changed|has not one axis"):
        open_result(edited(path, tmp_path / "edited.h5", edit))


def test_what_a_user_adds_is_his_own(path, result, tmp_path):
    """Comments, arrays and groups beside those of hpcph, axes or not: the numbers of hpcph are read as before."""

    def add(file):
        file["thermal/gamma_nl"].attrs["comment"] = "looks right"
        file["crystal"].attrs["checked"] = 1
        file["mine"] = np.arange(3.0)
        file["own/gamma_nl"] = np.ones((4, 5))
        file["own/names"] = ["a", "b"]
        file["sample/eigenvalue"] = 3.0
        file["crystal/note"] = "measured in May"

    with open_result(edited(path, tmp_path / "own.h5", add)) as found:
        assert set(found.variables) == set(result.variables)
        assert found.thermal_gamma_nl.attrs["comment"] == "looks right" and found.attrs["checked"] == 1
        for name, variable in result.variables.items():
            np.testing.assert_array_equal(found[name].values, variable.values)


def test_what_a_user_adds_must_be_told_from_an_axis(path, tmp_path):
    """xarray would take it for one; a line says so."""
    bad = edited(path, tmp_path / "own.h5", lambda file: file.__setitem__("own/temperature", np.ones((4, 5))))
    with pytest.raises(InputError, match="/own/temperature was added under the name of an axis"):
        open_result(bad)


def test_a_run_knows_its_result_with_what_a_user_added(path, tmp_path):
    """And replaces it; one whose numbers were changed is not its own."""
    with h5py.File(path, "r") as file:
        fingerprint = str(file["/provenance"].attrs["fingerprint"])
    edited(path, tmp_path / "result.h5", lambda file: file["crystal"].attrs.__setitem__("comment", "x"))
    claim(tmp_path, fingerprint).unlink()
    edited(path, tmp_path / "result.h5", a_little_more)
    with pytest.raises(InputError, match="was changed"):
        claim(tmp_path, fingerprint)
