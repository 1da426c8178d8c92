"""The file as the page reads it: u = Re v e^{i(2πq·T + ωt)} is a true motion, and turns the right way round.

The viewer of the phonon website is no package of npm (looked for in November 2026 as phononwebsite, phonon-website,
phononvis), so that its own code does not run here: what it does with a file is written down from its sources.
"""

import json

import numpy as np
import pytest
from export import newton
from scipy.constants import c as light

from hpcph.export import phononwebsite
from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.result.open import open_result


@pytest.fixture(scope="module")
def page(result, tmp_path_factory) -> dict:
    """The contents of the file."""
    target = tmp_path_factory.mktemp("page") / "quartz.json"
    export(result, Options("phononwebsite", output=target))
    return json.loads(target.read_text(encoding="utf-8"))


def vectors(page: dict, q: int, branch: int) -> np.ndarray:
    """v (a, 3) complex."""
    return np.array(page["vectors"][q][branch]) @ [1, 1j]


def points(page: dict, fits) -> list[int]:
    return [i for i, q in enumerate(page["qpoints"]) if any(q) and fits(np.array(q) * 4)]


def test_the_motion_obeys_newton(page, crystal):
    """Φu = mω²u at all points of the path that fit into phonopy's supercell, ω from the file's cm⁻¹."""
    T = np.stack(np.meshgrid(*[np.arange(4)] * 3, indexing="ij"), -1).reshape(-1, 3)
    rest = ((T @ page["lattice"])[:, None] + page["atom_pos_car"]).reshape(-1, 3)
    commensurate = points(page, lambda q: np.allclose(q, q.round()))
    assert len(commensurate) >= 8
    for i in commensurate[::2]:
        wave = np.exp(2j * np.pi * T @ page["qpoints"][i])
        for branch in (0, 3, 13, 26):
            u = (wave[:, None, None] * vectors(page, i, branch)).reshape(-1, 3)
            frequency = page["eigenvalues"][i][branch] * 100 * light
            assert crystal.residual(rest, u, frequency) < 1e-4


def test_the_motion_turns_as_l_says(page, result):
    """With the page's e^{+iωt} the angular momentum is the polarization of the result, at every point and branch."""
    with open_result(result) as data:
        stored, nu = data.bands_polarization.values, data.bands_frequency.values
        mass = data.crystal_masses.values
        q = data.bands_q.values
    assert np.abs(stored[..., 2]).max() > 0.5
    single = (np.diff(nu, axis=1, prepend=-1e15) > 1e9) & (np.diff(nu, axis=1, append=1e15) > 1e9)
    assert single.sum() > 300
    for i, branch in zip(*np.nonzero(single), strict=True):
        v = vectors(page, i, branch)
        found = newton.angular_momentum(v.real, -v.imag, mass)  # Re v e^{iωt} = Re v cos ωt − Im v sin ωt
        np.testing.assert_allclose(found, stored[i, branch], atol=2e-5)
    np.testing.assert_array_equal(page["qpoints"], -q)


def test_keys_shapes_and_names(page):
    """Everything that the page reads."""
    count = len(page["qpoints"])
    assert page["natoms"] == 9 and page["atom_types"][:3] == ["Si"] * 3 and page["atom_numbers"][3:] == [8] * 6
    assert np.shape(page["vectors"]) == (count, 27, 9, 3, 2) and np.shape(page["eigenvalues"]) == (count, 27)
    assert len(page["distances"]) == count and np.all(np.diff(page["distances"]) >= 0)
    np.testing.assert_allclose(np.linalg.norm(np.reshape(page["vectors"], (count, 27, -1)), axis=-1), 1, rtol=1e-4)
    np.testing.assert_allclose(np.array(page["atom_pos_red"]) @ page["lattice"], page["atom_pos_car"])
    assert np.linalg.norm(page["lattice"], axis=1) == pytest.approx([5.0195, 5.0195, 5.4987], abs=1e-3)
    assert 1000 < np.max(page["eigenvalues"]) < 1500  # cm⁻¹
    assert page["line_breaks"][0][0] == 0 and page["line_breaks"][-1][1] == count
    assert [b for _, b in page["line_breaks"][:-1]] == [a for a, _ in page["line_breaks"][1:]]
    names = [name for _, name in page["highsym_qpts"]]
    assert names[:3] == ["Γ", "M", "K"] and "A|L" in names and names[-1] == "K"
    assert len({page["distances"][i] for i, _ in page["highsym_qpts"]}) == len(names)


def test_long_paths_of_large_crystals_are_thinned(result, monkeypatch):
    """Legs keep their ends, and every index still means the same point."""
    with open_result(result) as data:
        whole = phononwebsite.document(data)
        monkeypatch.setattr(phononwebsite, "MAX_NUMBERS", 20_000)
        thin = phononwebsite.document(data)
    assert len(thin["qpoints"]) < len(whole["qpoints"])
    for (i, a), (j, b) in zip(whole["highsym_qpts"], thin["highsym_qpts"], strict=True):
        assert a == b and whole["qpoints"][i] == thin["qpoints"][j]
    for (a, b), (c, d) in zip(whole["line_breaks"], thin["line_breaks"], strict=True):
        assert whole["eigenvalues"][a] == thin["eigenvalues"][c]
        assert whole["eigenvalues"][b - 1] == thin["eigenvalues"][d - 1]
