"""CASTEP's .castep_bin and .check: the cell, force constants of a supercell of any shape, Born charges, ε.

Records are read here, not by Euphonic, whose reader trusts what a file says of lengths and of the number of atoms.
Of two unit cells the first is that of the phonons, the second that of the input; atoms stand species after species, and
their places within 0 and 1 are those that T is counted from. Force constants (i, a, j, b, T) in Fortran's order, are of
u_ai(0) and u_bj(T); where there are Born charges they are without dipoles: CASTEP takes out the whole Ewald sum. Born
charges have rows of the displacement, as CASTEP's own frequencies at generic q tell.
"""

from dataclasses import dataclass, replace
from typing import BinaryIO

import numpy as np

from hpcph.constants import bohr, electron_mass, hartree
from hpcph.errors import counted
from hpcph.readers import cells
from hpcph.readers.constants import SupercellConstants, within
from hpcph.readers.files import BINARY, Content, FileKind
from hpcph.readers.grids import require_crystal
from hpcph.readers.point_dipoles import point_dipoles
from hpcph.readers.records import WORD, Record, records, values

UNIT = hartree / bohr**2  # N/m
MOST = 20_000  # atoms of a supercell
NAME = 8  # bytes of a species
LAST = "END"
FOLLOWING = {  # labels, and how many records behind each are read
    "CELL%REAL_LATTICE": 1,
    "CELL%NUM_IONS": 1,
    "CELL%NUM_SPECIES": 1,
    "CELL%NUM_IONS_IN_SPECIES": 1,
    "CELL%IONIC_POSITIONS": 1,
    "CELL%SPECIES_MASS": 1,
    "CELL%SPECIES_SYMBOL": 1,
    "FORCE_CON": 3,
    "BORN_CHGS": 1,
    "DIELECTRIC": 1,
}
CELL, CLOSED = "CELL%", "END_UNIT_CELL"


def looks_like(head: str) -> bool:
    """Whether a file begins as one of CASTEP does."""
    return BINARY[FileKind.RECORDS].match(head.encode()) is not None


def read(content: Content) -> SupercellConstants:
    """The crystal of a file. Raises InputError, with the record and the byte where it begins."""
    if content.kind is not FileKind.RECORDS:
        raise content.refuse("is no .castep_bin or .check of CASTEP: expected CASTEP_BIN in its first record")
    with open(content.plain, "rb") as file:
        return _Found(content, file, _labelled(content, file)).crystal()


def _labelled(content: Content, file: BinaryIO) -> dict[str, list[Record]]:
    """The records behind labels: of the first unit cell, and of the last of what follows from it."""
    found: dict[str, list[Record]] = {}
    label, more, last, closed = "", 0, None, False
    for record in records(content, file):
        last = record
        if more:
            found[label].append(replace(record, under=label))
            more -= 1
            continue
        text = record.short.decode("ascii", "replace").strip()
        closed |= text == CLOSED
        if text in FOLLOWING and not (closed and text.startswith(CELL)):
            label, more = text, FOLLOWING[text]
            found[label] = []
    if last is None or last.short.strip() != LAST.encode():
        number = 0 if last is None else last.number
        raise content.refuse(f"ends after record {number}: expected {LAST} in the last one; it is cut off")
    return found


