"""ABINIT's DDB: what anaddb makes of it, quartz as phonopy has it, and bad files."""

import re

import numpy as np
import physics
import pytest
from readers import references, spoilt
from readers.references import GAMMA, Dipoles, Interpolated, angular_momentum, content, frequencies, neutral

from hpcph.constants import angstrom, elementary_charge
from hpcph.errors import InputError
from hpcph.readers import abinit, foreign, phonopy_set
from hpcph.readers.files import Files

WIDTH = 2e10  # 1/m, of Gaussians that end before the nearest neighbour
KNOWN = {  # file, reference, grid, largest difference of l in ħ (as measured, times two)
    "AlAs": ("trf2_3_DDB.xz", "AlAs", None, 1e-5),
    "wurtzite": ("ZnSe_hex_qpt_DDB.xz", "ZnSe_wurtzite", (4, 4, 2), 1e-3),
    "quartz": ("quartz_DDB.xz", "quartz_mp-7000", None, 1e-5),
}


def read(text, ngqpt=None):
    main = content("force_constants", "some_DDB", text)
    return foreign.checked(main, abinit.read(main, ngqpt))


def loaded(name, ngqpt=None):
    return read(references.data(f"abinit_ddb/{name}"), ngqpt)


@pytest.fixture(scope="module", params=KNOWN)
def case(request):
    file, reference, grid, close = KNOWN[request.param]
    return loaded(file, grid), references.reference(f"abinit_ddb/reference_{reference}.json"), close


def test_modes_are_anaddb_s(case):
    """Frequencies and angular momentum between the points of the file, neutral and with the acoustic sum rule."""
    found, said, close = case
    assert " ".join(map(str, np.diag(found.supercell))) == said["ngqpt"]
    lattice = Interpolated(found, Dipoles(found, WIDTH, neutral(found.born_aij)))
    for q, nu, pam in zip(said["q"], said["frequency_THz"], said["pam_hbar"], strict=True):
        D = lattice.at(q)
        assert np.abs(frequencies(D) - nu).max() < said["tolerance_THz"]
        assert np.abs(angular_momentum(D) - pam).max() < close
        assert np.abs(angular_momentum(D) + pam).max() > 0.5  # the sign of q would be seen
    for n, nu in zip(said["directions"], said["gamma_direction_frequency_THz"], strict=True):
        assert np.abs(frequencies(lattice.at(GAMMA, np.array(n))) - nu).max() < said["tolerance_THz"]
    gamma = frequencies(Interpolated(found).at(GAMMA))
    assert np.abs(gamma - said["gamma_frequency_THz"]).max() < said["tolerance_THz"]


def test_nothing_is_imposed(case):
    """Charges and force constants are raw: anaddb without any rule has the same frequencies."""
    found, said, _ = case
    lattice = Interpolated(found, Dipoles(found, WIDTH, found.born_aij), asr=False)
    for q, nu in zip(said["q"], said["frequency_asr0_chneut0_THz"], strict=True):
        assert np.abs(frequencies(lattice.at(q)) - nu).max() < said["tolerance_THz"]


def test_charges_are_anaddb_s(case):
    """ε, and Z whose first index is that of the field; anaddb's has it last."""
    found, said, _ = case
    assert np.abs(found.epsilon - said["epsilon"]).max() < 1e-10
    stored = np.array(said["becs_cart_as_stored_in_anaddb_nc"])
    assert np.abs(neutral(found.born_aij) - stored.swapaxes(1, 2)).max() < 1e-9


def test_the_cell_is_anaddb_s(case):
    found, said, _ = case
    assert np.abs(found.lattice_vc / angstrom - said["lattice_A"]).max() < 1e-7
    assert found.symbols == tuple(said["symbols"]) and np.abs(found.fractional_ac - said["positions"]).max() < 1e-6


