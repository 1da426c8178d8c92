"""Layers of Quantum ESPRESSO: h-BN with loto_2d, by matdyn.x 6.7 and told anew, and what no file says."""

import shutil
from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import physics
import pytest
from readers import espresso, toys

from hpcph.crystal import dynamical
from hpcph.crystal.supercell import settle
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import espresso_dipoles, quantum_espresso
from hpcph.readers.constants import lattice_points, of_matrices
from hpcph.readers.espresso_dipoles import Taken
from hpcph.readers.files import Files, opened

BN, REFERENCE = "qe_q2r/bn881.fc", "qe_q2r/reference_BN_2D_3Ddipole.json"
LAYER = (True, True, False)
EARLY = {"periodic": LAYER, "q2r": "loto_2d-6.7"}


@cache
def parsed():
    return quantum_espresso.short_range(opened("crystal.force_constants", path(), Path("unused")))


def path() -> Path:
    return physics.data(f"readers/{BN}")


@cache
def loaded():
    return forceconstants.load(Files(path(), **EARLY))


def early() -> float:
    return parsed().cell.alat / (2 * np.pi)


def told(found, q: np.ndarray, taken: Taken) -> np.ndarray:
    if taken is Taken.BULK:
        return espresso.dipoles(found, q)
    return espresso.layer(found, q, early() if taken is Taken.EARLY else 1.0)


def test_frequencies_and_angular_momenta_are_those_of_matdyn_with_loto_2d():
    """Of 6.7, whose term lacks a factor 2π/alat; with it they are off by a THz."""
    reference, phi = espresso.reference(REFERENCE), espresso.simple(parsed())
    mass = parsed().cell.mass_a
    for q, frequency, l_nc in zip(
        reference["q"], reference["frequency_loto_2d_THz"], reference["pam_loto_2d_hbar"], strict=True
    ):
        series = espresso.series(parsed(), phi, np.array(q))
        off, turned = espresso.apart(
            espresso.modes(series + told(parsed(), np.array(q), Taken.EARLY), mass), frequency, l_nc
        )
        assert off < 1e-6 and turned < 1e-5
        other = espresso.modes(series + told(parsed(), np.array(q), Taken.LAYER), mass)
        assert espresso.apart(other, frequency)[0] > 1


@pytest.mark.parametrize("taken", Taken)
def test_the_readers_term_is_the_one_told_anew(taken):
    """On the grid and off it, in a medium that is not isotropic."""
    born, epsilon = parsed().charges
    found = replace(parsed(), charges=(born, epsilon + np.array([[0.7, 0.2, 0], [0.2, 0, 0], [0, 0, 0]])))
    q_qc = np.array([[0, 0, 0], [0.125, 0.25, 0], [-0.21, 0.36, 0]])
    for q, own in zip(q_qc, espresso_dipoles.dipoles(found, q_qc, taken), strict=True):
        expected = told(found, q, taken)
        np.testing.assert_allclose(own, expected, rtol=0, atol=1e-11 * np.abs(expected).max())


def written(folder: Path, taken: Taken) -> Path:
    """The file that q2r.x would write of the same crystal, had it taken that out."""
    found = parsed()
    q_qc = lattice_points(found.grid) / found.grid
    q_qc -= np.rint(q_qc)
    apart = np.array([told(found, q, Taken.EARLY) - told(found, q, taken) for q in q_qc])
    phi = (found.phi_tab + of_matrices(found.grid, apart).real).reshape(*found.grid, 2, 2, 3, 3)
    lines = path().read_text().splitlines()
    rows = lines[: next(n for n, line in enumerate(lines) if line.split() == ["8", "8", "1"]) + 1]
    for i, j, a, b in np.ndindex(3, 3, 2, 2):
        rows.append(f"{i + 1} {j + 1} {a + 1} {b + 1}")
        rows += [f"{x + 1} {y + 1} 1 {phi[-x, -y, 0, a, b, i, j]:.15e}" for y, x in np.ndindex(8, 8)]
    file = folder / f"{taken.value}.fc"
    file.write_text("\n".join(rows) + "\n")
    return file


