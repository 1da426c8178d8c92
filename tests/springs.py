"""Small crystals held by springs that decay with distance, written in any way: other axes, origin, order, with noise.

Springs reach over every cell, so that pairs at the border of a supercell's Wigner–Seitz cell count, and depend on what
the atoms are alone: they have the whole symmetry of the places.
"""

from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np
import phonopy
from phonopy.structure.atoms import PhonopyAtoms

from hpcph.crystal import dynamical
from hpcph.prepare import forceconstants
from hpcph.prepare.forceconstants import Files

RANGE = 0.8  # Å, over which a spring falls by e
ANGSTROM = 1e-10
MASS = {"A": 24.3, "B": 16.0}
KNOWN: dict[tuple, np.ndarray] = {}  # springs of crystals, by their atoms' places
LOOSE = 4e-5  # Å, with which phonopy finds cells whose atoms are off by the default tolerance


@dataclass(frozen=True)
class Crystal:
    """A unit cell with the matrices of phonopy.

    cell : ndarray (3, 3) Å; places : ndarray (a, 3); names : one an atom, A or B, or with a digit
    masses : one an atom, amu, or None for those of the elements; moments : as phonopy takes them, or None
    """

    cell: np.ndarray
    places: np.ndarray
    names: tuple[str, ...]
    supercell: np.ndarray
    primitive: str
    space_group: str
    masses: np.ndarray | None = None
    moments: np.ndarray | None = None

    def moved(self, step_ac: np.ndarray) -> "Crystal":
        """Atoms moved by Cartesian steps in Å."""
        return replace(self, places=self.places + step_ac @ np.linalg.inv(self.cell))

    def written_otherwise(self, turn: np.ndarray, origin: np.ndarray, order: np.ndarray) -> "Crystal":
        """Turned by an orthogonal matrix, about another origin, its atoms in another order."""
        masses, moments = (None if x is None else np.asarray(x)[order] for x in (self.masses, self.moments))
        places, names = (self.places + origin)[order], tuple(self.names[i] for i in order)
        return replace(self, cell=self.cell @ turn.T, places=places, names=names, masses=masses, moments=moments)

    def phonopy(self, held: "Crystal | None" = None, stiffness=None, loose: float = LOOSE) -> phonopy.Phonopy:
        """With the springs of another crystal of the same atoms, such as this one without its noise."""
        elements = {"A": "Mg", "B": "O"}
        atoms = PhonopyAtoms(
            symbols=[elements[name[0]] + name[1:] for name in self.names],
            masses=[MASS[name[0]] for name in self.names] if self.masses is None else self.masses,
            cell=self.cell,
            scaled_positions=self.places,
            magnetic_moments=self.moments,
        )
        ph = phonopy.Phonopy(
            atoms, self.supercell, primitive_matrix=self.primitive, symprec=loose, is_symmetry=False, log_level=0
        )
        ideal = held or self
        of = [ph.supercell.u2u_map[u] for u in ph.supercell.s2u_map]
        steps = ph.supercell.scaled_positions @ self.supercell - self.places[of]
        x = (ideal.places[of] + np.rint(steps)) @ ideal.cell
        key = x.tobytes(), ideal.names, stiffness
        if key not in KNOWN:
            KNOWN[key] = _springs(x, self.supercell @ ideal.cell, of, stiffness or ideal.stiffness)
        ph.force_constants = KNOWN[key][ph.primitive.p2s_map]
        return ph

    def stiffness(self, first: int, second: int) -> float:
        """Of the spring between two atoms of the unit cell, eV Å⁻² at no distance."""
        return {"AA": 50.0, "AB": 150.0, "BB": 70.0}["".join(sorted(self.names[first][0] + self.names[second][0]))]

    def saved(self, path: Path, held: "Crystal | None" = None, stiffness=None, loose: float = LOOSE) -> Path:
        """As phonopy writes it."""
        self.phonopy(held, stiffness, loose).save(path, settings={"force_constants": True})
        return path

    def loaded(self, path: Path, held: "Crystal | None" = None, stiffness=None) -> forceconstants.Loaded:
        """As the program reads it, with the default tolerance."""
        return forceconstants.load(Files(self.saved(path, held, stiffness), symmetry_tolerance=1e-15))


def frequencies(loaded: forceconstants.Loaded, q: np.ndarray) -> np.ndarray:
    """In THz, (k, n), of force constants as they are."""
    D = dynamical.matrices(dynamical.build(loaded.structure, loaded.pairs, None), np.atleast_2d(q))
    square = np.linalg.eigvalsh(D)
    return np.sign(square) * np.sqrt(np.abs(square)) / (2e12 * np.pi)


