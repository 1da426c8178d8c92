"""TDEP's infile.forceconstant with infile.ucposcar: pairs within a cutoff, eV/Å², dipoles apart where it is polar.

After natom and cutoff, for each atom a its number of neighbours, and for each of these an atom b, a lattice vector T in
units of a, b, c, and Φ_ab(T). The tail is 0, or 3, ε, Λ in 1/bohr and Born charges, rows of the field: TDEP adds
    C_ab(q) = (4π c/V) Σ_{K ≠ 0} (K·Z_a)(K·Z_b) e^{−K·ε·K/4Λ²}/(K·ε·K) e^{iK·(r_a − r_b)} − δ_ab Σ_c C_ac(0), K = q + G,
c = e²/4πε₀, which is no whole Ewald sum: the rest of it stands among the pairs.
"""

import re
from dataclasses import dataclass
from math import prod

import numpy as np

from hpcph.constants import angstrom, atomic_mass, bohr, elementary_charge, epsilon_0
from hpcph.crystal.lattice import reciprocal
from hpcph.errors import counted
from hpcph.readers import cells, grids
from hpcph.readers.charges import in_rows
from hpcph.readers.constants import SupercellConstants, lattice_points
from hpcph.readers.files import Content
from hpcph.readers.lines import Lines

BEGINS = re.compile(r"\s*\d+\s+How many atoms per unit cell[^\n]*\n\s*\S+\s+Realspace cutoff")
MOST, PAIRS = 1000, 10**6  # atoms; neighbours of one
UNIT = elementary_charge / angstrom**2  # eV/Å² in N/m
CUTOFF = 46.0  # −ln of the largest Gaussian that TDEP leaves out
WHOLE = 1e-6  # how far lattice vectors may be off integers
FARTHER = 1e-3  # relative: how far pairs may reach beyond the file's cutoff
NEARER = 0.6  # of the cutoff: a cell whose pairs all are nearer is of another crystal, or in bohr
ENDED = 3.5  # Λ√(x·ε⁻¹·x) beyond which the rest of the Ewald sum is below 1e-6 of its size
FREE = 2  # times the reach of the pairs: nearer images would have a share in the pairs that reach farthest
LARGEST = 1 << 27  # elements of the force constants
ALIKE = 1e-2  # relative: how far Φ_ab(T) may be off the transpose of Φ_ba(−T)
SAME = 1e-3  # of charges and ε that two files have
DEPRECATED, LAYER = (1, 2), 4  # types of the polar part


@dataclass(frozen=True)
class Polar:
    """Dipoles that TDEP adds: ε (3, 3); born : ndarray (a, 3, 3), [field, displacement]; width : Λ in 1/m."""

    epsilon: np.ndarray
    born: np.ndarray
    width: float


def looks_like(head: str) -> bool:
    """Whether a text begins as TDEP's second-order force constants do."""
    return BEGINS.match(head) is not None


def read(content: Content, structure: Content, born: Content | None = None) -> SupercellConstants:
    """The total force constants, on the smallest grid where images of a pair are at least twice as far as pairs reach.

    Whoever shares the sum over images among them then leaves the pairs as they are. Masses are those of the elements.

    structure : infile.ucposcar; born : infile.lotosplitting, of which nothing is used where the tail has its charges

    Raises InputError.
    """
    lines = Lines(content)
    if not looks_like("\n".join(lines.lines[:2])):
        raise content.refuse("is no infile.forceconstant of TDEP: expected natom and the cutoff in its first lines")
    cell = cells.alone(structure)
    lattice, places = np.array(cell.cell) * angstrom, np.array(cell.scaled_positions)
    atoms = lines.integers(1, "the number of atoms")[0]
    if atoms != len(places):
        count = counted(len(places), "atoms")
        raise content.refuse(f"line 1: expected the {count} of {structure.path.name}, not {atoms}")
    if atoms > MOST:
        raise content.refuse(f"line 1: expected at most {MOST} atoms")
    cutoff = lines.begins(1, "the cutoff in Å")[0] * angstrom
    pairs = [_neighbours(lines, atom, atoms) for atom in range(atoms)]
    polar = _tail(lines, atoms)
    first = np.repeat(np.arange(atoms), [len(second) for second, _, _ in pairs])
    second, where, phi = (np.concatenate([one[n] for one in pairs]) for n in range(3))
    length = np.linalg.norm((where + places[second] - places[first]) @ lattice, axis=1)
    if length.max() > cutoff * (1 + FARTHER):
        far = f"{length.max() / angstrom:.4g} Å in {structure.path.name}"
        raise content.refuse(f"has pairs up to {far}: expected at most its cutoff, {cutoff / angstrom:.4g} Å")
    if length.max() < cutoff * NEARER:
        near = f"{length.max() / angstrom:.4g} Å in {structure.path.name}"
        raise content.refuse(f"has pairs up to {near} alone: expected some near its cutoff, {cutoff / angstrom:.4g} Å")
    divisions = _divisions(content, lattice, float(length.max()), polar, atoms)
    supercell = np.diag(divisions)
    table = np.zeros((prod(divisions), atoms, atoms, 3, 3))
    np.add.at(table, (np.ravel_multi_index(tuple(where.T), divisions, mode="wrap"), first, second), phi)
    _require_permutable(content, table, divisions)
    if polar is not None:
        q = lattice_points(divisions) / divisions
        table += grids.transformed(content, divisions, dipoles(lattice, places, polar, q))
    charges, remarks = _charges(content, polar, born, atoms)
    shown = "×".join(map(str, divisions))
    added = f", its dipoles (Λ {polar.width * bohr:.4g}/bohr) added" if polar is not None else ""
    return SupercellConstants(
        lattice, places, tuple(cell.symbols), np.array(cell.masses) * atomic_mass, supercell, lattice_points(divisions),
        table, *charges, (f"pairs up to {length.max() / angstrom:.4g} Å on the grid {shown}{added}", *remarks),
    )  # fmt: skip


