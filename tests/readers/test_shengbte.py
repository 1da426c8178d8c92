"""ShengBTE's CONTROL with FORCE_CONSTANTS_2ND or espresso.ifc2: what it says, however written, and bad files."""

import shutil

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from readers import espresso, references, spoilt
from readers.references import content
from readers.spoilt import swap

from hpcph.constants import angstrom, atomic_mass
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.prepare.proposal import propose
from hpcph.readers import foreign, shengbte
from hpcph.readers.files import Content, FileKind, Files, opened

LICOO2, SILICON = ("FORCE_CONSTANTS_2ND.xz", "CONTROL"), ("espresso.ifc2.xz", "CONTROL_Si")
REFERENCES = {LICOO2: "reference_LiCoO2.json", SILICON: "reference_Si_espresso_ifc2.json"}


def named(names) -> Files:
    """As an input names them."""
    path = [physics.data(f"readers/shengbte/{name}") for name in names]
    return Files(path[0], structure=path[1])


def file(name: str) -> bytes:
    return references.data(f"shengbte/{name}")


def made(constants: bytes, control: bytes, folder):
    """What the reader makes of two files."""
    for name, data in (("FORCE_CONSTANTS_2ND", constants), ("CONTROL", control)):
        (folder / name).write_bytes(data)
    main = opened("crystal.force_constants", folder / "FORCE_CONSTANTS_2ND", folder)
    found = shengbte.read(main, (), opened("crystal.structure", folder / "CONTROL", folder))
    return foreign.checked(main, found)


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


DIVISIONS = (3, 2, 4)
POLAR = """! two atoms without any symmetry
&allocations
  nelements=2, natoms=2, ngrid(:)=4 4 4
&end
&crystal
  lfactor=0.1,
  lattvec(:,1)=4.1 0.2 0.1,
  lattvec(:,2)=0.3 3.9 -0.2,
  lattvec(:,3)=-0.1 0.4 4.4,
  elements="Mg" "O"
  types=1 2,
  positions(:,1)=0.02 0.01 0.03,
  positions(:,2)=0.47 0.55 0.41
  epsilon(:,1)=3.1 0.2 0.0,
  epsilon(:,2)=0.2 2.9 0.1,
  epsilon(:,3)=0.0 0.1 3.4,
  born(:,1,1)=1.1 0.2 0.3,
  born(:,2,1)=-0.1 1.2 0.4,
  born(:,3,1)=0.5 -0.2 1.3,
  born(:,1,2)=-1.1 -0.2 -0.3,
  born(:,2,2)=0.1 -1.2 -0.4,
  born(:,3,2)=-0.5 0.2 -1.3,
  scell(:)=3 2 4
&end
&parameters
  T=300
&end
&flags
  nonanalytic=.TRUE.
&end
"""


def pairs(seed: int = 3) -> dict:
    """Φ_ab(T) in eV/Å² with Φ_ab(T) = Φ_ba(−T)ᵀ alone, and atoms that stay where nothing moves."""
    rng = np.random.default_rng(seed)
    found = {}
    for a, b, T in [(0, 1, (0, 0, 0)), (0, 1, (-1, 0, 0)), (1, 1, (0, 1, 0)), (0, 0, (0, 0, 1)), (0, 1, (0, -1, 1))]:
        phi = rng.normal(size=(3, 3)) - 4 * np.eye(3)
        found[a, b, T], found[b, a, tuple(-t for t in T)] = phi, phi.T
    for a in range(2):
        own = -sum(phi for (first, _, _), phi in found.items() if first == a)
        found[a, a, (0, 0, 0)] = (own + own.T) / 2
    return found