@dataclass(frozen=True)
class _Found:
    """A file and its records by label."""

    content: Content
    file: BinaryIO
    records: dict[str, list[Record]]

    def has(self, label: str) -> bool:
        return label in self.records

    def record(self, label: str, number: int = 0) -> Record:
        """One of those behind a label."""
        if len(self.records.get(label, ())) <= number:
            raise self.content.refuse(
                f"has no record {number + 1} behind {label}: damaged, or of a run that ended early"
            )
        return self.records[label][number]

    def values(self, label: str, kind: str, shape: tuple[int, ...], what: str, number: int = 0) -> np.ndarray:
        return values(self.content, self.file, self.record(label, number), kind, shape, what)

    def count(self, label: str, what: str) -> int:
        """A number of things, 1 to MOST."""
        found = int(self.values(label, "i4", (1,), what)[0])
        if not 1 <= found <= MOST:
            raise self.record(label).refuse(self.content, f"{what}, 1 to {MOST}, found {found}")
        return found

    def crystal(self) -> SupercellConstants:
        if not self.has("FORCE_CON"):
            made = "phonon_fine_method: interpolate or supercell, and phonon_write_force_constants: true"
            raise self.content.refuse(f"has no force constants (FORCE_CON): expected a phonon run with {made}")
        lattice = self.values("CELL%REAL_LATTICE", "f8", (3, 3), "the lattice vectors").T * bohr
        species = self.count("CELL%NUM_SPECIES", "the number of species")
        atoms = self.count("CELL%NUM_IONS", "the number of atoms")
        each = self.values("CELL%NUM_IONS_IN_SPECIES", "i4", (species,), f"how many atoms {species} species have")
        if each.min() < 1 or each.sum() != atoms:
            what = f"{counted(atoms, 'atoms')} of {species} species, found {' + '.join(map(str, each[:20]))}"
            raise self.record("CELL%NUM_IONS_IN_SPECIES").refuse(self.content, what)
        what = f"the places of {counted(atoms, 'atoms')}"
        places = self.values("CELL%IONIC_POSITIONS", "f8", (species, each.max(), 3), what)
        mass = self.values("CELL%SPECIES_MASS", "f8", (species,), f"{species} masses") * electron_mass
        of = np.repeat(np.arange(species), each)
        fractional = np.concatenate([places[s, :n] for s, n in enumerate(each)])
        require_crystal(self.content, lattice, fractional, mass[of])
        names = self.names(species)
        supercell, points, phi = self.constants(atoms)
        born, epsilon, said = self.charges(atoms)
        found = SupercellConstants(
            lattice, fractional - np.floor(fractional), tuple(names[s] for s in of), mass[of],
            supercell, points, phi, born, epsilon, said,
        )  # fmt: skip
        return found if born is None else replace(found, phi_tab=phi + point_dipoles(found))

    def names(self, species: int) -> list[str]:
        """Of the species, each of eight letters."""
        record = self.record("CELL%SPECIES_SYMBOL")
        if record.size != NAME * species:
            raise record.refuse(
                self.content, f"{NAME * species} bytes, the names of {species} species, found {record.size}"
            )
        self.file.seek(record.at + WORD)
        text = self.file.read(record.size).decode("ascii", "replace")
        return [text[n : n + NAME].strip(" \0") for n in range(0, len(text), NAME)]

    def constants(self, atoms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """The supercell, its lattice points (t, 3) and Φ_ab(T) (t, a, b, 3, 3), N/m."""
        supercell = self.values("FORCE_CON", "i4", (3, 3), "the matrix of the supercell").T
        volume = round(float(np.linalg.det(supercell)))
        count, supercell = abs(volume), supercell * np.sign(volume)  # the same one, right-handed
        if not 1 <= count <= MOST:
            what = f"the matrix of a supercell of 1 to {MOST} cells, found {supercell.T.tolist()}"
            raise self.record("FORCE_CON").refuse(self.content, what)
        what = f"the force constants of {counted(atoms, 'atoms')} in {counted(count, 'cells')}"
        phi = self.values("FORCE_CON", "f8", (count, atoms, 3, atoms, 3), what, 1)
        points = self.values("FORCE_CON", "i4", (count, 3), f"the origins of {counted(count, 'cells')}", 2)
        points = within(points, supercell)
        if len({tuple(point) for point in points.tolist()}) != count:
            what = f"the {counted(count, 'cells')} of the supercell, each once"
            raise self.record("FORCE_CON", 2).refuse(self.content, f"{what}, found one twice")
        return supercell, points, phi.transpose(0, 3, 1, 4, 2) * UNIT

    def charges(self, atoms: int) -> tuple[np.ndarray | None, np.ndarray | None, tuple[str, ...]]:
        """Born charges and ε, None without both, and a line where there is one without the other."""
        given = [label for label in ("BORN_CHGS", "DIELECTRIC") if self.has(label)]
        if len(given) < 2:
            missing = {"BORN_CHGS": "Born charges without ε", "DIELECTRIC": "ε without Born charges"}
            return None, None, tuple(f"{missing[label]} left out" for label in given)
        born = self.values("BORN_CHGS", "f8", (atoms, 3, 3), f"the Born charges of {counted(atoms, 'atoms')}")
        epsilon = self.values("DIELECTRIC", "f8", (3, 3), "ε").T
        found = cells.charges({"born": born.swapaxes(1, 2), "dielectric": epsilon}, self.content)
        return found["born"], found["dielectric"], ("short-range, its dipoles added",)