def dipoles(lattice_vc: np.ndarray, fractional_ac: np.ndarray, polar: Polar, q_qc: np.ndarray) -> np.ndarray:
    """What TDEP adds at fractional wave vectors, (q, 3a, 3a) in N/m, phases of lattice points alone."""
    b_vc, atoms = reciprocal(lattice_vc), len(fractional_ac)
    longest = 2 * polar.width * np.sqrt(CUTOFF / np.linalg.eigvalsh(polar.epsilon)[0])
    bound = np.ceil(longest * np.linalg.norm(lattice_vc, axis=1) / (2 * np.pi)).astype(int) + 1
    G = np.indices(2 * bound + 1).reshape(3, -1).T - bound
    factor = elementary_charge**2 / epsilon_0 / abs(np.linalg.det(lattice_vc))

    def at(q: np.ndarray) -> np.ndarray:
        wave = G + q
        K = wave @ b_vc
        s = np.einsum("gc,cd,gd->g", K, polar.epsilon, K) / (4 * polar.width**2)
        used = (s < CUTOFF) & (np.abs(wave).max(axis=1) > WHOLE)
        K, s, wave = K[used], s[used], wave[used]
        size = np.sqrt(factor * np.exp(-s) / (4 * polar.width**2 * s))
        turned = np.exp(-2j * np.pi * wave @ fractional_ac.T) * size[:, None]
        moved = (turned[:, :, None] * np.einsum("gc,aci->gai", K, polar.born)).reshape(len(K), -1)
        return moved.conj().T @ moved

    own = at(np.zeros(3)).real.reshape(atoms, 3, atoms, 3).sum(axis=2)
    total = np.array([at(q - np.rint(q)) for q in q_qc])
    for atom, matrix in enumerate(own):
        here = slice(3 * atom, 3 * atom + 3)
        total[:, here, here] -= (matrix + matrix.T) / 2
    return total