@pytest.mark.parametrize("taken", Taken)
def test_whatever_was_taken_out_the_crystal_is_the_same(tmp_path, taken):
    """The total of the grid comes back from files without the field of a bulk, of a layer, and of a layer in 6.7."""
    own = forceconstants.load(Files(written(tmp_path, taken), periodic=LAYER, q2r=taken.value))
    np.testing.assert_allclose(own.pairs.phi, loaded().pairs.phi, rtol=0, atol=1e-9 * np.abs(own.pairs.phi).max())


def matrices(folder: Path) -> Path:
    """The matrices of the same crystal as ph.x writes them, dyn0 to dyn2."""
    found, count = parsed(), np.prod(parsed().grid)
    born, epsilon = found.charges
    rows = path().read_text().splitlines()
    head = ["Dynamical matrix file", "", *rows[: rows.index(" T")]]
    parts: list[list[str]] = [[*head], [*head]]
    for number, whole in enumerate(lattice_points(found.grid)):
        q = whole / found.grid - np.rint(whole / found.grid)
        phase = np.exp(2j * np.pi * lattice_points(found.grid) @ q)
        c = np.einsum("t,tabij->abij", phase, found.phi_tab) + told(found, q, Taken.EARLY)
        place = q @ np.linalg.inv(found.cell.lattice_vc).T * found.cell.alat
        lines = [
            "",
            "     Dynamical  Matrix in cartesian axes",
            "",
            f"     q = ( {' '.join(map(repr, place.tolist()))} )",
            "",
        ]
        for a, b in np.ndindex(2, 2):
            lines.append(f"{a + 1} {b + 1}")
            lines += [" ".join(f"{z.real:.14f} {z.imag:.14f}" for z in row) for row in c[a, b]]
        parts[bool(number)] += lines
    table = [" ".join(map(repr, row.tolist())) for row in epsilon]
    parts[0] += ["", "     Dielectric Tensor:", "", *table, "", "     Effective Charges E-U: Z_{alpha}{s,beta}", ""]
    for a, charge in enumerate(born):
        parts[0] += [f"     atom # {a + 1}", *(" ".join(map(repr, row.tolist())) for row in charge)]
    (folder / "bn.dyn0").write_text(" 8 8 1\n 2\n 0.0 0.0 0.0\n 0.1 0.0 0.0\n")
    for number, part in enumerate(parts, 1):
        (folder / f"bn.dyn{number}").write_text("\n".join([*part, "", "     Diagonalizing the dynamical matrix", ""]))
    assert count == 64
    return folder / "bn.dyn0"


def test_of_matrices_nobody_has_to_know_what_was_taken_out(tmp_path):
    """They are whole; but a layer they may be of, or not."""
    file = matrices(tmp_path)
    own = forceconstants.load(Files(file, periodic=LAYER))
    np.testing.assert_allclose(own.pairs.phi, loaded().pairs.phi, rtol=0, atol=1e-9 * np.abs(own.pairs.phi).max())
    np.testing.assert_allclose(own.dielectric.born, loaded().dielectric.born)
    with pytest.raises(InputError, match="whether it is a layer no file says"):
        forceconstants.load(Files(file))


def test_the_crystal_has_matdyns_frequencies_at_q_of_the_grid():
    """Through the field of a layer, in and out; between them frequencies differ by what sharing and 6.7's factor do."""
    crystal = settle(loaded(), physics.NONE).crystal
    for q, d in zip(loaded().commensurate_qc, dynamical.matrices(crystal, loaded().commensurate_qc), strict=True):
        total = espresso.series(parsed(), parsed().phi_tab, q) + told(parsed(), q, Taken.EARLY)
        expected = espresso.modes(total, parsed().cell.mass_a)
        off, turned = espresso.apart(espresso.of_dynamical(d), *expected)
        assert off < (1e-5 if q.any() else 1e-2) and turned < 1e-4
    reference = espresso.reference(REFERENCE)
    d_q = dynamical.matrices(settle(loaded(), physics.ALL).crystal, np.array(reference["q"]))
    frequencies = zip(d_q, reference["frequency_loto_2d_THz"], strict=True)
    assert max(espresso.apart(espresso.of_dynamical(d), of)[0] for d, of in frequencies) < 0.06