def test_the_largest_grid_of_several_is_taken():
    """ZnSe's file holds 10×10×8, 8×8×6 and smaller grids; on the points of a smaller one both say the same."""
    large, small = (loaded("ZnSe_hex_qpt_DDB.xz", grid) for grid in (None, (4, 4, 2)))
    assert np.diag(large.supercell).tolist() == [10, 10, 8] and "10×10×8" in large.remarks[0]
    q = np.array([0.5, 0, 0.5])
    assert np.abs(large.dynamical(q) - small.dynamical(q)).max() < 1e-9 * np.abs(small.dynamical(q)).max()


def test_quartz_is_that_of_phonopy_s_file():
    """The same calculation, converted to phonopy: force constants are 1.4e-4 N/m of 779 apart, charges 1.2e-5 e."""
    path = physics.file("quartz_pbesol raw")
    found, ph = loaded("quartz_DDB.xz"), phonopy_set.read(Files(path), phonopy_set.no_hdf5).phonopy
    cell, divisions = ph.primitive, np.diag(found.supercell)
    assert np.abs(cell.cell * angstrom - found.lattice_vc).max() < 1e-17
    place = ph.supercell.positions @ np.linalg.inv(cell.cell)
    atom = np.searchsorted(cell.p2s_map, cell.s2p_map)
    T = np.rint(place - cell.scaled_positions[atom]).astype(int) % divisions
    ours = found.phi_tab[np.ravel_multi_index(tuple(T.T), divisions), :, atom].swapaxes(0, 1)
    theirs = ph.force_constants if len(ph.force_constants) == len(cell) else ph.force_constants[cell.p2s_map]
    assert np.abs(ours - theirs * elementary_charge / angstrom**2).max() < 2e-4
    assert np.abs(found.born_aij - ph.nac_params["born"]).max() < 2e-5


def without(pattern, blocks):
    """The DDB of AlAs without elements that match in its first blocks, and their number in each of them."""
    head, rest = references.data("abinit_ddb/trf2_3_DDB.xz").decode().split("Number of data blocks", 1)
    first, *parts = re.split(r"(?m)^(?= 2nd derivatives)", rest.partition("List of bloks")[0])
    less = [re.sub(rf"(?m)^ +{pattern} +\S+ +\S+\n", "", part) if n < blocks else part for n, part in enumerate(parts)]
    counted = [re.sub(r":\s+\d+", f": {len(b.strip().splitlines()) - 2}", b, count=1) for b in less]
    return head + "Number of data blocks" + first + "".join(counted)


def test_missing_elements_follow_from_symmetry():
    """Of a run that displaces each atom along one axis: ABINIT leaves the rest to whoever reads it."""
    less, whole = without(r"\d+ +\d+ +[23] +[12]", 3), loaded("trf2_3_DDB.xz")
    assert less.count("\n") < 730
    found = read(less)
    assert np.abs(found.phi_tab - whole.phi_tab).max() < 1e-3 and np.abs(found.born_aij - whole.born_aij).max() < 1e-5


def test_a_ddb_is_known_by_what_it_holds():
    assert abinit.looks_like(references.data("abinit_ddb/quartz_DDB.xz")[:4096].decode())
    assert not abinit.looks_like("<?xml version='1.0'?>\n") and not abinit.looks_like("          1  How many atoms")


def row(number, new):
    """Another text in the place of a line, counted from 1."""
    return spoilt.line(number - 1, new)


