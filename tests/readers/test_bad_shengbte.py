"""Bad files of ShengBTE, and files that do not belong together: one line that says what was expected."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from readers import spoilt
from readers.references import content
from readers.shengbte_files import LICOO2, POLAR, SILICON, constants, file, made, named
from readers.spoilt import swap

from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import foreign, shengbte
from hpcph.readers.files import Content, FileKind, Files

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
