"""CASTEP's binary files: what CASTEP and Euphonic make of them, and records that are no longer whole."""

import gzip
import tempfile
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import physics
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from readers import espresso, references, spoilt
from readers.castep_files import AsCastep, apart, changed, ints, numbers, place, reals, together, without
from readers.references import GAMMA, THZ, angular_momentum, frequencies

from hpcph.constants import angstrom, atomic_mass, electron_mass, hartree, hbar
from hpcph.crystal import dynamical
from hpcph.errors import InputError
from hpcph.prepare import forceconstants
from hpcph.readers import castep, foreign
from hpcph.readers.constants import SupercellConstants
from hpcph.readers.files import Files, opened

ZNS = "zns-25-loadborn"
CASES = {  # reference; Λ of the sum of dipoles in 1/Å, wide enough for the supercell
    "Si2-sc-skew": ("Si_nondiagonal_supercell", None),
    "zns-25-loadborn": ("ZnS_born", 4.0),
    "graphite": ("graphite_noborn", None),
    "quartz": ("quartz_born", 0.75),
}


def file(name: str) -> bytes:
    return references.data(f"castep/{name}.castep_bin.xz")


def made(folder, data: bytes):
    """What the reader makes of these bytes."""
    path = folder / "crystal.castep_bin"
    path.write_bytes(data)
    content = opened("crystal.force_constants", path, folder)
    return foreign.checked(content, castep.read(content))


@dataclass(frozen=True)
class Case:
    """A file's crystal, CASTEP's way between its wave vectors, and what Euphonic says of it."""

    found: SupercellConstants
    lattice: AsCastep
    said: dict


@cache
def crystal(name: str) -> Case:
    reference, width = CASES[name]
    with tempfile.TemporaryDirectory() as folder:
        found = made(Path(folder), file(name))
    lattice = AsCastep(found, None if width is None else width / angstrom)
    return Case(found, lattice, references.reference(f"castep/reference_{reference}.json"))


@pytest.fixture(params=CASES)
def case(request):
    return crystal(request.param)


def test_modes_are_euphonic_s(case):
    """Frequencies and l at generic wave vectors, and in directions at Γ."""
    lattice, said = case.lattice, case.said
    for q, nu, l_nc in zip(said["q"], said["frequency_THz"], said.get("pam_hbar", said["q"]), strict=True):
        assert np.abs(frequencies(lattice.at(q)) - nu).max() < 2e-5
        if "pam_hbar" in said:
            assert np.abs(angular_momentum(lattice.at(q)) - l_nc).max() < 1e-4
    for n, nu in zip(said.get("directions", []), said.get("gamma_direction_frequency_THz", []), strict=True):
        assert np.abs(frequencies(lattice.at(GAMMA, np.array(n)))[3:] - np.array(nu)[3:]).max() < 2e-5


@pytest.mark.parametrize("name", ["zns-25-loadborn", "graphite", "quartz"])
def test_modes_are_castep_s_own(name):
    """Those that CASTEP found on its own path and wrote into the file, in hartree.

    Born charges the other way round make 0.7 THz on α-quartz. The path of Si is left out: its supercell is skew, and
    CASTEP shares force constants among images in another way than by their distance (0.4 THz between its points).
    """
    found = crystal(name)
    records = apart(file(name))
    q = numbers(records, "PHONON_FINE_KPOINTS").reshape(-1, 3)
    nu = numbers(records, "FINE_FREQ").reshape(-1, len(q)).T * hartree / hbar / THZ
    some_q = np.flatnonzero(np.linalg.norm(q, axis=1) > 0.03)[::23]
    off = [np.abs(frequencies(found.lattice.at(q[k])) - nu[k]).max() for k in some_q]
    assert np.median(off) < 1e-3 and max(off) < 5e-3


def test_the_crystal_is_castep_s(case):
    found, said = case.found, case.said
    assert np.abs(found.lattice_vc / angstrom - said["lattice_A"]).max() < 1e-7
    assert found.symbols == tuple(said["symbols"]) and np.abs(found.fractional_ac - said["positions"]).max() < 1e-8
    assert np.abs(found.mass_a / atomic_mass - said["mass_amu"]).max() < 1e-5
    same = np.linalg.solve(found.supercell.T, np.array(said["supercell"]).T)  # the rows span one lattice
    assert np.abs(same - np.rint(same)).max() < 1e-9 and round(abs(np.linalg.det(same))) == 1
    if said["epsilon"] is not None:
        assert np.abs(found.epsilon - said["epsilon"]).max() < 1e-9
        rows = np.array(said["born_field_displacement"])  # Euphonic's, [displacement, field]
        assert np.abs(found.born_aij - rows.swapaxes(1, 2)).max() < 1e-7


