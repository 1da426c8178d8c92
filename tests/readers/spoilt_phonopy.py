"""Ways to spoil a good set of phonopy's files: what is done to a file's bytes, and words of the complaint."""

import gzip
import lzma

import h5py
import numpy as np
from readers import toys
from readers.spoilt import become, cut, first, line, lines, more, swap, text

TOY = toys.triclinic(5, atoms=2)
ATOMS = 8  # of the supercell
FC, FS, ST, BORN = "crystal.force_constants", "crystal.force_sets", "crystal.structure", "crystal.born"
MAIN, DISP = "force_constants", "phonopy_disp.yaml"
YAML = {MAIN: "phonopy_params.yaml"}
MOVED = {MAIN: "phonopy_forces.yaml"}
FORCES = {MAIN: DISP, "force_sets": "FORCE_SETS"}
CONSTANTS = {MAIN: "FORCE_CONSTANTS", "structure": DISP}
COMPACT = {MAIN: "FORCE_CONSTANTS_2", "structure": DISP}
HDF5 = {MAIN: "force_constants.hdf5", "structure": DISP}
CHARGED = {**YAML, "born": "BORN"}
PLAIN = {MAIN: "POSCAR", "force_sets": "FORCE_SETS", "supercell": list(TOY.supercell)}


def section(name, new):
    """Another text in the place of a section of a yaml, up to the next one."""

    def change(content):
        start = content.index(f"\n{name}:") + 1
        rest = content[start:].splitlines(keepends=True)
        end = next((n for n, row in enumerate(rest[1:], 1) if row[0].isalpha()), len(rest))
        return content[:start] + new + "\n" + "".join(rest[end:])

    return text(change)


def cell(points="{symbol: Si, coordinates: [0, 0, 0], mass: 28}", lattice="[[3, 0, 0], [0, 3, 0], [0, 0, 3]]"):
    return section("unit_cell", f"unit_cell:\n  lattice: {lattice}\n  points: [{points}]")


def matrix(rows, name="supercell_matrix"):
    return section(name, f"{name}: {rows}")


def charges(born="1", epsilon="[[2, 0, 0], [0, 2, 0], [0, 0, 2]]"):
    both = f"[[[{born}, 0, 0], [0, 1, 0], [0, 0, 1]], [[-1, 0, 0], [0, -1, 0], [0, 0, -1]]]"
    return section("nac", f"nac:\n  born_effective_charge: {both}\n  dielectric_constant: {epsilon}")


def number(word):
    """A word in the place of the first force constant of a yaml."""

    def change(content):
        start = content.index("elements:")
        head, _, rest = content[start:].partition("- [")
        return f"{content[:start]}{head}- [ {word}{rest[rest.index(',') :]}"

    return text(change)


def shuffled(rows):
    """Forces of every displacement on the atoms in another order."""
    size = ATOMS + 3
    blocks = [rows[start : start + size] for start in range(2, len(rows) - size + 1, size)]
    return [*rows[:2], *(block[i] for block in blocks for i in (0, 1, 2, 5, 4, 9, 8, 7, 6, 10, 3))]


def noise():
    """Forces that have nothing to do with the displacements."""
    table = np.random.default_rng(0).normal(size=(200 * ATOMS, 6)) * [0.01, 0.01, 0.01, 1, 1, 1]
    return "\n".join(" ".join(map(repr, row)) for row in table.tolist()).encode()


def rearranged(*order):
    """Columns of the force constants in another order, as of another supercell with as many atoms."""

    def change(data):
        head, _, rest = data.decode().partition("\n")
        values = np.fromstring(rest, sep=" ").reshape(int(head.split()[0]), ATOMS, 11)
        found = [head]
        for atom, row in zip(values[:, 0, 0].astype(int).tolist(), values[:, order, 2:], strict=True):
            for other, nine in enumerate(row):
                found += [f"{atom} {other + 1}", *(" ".join(map(repr, x)) for x in nine.reshape(3, 3).tolist())]
        return "\n".join(found).encode()

    return change


