"""Every dataset has a name in words, as CF has it, from the row that describes it."""

import h5py
import pytest
from parallel import world

from hpcph.result import catalogue
from hpcph.result.open import open_result
from hpcph.result.quantity import ERRORS, extended, long_name


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    return world.result(tmp_path_factory.mktemp("names"), world.quartz())


def test_names_are_short_and_tell_quantities_apart():
    """An axis of a plot has room for them; no two of a section are the same, none speaks of another row."""
    names = {quantity.path: quantity.long_name for quantity in catalogue.quantities()}
    plain = {path: name for path, name in names.items() if not path.endswith(tuple(ERRORS))}
    assert len(plain) > 200 and not [name for name in plain.values() if not 4 < len(name) <= 90]
    within = [(path.split("/")[1], name) for path, name in names.items()]
    assert len(set(within)) == len(within)
    words = ("the same", "that of", "there", "these", "NaN")
    assert not [name for name in plain.values() if any(word in name.split() or name.startswith(word) for word in words)]


def test_every_dataset_and_variable_has_its_name(path):
    """In the file beside unit and description, and in xarray beside units, axes included."""
    with h5py.File(path, "r") as file:
        datasets = []
        file.visititems(lambda name, item: datasets.append(item) if isinstance(item, h5py.Dataset) else None)
        for dataset in datasets:
            about = dataset.attrs
            assert about["long_name"] == long_name(about["description"]), dataset.name
        rows = {quantity.path: quantity.long_name for quantity in catalogue.quantities()}
        names = {dataset.name: dataset.attrs["long_name"] for dataset in datasets if dataset.name in rows}
        other = {name for name, found in names.items() if found != rows[name]}
        assert len(names) > 100 and other == {"/feedback/radius"}  # which says the shape of the sample
    with open_result(path) as result:
        assert all(variable.attrs["long_name"] for variable in result.variables.values())
        assert (
            result.thermal_conductivity.long_name == "thermal conductivity κ"
            and result.temperature.long_name == "temperature"
        )


def test_xarray_labels_axes_by_them(path):
    """A plot says what is drawn over what, with units."""
    import matplotlib.pyplot as plt

    with open_result(path) as result:
        result.thermal_conductivity[:, 0, 0].plot()
        axes = plt.gca()
        assert (
            axes.get_xlabel() == "temperature [K]"
            and " ".join(axes.get_ylabel().split()) == "thermal conductivity κ [W m-1 K-1]"
        )
        plt.close()


def test_a_description_grows_behind_its_name():
    assert extended("κ; heat current", ", per area", "more") == "κ, per area; heat current; more"
    assert extended("κ", "") == "κ" and long_name("κ; heat current; more") == "κ"
