"""Files that people name by mistake, or that came in part: the line says which is meant, or what happened to it."""

import bz2
import gzip
import lzma

import numpy as np
import pytest
from phono3py import Phono3py
from readers import spoilt_phonopy
from readers.test_sets import write

from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import force_constants
from hpcph.readers.files import Files

PACK = {"xz": lzma.compress, "gz": gzip.compress, "bz2": bz2.compress}
LARGER = (2, 2, 2)
PARAMS = {"force_constants": "phonopy_params.yaml"}
WRONG = {  # what is wrong with it: files, key, words
    "third order": (
        {"force_constants": "phono3py_params.yaml"}, "force_constants",
        "is phono3py's, without force constants; give force_constants: fc2.hdf5 and structure: phono3py_params.yaml",
    ),
    "a name nearly right": ({"force_constants": "phonopy_param.yaml"}, "force_constants", "mean phonopy_params.yaml?"),
    "BORN nearly right": ({**PARAMS, "born": "BRON"}, "born", "did you mean BORN?"),
    "BORN without its first line": ({**PARAMS, "born": "BORN_bare"}, "born", "lacks its first line"),
    "BORN cut off": ({**PARAMS, "born": "BORN_cut"}, "born", "has the Born charges of 1 atom; the crystal has 2"),
    "a POSCAR for a BORN": ({**PARAMS, "born": "POSCAR"}, "born", "is no BORN of phonopy"),
    "forces beside force constants": ({**PARAMS, "force_sets": "FORCE_SETS"}, "force_sets", "leave it out"),
    "another supercell": ({**PARAMS, "supercell": (3, 1, 1)}, "supercell", "leave it out"),
    "HDF5 without force constants": (
        {"force_constants": "kappa.hdf5", "structure": "phonopy_disp.yaml"}, "force_constants", "phono3py's fc2.hdf5",
    ),
    "cut off": ({"force_constants": "cut.hdf5", "structure": "phonopy_disp.yaml"}, "force_constants", "is cut off"),
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """Files of a small crystal, good and bad."""
    import h5py

    folder, ph = tmp_path_factory.mktemp("files"), spoilt_phonopy.TOY.phonopy
    write(folder, spoilt_phonopy.TOY)
    third = Phono3py(ph.unitcell, ph.supercell_matrix, ph.primitive_matrix, phonon_supercell_matrix=np.diag(LARGER))
    third.save(folder / "phono3py_params.yaml")
    head, *rows = (folder / "BORN").read_text().splitlines(keepends=True)
    (folder / "BORN_bare").write_text("".join(rows))
    (folder / "BORN_cut").write_text("".join([head, *rows[:-1]]))
    (folder / "cut.hdf5").write_bytes((folder / "force_constants.hdf5").read_bytes()[:-100])
    with h5py.File(folder / "kappa.hdf5", "w") as file:
        file["gamma"] = np.zeros(3)
    return folder


def read(folder, **named):
    """What a set is read to."""
    supercell = named.pop("supercell", None)
    return forceconstants.load(
        Files(**{k: folder / n for k, n in named.items()}, supercell=supercell), force_constants.read
    )


@pytest.mark.parametrize("kind", list(WRONG))
def test_a_wrong_file_is_told_from_the_right_one(folder, kind):
    """By its key, whichever file the trouble shows in."""
    named, key, words = WRONG[kind]
    with pytest.raises(InputError) as caught:
        read(folder, **named)
    assert caught.value.key == f"crystal.{key}" and words in str(caught.value)


@pytest.mark.parametrize("kind", list(PACK))
@pytest.mark.parametrize("share", [0.02, 0.5, 0.99])
def test_a_download_that_broke_off_is_told_from_damage(folder, kind, share):
    """Wherever it ends; a changed byte is another matter."""
    whole = PACK[kind]((folder / "phonopy_params.yaml").read_bytes())
    path = folder / f"part.yaml.{kind}"
    path.write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(InputError, match="is cut off: it was not copied or downloaded whole; get it again"):
        read(folder, force_constants=path.name)
    if kind != "bz2":  # whose damage can look as an end
        path.write_bytes(whole[:100] + bytes(byte ^ 255 for byte in whole[100:110]) + whole[110:])
        with pytest.raises(InputError, match="cannot be unpacked"):
            read(folder, force_constants=path.name)


def test_a_supercell_that_the_file_has_is_not_needed(folder):
    """The same one is harmless and said."""
    found = read(folder, **PARAMS, supercell=spoilt_phonopy.TOY.supercell)
    assert "crystal.supercell is not needed: phonopy_params.yaml has it" in found.remarks
    assert not any("not needed" in line for line in read(folder, **PARAMS).remarks)


def test_phono3py_s_second_order_is_in_its_own_supercell(folder):
    """fc2.hdf5 belongs to phonon_supercell_matrix, which the structure of phono3py names beside the one of fc3."""
    with pytest.raises(InputError, match=r"has force constants of 2 × 8 atoms, the crystal has 2 or 16 × 16"):
        read(folder, force_constants="fc2.hdf5", structure="phono3py_params.yaml")