def _neighbours(lines: Lines, atom: int, atoms: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Those of an atom: which, in which cells (n, 3) int, and Φ (n, 3, 3) in N/m."""
    count = lines.integers(1, f"the number of neighbours of atom {atom + 1}")[0]
    if not 1 <= count <= PAIRS:
        raise lines.refuse(f"the number of neighbours of atom {atom + 1}, 1 to {PAIRS}")
    second, cell, phi = [], [], []
    for number in range(1, count + 1):
        which = f"neighbour {number} of atom {atom + 1}"
        second.append(lines.integers(1, f"which atom {which} is")[0] - 1)
        if not 0 <= second[-1] < atoms:
            raise lines.refuse(f"which atom {which} is, 1 to {atoms}")
        T = lines.begins(3, f"the lattice vector of {which}")
        if np.abs(T - np.rint(T)).max() > WHOLE or np.abs(T).max() > PAIRS:
            raise lines.refuse(f"the lattice vector of {which}, whole numbers of a, b, c")
        cell.append(np.rint(T).astype(int))
        phi.append([lines.begins(3, f"a row of the force constants of {which}") for _ in range(3)])
    keys = [(b, *T) for b, T in zip(second, np.array(cell).tolist(), strict=True)]
    if len(set(keys)) < len(keys) or (atom, 0, 0, 0) not in keys:
        raise lines.content.refuse(
            f"has a neighbour of atom {atom + 1} twice, or not the atom itself: expected each once"
        )
    return np.array(second), np.array(cell), np.array(phi) * UNIT


def _tail(lines: Lines, atoms: int) -> Polar | None:
    """What follows the pairs. Raises InputError where it is of another type than TDEP's own programs take."""
    kind = lines.integers(1, "the type of the polar part, 0 or 3")[0]
    if kind == 0:
        return None
    if kind == LAYER:
        raise lines.refuse("3, the type of the polar part of a crystal (that of a layer, 4, is not read)")
    if kind != 3:
        raise lines.refuse("0 or 3, the type of the polar part" + ", 1 and 2 being deprecated" * (kind in DEPRECATED))
    epsilon = np.array([lines.begins(3, "a row of ε") for _ in range(3)])
    width = lines.begins(1, "Λ of the Ewald sum, in 1/bohr")[0]
    if not 1e-3 < width < 1e2 or np.linalg.eigvalsh((epsilon + epsilon.T) / 2)[0] < 0.99:
        raise lines.refuse("Λ of the Ewald sum in 1/bohr, below a positive ε")
    parts = lines.integers(1, "the number of independent components of the Born charges")[0]
    if not 0 <= parts <= 9 * atoms:
        raise lines.refuse(f"the number of independent components of the Born charges, up to {9 * atoms}")
    values = np.array([lines.begins(1, "a component of the Born charges")[0] for _ in range(parts)])
    made = [lines.begins(parts, "a row of what makes Born charges of components") @ values for _ in range(9 * atoms)]
    born = [[lines.begins(3, f"a row of the Born charges of atom {a + 1}") for _ in range(3)] for a in range(atoms)]
    found, own = np.array(born), np.array(made).reshape(atoms, 3, 3)
    if min(np.abs(found - own).max(), np.abs(found.swapaxes(1, 2) - own).max()) > SAME:
        raise lines.refuse("Born charges that are those of their components above")
    sound = cells.charges({"born": found, "dielectric": epsilon}, lines.content)
    return Polar((sound["dielectric"] + sound["dielectric"].T) / 2, sound["born"], width / bohr)


def _divisions(
    content: Content, lattice: np.ndarray, reach: float, polar: Polar | None, atoms: int
) -> tuple[int, int, int]:
    """The smallest grid on which the images of each pair are beyond FREE reaches, and the Ewald sum's rest ends."""
    apart = 1 / np.linalg.norm(np.linalg.inv(lattice), axis=0)
    least = (1 + FREE) * reach
    if polar is not None:
        least = max(least, 2 * ENDED * np.sqrt(np.linalg.eigvalsh(polar.epsilon)[-1]) / polar.width)
    one, two, three = (int(n) for n in np.maximum(np.ceil(least / apart + WHOLE), 1))
    if one * two * three * (3 * atoms) ** 2 > LARGEST:
        shown = f"{one}×{two}×{three}"
        raise content.refuse(f"reaches {reach / angstrom:.4g} Å: expected pairs on a smaller grid than {shown}")
    return one, two, three


def _require_permutable(content: Content, table: np.ndarray, divisions: tuple[int, int, int]) -> None:
    """Raise InputError where Φ_ab(T) is far from the transpose of Φ_ba(−T): of pairs in another order."""
    T = -np.indices(divisions).reshape(3, -1)
    back = table[np.ravel_multi_index(tuple(T), divisions, mode="wrap")].transpose(0, 2, 1, 4, 3)
    if np.abs(table - back).max() > ALIKE * np.abs(table).max():
        _, a, b = np.unravel_index(np.abs(table - back).max(axis=(3, 4)).argmax(), table.shape[:3])
        what = f"force constants of atoms {a + 1} and {b + 1} that are the transposed ones of {b + 1} and {a + 1}"
        raise content.refuse(f"is damaged: expected {what}")


def _charges(
    content: Content, polar: Polar | None, born: Content | None, atoms: int
) -> tuple[tuple[np.ndarray | None, np.ndarray | None], list[str]]:
    """Born charges and ε of the tail, or of infile.lotosplitting where there are none in it, and a line about these."""
    own = (None, None) if polar is None else (polar.born, polar.epsilon)
    if born is None:
        return own, []
    found, epsilon = in_rows(born, atoms)
    if polar is None:
        line = f"{content.path.name} has no dipoles, those of {born.path.name} are part of its force constants"
        return (found, epsilon), [line]
    apart = max(np.abs(found - polar.born).max(), np.abs(epsilon - polar.epsilon).max())
    if apart > SAME:
        raise born.refuse(f"differs by {apart:.2g} from the charges or ε in {content.path.name}: expected the same")
    return own, []
