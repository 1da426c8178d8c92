"""ShengBTE's CONTROL with FORCE_CONSTANTS_2ND or espresso.ifc2: what it says, however written."""

import shutil

import numpy as np
import physics
import pytest
from readers import espresso, references
from readers.shengbte_files import DIVISIONS, LICOO2, POLAR, SILICON, constants, made, named, pairs
from readers.spoilt import swap

from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.prepare.proposal import propose
from hpcph.readers import foreign, shengbte
from hpcph.readers.files import Files

REFERENCES = {LICOO2: "reference_LiCoO2.json", SILICON: "reference_Si_espresso_ifc2.json"}


@pytest.mark.parametrize("names", REFERENCES, ids=["LiCoO2", "Si"])
def test_the_crystal_has_the_modes_of_the_reference(names):
    """phonopy's of LiCoO₂, matdyn's of Si, with the translational rule as matdyn has it."""
    said = references.reference(f"shengbte/{REFERENCES[names]}")
    assert foreign.recognised(named(names)).name == "shengbte"
    loaded = forceconstants.load(named(names))
    found = physics.supercell.settle(loaded, frozenset([physics.SumRule.TRANSLATIONAL])).crystal
    for d, nu in zip(dynamical.matrices(found, np.array(said["q"])), said["frequency_THz"], strict=True):
        assert espresso.apart(espresso.of_dynamical(d), nu)[0] < 2e-6
    assert np.abs(loaded.structure.lattice_vc / angstrom - said["lattice_A"]).max() < 1e-8
    assert np.abs(loaded.structure.mass_a / atomic_mass - said["mass_amu"]).max() < 1e-6


@pytest.mark.parametrize("names", REFERENCES, ids=["LiCoO2", "Si"])
def test_control_finds_what_lies_beside_it(names, tmp_path):
    """Named alone, packed or not: the same crystal, and both files count for the hash of the input."""
    for name in names:
        shutil.copy(physics.data(f"readers/shengbte/{name}"), tmp_path / name.replace("_Si", ""))
    alone = Files(tmp_path / "CONTROL")
    assert [path.name for path in foreign.sources(alone)] == ["CONTROL", names[0]]
    found, both = forceconstants.load(alone), forceconstants.load(named(names))
    assert np.array_equal(found.pairs.phi, both.pairs.phi)
    (tmp_path / names[0]).unlink()
    with pytest.raises(InputError, match=r"CONTROL: has no FORCE_CONSTANTS_2ND beside it, nor espresso\.ifc2"):
        foreign.read(alone, foreign.recognised(alone), 1e-15)


def test_espresso_s_own_crystal_counts():
    """FourPhonon's CONTROL of Si has the inverted crystal: places are those of espresso.ifc2, and a line says so."""
    loaded = forceconstants.load(named(SILICON))
    assert any("places are those of espresso.ifc2.xz: CONTROL_Si has them up to 2.7 Å off" in r for r in loaded.remarks)
    assert np.array_equal(loaded.pairs.phi, forceconstants.load(Files(named(SILICON).force_constants)).pairs.phi)


def test_init_pairs_the_files(tmp_path):
    """`hpcph init CONTROL` and with the force constants, whichever is named first."""
    for name, new in zip(LICOO2, ("FORCE_CONSTANTS_2ND.xz", "CONTROL"), strict=True):
        shutil.copy(physics.data(f"readers/shengbte/{name}"), tmp_path / new)
    control, constants = tmp_path / "CONTROL", tmp_path / "FORCE_CONSTANTS_2ND.xz"
    assert "force_constants: CONTROL\n" in propose([control], None, tmp_path / "input.yaml")
    written = propose([control, constants], None, tmp_path / "input.yaml")
    assert "force_constants: FORCE_CONSTANTS_2ND.xz\n" in written and "structure: CONTROL\n" in written