XRED, QPT = "      xred  0.00000000000000D+00", " qpt  2.50000000E-01  0.00000000E+00  0.00000000E+00   1.0"
BAD = {  # of AlAs: what is done, and words of the complaint
    "cut in the header": (spoilt.first(300), "ends after line 300: expected the header"),
    "cut in a block": (spoilt.first(600), "ends after line 600: expected an element of block 3 of 8"),
    "cut between blocks": (spoilt.first(534), "ends after line 534: expected block 2 of 8"),
    "a block less": (lambda d: spoilt.swap("blocks=    8", "blocks=    7")(d), "no whole grid"),
    "NaN in a block": (row(453, "   1   1   1   1  NaN  0.0"), "line 453: expected an element of block 1 of 8"),
    "a word in a block": (row(453, "   1   1   1   1  much  0.0"), "line 453: expected an element"),
    "a huge number": (row(453, "   1   1   1   1  0.5D+40  0.0"), "line 453: expected an element"),
    "a huge exponent": (row(453, "   1   1   1   1  0.5D+999  0.0"), "line 453: expected an element"),
    "a large number": (row(453, "   1   1   1   1  0.5D+06  0.0"), "breaks the symmetry of the places"),
    "an atom that is none": (row(453, "   1  99   1   1  0.5D+00  0.0"), "line 453: expected an element"),
    "a direction that is none": (row(453, "   4   1   1   1  0.5D+00  0.0"), "line 453: expected an element"),
    "elements that nothing tells": (
        lambda _: without(r"(?:\d+ +\d+ +[23] +2|[23] +2 +\d+ +\d+)", 8), "symmetry does not give",
    ),
    "an element more": (spoilt.swap("elements :      81", "elements :      80"), "block 2 of 8"),
    "an element less": (spoilt.swap("elements :      81", "elements :      84"), "line 534: expected an element"),
    "a count that is none": (spoilt.swap("elements :      81", "elements :      -1"), ""),
    "no wave vector": (row(536, "   1   1   1   1  0.5D+00  0.0"), "line 536: expected qpt of block 2 of 8"),
    "a wave vector of no grid": (spoilt.swap(QPT, QPT.replace("2.5", "2.1718")), "no whole grid"),
    "another norm": (spoilt.swap(QPT, QPT.replace("  1.0", "  0.0")), "line 536: expected qpt"),
    "two wave vectors exchanged": (
        lambda d: spoilt.swap(QPT, QPT.replace("0.00000000E+00", "2.50000000E-01", 1))(d), "no whole grid",
    ),
    "atoms exchanged": (spoilt.swap("typat         1    2", "typat         2    3"), "numbers of types from 1 to 2"),
    "without masses": (spoilt.swap("       amu", "       bmu"), "expected amu in the header"),
    "a mass of nothing": (spoilt.swap("amu  0.26981539000000D+02", "amu  0.0"), "masses that are unknown"),
    "without charges of ions": (spoilt.swap("      zion", "      noin"), "no zion"),
    "a mixture of nuclei": (spoilt.swap("znucl  0.13000000000000D+02", "znucl  0.135D+02"), "line 433: expected"),
    "more atoms": (spoilt.swap("natom         2", "natom         3"), "expected 3 numbers of typat"),
    "many atoms": (spoilt.swap("natom         2", "natom 999999999"), "expected natom from ntypat to 1000"),
    "a place less": (row(432, ""), "expected 6 numbers of xred"),
    "two atoms in one place": (row(432, "            0.0 0.0 0.0"), "two atoms 0 Å apart"),
    "an atom elsewhere": (row(432, "            0.21 0.25 0.25"), ""),
    "a lattice in a plane": (spoilt.swap("rprim  0.00000000000000D+00", "rprim  1.00000000000000D+00"), ""),
    "lengths of another unit": (lambda d: re.sub(rb"0.10610000000000D\+02", b"0.1061D-08", d), "lattice vectors of"),
    "netCDF": (spoilt.become(b"CDF\x01" + bytes(99)), "is no DDB of ABINIT"),
    "another program's": (spoilt.become(b"  2  4  2 10.5\n 1 'Al' 24590.7\n"), "is no DDB of ABINIT"),
    "nothing": (spoilt.become(b""), "is no DDB of ABINIT"),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_ddb_is_one_line(kind):
    """It names the file, the line or the record, and what was expected."""
    spoil, words = BAD[kind]
    bad = spoil(references.data("abinit_ddb/trf2_3_DDB.xz"))
    with pytest.raises(InputError) as complaint:
        read(bad)
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = some_DDB: ") and "\n" not in said and len(said) < 300
    assert words in said, said


@pytest.mark.parametrize("grid", [(6, 6, 6), (8, 4, 4), (3, 1, 1), 3 * (10**9,)])
def test_a_grid_that_is_not_there_is_one_line(grid):
    with pytest.raises(InputError, match=r"lacks q = .* of the grid .*: expected another crystal.ngqpt"):
        loaded("trf2_3_DDB.xz", grid)
