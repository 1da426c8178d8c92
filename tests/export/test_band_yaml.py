"""band.yaml as phonopy itself reads it, and its signs against phonopy's own dynamical matrix."""

from itertools import pairwise

import numpy as np
import phonopy
import pytest
import yaml
from parallel import world
from phonopy.cui.phonopy_bandplot_script import _arrange_band_data, _read_band_yaml
from phonopy.physical_units import get_physical_units

from hpcph.constants import angstrom
from hpcph.errors import InputError
from hpcph.export import band_yaml
from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.result.open import open_result


@pytest.fixture(scope="module")
def written(result, tmp_path_factory):
    """The file."""
    target = tmp_path_factory.mktemp("band") / "band.yaml"
    export(result, Options("phonopy-band", output=target))
    return target


@pytest.fixture(scope="module")
def document(written):
    return yaml.load(written.read_text(encoding="ascii"), yaml.CSafeLoader)


def test_phonopy_bandplot_reads_it(written, result):
    """Legs, labels, frequencies in THz and distances without 2π, as the reader of phonopy-bandplot has them."""
    labels, connected, frequencies, distances = _arrange_band_data(*_read(written))
    with open_result(result) as data:
        corner, label = data.bands_corner.values.reshape(-1, 2), data.bands_label.values.reshape(-1, 2).tolist()
        for leg, (first, last) in enumerate(corner):
            own = slice(first, last + 1)
            np.testing.assert_allclose(frequencies[leg], data.bands_frequency.values[own] / 1e12, atol=1e-9)
            length = data.distance.values[own] * angstrom / (2 * np.pi)
            np.testing.assert_allclose(distances[leg], length, atol=1e-9)
        jumps = [here[1] == there[0] for here, there in pairwise(label)]
    assert labels[:3] == ["Γ", "M", "K"] and connected == [*jumps, False] and not all(jumps)


def _read(written):
    distances, frequencies, qpoints, segments, labels = _read_band_yaml(written)
    return distances, frequencies, qpoints, segments, labels


def test_q_and_eigenvectors_are_phonopy_s(document):
    """D(q) e = ω² e with phonopy's D of the same force constants: with −q or e* it would not be."""
    ph = phonopy.load(world.QUARTZ["crystal"]["force_constants"], is_compact_fc=False, log_level=0)
    factor, wrong = get_physical_units().DefaultToTHz, []
    for point in document["phonon"][1::9]:
        ph.dynamical_matrix.run(point["q-position"])
        D = ph.dynamical_matrix.dynamical_matrix * factor**2
        e = np.array([band["eigenvector"] for band in point["band"]]) @ [1, 1j]
        nu = np.array([band["frequency"] for band in point["band"]])
        columns = e.reshape(len(nu), -1).T
        assert np.abs(D @ columns - columns * (nu * np.abs(nu))).max() < 2e-6 * np.abs(D).max()
        wrong.append(np.abs(D @ columns.conj() - columns.conj() * nu**2).max() / np.abs(D).max())
    assert max(wrong) > 0.01


def test_the_cell_is_phonopy_s(document):
    """Lattice, places, masses and reciprocal vectors of the primitive cell."""
    cell = phonopy.load(world.QUARTZ["crystal"]["force_constants"], is_compact_fc=False, log_level=0).primitive
    np.testing.assert_allclose(document["lattice"], cell.cell, atol=1e-9)
    np.testing.assert_allclose(document["reciprocal_lattice"], np.linalg.inv(cell.cell).T, atol=1e-9)
    assert [point["symbol"] for point in document["points"]] == cell.symbols and document["natom"] == 9
    apart = np.array([point["coordinates"] for point in document["points"]]) - cell.scaled_positions
    np.testing.assert_allclose(apart, apart.round(), atol=1e-9)
    np.testing.assert_allclose([point["mass"] for point in document["points"]], cell.masses, atol=1e-6)
    assert document["nqpoint"] == sum(document["segment_nqpoint"]) == len(document["phonon"])


def test_other_readers_find_the_corners(document):
    """pymatgen and sumo know a leg by the labels of its ends, which stand at the points themselves."""
    first = np.cumsum([0, *document["segment_nqpoint"][:-1]])
    for start, length, pair in zip(first, document["segment_nqpoint"], document["labels"], strict=True):
        own = document["phonon"][start : start + length]
        assert [point["label"] for point in own if "label" in point] == pair == [own[0]["label"], own[-1]["label"]]


def test_a_result_without_a_path_is_refused(result):
    """One line says what to add to the input."""
    with open_result(result) as data, pytest.raises(InputError, match="add the section bands"):
        band_yaml.lines(data.drop_vars("bands_eigenvector"))