def elements(names):
    """Other words where a POSCAR names its elements."""
    named = lambda n, row: n == 0 or (n == 5 and not row.split()[0].isdecimal())  # noqa: E731
    return lines(lambda rows: [names if named(n, row) else row for n, row in enumerate(rows)])


def counts(words):
    counted = lambda n, row: n in (5, 6) and row.split()[0].isdecimal()  # noqa: E731
    return lines(lambda rows: [words if counted(n, row) else row for n, row in enumerate(rows)])


def hdf5(edit):
    """A change of an open file, as a change of bytes."""

    def change(path):
        with h5py.File(path, "r+") as file:
            edit(file)

    return change


def anew(values=None, name="force_constants", **how):
    """Another dataset, or a link, in the place of the force constants."""

    def edit(file):
        file.pop(name, None)
        if how:
            file.create_dataset(name, **how)
        elif values is not None:
            file[name] = values

    return hdf5(edit)


def rows_of_others(file):
    del file["force_constants"]
    file["force_constants"], file["p2s_map"] = np.ones((2, ATOMS, 3, 3)), [0, 1]


STAIRS = 200_000
BOMB = b"".join(b"a%d: &x%d [%s]\n" % (i, i, b",".join([b"*x%d" % (i - 1)] * 10)) for i in range(1, 12))
ATOM = "{symbol: Si, coordinates: [%s, 0, 0], mass: %s}"
ELSEWHERE = b"$coord file=/etc/passwd\n$periodic 3\n$lattice\n3 0 0\n0 3 0\n0 0 3\n$end\n"
SET = b"\n1\n0.01 0 0\n" + b"0 0 0\n" * ATOMS
TENSOR = b"\n1 0 0 0 1 0 0 0 1\n"
SMALL = b"1 1\n1 1\n1 0 0\n0 1 0\n0 0 1\n"
GROUPS = [  # files of the input, which is changed, whose key is named; what is done and words of the complaint
    (YAML, MAIN, FC, {
        "cut in the middle": (cut(0.5), ""),
        "cut in the crystal": (cut(0.02), ""),
        "without a crystal": (section("unit_cell", "units: none"), "no crystal"),
        "a list": (become(b"- 1\n- 2\n"), "no mapping"),
        "a header that is a number": (become(b"phonopy: 1\n"), ""),
        "prose": (become(b"all is well"), "no mapping"),
        "tabs": (become(b"phonopy:\n\tversion: 1\n"), "YAML"),
        "nested in brackets": (become(b"a: " + b"[" * STAIRS), "nested"),
        "nested in closed brackets": (become(b"a: " + b"[[]," * STAIRS + b"1" + b"]" * STAIRS), "nested"),
        "nested in steps": (become(b"a:\n  " + b"- " * STAIRS + b"1"), "nested"),
        "nested in keys": (become(b"? " * STAIRS + b"1"), "nested"),
        "aliases of aliases": (become(BOMB), ""),
        "one alias": (swap("phonopy:", "more: &x [1]\nphonopy:"), "anchors"),
        "two documents": (more(b"---\na: 1\n"), "YAML"),
        "bytes in the text": (lambda data: data[:99] + b"\0\1\2" + data[99:], "neither text"),
        "no UTF-8": (lambda data: b"\xff\xfe" + data, ""),
        "NaN": (number(".nan"), "not finite"),
        "infinity": (number(".inf"), "not finite"),
        "words": (number("many"), "phonopy cannot read it"),
        "another shape": (swap("shape: [ 8, 8 ]", "shape: [ 4, 16 ]"), "4 × 16"),
        "a shape without elements": (swap("shape: [ 8, 8 ]", "shape: [ 9, 8 ]"), ""),
        "a lattice in a plane": (cell(lattice="[[3, 0, 0], [0, 3, 0], [3, 3, 0]]"), "in a plane"),
        "a vector of zero": (cell(lattice="[[0, 0, 0], [0, 3, 0], [0, 0, 3]]"), ""),
        "a lattice of NaN": (cell(lattice="[[.nan, 0, 0], [0, 3, 0], [0, 0, 3]]"), ""),
        "a lattice of two vectors": (cell(lattice="[[3, 0, 0], [0, 3, 0]]"), ""),
        "a position of NaN": (cell(ATOM % (".nan", 28)), "not finite"),
        "a position far away": (cell(ATOM % ("1e9", 28)), "fractional positions"),
        "no atoms": (cell(""), "no crystal"),
        "an unknown element": (cell("{symbol: Xx, coordinates: [0, 0, 0], mass: 28}"), ""),
        "no mass": (cell(ATOM % (0, 0)), "masses"),
        "a negative mass": (cell(ATOM % (0, -28)), "masses"),
        "a mass of NaN": (cell(ATOM % (0, ".nan")), "masses"),
        "one mass for two": (cell(f"{ATOM % (0, 28)}, {{symbol: Si, coordinates: [0, 0, 0.5]}}"), ""),
        "two atoms in one place": (cell(f"{ATOM % (0, 28)}, {ATOM % (1.001, 28)}"), "two atoms"),
        "a moment of NaN": (cell(ATOM.replace("}", ", magnetic_moment: .nan}") % (0, 28)), "moments"),
        "a huge supercell": (matrix("[[900, 0, 0], [0, 900, 0], [0, 0, 900]]"), "supercell of"),
        "a singular supercell": (matrix("[[2, 0, 0], [2, 0, 0], [0, 0, 2]]"), "supercell of"),
        "another supercell": (matrix("[[3, 0, 0], [0, 1, 0], [0, 0, 2]]"), "8 × 8"),
        "a charge too many": (swap("  dielectric", "  - [[1, 0, 0], [0, 1, 0], [0, 0, 1]]\n  dielectric"), "3 atoms"),
        "charges of NaN": (charges(".nan"), "not finite"),
        "huge charges": (charges("1e9"), "above 100 e"),
        "a dielectric constant of zero": (charges(epsilon="[[0, 0, 0], [0, 0, 0], [0, 0, 0]]"), "dielectric"),
        "a negative dielectric constant": (charges(epsilon="[[2, 0, 0], [0, -2, 0], [0, 0, 2]]"), "dielectric"),
        "a flat dielectric constant": (charges(epsilon="[2, 2, 2]"), "3×3"),
        "empty": (become(b""), "is empty"),
        "zeros": (become(bytes(1000)), "neither text nor HDF5"),
        "garbage that says gzip": (become(b"\x1f\x8b" + bytes(range(256))), "unpacked"),
        "garbage that says xz": (become(b"\xfd7zXZ\0" + bytes(range(256))), "unpacked"),
        "garbage that says bzip2": (become(b"BZh9" + bytes(range(256))), "unpacked"),
        "garbage that says lzma": (become(b"]\0\0" + bytes(range(256))), "unpacked"),
        "xz cut short": (lambda data: lzma.compress(data)[:-40], "cut off"),
        "gzip cut short": (lambda data: gzip.compress(data)[:-9], "cut off"),
        "gzip of nothing": (become(gzip.compress(b"")), "is empty"),
        "packed twice": (lambda data: gzip.compress(gzip.compress(data)), "neither text"),
        "a bomb": (become(lzma.compress(bytes(80 << 20), preset=0)), "unpacks to more than"),
    }),
    (YAML, MAIN, "crystal.supercell", {"no supercell": (section("supercell_matrix", "other: 1"), "names no super")}),
    (YAML, MAIN, "crystal.primitive", {
        "no translation": (matrix("[[0.5, 0, 0], [0, 1, 0], [0, 0, 1]]", "primitive_matrix"), "no primitive cell"),
    }),
    (MOVED, MAIN, FC, {
        "forces missing": (swap("  forces:\n", "  former_forces:\n"), "lacks the forces of displacement 1"),
        "forces of NaN": (swap("  forces:\n  - [ ", "  forces:\n  - [ .nan, 0, 0 ]\n  - [ "), ""),
        "an atom that is not there": (swap("- atom:    1", "- atom:   99"), "none of the 8"),
        "atom 0": (swap("- atom:    1", "- atom:    0"), "none of the 8"),
        "an atom in words": (swap("- atom:    1", "- atom: first"), ""),
    }),
    (FORCES, "force_sets", FS, {
        "cut short": (cut(0.7), "are not 12 displacements"),
        "cut in its head": (become(b"8\n2\n"), "is no FORCE_SETS"),
        "a set too many": (more(SET), "are not 12"),
        "counts one less": (line(1, "5"), "are not 5"),
        "of other atoms": (line(0, "16"), "forces of 16 atoms, the supercell 8"),
        "of no atoms": (line(0, "0"), "forces of 0 atoms"),
        "of no displacement": (line(1, "0"), "0 displacements"),
        "NaN": (line(6, "nan 0 0"), "not finite"),
        "infinity": (line(6, "0 1e400 0"), "not finite"),
        "words": (line(6, "0 none 0"), "no number"),
        "a short line": (line(6, "0 0"), "numbers are not"),
        "atom 0": (line(3, "0"), "none of the 8"),
        "atom 9": (line(3, "9"), "none of the 8"),
        "half an atom": (line(14, "1.5"), ""),
        "nothing displaced": (line(4, "0 0 0"), "displacements of 0"),
        "displaced by a cell": (line(4, "9 0 0"), "displacements of"),
        "too few displacements": (lines(lambda rows: [rows[0], "1", *rows[2:13]]), "not enough"),
        "atoms in another order": (lines(shuffled), "not those of the crystal"),
    }),
    (PLAIN, "force_sets", FS, {
        "of both kinds, a line short": (become(b"0.01 0 0 0.1 0 0\n" * 15), "no multiple of the 8"),
        "of five columns": (become(b"0.01 0 0 0.1 0\n" * 16), "is no FORCE_SETS"),
        "of noise": (lambda _: noise(), "not harmonic"),
        "all at rest": (become(b"0 0 0 0.1 0 0\n" * 16), "displacements of 0"),
        "without forces": (become(b"0.01 0.01 0 0 0 0\n" * 16), "all zero"),
    }),
    (CONSTANTS, MAIN, FC, {
        "cut short": (cut(0.9), "are not those of 8 × 8"),
        "a pair too many": (more(b"\n1 1\n1 0 0\n0 1 0\n0 0 1\n"), "8 × 8"),
        "of other atoms": (line(0, "4 16"), "not in order"),
        "without a head": (lines(lambda rows: rows[1:]), ""),
        "of no atoms": (line(0, "0 0"), "0 × 0"),
        "of too many atoms": (line(0, "9999999 9999999"), "are not those"),
        "pairs in another order": (line(5, "1 3"), "not in order"),
        "NaN": (line(2, "nan 0 0"), "not finite"),
        "words": (line(7, "a b c"), "no number"),
        "of a smaller crystal": (become(SMALL), "1 × 1 atoms"),
        "atoms in another order": (rearranged(0, 5, 7, 1, 4, 2, 3, 6), "translations map on each other differ"),
    }),
    (COMPACT, MAIN, FC, {
        "atoms in another order": (rearranged(2, 4, 3, 6, 5, 0, 1, 7), "as strongly as to its place"),
        "neighbours in another order": (rearranged(0, 1, 5, 2, 4, 7, 6, 3), "Φ_ab and Φ_ba differ"),
        "rows of other atoms": (text(lambda content: content.replace("\n1 ", "\n2 ")), "other atoms"),
    }),
    (CHARGED, "born", BORN, {
        "cut short": (cut(0.6), "is no BORN"),
        "of one atom": (lines(lambda rows: rows[:-1]), "charges of 1 atom"),
        "of three atoms": (more(TENSOR), "charges of 3 atoms"),
        "of three atoms after a blank line": (more(b"\n" + TENSOR), "of 3 atoms"),
        "without a head": (lines(lambda rows: rows[1:]), ""),
        "NaN": (line(2, "nan 0 0 0 1 0 0 0 1"), "not finite"),
        "words": (line(2, "a b c d e f g h i"), "no number"),
        "eight numbers": (line(2, "1 0 0 0 1 0 0 0"), "nine numbers"),
        "without a dielectric constant": (line(1, "0 0 0 0 0 0 0 0 0"), "dielectric"),
        "huge charges": (line(2, "1e9 0 0 0 1 0 0 0 1"), "above 100 e"),
    }),
    (PLAIN, MAIN, FC, {
        "cut short": (first(8), "positions of 0 atoms"),
        "one line": (become(b"Si\n"), "is no POSCAR"),
        "prose": (become(b"once\nupon\na\ntime\nthere\nwas\n"), "is no POSCAR"),
        "a vector of zero": (line(2, "0 0 0"), ""),
        "a lattice in a plane": (lines(lambda rows: [*rows[:3], rows[2], *rows[4:]]), "in a plane"),
        "a scale of NaN": (line(1, "nan"), ""),
        "a scale of zero": (line(1, "0"), ""),
        "three scales": (line(1, "1 1 1"), "is no POSCAR"),
        "unknown elements": (elements("Xx Yy"), "names no element"),
        "no elements": (elements("a crystal"), "names no element"),
        "one element for two": (elements("Si"), "names no element"),
        "no atoms": (counts("0 0"), "positions of"),
        "negative atoms": (counts("2 -1"), "positions of"),
        "NaN": (lines(lambda rows: [*rows[:-1], "nan 0 0"]), "not finite"),
        "in nanometres": (line(1, "0.01"), "lattice vectors of"),
        "atoms in one place": (lines(lambda rows: [*rows[:-1], rows[-2]]), "two atoms"),
    }),
    ({**PLAIN, "supercell": [1, 1, 1]}, MAIN, FS, {"no supercell": (more(b""), "8 atoms, the supercell 2")}),
    ({**PLAIN, "supercell": [4, 1, 1]}, MAIN, FS, {"a wrong supercell": (more(b""), "not those of the crystal")}),
    ({**PLAIN, "calculator": "qe"}, MAIN, FC, {"not of qe": (more(b""), "is no structure of qe")}),
    ({**PLAIN, "calculator": "siesta"}, MAIN, FC, {"for a reader that exits": (more(b""), "is no structure of si")}),
    ({**PLAIN, "calculator": "turbomole"}, MAIN, FC, {"names other files": (become(ELSEWHERE), "_disp.yaml instead")}),
    (HDF5, MAIN, FC, {
        "cut short": (cut(0.5), "cut off"),
        "a head": (become(b"\x89HDF\r\n\x1a\n"), "damaged"),
        "packed, cut short": (lambda data: gzip.compress(data[: len(data) // 2]), "cut off"),
    }),
]  # fmt: skip
CONTENTS = {  # of an HDF5 file
    "none": (anew(), "holds no force constants"),
    "text": (anew("many"), "not an array"),
    "NaN": (anew(np.full((8, 8, 3, 3), np.nan)), "not finite"),
    "flat": (anew(np.ones(576)), "no force constants for pairs"),
    "other tensors": (anew(np.ones((8, 8, 2, 2))), "no force constants for pairs"),
    "other atoms": (anew(np.ones((4, 16, 3, 3))), "4 × 16 atoms"),
    "complex": (anew(1j * np.ones((8, 8, 3, 3))), "not an array"),
    "empty": (anew(np.ones((0, 8, 3, 3))), "not an array"),
    "a link to another file": (anew(h5py.ExternalLink("good.hdf5", "force_constants")), "not an array"),
    "a link in a circle": (anew(h5py.SoftLink("/force_constants")), "not an array"),
    "a link beside them": (anew(h5py.ExternalLink("good.hdf5", "unit"), "physical_unit"), "not an array"),
    "external storage": (anew(shape=(8, 8, 3, 3), dtype="f8", external=[("good.hdf5", 4096, 4608)]), "not an array"),
    "rows of other atoms": (hdf5(rows_of_others), "other atoms"),
    "10¹³ numbers": (anew(shape=(10**6, 10**6, 3, 3), dtype="f8", chunks=(1, 1, 3, 3)), "not an array"),
    "zeros of 10¹⁰": (anew(shape=(10**5, 10**4, 3, 3), dtype="f8", chunks=(1, 1, 3, 3), fillvalue=0), "not an array"),
    "a unit of numbers": (anew(3.0, "physical_unit"), "no word"),
    "a unit of many words": (anew(["eV/angstrom^2"] * 9, "physical_unit"), "no word"),
}
