"""Spoilt files of Quantum ESPRESSO: one line that names the file, the line or element, and what was expected."""

import gzip
import re
import shutil

import physics
import pytest
from parallel import world
from readers.spoilt import cut, first, line, lines, more, swap

from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers.files import Files

MASS = "20953.8928606522"
FC = {  # NaCl-ph.fc
    "cut off in the constants": (cut(0.7), r"line \d+: expected"),
    "cut off in the charges": (first(15), "ends after line 15: expected .*; it is cut off"),
    "cut off in the cell": (first(3), "ends after line 3: expected a lattice vector"),
    "without the last line": (lines(lambda rows: rows[:-1]), "expected 4 4 4 and a number"),
    "with a line more": (more(b"1 1 1 1.0\n"), "expected the end of the file"),
    "NaN in the constants": (lines(lambda rows: [*rows[:40], "1 1 1 NaN", *rows[41:]]), "line 41: expected"),
    "NaN in the cell": (swap("0.707106781", "NaN"), "line 2: expected a lattice vector"),
    "a word in the constants": (lines(lambda rows: [*rows[:40], "1 1 1 abc", *rows[41:]]), "line 41: expected"),
    "two lines exchanged": (lambda data: _exchanged(data, 60, 61), "line 61: expected"),
    "more atoms than there are": (swap("2    2   0", "2    3   0"), "line 9: expected atom 3"),
    "fewer species than there are": (swap("2    2   0", "1    2   0"), "line 6: expected atom 1"),
    "a lattice of no ibrav": (swap("2    2   0", "2    2  77"), "line 1: expected .* make a lattice"),
    "another grid": (swap("   4   4   4\n", "   4   4   5\n"), "expected 1 1 5 and a number"),
    "no grid": (swap("   4   4   4\n", "   0   4   4\n"), "expected the grid"),
    "another flag": (swap(" T   1.46", " X   1.46"), "line 9: expected T or F"),
    "a negative alpha": (swap(" T   1.46", " T   -1.46"), "line 9: expected T or F"),
    "masses in u": (swap(MASS, "22.98"), "has a mass of 0.02521 u for Na"),
    "a negative mass": (swap(MASS, "-22.98"), "mass"),
    "a length of zero": (swap("7.6035980", "0.0000000"), "line 1: expected"),
    "a cell in metres": (swap("7.6035980", "4.02e-10"), "lattice vectors of"),
    "flat": (swap("0.000000000    0.707106781    0.707106781", "0.7 0.0 0.7"), "plane"),
    "two atoms in one place": (swap("0.7071067812      0.7071067812      0.7071067812", "0 0 0"), "apart"),
    "an ε below the vacuum's": (swap("2.474410240741", "0.474410240741"), "dielectric"),
    "numbers of charges exchanged": (lines(lambda rows: [*rows[:12], "    2", *rows[13:]]), "line 13: expected 1"),
    "constants of other atoms": (lambda data: _atoms_exchanged(data), "damaged or of another order"),
    "an image": (lambda data: b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "neither text nor HDF5"),
}
XML = {  # alas.444.fc.xml
    "cut off": (cut(0.5), "is no XML that is whole"),
    "a document type": (swap("<Root>", '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///x">]><Root>'), "document type"),
    "no constants": (lambda data: data.replace(b"INTERATOMIC_FORCE_CONSTANTS", b"OTHER"), "INTERATOMIC_FORCE"),
    "a block less": (swap("s_s1_m1_m2_m3.1.1.2.1.1>", "x>"), "no XML that is whole"),
    "a block of another name": (lambda data: data.replace(b"m3.1.1.2.1.1>", b"m3.1.1.2.9.1>"), "m3.1.1.2.1.1/IFC"),
    "NaN in a block": (swap("2.244405934874809E-001", "NaN"), r"m3.1.1.1.1.1/IFC"),
    "a number too few": (swap("-6.266879021893895E-003", ""), r"m3.1.1.2.1.1/IFC"),
    "another grid": (swap("4          4          4", "4 4 5"), "IFC"),
    "no atoms": (swap("ATOM.2", "ATOM.3"), "GEOMETRY_INFO/ATOM.2"),
    "a species that is not there": (swap('INDEX="2"', 'INDEX="7"'), "GEOMETRY_INFO/ATOM.2"),
    "a place of two numbers": (swap('TAU="2.500000000000000E-001 ', 'TAU="'), "GEOMETRY_INFO/ATOM.2"),
    "no charges of an atom": (lambda data: data.replace(b"Z_AT_.2", b"Z_AT_.9"), "ZSTAR/Z_AT_.2"),
    "no length": (swap("1.050000000000000E+001", "0"), "CELL_DIMENSIONS"),
    "masses of electrons": (swap("2.698000000000000E+001", "24590.7"), "has a mass of|masses"),
    "a text for a number": (swap("7.492000000000000E+001", "As"), "MASS.2"),
}  # fmt: skip
DYN = {  # PbTe.dyn2
    "cut off": (cut(0.5), r"line \d+: expected"),
    "cut off behind a matrix": (first(34), "ends after line 34: expected"),
    "without a q": (lambda data: _without_a_matrix(data), "63 of the 64 q of the grid"),
    "a q of no grid": (swap("-0.250000000000   0.250000000000   -0.250000000000", "0.21 0.13 0.34"), "of no grid"),
    "a q twice": (swap("-0.250000000000   0.250000000000   -0.250000000000", "0.5 0.5 0.5"), "second time"),
    "NaN": (swap("0.0676176938606167", "NaN"), "line 18: expected a row of the block of atoms 1 and 1"),
    "atoms exchanged": (line(20, "    2    1"), "line 21: expected 1 2"),
    "a number less": (line(17, "1.0 0.0 2.0 0.0 3.0"), "line 18: expected"),
    "no q": (line(14, "     k = ( 0 0 0 )"), r"line 15: expected q = \("),
    "another cell": (swap("12.2149999999999999", "12.0"), "has another cell"),
    "another mass": (swap("116300.2852960780001013", "110000.0"), "has another cell, other atoms or masses"),
    "no header": (lambda data: data.split(b"\n", 1)[1], "line 1: expected 'Dynamical matrix file'"),
    "another kind of atom": (swap("'Te '", "'Se '"), "has another cell, other atoms or masses"),
}


