"""Tables are the datasets, in the units of their headers."""

import csv

import numpy as np
import pytest
from scipy.constants import physical_constants

from hpcph.errors import InputError
from hpcph.export import table
from hpcph.export.command import _file_name, export
from hpcph.export.options import Options
from hpcph.result.open import open_result

MAGNETON = {unit: physical_constants[f"{name} magneton"][0] for unit, name in (("μ_N", "nuclear"), ("μ_B", "Bohr"))}


@pytest.fixture
def magnetic(result):
    """The opened result, whose modes have moments of up to a tenth of a nuclear magneton."""
    with open_result(result) as data:
        assert 0.03 < np.abs(data.bands_moment).max() / MAGNETON["μ_N"] < 0.3
        yield data


def columns(path) -> dict[str, np.ndarray]:
    with open(path, encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    found = dict(zip(header, zip(*rows, strict=True), strict=True))
    return {name: np.array(v if name == "leg" else list(map(float, v))) for name, v in found.items()}


def test_the_table_is_the_dispersion(result, tmp_path):
    """Every branch at every point of the path; THz, 1/Å, ħ; parts of the species add up to l along the axis."""
    export(result, Options("table", output=tmp_path / "bands.csv"))
    found = columns(tmp_path / "bands.csv")
    with open_result(result) as data:
        shape = data.bands_frequency.shape
        expected = {
            "frequency (THz)": data.bands_frequency.values / 1e12,
            "distance (1/Å)": np.broadcast_to(data.distance.values[:, None] * 1e-10, shape),
            "branch": np.broadcast_to(np.arange(1, shape[1] + 1), shape),
            "q3": np.broadcast_to(data.bands_q.values[:, 2:], shape),
            "l_z (ħ)": data.bands_polarization.values[..., 2],
            "helicity (ħ)": data.bands_helicity.values,
            "l along the axis, O (ħ)": data.bands_polarization_by_species.values[:, :, 1, 2],
        }
    for name, values in expected.items():
        np.testing.assert_allclose(found[name].reshape(shape), values, rtol=1e-9, atol=1e-30, err_msg=name)
    by_species = found["l along the axis, Si (ħ)"] + found["l along the axis, O (ħ)"]
    np.testing.assert_allclose(by_species, found["l_z (ħ)"], atol=1e-9)
    assert list(dict.fromkeys(found["leg"]))[:4] == ["Γ–M", "M–K", "K–Γ", "Γ–A"]


def test_moments_along_a_leg(magnetic, tmp_path):
    """Γ–A unless another leg is named; in both magnetons."""
    for leg, name in ((None, "Γ–A"), ("M-K", "M–K")):
        table.write(tmp_path / "moments.csv", table.moments(magnetic, leg))
        found = columns(tmp_path / "moments.csv")
        assert set(found["leg"]) == {name}
        here = slice(9, 12) if leg is None else slice(3, 6)  # three points a leg
        for unit, magneton in MAGNETON.items():
            expected = magnetic.bands_moment.values[here, :, 2].ravel() / magneton
            np.testing.assert_allclose(found[f"μ_z ({unit})"], expected, rtol=1e-9)
        expected = magnetic.bands_moment_scalar.values[here, :, 0].ravel() / MAGNETON["μ_N"]
        np.testing.assert_allclose(found["scalar estimate μ_x (μ_N)"], expected, rtol=1e-9)
        expected = magnetic.bands_moment_circular.values[here] / MAGNETON["μ_N"]
        np.testing.assert_allclose(found["circular μ along the axis (μ_N)"], expected.ravel(), rtol=1e-9, atol=1e-20)
        expected = magnetic.bands_polarization_circular.values[here]
        np.testing.assert_allclose(found["circular l along the axis (ħ)"], expected.ravel(), rtol=1e-9, atol=1e-20)
    with pytest.raises(InputError, match=r"--leg = A-Γ: the path has the legs Γ–M, M–K"):
        table.moments(magnetic, "A-Γ")


def test_a_leg_overwrites_no_other(result):
    """Each but the first choice has a file with its name, whatever stands in the labels; Γ has many names."""
    folder = result.parent
    assert export(result, Options("moments"))[-1] == str(folder / "moments.csv")
    first = (folder / "moments.csv").read_bytes()
    for leg, name in (("G-M", "moments_Γ-M.csv"), ("M-K", "moments_M-K.csv"), ("GAMMA-A", "moments.csv")):
        assert export(result, Options("moments", leg=leg))[-1] == str(folder / name)
    assert (folder / "moments.csv").read_bytes() == first != (folder / "moments_M-K.csv").read_bytes()
    assert _file_name("../a b-X'") == "%2e%2e%2fa%20b-X'"
    with pytest.raises(InputError, match="did you mean Γ–A"):
        export(result, Options("moments", leg="A-G"))


def test_moments_are_in_the_table_where_there_are_some(magnetic, tmp_path):
    """μ in nuclear magnetons beside the rest."""
    table.write(tmp_path / "bands.csv", table.dispersion(magnetic))
    found = columns(tmp_path / "bands.csv")
    np.testing.assert_allclose(found["μ_y (μ_N)"], magnetic.bands_moment.values[..., 1].ravel() / MAGNETON["μ_N"])


def test_moments_that_are_not_there(result):
    """One line that says what makes them; the dispersion is a table without them."""
    with open_result(result) as data:
        without = data.drop_vars(["bands_moment", "bands_moment_scalar", "bands_moment_circular"])
        with pytest.raises(InputError, match=r"need bands, Born charges and not magnetization: false"):
            table.moments(without, None)
        assert not any("μ" in name for name in next(table.dispersion(without)))