def _springs(x_sc, supercell, of, stiffness) -> np.ndarray:
    """Φ (s, s, 3, 3): tensile and a little transverse, summed over the images of the supercell, at rest in all."""
    images = np.array(list(product((-2, -1, 0, 1, 2), repeat=3))) @ supercell
    reach = 1.93 * np.linalg.norm(supercell, axis=1).min()  # a ball, which turns onto itself
    strength = np.array([[stiffness(a, b) for b in of] for a in of])
    phi = np.zeros((len(x_sc), len(x_sc), 3, 3))
    for image in images:
        x = x_sc[None] - x_sc[:, None] + image
        r = np.linalg.norm(x, axis=2)
        far = (r > 0.1) & (r < reach)
        r = np.where(far, r, 1)
        k = np.where(far, strength * np.exp(-r / RANGE), 0)
        phi -= (k / r**2)[:, :, None, None] * np.einsum("abi,abj->abij", x, x) + 0.1 * k[:, :, None, None] * np.eye(3)
    phi[np.arange(len(x_sc)), np.arange(len(x_sc))] -= phi.sum(axis=1)
    return phi


def _rocksalt() -> Crystal:
    centred = np.array([[0, 0, 0], [0, 0.5, 0.5], [0.5, 0, 0.5], [0.5, 0.5, 0]])
    places = np.concatenate([centred, centred + 0.5])
    return Crystal(np.eye(3) * 4.2, places, ("A",) * 4 + ("B",) * 4, np.diag([2, 2, 2]), "F", "Fm-3m (225)")


def _anatase() -> Crystal:
    u = 0.208
    places = np.array([[0, 0, 0], [0, 0.5, 0.25], [0, 0, u], [0, 0, -u], [0, 0.5, 0.25 + u], [0, 0.5, 0.25 - u]])
    places = np.concatenate([places, places + 0.5])
    names = ("A", "A", "B", "B", "B", "B") * 2
    return Crystal(np.diag([3.78, 3.78, 9.51]), places, names, np.diag([2, 2, 1]), "I", "I4_1/amd (141)")


def _wurtzite() -> Crystal:
    a, c, u = 3.25, 5.2, 0.382
    cell = np.array([[a, 0, 0], [-a / 2, a * np.sqrt(0.75), 0], [0, 0, c]])
    places = np.array([[1 / 3, 2 / 3, 0], [2 / 3, 1 / 3, 0.5], [1 / 3, 2 / 3, u], [2 / 3, 1 / 3, 0.5 + u]])
    return Crystal(cell, places, ("A", "A", "B", "B"), np.diag([2, 2, 2]), "P", "P6_3mc (186)")


def _quartz() -> Crystal:
    a, c, u, (x, y, z) = 4.9, 5.4, 0.47, (0.414, 0.267, 0.119)
    cell = np.array([[a, 0, 0], [-a / 2, a * np.sqrt(0.75), 0], [0, 0, c]])
    turn, screw = np.array([[0, -1, 0], [1, -1, 0], [0, 0, 1]]), np.array([0, 0, 1 / 3])
    flip = np.array([[0, 1, 0], [1, 0, 0], [0, 0, -1]])
    first, oxygen = np.array([u, 0, 1 / 3]), np.array([x, y, z])
    of_A, of_B = [first], [oxygen, flip @ oxygen]
    for _ in range(2):
        of_A.append(turn @ of_A[-1] + screw)
        of_B += [turn @ of_B[-2] + screw, turn @ of_B[-1] + screw]
    places = np.array(of_A + of_B)
    return Crystal(cell, places, ("A",) * 3 + ("B",) * 6, np.diag([2, 2, 2]), "P", "P3_121 (152)")


def _litharge() -> Crystal:
    """PbO; its two B are told apart by a twist of the input alone, and the crystal is polar then."""
    cell, z = np.diag([3.9, 3.9, 5.0]), 0.23
    places = np.array([[0, 0, 0], [0.5, 0.5, 0], [0, 0.5, z], [0.5, 0, -z]])
    return Crystal(cell, places, ("A", "A", "B", "B"), np.diag([2, 2, 2]), "P", "P4/nmm (129)")


CRYSTALS = {
    "rocksalt": _rocksalt(),
    "anatase": _anatase(),
    "wurtzite": _wurtzite(),
    "quartz": _quartz(),
    "litharge": _litharge(),
}