def _exchanged(data: bytes, one: int, other: int) -> bytes:
    rows = data.split(b"\n")
    rows[one], rows[other] = rows[other], rows[one]
    return b"\n".join(rows)


def _atoms_exchanged(data: bytes) -> bytes:
    """Blocks of atoms 1 1 called those of 1 2, and the other way round, in place."""
    text = data.decode()
    head, rest = text.split("   4   4   4\n", 1)
    blocks = re.split(r"(?m)^(?=(?:   [123]){2}(?:   [12]){2}\n)", rest)[1:]
    bodies = [block.split("\n", 1)[1] for block in blocks]
    heads = [block.split("\n", 1)[0] for block in blocks]
    for n in range(0, len(bodies), 4):
        bodies[n], bodies[n + 1] = bodies[n + 1], bodies[n]
    return (head + "   4   4   4\n" + "".join(f"{h}\n{b}" for h, b in zip(heads, bodies, strict=True))).encode()


def _without_a_matrix(data: bytes) -> bytes:
    parts = data.split(b"     Dynamical Matrix in cartesian axes")
    return b"     Dynamical Matrix in cartesian axes".join([parts[0], *parts[2:]])


def complaint(files: Files) -> str:
    with pytest.raises(InputError) as found:
        forceconstants.load(files)
    text = str(found.value)
    assert "\n" not in text and len(text) < 600
    return text


@pytest.mark.parametrize("kind", FC)
def test_a_bad_file_of_q2r_is_one_line(tmp_path, kind):
    spoil, words = FC[kind]
    (tmp_path / "NaCl.fc").write_bytes(spoil(physics.data("readers/qe_q2r/NaCl-ph.fc").read_bytes()))
    found = complaint(Files(tmp_path / "NaCl.fc", format="qe-q2r"))
    assert re.search(words, found) and found.startswith("crystal.force_constants = ") and "NaCl.fc" in found, found


@pytest.mark.parametrize("kind", XML)
def test_bad_xml_is_one_line(tmp_path, kind):
    import lzma

    spoil, words = XML[kind]
    data = lzma.decompress(physics.data("readers/qe_q2r/alas.444.fc.xml.xz").read_bytes())
    (tmp_path / "AlAs.xml").write_bytes(spoil(data))
    found = complaint(Files(tmp_path / "AlAs.xml", format="qe-q2r"))
    assert re.search(words, found) and "AlAs.xml" in found, found


