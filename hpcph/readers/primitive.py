"""Which primitive cell, and how to say it."""

from fractions import Fraction
from typing import Any

import numpy as np

NAMES = "abc"
ELEMENTS = 118  # more kinds of atoms phonopy cannot tell apart
TIDY = {"1/2": "½", "1/3": "⅓", "2/3": "⅔", "1/4": "¼", "3/4": "¾"}


def is_automatic(wanted: Any) -> bool:
    """Is the choice left to the file, or to hpcph where it makes none?"""
    return wanted is None or (isinstance(wanted, str) and wanted == "auto")


def automatic(cell: Any, tolerance: float) -> np.ndarray:
    """The matrix of the primitive cell, phonopy's for cells with pure translations: columns in terms of a, b, c.

    tolerance : Å, how far places may be off

    A cell that is primitive already stays as it is: phonopy would rename its axes. Atoms of other mass or name are
    other atoms, whatever their element.
    """
    from phonopy.structure.atoms import PhonopyAtoms
    from phonopy.structure.cells import guess_primitive_matrix

    alike = [(s, round(float(m), 4)) for s, m in zip(cell.symbols, cell.masses, strict=True)]
    kinds = {kind: number + 1 for number, kind in enumerate(dict.fromkeys(alike))}
    if len(kinds) > ELEMENTS or cell.has_weighted_species:
        return np.eye(3)
    told = PhonopyAtoms(
        cell=cell.cell,
        scaled_positions=cell.scaled_positions,
        numbers=[kinds[kind] for kind in alike],
        magnetic_moments=cell.magnetic_moments,
    )
    matrix = np.array(guess_primitive_matrix(told, symprec=tolerance), float)
    determinant = np.linalg.det(matrix)
    if abs(determinant) > 0.9:
        return np.eye(3)
    return matrix * np.sign(determinant)  # of left-handed axes phonopy gives one that it does not take itself


def sentence(matrix: np.ndarray) -> str:
    """What a', b', c' are of the file's a, b, c; "" where they are the same."""
    if np.allclose(matrix, np.eye(3), atol=1e-5):
        return ""
    axes = ", ".join(f"{name}' = {_sum(column)}" for name, column in zip(NAMES, matrix.T, strict=True))
    return f"primitive cell: {axes}; q and grid refer to it; crystal.primitive: P keeps the file's"


def _sum(column: np.ndarray) -> str:
    """Such as ½ b − ⅓ c."""
    text = ""
    for value, name in zip(column, NAMES, strict=True):
        share = Fraction(float(value)).limit_denominator(99)
        if share:
            size = "" if abs(share) == 1 else TIDY.get(str(abs(share)), str(abs(share)))
            sign = "−" if share < 0 else "+"
            text += f" {sign} {size}{' ' if '/' in size else ''}{name}"
    return text.removeprefix(" + ") if text.startswith(" +") else text.replace(" − ", "−", 1)