@pytest.mark.parametrize("name", CASES)
def test_an_input_has_euphonic_s_modes(name):
    """By the route of an input, without any sum rule; that makes charges neutral, which those of ZnS are not."""
    given_files = Files(physics.data(f"readers/castep/{name}.castep_bin.xz"))
    assert foreign.recognised(given_files).name == "castep"
    loaded = forceconstants.load(given_files)
    found = physics.supercell.settle(loaded, frozenset()).crystal
    said = references.reference(f"castep/reference_{CASES[name][0]}.json")
    for d, nu in zip(dynamical.matrices(found, np.array(said["q"])), said["frequency_no_asr_THz"], strict=True):
        assert np.abs(espresso.of_dynamical(d)[0] - nu).max() < {ZNS: 1e-3, "Si2-sc-skew": 3e-4}.get(name, 1e-5)


def test_atoms_outside_the_cell_are_counted_from_within():
    """Graphite's file has an atom at −1/3; as it stands there the force constants would break 22 of 24 operations."""
    places = numbers(apart(file("graphite")), "CELL%IONIC_POSITIONS")
    assert places.min() < -0.3
    loaded = forceconstants.load(Files(physics.data("readers/castep/graphite.castep_bin.xz")))
    assert loaded.structure.space_group == "P6_3/mmc (194)" and len(loaded.structure.rotations) == 24


def test_isotopes_have_their_masses(tmp_path):
    heavy = changed("CELL%SPECIES_MASS", lambda old: reals(*np.frombuffer(old, ">f8") * [1.0, 68 / 65.39]))
    found = made(tmp_path, heavy(file("zns-25-loadborn")))
    assert found.mass_a[1] / atomic_mass == pytest.approx(68, abs=1e-4)


def test_a_check_begins_with_its_parameters(tmp_path):
    """Without the record CASTEP_BIN it is .check; packed it is the same."""
    whole = file("Si2-sc-skew")
    found = made(tmp_path, gzip.compress(together(apart(whole)[1:])))
    assert np.array_equal(found.phi_tab, crystal("Si2-sc-skew").found.phi_tab)
    assert castep.looks_like(whole[:100].decode("utf-8", "replace"))
    assert not castep.looks_like("CASTEP_BIN") and not castep.looks_like("\0\0\0\nSOMETHING_ELSE")


def test_records_longer_than_two_gibibytes_come_in_parts(tmp_path):
    """gfortran marks the parts of one by negative lengths."""
    records = apart(file("Si2-sc-skew"))
    at = place(records, "END_CELL_GLOBAL")
    parts = [(-8).to_bytes(4, "big", signed=True) + b"12345678" + (8).to_bytes(4, "big")]
    parts += [(8).to_bytes(4, "big") + b"12345678" + (-8).to_bytes(4, "big", signed=True)]
    made(tmp_path, together(records[:at]) + b"".join(parts) + together(records[at:]))


