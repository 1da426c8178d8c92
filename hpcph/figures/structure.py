"""The crystal as a picture: one cell with the neighbours that complete its bonds, seen from a side."""

from dataclasses import dataclass
from itertools import combinations, product

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Circle

from hpcph.constants import angstrom
from hpcph.show import atoms
from hpcph.show.bonds import Site, bonded
from hpcph.show.mode import Mode

BORDER = 1e-3  # fraction of the cell within which an atom lies on both sides of it
SIZE = 0.32  # radius of a disc in covalent radii, less in cells of more than MANY atoms
MANY = 20
BEHIND = 200.0  # Å by which atoms beyond the cell are put back: they must not hide those inside


@dataclass(frozen=True)
class Cell:
    """Atoms to draw, Å.

    atom : (i,) index in the crystal; shift_ic : (i, 3) lattice translation T; position_ic : (i, 3) Cartesian
    inside : (i,) bool, in the cell or on its border; bonds : (b, 2) indices of drawn atoms
    edges : (12, 2, 3) Cartesian
    """

    atom: np.ndarray
    shift_ic: np.ndarray
    position_ic: np.ndarray
    inside: np.ndarray
    bonds: np.ndarray
    edges: np.ndarray
    symbols: tuple[str, ...]


def cell(mode: Mode, length: float = angstrom) -> Cell:
    """The cell at the origin: its atoms, also on opposite borders, and all atoms bonded to them.

    length : m that are drawn as 1 Å
    """
    lattice = mode.lattice_vc / length
    home = _home(mode.position_ac)
    drawn, bonds = bonded(mode.symbols, mode.position_ac, lattice, home)
    atom, T = (np.array(part) for part in zip(*drawn, strict=True))
    return Cell(
        atom=atom,
        shift_ic=T,
        position_ic=(mode.position_ac[atom] + T) @ lattice,
        inside=np.arange(len(drawn)) < len(home),
        bonds=np.array(bonds, int).reshape(-1, 2),
        edges=_edges(lattice),
        symbols=tuple(mode.symbols[a] for a in atom),
    )


def _home(position_ac: np.ndarray) -> list[Site]:
    """Atoms and translations that put them into the cell or on its border."""
    found = []
    for a, position in enumerate(position_ac):
        base = -np.floor(position + BORDER).astype(int)
        inside = position + base
        choices = [(t, t + 1) if x < BORDER else (t,) for t, x in zip(base.tolist(), inside, strict=True)]
        found += [(a, (x, y, z)) for x, y, z in product(*choices)]
    return found


def _edges(lattice: np.ndarray) -> np.ndarray:
    corners = list(product((0, 1), repeat=3))
    pairs = [(p, q) for p, q in combinations(corners, 2) if np.abs(np.subtract(p, q)).sum() == 1]
    return np.array(pairs) @ lattice


def draw(axes: Axes, shown: Cell, view: np.ndarray) -> None:
    """Cell edges, bonds and atoms, what is nearer to the viewer on top.

    view : ndarray (3, 3), rows to the right, upwards and towards the viewer
    """
    for edge in shown.edges @ view.T:
        axes.plot(*edge[:, :2].T, color="0.45", lw=0.7, zorder=-1000)
    place = shown.position_ic @ view.T
    size = SIZE * min(1.0, (MANY / shown.inside.sum()) ** 0.5) * np.array([atoms.radius(s) for s in shown.symbols])
    depth = np.where(shown.inside, place[:, 2], place[:, 2] - BEHIND)
    for a, b in shown.bonds:
        along = (place[b] - place[a]) / np.linalg.norm(place[b] - place[a])
        ends = np.array([place[a] + size[a] * along, place[b] - size[b] * along])
        axes.plot(*ends[:, :2].T, color="0.72", lw=1.5, zorder=(depth[a] + depth[b]) / 2, solid_capstyle="butt")
    for n, species in enumerate(shown.symbols):
        fade = 1.0 if shown.inside[n] else 0.45
        colour = fade * atoms.colour(species) + (1 - fade) * np.ones(3)
        axes.add_patch(Circle(place[n, :2], size[n], fc=colour, ec="0.35", lw=0.4, zorder=depth[n]))
