"""Modes of a model leave it in SI, whose units the model's are defined by, or say that they are the model's own."""

import csv
import json

import ase.io
import numpy as np
import pytest
from parallel import world

from hpcph.constants import speed_of_light
from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.result.open import open_result

INPUT = {
    "crystal": {"model": {"name": "te-chain"}},
    "bands": {"path": [[{"Γ": [0, 0, 0]}, {"Z": [0, 0, 0.5]}]], "points": 5},
}
HERTZ = 1e13 / (2 * np.pi)  # of an angular frequency of 1 in units of (100 fs)⁻¹


@pytest.fixture(scope="module")
def chain(tmp_path_factory):
    """result.h5 of the chain."""
    return world.result(tmp_path_factory.mktemp("chain"), INPUT)


def test_frequencies_of_a_model(chain, tmp_path):
    """ω = 2.12 of the paper is 3.4 THz in an animation and in a viewer, and 2.12 in a table that says so."""
    export(chain, Options("extxyz", q="0,0,0", branch="6", output=tmp_path / "mode.extxyz"))
    export(chain, Options("phononwebsite", output=tmp_path / "path.json"))
    export(chain, Options("table", output=tmp_path / "bands.csv"))
    with open_result(chain) as result:
        omega = result.bands_frequency.values[0]
    assert np.any(np.abs(omega - 2.12132) < 1e-5)
    assert ase.io.read(tmp_path / "mode.extxyz").info["frequency_THz"] == pytest.approx(omega[5] * HERTZ / 1e12)
    wavenumber = json.loads((tmp_path / "path.json").read_text())["eigenvalues"][0]
    np.testing.assert_allclose(wavenumber, omega * HERTZ / (100 * speed_of_light), atol=1e-4)
    with open(tmp_path / "bands.csv", encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    found = [float(row[header.index("frequency (model units)")]) for row in rows[: len(omega)]]
    np.testing.assert_allclose(found, omega, atol=1e-9)