def test_the_field_of_a_bulk_is_still_there_for_who_asks():
    """periodic: [true, true, true], matdyn's answers without loto_2d at q of the grid."""
    bulk = forceconstants.load(Files(path(), periodic=(True, True, True)))
    crystal = settle(bulk, physics.NONE).crystal
    for q in bulk.commensurate_qc[1::7]:
        total = espresso.series(parsed(), parsed().phi_tab, q) + told(parsed(), q, Taken.BULK)
        d = dynamical.matrices(crystal, q[None])[0]
        assert espresso.apart(espresso.of_dynamical(d), *espresso.modes(total, parsed().cell.mass_a))[0] < 1e-5


def test_boron_nitride_bends_and_splits_as_a_layer():
    """All rules hold; ω ∝ q² of the flexural branch; LO and TO are one at Γ and leave it with a slope."""
    settled = settle(loaded(), physics.ALL)
    crystal, report = settled.crystal, settled.report
    assert not report.left_out and not report.unmet
    q = np.array([[0.002, 0, 0], [0.004, 0, 0], [0.002, 0.002, 0], [0.004, 0.004, 0]])
    square = np.linalg.eigvalsh(dynamical.matrices(crystal, q))
    omega = np.sqrt(square)
    np.testing.assert_allclose(omega[[1, 3], 0] / omega[[0, 2], 0], 4, rtol=1e-3)
    at_gamma = np.linalg.eigvalsh(dynamical.matrices(crystal, np.zeros((1, 3))))[0]
    assert at_gamma[5] == pytest.approx(at_gamma[4], rel=1e-9)
    apart = square[:2, 5] - square[:2, 4]
    assert apart[1] / apart[0] == pytest.approx(2, rel=0.05)
    S = crystal.structure
    strength = (np.linalg.norm(S.born_aij[:, :, 0] / np.sqrt(S.mass_a)[:, None], axis=1) ** 2).sum()
    k = np.linalg.norm(q[0] @ S.reciprocal_vc)
    expected = 2 * np.pi * 2.3070776e-28 * S.height / S.volume * k * strength
    assert apart[0] == pytest.approx(expected, rel=0.1)
    C = report.stiffness * S.height
    assert C[0, 0] == pytest.approx(C[1, 1], rel=1e-3) and 280 < C[0, 0] < 310  # N m⁻¹


@pytest.mark.parametrize(
    ("how", "key", "words"),
    [
        ({}, "crystal.force_constants", "whether it is a layer no file says"),
        ({"q2r": "loto_2d"}, "crystal.force_constants", "crystal.periodic"),
        ({"periodic": LAYER}, "crystal.q2r", "loto_2d-6.7 of Quantum ESPRESSO 6.7 or before"),
        ({"periodic": (True, True, True), "q2r": "loto_2d"}, "crystal.q2r", "layer normal to c"),
        ({"periodic": (False, True, True), "q2r": "loto_2d"}, "crystal.q2r", "layer normal to c"),
    ],
)
def test_what_no_file_says_the_input_has_to(how, key, words):
    """Never the field of a bulk in silence, nor that of another version."""
    with pytest.raises(InputError) as caught:
        forceconstants.load(Files(path(), **how))
    assert caught.value.key == key and words in caught.value.fix


def test_newer_files_are_not_of_old_versions(tmp_path):
    """Where alpha stands behind T."""
    file = tmp_path / "bn.fc"
    file.write_text(path().read_text().replace("\n T\n", "\n T 1.0\n"))
    with pytest.raises(InputError, match="says alpha"):
        forceconstants.load(Files(file, **EARLY))
    forceconstants.load(Files(file, periodic=LAYER, q2r="loto_2d"))


def test_the_key_is_of_q2r_alone(tmp_path):
    """Bulks and files of phonopy have no use for it."""
    with pytest.raises(InputError, match=r"^crystal.q2r = loto_2d: alas.444.fc has no charges or several q along c"):
        forceconstants.load(Files(physics.data("readers/qe_q2r/alas.444.fc"), q2r="loto_2d"))
    file = toys.save(toys.rocksalt().phonopy, tmp_path / "a.yaml", force_constants=True)
    with pytest.raises(InputError, match="no file of q2r"):
        forceconstants.load(Files(file, q2r="loto_2d"))
    shutil.copy(physics.data("readers/sscha_dyn/PbTe.dyn1"), tmp_path)
    with pytest.raises(InputError, match="leave it out"):
        forceconstants.load(Files(tmp_path / "PbTe.dyn1", q2r="bulk"))
