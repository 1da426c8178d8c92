"""hiPhive by its HDF5; files of other programs that are recognised and not read, with what to give instead."""

import gzip
import io
import pickle
import tarfile
import zipfile

import h5py
import numpy as np
import physics
import pytest
from readers import espresso
from readers.test_units import load

from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.readers.files import Files
from hpcph.readers.recognised import recognised


def test_hiphive_s_hdf5_has_its_modes():
    """Frequencies and angular momenta of a polar crystal: force_constants.hdf5 as hiPhive writes it for phonopy."""
    folder = physics.data("readers/hiphive")
    wanted = espresso.reference("hiphive/reference_CuAgAu_EMT.json")
    loaded = load(Files(folder / "force_constants.hdf5", folder / "POSCAR", supercell=(3, 3, 2)))
    matrices = dynamical.matrices(physics.crystal_of(loaded), np.array(wanted["q"]))
    for d, frequency, l_nc in zip(matrices, wanted["frequency_THz"], wanted["pam_hbar"], strict=True):
        off, turned = espresso.apart(espresso.of_dynamical(d), frequency, l_nc)
        assert off < 1e-5 and turned < 1e-5


def test_hiphive_s_own_file_is_not_opened():
    """Real one: the line says what hiPhive shall write."""
    with pytest.raises(InputError, match=r"fcs\.write_to_phonopy") as complaint:
        load(Files(physics.data("readers/hiphive/CuAgAu.fcs"), physics.data("readers/hiphive/POSCAR")))
    assert "\n" not in str(complaint.value)


def test_an_archive_of_ase_is_not_opened():
    with pytest.raises(InputError, match=r"does not say what its numbers are; give .* ASE's cache"):
        load(Files(physics.data("readers/ase_phonons/C_N.npz"), physics.data("readers/ase_phonons/POSCAR")))


class Mark:
    """Whoever unpickles it says so."""

    def __reduce__(self):
        return pytest.fail, ("unpickled",)


def archive(kind) -> bytes:
    """A file with a pickle in it."""
    data, bare = io.BytesIO(), pickle.dumps(Mark())
    if kind == "tar":
        with tarfile.open(fileobj=data, mode="w") as tar:
            info = tarfile.TarInfo("fc_dict")
            info.size = len(bare)
            tar.addfile(info, io.BytesIO(bare))
    elif kind == "zip":
        with zipfile.ZipFile(data, "w") as files:
            files.writestr("fc.npy", bare)
    else:
        data.write(bare)
    return data.getvalue()


def arrays(*names) -> bytes:
    """HDF5 with arrays of those names."""
    data = io.BytesIO()
    with h5py.File(data, "w") as file:
        for name in names:
            file[name] = np.arange(3.0)
    return data.getvalue()


CLASSIC = b"CDF\x01" + bytes(60)
REFUSED = {  # what the file is, and what to give
    "hiPhive": (lambda: archive("tar"), "fcs.write_to_phonopy('force_constants.hdf5')"),
    "hiPhive, packed": (lambda: gzip.compress(archive("tar")), "fcs.write_to_phonopy"),
    "npz": (lambda: archive("zip"), "is a zip archive"),
    "a pickle": (lambda: archive("pickle"), "is a pickle, which could run anything"),
    "anaddb.nc, classic": (lambda: CLASSIC, "is netCDF, as anaddb.nc and PHBST.nc of ABINIT; give the DDB"),
    "anaddb.nc": (lambda: arrays("reduced_atom_positions", "becs_cart"), "is netCDF of ABINIT (anaddb.nc"),
    "PHBST.nc, packed": (lambda: gzip.compress(arrays("reduced_atom_positions", "phfreqs")), "give the DDB, as text"),
    "vaspout.h5": (lambda: arrays("input/x", "results/y", "version/z"), "is vaspout.h5 of VASP; give the vasprun.xml"),
    "another HDF5": (lambda: arrays("numbers"), "force_constants.hdf5"),
    "noise": (lambda: bytes(range(255)), "is neither text nor HDF5"),
}


@pytest.mark.parametrize("structure", [True, False])
@pytest.mark.parametrize("kind", REFUSED)
def test_what_is_not_read_says_what_to_give(tmp_path, kind, structure):
    """In an input, with a structure beside it or without, and in front of init: the same line."""
    data, words = REFUSED[kind]
    (tmp_path / "file").write_bytes(data())
    (tmp_path / "POSCAR").write_text("x\n1\n4 0 0\n0 4 0\n0 0 4\nSi\n1\nDirect\n0 0 0\n")
    given = {"structure": tmp_path / "POSCAR", "supercell": (1, 1, 1)} if structure else {}
    for asked in (lambda: load(Files(tmp_path / "file", **given)), lambda: recognised(tmp_path / "file")):
        with pytest.raises(InputError) as complaint:
            asked()
        said = str(complaint.value)
        assert words in said and "\n" not in said and len(said) < 300, said