def constants(rows: str = "all") -> bytes:
    """FORCE_CONSTANTS_2ND of these, the long way: atom after atom, n1 the fastest."""
    place = {}
    for a in range(2):
        for n3, n2, n1 in np.ndindex(DIVISIONS[::-1]):
            place[a, n1, n2, n3] = len(place)
    phi = np.zeros((len(place), len(place), 3, 3))
    for (a, *origin), s in place.items():
        for (first, b, T), block in pairs().items():
            if a == first:
                cell = (np.array(origin) + T) % DIVISIONS
                phi[s, place[b, *cell]] += block
    atoms = len(place)
    wanted = range(atoms) if rows == "all" else [0, atoms // 2]
    text = [f"{len(wanted)} {atoms}"]
    for s in wanted:
        for t in range(atoms):
            text += [f"{s + 1} {t + 1}", *(" ".join(map(repr, row)) for row in phi[s, t].tolist())]
    return "\n".join(text).encode() + b"\n"


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


BAD = {  # CONTROL of the polar crystal: what is done, and words of the complaint
    "cut off": (lambda d: d[:400], r"ends in &crystal: expected its end by /; it is cut off"),
    "without its crystal": (swap("&crystal", "&cristal"), r"is no CONTROL of ShengBTE: expected the group &crystal"),
    "another file": (spoilt.become(b"Mg O\n1.0\n4 0 0\n0 4 0\n0 0 4\n"), r"expected the group &allocations"),
    "no atoms": (swap("natoms=2", "natoms=0"), r"line 3: expected natoms, the number of atoms, 1 to 20000"),
    "atoms without end": (swap("natoms=2", "natoms=2000000000"), r"line 3: expected natoms, the number of atoms"),
    "no number of atoms": (swap("natoms=2,", ""), r"&allocations has no natoms"),
    "more atoms": (swap("natoms=2", "natoms=3"), r"types, the elements of 3 atoms, 1 to 2"),
    "a place too few": (swap("positions(:,2)", "!"), r"line 12: expected positions, the places of 2 atoms"),
    "a place outside": (swap("positions(:,2)", "positions(:,3)"), r"line 13: expected the places of 2 atoms"),
    "a place far outside": (swap("positions(:,2)", "positions(:,999999999)"), r"line 13: expected the places of 2"),
    "four numbers": (swap("0.47 0.55 0.41", "0.47 0.55 0.41 1"), r"line 13: expected the places of 2 atoms"),
    "a word": (swap("4.1 0.2", "4.1 x.2"), r"line 7: expected three lattice vectors .*, found 'lattvec\(:,1\)=4.1"),
    "NaN": (swap("4.1 0.2", "NaN 0.2"), r"line 7: expected three lattice vectors"),
    "numbers without end": (swap("4.1 0.2 0.1", "99999*0.0"), r"line 7: expected three lattice vectors"),
    "a number that is not given": (swap("4.1 0.2", "4.1,,0.2"), r"line 7: expected a variable of &crystal, its value"),
    "a fraction": (swap("0.47 0.55 0.41", "1/3 0.55 0.41"), r"line 13: expected positions, the places of 2 atoms"),
    "a quote that is open": (swap('"Mg" "O"', '"Mg" "O'), r"line 10: expected a variable of &crystal, its value"),
    "no quotes": (swap('"Mg" "O"', "Mg O"), r"line 10: expected the names of 2 elements in quotes"),
    "an element too few": (swap('"Mg" "O"', '"Mg"'), r"line 10: expected elements, the names of 2 elements"),
    "an element that is none": (swap('"Mg"', '"Qq"'), r"has no masses, and 'Qq' \(atom 1\) is no element"),
    "a kind that is none": (swap("types=1 2", "types=1 3"), r"line 11: expected types, the elements of"),
    "no supercell": (swap("scell(:)=3 2 4", ""), r"&crystal has no scell: expected the divisions of the supercell"),
    "no whole supercell": (swap("scell(:)=3 2 4", "scell(:)=3 2 1.5"), r"line 23: expected scell, the divisions"),
    "a supercell without end": (swap("=3 2 4", "=9999 9999 9999"), r"scell, a supercell of at most 20000"),
    "another supercell": (swap("=3 2 4", "=3 2 3"), r"is of 48 atoms: expected 36, for CONTROL has 2 × 3×2×3"),
    "the divisions swapped": (swap("=3 2 4", "=4 2 3"), r"Φ_ab and Φ_ba that are not each other's|strongly as to its"),
    "a lattice in Å": (swap("lfactor=0.1", "lfactor=1000"), r"lattice vectors of .* Å|too|frequencies|apart"),
    "a flat lattice": (swap("-0.1 0.4 4.4", "4.4 4.1 -0.1"), r"lie in a plane"),
    "a charge too few": (swap("born(:,3,2)", "!"), r"line 21: expected born, the Born charges"),
    "no ε": (lambda d: d.replace(b"epsilon", b"!epsilon"), r"&crystal has no epsilon: expected nine numbers of ε"),
    "no logical": (swap("=.TRUE.", "=1"), r"line 29: expected nonanalytic = .true. or .false."),
    "dipoles of TDEP": (swap("nonanalytic=.TRUE.", "tdep=.true."), r"line 29: expected tdep, false: with dipoles"),
    "no masses": (swap("nonanalytic=.TRUE.", "autoisotopes=.f."), r"&crystal has no masses: expected the masses of 2"),
    "masses of nothing": (
        swap("nonanalytic=.TRUE.\n&end", "autoisotopes=.f.\n&end\n&crystal masses=0 16 &end"),
        r"line 31: expected masses, masses above 0",
    ),
}  # fmt: skip


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_control_is_one_line(kind, tmp_path):
    """It names the file, the line and what was expected."""
    spoil, words = BAD[kind]
    with pytest.raises(InputError, match=words) as complaint:
        made(constants("few"), spoil(POLAR.encode()), tmp_path)
    said = str(complaint.value)
    assert said.startswith("crystal.") and "\n" not in said and len(said) < 300 + len(str(tmp_path))


CONSTANTS = {  # FORCE_CONSTANTS_2ND
    "cut off": (spoilt.cut(0.7), r"is damaged: \d+ numbers are not those of 48 × 48 pairs of atoms"),
    "a word": (swap("3 3\n", "3 3\nx"), r"is damaged: it holds something that is no number"),
    "another order of atoms": (swap("\n1 2\n", "\n1 3\n"), r"is damaged: its pairs of atoms are not in order"),
    "another unit": (
        spoilt.lines(lambda rows: [rows[0], *(_times(row, 1e9) for row in rows[1:])]), r"makes frequencies of",
    ),
    "NaN": (swap("1 1\n", "1 1\nnan nan nan\n"), r"is damaged: "),
    "rows of other atoms": (spoilt.become(b"1 48\n" + b"".join(
        b"2 %d\n" % (n + 1) + b"1 0 0\n0 1 0\n0 0 1\n" for n in range(48)
    )), r"lacks rows of atoms: expected 1, 25, those of the first cell"),
    "another file": (spoilt.become(b"nonsense\n"), r"is no FORCE_CONSTANTS_2ND and no espresso\.ifc2"),
    "a CONTROL": (spoilt.become(POLAR.encode()), r"is a CONTROL itself: expected FORCE_CONSTANTS_2ND"),
}  # fmt: skip


def _times(row: str, factor: float) -> str:
    words = row.split()
    return " ".join(repr(factor * float(word)) for word in words) if len(words) == 3 else row


@pytest.mark.parametrize("kind", CONSTANTS)
def test_bad_force_constants_are_one_line(kind, tmp_path):
    spoil, words = CONSTANTS[kind]
    with pytest.raises(InputError, match=words) as complaint:
        made(spoil(constants()), POLAR.encode(), tmp_path)
    assert str(complaint.value).startswith("crystal.force_constants = ") and "\n" not in str(complaint.value)


TWO = {  # files of different crystals: force constants, what is done to the CONTROL, words
    "of Si": (LICOO2[0], SILICON[1], lambda d: d, r"is of 108 atoms: expected 432, for CONTROL has 2 × 6×6×6"),
    "of LiCoO2": (SILICON[0], LICOO2[1], lambda d: d, r"has atoms Li Co O O: expected Si Si of"),
    "another element": (SILICON[0], SILICON[1], swap('"Si"', '"Ge"'), r"has atoms Ge Ge: expected Si Si of"),
    "another supercell": (SILICON[0], SILICON[1], swap("6 6 6", "4 4 4"), r"has scell \(4, 4, 4\): expected 6 6 6 of"),
    "another lattice": (SILICON[0], SILICON[1], swap("0.537", "0.568"), r"has another lattice than"),
    "a lattice in Å": (SILICON[0], SILICON[1], swap("0.537", "5.37"), r"has another lattice than .*, in nm"),
}  # fmt: skip


@pytest.mark.parametrize("kind", TWO)
def test_two_files_of_different_crystals_are_one_line(kind, tmp_path):
    first, second, spoil, words = TWO[kind]
    with pytest.raises(InputError, match=words):
        made(file(first), spoil(file(second)), tmp_path)


def test_keys_that_contradict_are_refused(tmp_path):
    """A POSCAR beside CONTROL, a supercell beside scell, force constants alone."""
    given_files = named(LICOO2)
    poscar = tmp_path / "POSCAR"
    poscar.write_text("Si\n1.0\n4 0 0\n0 4 0\n0 0 4\nSi\n1\nDirect\n0 0 0\n")
    for files, words in (
        (Files(given_files.structure, structure=poscar), r"force_constants = .*CONTROL: is a CONTROL itself"),
        (
            Files(given_files.force_constants, given_files.structure, supercell=(3, 3, 3)),
            r"crystal.supercell .*leave it",
        ),
        (Files(given_files.force_constants, format="shengbte"), r"crystal.structure: .* add CONTROL"),
    ):
        with pytest.raises(InputError, match=words):
            forceconstants.load(files)


@settings(deadline=None, max_examples=150)
@given(some.integers(0, len(POLAR.encode()) - 1), some.text(max_size=6))
def test_whatever_is_changed_it_is_a_crystal_or_one_line(at, noise):
    """Anything in CONTROL, anywhere."""
    raw = POLAR.encode()
    main = content("force_constants", "FORCE_CONSTANTS_2ND", constants("few"))
    main = Content(main.key, main.path, FileKind.FORCE_CONSTANTS, main.data, main.plain)
    changed = raw[:at] + noise.encode("utf-8", "surrogatepass") + raw[at + len(noise) :]
    try:
        foreign.checked(main, shengbte.read(main, (), content("structure", "CONTROL", changed)))
    except InputError as complaint:
        assert "\n" not in str(complaint)