BAD = {  # of ZnS: what is done, and words of the complaint
    "cut in the force constants": (lambda d: d[:1187000], r"record 2722, at byte 1186248: expected 2304 bytes; it is"),
    "cut in a length": (lambda d: d[:1186250], r"record 2722, at byte 1186248: expected a record; it is cut off"),
    "cut between records": (lambda d: d[:1186186], r"ends after record 2719: expected END in the last one"),
    "more behind it": (lambda d: d + together([b"x" * 9]), r"ends after record 2736: expected END in the last one"),
    "text behind it": (lambda d: d + b"text", r"record 2736, at byte 1189278: expected 1952807028 bytes"),
    "a length that is not": (lambda d: d[:56] + b"\x7f" + d[57:], r"record 3, at byte 56: expected 21\d+ bytes"),
    "a length behind that is not": (lambda d: d[:73] + b"\x09" + d[74:], r"record 3, at byte 56: expected its length"),
    "the other end first": (lambda d: _little(d), r"is neither text nor HDF5"),
    "no force constants": (without("FORCE_CON"), r"has no force constants \(FORCE_CON\): expected a phonon run"),
    "nothing behind them": (lambda d: together([*apart(d)[:2721], b"END"]), r"\(FORCE_CON\): expected 2304 bytes"),
    "no masses": (without("CELL%SPECIES_MASS"), r"has no record 1 behind CELL%SPECIES_MASS"),
    "no atoms": (changed("CELL%NUM_IONS", lambda _: ints(0)), r"\(CELL%NUM_IONS\): expected the number of atoms, 1 to"),
    "atoms without end": (changed("CELL%NUM_IONS", lambda _: ints(2**31 - 1)), r"1 to 20000, found 2147483647"),
    "more atoms": (changed("CELL%NUM_IONS", lambda _: ints(3)), r"expected 3 atoms of 2 species, found 1 \+ 1"),
    "many atoms of one": (
        changed("CELL%NUM_IONS_IN_SPECIES", lambda _: ints(2**31 - 1, 1)), r"found 2147483647 \+ 1",
    ),
    "a count of eight bytes": (changed("CELL%NUM_SPECIES", lambda _: bytes(8)), r"expected 4 bytes, the number"),
    "fewer places": (changed("CELL%IONIC_POSITIONS", lambda old: old[:24]), r"expected 48 bytes, the places of"),
    "a name too few": (changed("CELL%SPECIES_SYMBOL", lambda old: old[:8]), r"expected 16 bytes, the names of"),
    "two in one place": (changed("CELL%IONIC_POSITIONS", lambda _: bytes(48)), r"has two atoms 0 Å apart"),
    "a lattice that is not finite": (
        changed("CELL%REAL_LATTICE", lambda old: reals(np.nan) + old[8:]), r"lattice vectors, found numbers",
    ),
    "a flat lattice": (changed("CELL%REAL_LATTICE", lambda old: old[:48] + old[:24]), r"lie in a plane"),
    "a lattice in metres": (changed("CELL%REAL_LATTICE", lambda _: reals(*1e-9 * np.eye(3).ravel())), r"vectors of"),
    "masses in u": (
        changed("CELL%SPECIES_MASS", lambda old: reals(*np.frombuffer(old, ">f8") * electron_mass / atomic_mass)),
        r"has a mass of 0\.01759 u for S \(atom 1\)",
    ),
    "masses below 0": (changed("CELL%SPECIES_MASS", lambda _: reals(-1, 1)), r"masses that are unknown"),
    "another supercell": (
        changed("FORCE_CON", lambda _: ints(3, 0, 0, 0, 2, 0, 0, 0, 2)),
        r"record 2722, at byte 1186248 \(FORCE_CON\): expected 3456 bytes, the force constants of 2 atoms in 12 cells",
    ),
    "a supercell of nothing": (changed("FORCE_CON", lambda _: bytes(36)), r"supercell of 1 to 20000 cells"),
    "a supercell without end": (
        changed("FORCE_CON", lambda _: ints(*(2**31 - 1) * np.eye(3, dtype=int).ravel())), r"of 1 to 20000 cells",
    ),
    "a cell twice": (changed("FORCE_CON", lambda old: old[:84] + bytes(12), 3), r"each once, found one twice"),
    "a force constant that is none": (
        changed("FORCE_CON", lambda old: reals(np.inf) + old[8:], 2), r"found numbers that are not finite",
    ),
    "another unit": (
        changed("FORCE_CON", lambda old: reals(*np.frombuffer(old, ">f8") * 1e6), 2), r"makes frequencies of",
    ),
    "another order of atoms": (
        changed("FORCE_CON", lambda old: np.frombuffer(old, ">f8").reshape(8, 6, 6)[:, ::-1].tobytes(), 2),
        r"of another order of atoms",
    ),
    "charges of one atom": (changed("BORN_CHGS", lambda old: old[:72]), r"expected 144 bytes, the Born charges"),
    "charges without end": (changed("BORN_CHGS", lambda _: reals(*[1e20] * 18)), r"charges above 100 e"),
    "an ε of less than the vacuum": (changed("DIELECTRIC", lambda _: reals(*np.eye(3).ravel() / 2)), r"below that of"),
    "an ε without end": (changed("DIELECTRIC", lambda _: reals(1e20, 0, 0, 0, 2, 0, 0, 0, 2)), r"at most 10000"),
    "text": (spoilt.become(b"CASTEP_BIN\n"), r"is no .castep_bin or .check of CASTEP"),
    "nothing": (spoilt.become(b""), r"is empty"),
}  # fmt: skip


def _little(data: bytes) -> bytes:
    return b"".join(len(one).to_bytes(4, "little") + one + len(one).to_bytes(4, "little") for one in apart(data))


@pytest.mark.parametrize("kind", BAD)
def test_bad_files_are_one_line(kind, tmp_path):
    """It names the file, the record with its byte, and what was expected."""
    spoil, words = BAD[kind]
    with pytest.raises(InputError, match=words) as complaint:
        made(tmp_path, spoil(file(ZNS)))
    said = str(complaint.value)
    assert said.startswith("crystal.force_constants = ") and "\n" not in said and len(said) < 300


@settings(deadline=None, max_examples=60)
@given(some.integers(0, 1_189_277), some.binary(min_size=1, max_size=8))
def test_whatever_is_changed_it_is_a_crystal_or_one_line(at, noise):
    """Bytes anywhere, or an end there."""
    data = file(ZNS)
    with tempfile.TemporaryDirectory() as folder:
        with pytest.raises(InputError):
            made(Path(folder), data[:at])
        try:
            made(Path(folder), data[:at] + noise + data[at + len(noise) :])
        except InputError as complaint:
            assert "\n" not in str(complaint)


def test_charges_without_epsilon_are_left_out(tmp_path):
    """One without the other makes no dipoles; a line says so."""
    found = made(tmp_path, without("DIELECTRIC")(file(ZNS)))
    assert found.born_aij is None and "Born charges without ε left out" in found.remarks
