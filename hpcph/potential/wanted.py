"""What is asked of a potential, and what it gives: plain data that ranks exchange."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Model:
    """A potential: factory, `module:name` of a calculator of ASE, with its arguments, or a file of pypolymlp."""

    factory: str | None
    polymlp: Path | None
    arguments: dict[str, Any]

    @property
    def key(self) -> str:
        """The key of the input that names it."""
        return "crystal.calculator.ase" if self.polymlp is None else "crystal.calculator.polymlp"

    @property
    def name(self) -> str:
        """As the input says it, the file without its folder."""
        if self.polymlp is not None:
            return f"polymlp {self.polymlp.name}"
        given = ", ".join(f"{key}={value!r}" for key, value in self.arguments.items())
        return f"{self.factory}({given})"


@dataclass(frozen=True)
class Placed:
    """Atoms that an input places itself.

    lattice : (3, 3) and positions : (n, 3) Cartesian, tuples of Å; masses : (n,) u, None for those of the elements
    """

    lattice: tuple
    species: tuple[str, ...]
    positions: tuple
    masses: tuple | None


@dataclass(frozen=True)
class Wanted:
    """What an input asks for.

    structure : a file, or the atoms
    supercell : three numbers, phonopy's matrix, or m between its opposite faces at least
    displacement : m; relax : none, positions or cell; tolerance : m, of the symmetry
    empty : the axis along which a layer does not repeat, None of a bulk
    """

    structure: Path | Placed
    model: Model
    supercell: tuple | float
    displacement: float
    relax: str
    tolerance: float
    empty: int | None = None


@dataclass(frozen=True)
class Displaced:
    """Supercells whose forces are wanted, in Å: first the one at rest, then one a displacement.

    description : text of phonopy's yaml, which says all about them but the forces
    lattice : ndarray (3, 3), rows; places : ndarray (n, 3) Cartesian; atom : ndarray (d,) int; shift : ndarray (d, 3)
    label : of what its forces depend on, sha256; model : with versions
    """

    description: str
    lattice: np.ndarray
    symbols: tuple[str, ...]
    places: np.ndarray
    atom: np.ndarray
    shift: np.ndarray
    model: Model
    versions: str
    label: str
    lines: tuple[str, ...]

    @property
    def tasks(self) -> int:
        """Supercells."""
        return 1 + len(self.atom)

    def positions(self, task: int) -> np.ndarray:
        """Cartesian Å, (n, 3)."""
        places = self.places.copy()
        if task:
            places[self.atom[task - 1]] += self.shift[task - 1]
        return places


@dataclass(frozen=True)
class Computed:
    """Files of phonopy with what a potential gave.

    crystal, force_sets : their paths; lines : what the user should read; about : for the provenance, by name
    """

    crystal: Path
    force_sets: Path
    lines: tuple[str, ...]
    about: dict[str, str] = field(default_factory=dict)