@pytest.mark.parametrize("rows", ["all", "of the first cell"])
def test_cells_and_charges_have_shengbte_s_sense(rows, tmp_path):
    """D is Σ Φ e^{2πi q·T}: l tells q from −q; born(field, displacement, atom), as ShengBTE's own loop takes it."""
    found = made(constants(rows), POLAR.encode(), tmp_path)
    q = np.array([1, -1, 1]) / DIVISIONS
    c = np.zeros((6, 6), complex)
    for (a, b, T), phi in pairs().items():
        c[3 * a : 3 * a + 3, 3 * b : 3 * b + 3] += phi * shengbte.UNIT * np.exp(2j * np.pi * q @ T)
    D = c / references.mass_root(found)
    assert np.abs(found.dynamical(q) - D).max() < 1e-9 * np.abs(D).max()
    turning = references.angular_momentum(D)
    assert (
        np.abs(references.angular_momentum(found.dynamical(q)) - turning).max() < 1e-6 and np.abs(turning).max() > 0.1
    )
    assert np.array_equal(found.born_aij[0], np.array([[1.1, -0.1, 0.5], [0.2, 1.2, -0.2], [0.3, 0.4, 1.3]]))
    assert np.array_equal(found.epsilon[1], [0.2, 2.9, 0.1])


WRITTEN = {  # the same crystal in another way
    "small and large letters": lambda d: d.replace(b"lattvec", b"LATTVEC").replace(b"&crystal", b"&CRYSTAL"),
    "other ends": lambda d: d.replace(b"&end", b"/"),
    "dollars": lambda d: d.replace(b"&", b"$"),
    "remarks": lambda d: d.replace(b"0.4 4.4,", b"0.4 4.4, ! c, in \xc3\x85 & 'more'\n!lattvec(:,3)=9 9 9"),
    "text outside": lambda d: b"don't mind 1/2\n" + d + b"'\n",
    "lines of Windows": lambda d: d.replace(b"\n", b"\r\n"),
    "a range": swap("positions(:,2)=0.47 0.55 0.41", "positions(1:3, 2) = 0.47, 0.55, 0.41"),
    "numbers of their own": swap("lattvec(:,1)=4.1 0.2 0.1", "lattvec(1,1)=4.1 lattvec(2,1)=0.2, lattvec(3,1)=0.1"),
    "from the first on": swap("lattvec(:,1)=4.1 0.2 0.1", "lattvec(1,1)=4.1 0.2 0.1"),
    "without brackets": swap("positions(:,1)=0.02 0.01 0.03,\n  positions(:,2)=", "positions=0.02 0.01 0.03\n "),
    "two lines": swap("0.02 0.01 0.03", "0.02 0.01\n  0.03"),
    "repeated": swap("born(:,3,2)=-0.5 0.2 -1.3", "born(:,3,2)=3*0.2 born(1,3,2)=-0.5 born(3,3,2)=-1.3"),
    "exponents of Fortran": swap("0.1,\n  lattvec(:,1)=4.1", "1d-1\n  lattvec(:,1)=4.1D0"),
    "other quotes": swap('"Mg" "O"', "'Mg' , ' O '"),
    "elements one by one": swap('elements="Mg" "O"', "elements(1)='Mg' elements(2:2)='O'"),
    "a default": swap("nonanalytic=.TRUE.", "! nonanalytic=.false."),
}  # fmt: skip


@pytest.mark.parametrize("kind", WRITTEN)
def test_control_may_be_written_in_many_ways(kind, tmp_path):
    usual, other = POLAR.encode(), WRITTEN[kind](POLAR.encode())
    assert other != usual and shengbte.looks_like(other.decode())
    one, two = (made(constants("few"), control, tmp_path) for control in (usual, other))
    for name in ("lattice_vc", "fractional_ac", "born_aij", "epsilon", "mass_a", "phi_tab"):
        assert np.array_equal(getattr(one, name), getattr(two, name)), name
    assert one.symbols == two.symbols


def test_isotopes_have_their_masses(tmp_path):
    """With autoisotopes = .false. those of CONTROL; else those of the elements, whatever stands there."""
    control = POLAR.replace("types=1 2", "masses=25.9 17.99 types=1 2")
    other = control.replace("nonanalytic=.TRUE.", "autoisotopes=.F.")
    for text, mass in ((control, [24.305, 15.9994]), (other, [25.9, 17.99])):
        found = made(constants("few"), text.encode(), tmp_path)
        assert np.abs(found.mass_a / atomic_mass - mass).max() < 1e-6


def test_charges_count_where_shengbte_takes_them(tmp_path):
    for old, new in (("=.TRUE.", "=.false."), ("born(", "!born(")):
        assert made(constants("few"), POLAR.replace(old, new).encode(), tmp_path).born_aij is None