def stars(folder):
    for file in physics.data("readers/sscha_dyn").glob("PbTe.dyn*"):
        shutil.copyfile(file, folder / file.name)
    return folder / "PbTe.dyn1"


@pytest.mark.parametrize("kind", DYN)
def test_bad_matrices_are_one_line(tmp_path, kind):
    spoil, words = DYN[kind]
    main, other = stars(tmp_path), tmp_path / "PbTe.dyn2"
    other.write_bytes(spoil(other.read_bytes()))
    found = complaint(Files(main))
    assert re.search(words, found) and "PbTe.dyn" in found, found


def test_stars_that_are_missing_are_named(tmp_path):
    """Of dyn0 and of dyn1 as the first; one in the middle, which ends the row; the wrong one named."""
    main = stars(tmp_path)
    (tmp_path / "PbTe.dyn8").unlink()
    assert "58 of the 64 q" in complaint(Files(main))
    (tmp_path / "PbTe.dyn0").write_text("4 4 4\n8\n" + "0.0 0.0 0.0\n" * 8)
    assert "the one with number 8 is not there" in complaint(Files(tmp_path / "PbTe.dyn0"))
    assert "give the one with number 0, or 1" in complaint(Files(tmp_path / "PbTe.dyn3"))


def test_packed_stars_and_a_grid_file_are_the_crystal(tmp_path):
    """dyn0 beside packed and plain files, by any of their names' forms."""
    main = stars(tmp_path)
    expected = forceconstants.load(Files(main))
    (tmp_path / "PbTe.dyn0").write_text("4 4 4\n8\n" + "0.0 0.0 0.0\n" * 8)
    for number in (1, 5):
        file = tmp_path / f"PbTe.dyn{number}"
        (tmp_path / f"PbTe.dyn{number}.gz").write_bytes(gzip.compress(file.read_bytes()))
        file.unlink()
    found = forceconstants.load(Files(tmp_path / "PbTe.dyn0"))
    assert (found.pairs.phi == expected.pairs.phi).all() and "qe-dyn" in found.remarks[0]


def check(folder, crystal):
    return world.here("check", world.write(folder, {"crystal": crystal, "orbits": {"q": [[0, 0, 0.1]]}}))


def test_check_says_what_it_recognised(tmp_path):
    """Format and supercell in a line, whatever the file is called and packed; the key can say it too."""
    data = physics.data("readers/qe_q2r/NaCl-ph.fc").read_bytes()
    (tmp_path / "constants").write_bytes(gzip.compress(data))
    for more_keys in ({}, {"format": "qe-q2r"}):
        done = check(tmp_path, {"force_constants": "constants", **more_keys})
        assert done.returncode == 0, done.stderr
        assert "constants: q2r.x of Quantum ESPRESSO (qe-q2r), supercell 4×4×4, short-range" in done.stdout


@pytest.mark.parametrize(
    ("crystal", "words"),
    [
        ({"format": "phonopy"}, "crystal.force_constants = .* holds no force constants"),
        ({"format": "qe-dyn"}, "line 1: expected 'Dynamical matrix file'|one of several"),
        ({"format": "qe"}, "crystal.format = qe: "),
        ({"supercell": [4, 4, 4]}, "crystal.supercell = .*: .* leave it out"),
        ({"calculator": "qe"}, "crystal.calculator = qe: .* leave it out"),
        ({"structure": "POSCAR"}, "crystal.structure = .*: .* leave it out"),
        ({"structure": "POSCAR", "format": "qe-dyn"}, "is dynamical matrices of .*, as crystal.format has it; "),
        ({"primitive": "F"}, "crystal.primitive = F: is no primitive cell of NaCl.fc"),
    ],
)
def test_keys_that_the_format_has_no_use_for_are_refused(tmp_path, crystal, words):
    """One line, exit code 2."""
    shutil.copyfile(physics.data("readers/qe_q2r/NaCl-ph.fc"), tmp_path / "NaCl.fc")
    done = check(tmp_path, {"force_constants": "NaCl.fc", **crystal})
    assert done.returncode == 2 and re.search(words, done.stderr), done
    assert done.stderr.count("\n") == 1
