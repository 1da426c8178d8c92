"""A VESTA file read back: the crystal, and arrows that are the displacements or the angular momenta."""

import numpy as np
import pytest
from ase.geometry import cellpar_to_cell

from hpcph.export.command import export
from hpcph.export.options import Options
from hpcph.result.open import open_result
from hpcph.show.mode import find


def read(path) -> dict[str, list[list[str]]]:
    """The lines of every section, split into words; the header's own words come first."""
    sections: dict[str, list[list[str]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if words and words[0].isalnum() and words[0].isupper() and len(words[0]) > 3 and line[0] != " ":
            sections[words[0]] = lines = [words[1:]]
        elif words and sections:
            lines.append(words)
    return sections


def vectors(sections, lattice) -> np.ndarray:
    """Cartesian vectors, (i, 3), in the frame of the lattice, in the order of the atoms that they are on."""
    rows, found = sections["VECTR"][1:], {}
    while rows[0] != ["0"] * 5:
        (_, u, v, w, _), (atom, *_), end, *rows = rows
        assert end == ["0"] * 5
        unit = lattice / np.linalg.norm(lattice, axis=1)[:, None]
        found[int(atom)] = np.array([u, v, w], float) @ unit
    assert len(sections["VECTT"]) == len(found) + 2
    return np.array([found[i + 1] for i in range(len(found))])


def structure(sections) -> tuple[list[str], np.ndarray]:
    """Symbols, and fractional positions (i, 3)."""
    rows = sections["STRUC"][1:-1:2]
    return [row[1] for row in rows], np.array([row[4:7] for row in rows], float)


@pytest.fixture
def exported(result, tmp_path):
    """Sections of an export and the mode that it shows."""

    def make(q: str, branch: int, **options):
        export(result, Options("vesta", q=q, branch=str(branch), output=tmp_path / "mode.vesta", **options))
        with open_result(result) as data:
            mode = find(data, np.array(q.split(","), float), branch)
        return read(tmp_path / "mode.vesta"), mode

    return make


def test_structure_and_displacements_at_time_zero(exported):
    """Re U e^{2πi q·T} in Å on every atom of the supercell, whatever the frame of the lattice."""
    sections, mode = exported("0,0,0.25", 2, amplitude="0.2 angstrom")
    symbols, fractional = structure(sections)
    lengths = np.array(sections["CELLP"][1], float)
    lattice = mode.lattice_vc * [[1], [1], [4]] * 1e10
    np.testing.assert_allclose(cellpar_to_cell(lengths), lattice, atol=1e-5)  # the embedded quartz has a along x
    T = np.array([[0, 0, c] for c in range(4)])
    assert symbols == list(mode.symbols) * 4
    np.testing.assert_allclose(fractional, ((T[:, None] + mode.position_ac) / [1, 1, 4]).reshape(-1, 3), atol=1e-7)
    u = 0.2 * (np.exp(2j * np.pi * T @ mode.q_c)[:, None, None] * mode.amplitude_ac).real.reshape(-1, 3)
    found = vectors(sections, lattice)
    np.testing.assert_allclose(found, u, atol=1e-7)
    assert float(sections["VECTS"][0][0]) * np.linalg.norm(u, axis=1).max() == pytest.approx(2, rel=1e-4)


def test_polarization_of_the_atoms(exported, result):
    """l_a of the result on the atoms of one cell, as axial vectors."""
    sections, mode = exported("0,0,0.25", 2, vectors="polarization")
    with open_result(result) as data:
        stored = data.orbits_polarization_by_atom[0, 1].values
    found = vectors(sections, mode.lattice_vc * 1e10)
    assert np.abs(stored).max() > 0.05
    np.testing.assert_allclose(found, stored, atol=1e-6)
    assert sections["VECTR"][1][4] == "0"


def test_arrows_of_hexagonal_cells_are_not_slanted(exported):
    """A vector along y has components along a and b whose directions sum to y."""
    sections, mode = exported("0,0,0.25", 1)
    lattice = mode.lattice_vc * [[1], [1], [4]] * 1e10
    components = np.array([row[1:4] for row in sections["VECTR"][1:-1:3]], float)
    cosine = lattice[0] @ lattice[1] / np.prod(np.linalg.norm(lattice[:2], axis=1))
    squared = components[:, 0] ** 2 + components[:, 1] ** 2 + 2 * cosine * components[:, 0] * components[:, 1]
    length = np.linalg.norm(vectors(sections, lattice)[:, :2], axis=1)
    np.testing.assert_allclose(np.sqrt(squared), length, atol=1e-6)
    assert cosine == pytest.approx(-0.5, abs=1e-6)
