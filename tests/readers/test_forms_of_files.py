"""The same crystals as other machines write them: ends of lines, marks of encodings, links, names, what is beside."""

import re
import shutil
from pathlib import Path

import numpy as np
import physics
import pytest
from readers import references
from readers.test_abinit import without

from hpcph.config import load
from hpcph.errors import InputError
from hpcph.prepare import forceconstants, look
from hpcph.readers import abinit
from hpcph.readers.files import Files

MARK = b"\xef\xbb\xbf"
KINDS = {  # of each format: its main file, and the key of the other
    "q2r": ("qe_q2r/alas.444.fc", {}),
    "XML of q2r": ("qe_q2r/alas.444.fc.xml.xz", {}),
    "TDEP": ("tdep_Al/infile.forceconstant", {"structure": "tdep_Al/infile.ucposcar"}),
    "ALAMODE": ("alamode/super444_0.01.xml.xz", {"born": "alamode/PbTe.born"}),
    "ABINIT": ("abinit_ddb/trf2_3_DDB.xz", {}),
    "VASP": ("vasp_dfpt/vasprun_fc.xml.xz", {"structure": "vasp_dfpt/POSCAR-unitcell"}),
}


def copied(name, folder: Path, change) -> Path:
    """A file of the data, unpacked and changed."""
    target = folder / Path(name).name.removesuffix(".xz")
    target.write_bytes(change(references.data(name)))
    return target


@pytest.mark.parametrize("kind", KINDS)
def test_windows_changes_nothing(tmp_path, kind):
    """Lines that end with CR LF and a mark of UTF-8 in front, in all files of a crystal."""
    main, others = KINDS[kind]
    found = []
    for name, change in (("a", bytes), ("b", lambda raw: MARK + raw.replace(b"\n", b"\r\n"))):
        folder = tmp_path / name
        folder.mkdir()
        other = {key: copied(file, folder, change) for key, file in others.items()}
        found.append(forceconstants.load(Files(copied(main, folder, change), **other)))
    plain, windows = found
    assert plain.remarks == windows.remarks
    np.testing.assert_array_equal(plain.pairs.phi, windows.pairs.phi)


def test_links_keep_their_names_and_what_lies_beside_them(tmp_path):
    """Stores of data keep files under other names and have links to them; one link into a folder is followed."""
    store, folder = tmp_path / "store", tmp_path / "links"
    store.mkdir()
    folder.mkdir()
    for number in range(1, 9):
        (store / f"{number}-of-them").write_bytes(references.data(f"sscha_dyn/PbTe.dyn{number}"))
        (folder / f"PbTe.dyn{number}").symlink_to(store / f"{number}-of-them")
    (tmp_path / "first").symlink_to(physics.data("readers/sscha_dyn/PbTe.dyn1"))
    shown = [look.files([path], None).given.remarks[0] for path in (folder / "PbTe.dyn1", tmp_path / "first")]
    assert all("PbTe.dyn1" in line and "matrices of 64 q in 8 file(s)" in line for line in shown)


def test_a_prefix_may_end_in_digits(tmp_path):
    """T = 300 and the number of the star: 3001 to 3008; the tenth star of others is no first one."""
    for number in range(1, 9):
        (tmp_path / f"T300{number}").write_bytes(references.data(f"sscha_dyn/PbTe.dyn{number}"))
    assert "64 q in 8 file(s)" in forceconstants.load(Files(tmp_path / "T3001")).remarks[0]
    with pytest.raises(InputError, match="give the one with number 0, or 1"):
        forceconstants.load(Files(tmp_path / "T3002"))
    for number in range(1, 9):
        shutil.copy(tmp_path / f"T300{number}", tmp_path / f"dyn{number}")
    shutil.copy(tmp_path / "dyn8", tmp_path / "dyn11")
    with pytest.raises(InputError, match="give the one with number 0, or 1"):
        forceconstants.load(Files(tmp_path / "dyn11"))


def gamma(end: str, more: str = "") -> str:
    """PbTe's matrix at Γ and what follows it up to some words, with more behind it."""
    text = references.data("sscha_dyn/PbTe.dyn1").decode()
    assert end in text
    return text.partition(end)[0].rstrip(" ") + more + "     Diagonalizing the dynamical matrix\n"


def test_a_file_of_gamma_needs_no_number(tmp_path):
    """Such as prefix.dynG; that of another star lacks most of the grid."""
    (tmp_path / "PbTe.dynG").write_text(gamma("Dielectric"))
    assert "matrices of 1 q in 1 file(s)" in forceconstants.load(Files(tmp_path / "PbTe.dynG")).remarks[0]
    (tmp_path / "PbTe.dynX").write_bytes(references.data("sscha_dyn/PbTe.dyn3"))
    with pytest.raises(InputError, match=r"q = \(0 0 0\) in reciprocal lattice vectors is not there"):
        forceconstants.load(Files(tmp_path / "PbTe.dynX"))


def test_a_dielectric_tensor_without_charges_makes_no_dipoles(tmp_path):
    (tmp_path / "dyn1").write_text(gamma("Effective Charges"))
    assert forceconstants.load(Files(tmp_path / "dyn1")).dielectric is None


def test_raman_tensors_behind_the_charges_are_passed_over(tmp_path):
    """ph.x with lraman writes three for each atom."""
    title, row = "     atom #    {}    pol. {}\n", "      0.1E-17      0.2E+00     -0.8E-01\n"
    tensors = "".join(title.format(a, p) + 3 * row for a in (1, 2) for p in (1, 2, 3))
    for number in range(2, 9):
        (tmp_path / f"dyn{number}").write_bytes(references.data(f"sscha_dyn/PbTe.dyn{number}"))
    found = []
    for more in ("", f"     Raman tensor (A^2)\n\n{tensors}\n"):
        (tmp_path / "dyn1").write_text(gamma("Diagonalizing", more))
        found.append(forceconstants.load(Files(tmp_path / "dyn1")))
    plain, raman = found
    np.testing.assert_array_equal(plain.pairs.phi, raman.pairs.phi)
    np.testing.assert_array_equal(plain.dielectric.born, raman.dielectric.born)


def test_a_metal_of_abinit_has_no_response_to_the_field():
    """Its DDB may have elements of displacement and field, but none of field and field."""
    text = without(r"\d+ +4 +\d+ +4", 9)
    found = abinit.read(references.content("force_constants", "metal_DDB", text))
    assert len(re.findall(r"(?m)^ +\d +4 +\d +[12] ", text)) > 0
    assert found.born_aij is None and found.epsilon is None and found.phi_tab.shape == (64, 2, 2, 3, 3)


def test_an_input_of_windows_is_the_input(tmp_path):
    """With the mark and CR LF; what has no end is no input, and what is there is not what was meant instead of it."""
    rows = "crystal: {force_constants: a.fc}\nmesh: {grid: [4, 4, 4]}\ntemperature: [300 K]\n"
    (tmp_path / "plain.yaml").write_text(rows)
    (tmp_path / "marked.yaml").write_bytes(MARK + rows.replace("\n", "\r\n").encode())
    plain, marked = (load.load(tmp_path / f"{name}.yaml") for name in ("plain", "marked"))
    assert plain.digest == marked.digest and plain.text == marked.text
    folder = tmp_path / "some where"
    folder.mkdir()
    with pytest.raises(InputError, match="is larger than 1 MiB"):
        load.load(Path("/dev/zero"))
    with pytest.raises(InputError, match=r"cannot be read \(Is a directory\); give the path of a YAML file$"):
        load.load(folder)
