"""Text files of numbers: FORCE_SETS, FORCE_CONSTANTS, BORN. Every number has its place, none is left over."""

import warnings
from dataclasses import dataclass

import numpy as np

from hpcph.errors import counted
from hpcph.readers.files import Content, FileKind

AXIS = 3


@dataclass(frozen=True)
class Forces:
    """Displacements and the forces they cause, in the units of the file.

    displaced : ndarray (d,) int, the one atom that is displaced, from 0; None where all atoms are
    displacement : ndarray (d, 3), or (d, n, 3) of all atoms; force : ndarray (d, n, 3)
    """

    displaced: np.ndarray | None
    displacement: np.ndarray
    force: np.ndarray


def force_sets(content: Content, atoms: int) -> Forces:
    """FORCE_SETS of a supercell of that many atoms, of both types. Raises InputError."""
    if content.kind is not FileKind.FORCE_SETS:
        raise content.refuse("is no FORCE_SETS")
    lines = [text for raw in content.text.splitlines() if (text := raw.partition("#")[0].strip())]
    values = _values(content, " ".join(lines))
    if len(lines[0].split()) == 2 * AXIS:
        if len(values) % (6 * atoms):
            raise content.refuse(f"has {len(values) / 6:g} lines of six numbers, no multiple of the {atoms} atoms")
        both = values.reshape(-1, atoms, 6)
        return Forces(None, both[:, :, :3].copy(), both[:, :, 3:].copy())
    there, count = int(values[0]), int(values[1])
    if there != atoms:
        raise content.refuse(f"has forces of {counted(there, 'atoms')}, the supercell {atoms}; check crystal.supercell")
    if count < 1 or len(values) != 2 + count * (4 + 3 * there):
        are = f"is damaged: {len(values)} numbers are not"
        raise content.refuse(f"{are} {counted(count, 'displacements')} with forces of {there}")
    table = values[2:].reshape(count, -1)
    return Forces(_indices(content, table[:, 0], there), table[:, 1:4].copy(), table[:, 4:].reshape(count, there, 3))


def force_constants(content: Content) -> tuple[np.ndarray, np.ndarray]:
    """FORCE_CONSTANTS: Φ (rows, n, 3, 3) in the file's unit and the atoms of its rows, from 0. Raises InputError."""
    head, _, rest = content.text.lstrip().partition("\n")
    shape = [int(word) for word in head.split()]
    rows, atoms = shape if len(shape) == 2 else shape * 2
    values = _values(content, rest)
    if rows * atoms < 1 or len(values) != 11 * rows * atoms:
        raise content.refuse(f"is damaged: {len(values)} numbers are not those of {rows} × {atoms} pairs of atoms")
    table = values.reshape(rows, atoms, 11)
    first, second = (_indices(content, table[:, :, column], atoms) for column in (0, 1))
    if np.any(first != first[:, :1]) or np.any(second != np.arange(atoms)):
        raise content.refuse("is damaged: its pairs of atoms are not in order")
    return table[:, :, 2:].reshape(rows, atoms, 3, 3), first[:, 0]


def born(content: Content) -> tuple[np.ndarray, np.ndarray, float | None]:
    """BORN: ε (3, 3), charges (n, 3, 3) of as many atoms as it lists, and its factor or None. Raises InputError."""
    head, *lines = content.text.splitlines()
    rows = [text for raw in lines if (text := raw.partition("#")[0].strip())]
    words = [len(row.split()) for row in rows]
    if content.kind is not FileKind.TEXT or len(rows) < 2 or set(words) != {9}:
        raise content.refuse("is no BORN of phonopy: a line, then nine numbers of ε and nine of every independent atom")
    if len(head.split()) == 9 and not head.lstrip().startswith("#"):
        raise content.refuse(
            "lacks its first line, a remark or a factor in front of ε; a line that begins with # will do"
        )
    values = _values(content, " ".join(rows)).reshape(-1, 3, 3)
    try:
        factor = float(head.split()[0])
    except (ValueError, IndexError):  # text, such as the header that phonopy writes
        factor = None
    return values[0], values[1:], factor


def _indices(content: Content, values: np.ndarray, atoms: int) -> np.ndarray:
    """Numbers of atoms, which files count from 1."""
    found = np.rint(values).astype(int) - 1
    if np.any(found + 1 != values) or found.min() < 0 or found.max() >= atoms:
        raise content.refuse(f"names an atom that is none of the {atoms} of the supercell")
    return found


def _values(content: Content, text: str) -> np.ndarray:
    """All numbers of a text."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            found = np.fromstring(text, sep=" ")
    except (ValueError, DeprecationWarning):
        raise content.refuse("is damaged: it holds something that is no number") from None
    if not found.size or not np.all(np.isfinite(found)):
        raise content.refuse("is damaged: it holds numbers that are not finite, or none")
    return found
