"""What a smaller supercell would have known of a crystal, settled and compared with what the larger one says.

lattice.md §9. The larger supercell's crystal, all rules on, is taken for the truth. Tables are printed: pytest -s.
"""

from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
import physics
import pytest
import supercells

from hpcph.crystal import images, supercell
from hpcph.crystal.dynamical import Crystal
from hpcph.phonons.modes import diagonalise
from hpcph.response.tensors import GAMMA_NL

HALF = (0.5, 0.5, 0.5)
T = (20.0, 300.0)
CRYSTALS = ("embedded", *physics.QUARTZ, "stishovite", "zno", "aln", "P6_222", *physics.PHONONDB, *physics.LARGE)
SIZES = {
    "quartz": ((2, 2), (2, 3), (3, 2), (3, 3), (4, 2), (4, 3), (4, 4), (5, 2)),
    "aln": ((2, 1), (2, 2), (3, 2), (3, 3), (4, 2), (4, 3)),
}  # cells along a and b, along c
FAR = 4e-10  # m: supercells that reach beyond next neighbours


@dataclass(frozen=True)
class Fold:
    """Errors of a folded supercell.

    reach : half the shortest vector, m
    exact : largest error at the wave vectors of the folded supercell, THz
    frequency, nearest : rms errors at random wave vectors, THz: settled; with all of a sum on the nearest images
    sound, stiffness : largest error of a velocity along x, y, z, relative; of a constant over the largest one
    flow, flow_error, lattice_error : (t,) γ^NL/τ of the truth (its largest component), error, and what is stated
    unstable, unstable_nearest : modes on the mesh, settled and with the nearest images
    """

    name: str
    supercell: np.ndarray
    exponent: float
    reach: float
    exact: float
    frequency: float
    nearest: float
    sound: float
    stiffness: float
    flow: np.ndarray
    flow_error: np.ndarray
    lattice_error: np.ndarray
    unstable: int
    unstable_nearest: int

    @property
    def matters(self) -> bool:
        """Whether the point group leaves a flow."""
        return bool(np.abs(self.flow).max() > 1e-12)


def divisors(name) -> list[np.ndarray]:
    """The supercells, more than one primitive cell, that the vectors of the given one fit and the point group keeps."""
    loaded = physics.loaded(name)
    large, operations, found = loaded.supercell, loaded.structure.rotations, []
    number = round(abs(np.linalg.det(large)))
    for a, b, c in product(range(1, number), repeat=3):
        if number % (a * b * c) == 0 and 1 < a * b * c < number:
            for x, y, z in product(range(b), range(c), range(c)):
                matrix = np.array([[a, x, y], [0, b, z], [0, 0, c]])
                inverse = np.linalg.inv(matrix)
                every = np.concatenate([(large @ inverse)[None], matrix @ operations.swapaxes(1, 2) @ inverse])
                if np.abs(every - np.rint(every)).max() < 1e-9:
                    found.append(matrix)
    return found


def frequencies(crystal: Crystal, q):
    return diagonalise(crystal, q).frequency_kn / physics.THZ


def velocities(crystal: Crystal):
    """ω/k of long waves along x, y and z, m/s."""
    k = 2 * np.pi * 5e6
    q = k * np.eye(3) @ crystal.structure.lattice_vc.T / (2 * np.pi)
    return diagonalise(crystal, q).frequency_kn[:, :3] / k


@cache
def truth(name, grid):
    """Settled, its frequencies at random wave vectors, its flow."""
    case = physics.case(name)
    q = physics.random_q(case.structure, 60, seed=7)
    return case.settled, q, frequencies(case.crystal, q), physics.response(name, grid, HALF, T, True)[GAMMA_NL]


def folded(name, matrix, grid) -> Fold:
    known, q, expected, flow = truth(name, grid)
    loaded = physics.loaded(name)
    made = supercells.calculated(loaded, known.crystal, matrix)
    settled = supercell.settle(made, physics.ALL)
    exact = made.commensurate_qc[np.linalg.norm(made.commensurate_qc, axis=1) > 1e-9]
    rms = [np.sqrt(np.mean((frequencies(c, q) - expected) ** 2)) for c in (settled.crystal, settled.plain)]
    crystals = (settled.crystal, settled.plain, *settled.others)
    found, plain, *others = (physics.respond(crystal, grid, HALF, T) for crystal in crystals)
    here = (slice(None), *np.unravel_index(np.abs(flow[1]).argmax(), (3, 3)))
    wrong = np.abs(settled.report.stiffness - known.report.stiffness).max()
    return Fold(
        name=name,
        supercell=made.supercell,
        exponent=settled.report.exponent,
        reach=images.reach(loaded.structure, made.supercell),
        exact=np.abs(frequencies(settled.crystal, exact) - frequencies(known.crystal, exact)).max(),
        frequency=rms[0],
        nearest=rms[1],
        sound=np.abs(velocities(settled.crystal) / velocities(known.crystal) - 1).max(),
        stiffness=wrong / np.abs(known.report.stiffness).max(),
        flow=flow[here],
        flow_error=np.abs(found[GAMMA_NL][here] - flow[here]),
        lattice_error=np.max([np.abs(o[GAMMA_NL][here] - found[GAMMA_NL][here]) for o in others], axis=0),
        unstable=found.unstable_modes,
        unstable_nearest=plain.unstable_modes,
    )


def line(fold: Fold) -> str:
    """For the reader."""
    size = " ".join(map(str, fold.supercell[np.triu_indices(3)]))
    text = f"{fold.name:14} [{size:11}] reach {fold.reach * 1e10:5.2f} Å, p {fold.exponent:2.0f}: "
    text += f"rms {fold.frequency:.4f} THz (nearest {fold.nearest:.4f}), "
    text += f"sound {fold.sound:6.1%}, C {fold.stiffness:6.1%}"
    if fold.matters:
        for t in (1, 0):
            true, stated = (x[t] / abs(fold.flow[t]) for x in (fold.flow_error, fold.lattice_error))
            text += f"; γ^NL({T[t]:.0f} K) {true:7.1%}, stated {stated:7.1%}"
    return text + f"; unstable {fold.unstable} (nearest {fold.unstable_nearest})"


def table(folds: list[Fold]) -> None:
    """Printed: how much of the errors is covered is reported, not asserted."""
    print()
    for fold in folds:
        print(line(fold))
    ratio = np.array([fold.frequency / fold.nearest for fold in folds])
    print(f"rms error over that of nearest images: median {np.median(ratio):.2f}, largest {ratio.max():.2f}")
    flowing = [fold for fold in folds if fold.matters]
    for t in (1, 0):
        true = np.array([fold.flow_error[t] / abs(fold.flow[t]) for fold in flowing])
        stated = np.array([fold.lattice_error[t] / abs(fold.flow[t]) for fold in flowing])
        within = ", ".join(f"{times} × {np.mean(true <= times * stated):.0%}" for times in (1, 2, 3))
        print(f"γ^NL at {T[t]:.0f} K: error {np.median(true):.1%} (largest {true.max():.1%}); covered by {within}")


@pytest.mark.parametrize("name", ["zno", "stishovite", "mp-4266", "mp-717", "P6_222", "quartz_lda"])
def test_a_fold_onto_the_same_supercell_changes_nothing(name):
    """The pairs, their force constants and their shares are phonopy's: so the folds below are right."""
    loaded = physics.loaded(name)
    again = supercells.folded(loaded, loaded.supercell)
    one, other = ((p.first, p.second, *p.cell.T, p) for p in (loaded.pairs, again.pairs))
    by_one, by_other = np.lexsort(one[:5]), np.lexsort(other[:5])
    for field in ("first", "second", "cell", "phi", "share"):
        a, b = getattr(one[5], field)[by_one], getattr(other[5], field)[by_other]
        assert np.abs(a - b).max() < 1e-12 * np.abs(a).max()


@pytest.mark.parametrize(
    ("name", "matrix"),
    [("zno", np.diag([2, 2, 1])), ("mp-989613", np.array([[2, 0, 0], [0, 1, 1], [0, 0, 2]]))],
)
def test_the_file_and_the_settled_crystal_fold_alike(name, matrix):
    """Sums of sums are those of the file's pairs, and of the whole crystal's D with its dipoles and rules."""
    loaded = physics.loaded(name)
    by_pairs = supercells.folded(loaded, matrix)
    by_matrices = supercells.calculated(loaded, physics.case(name).crystal, matrix)
    assert np.array_equal(by_pairs.pairs.cell, by_matrices.pairs.cell)
    assert np.abs(by_pairs.pairs.phi - by_matrices.pairs.phi).max() < 1e-11 * np.abs(by_pairs.pairs.phi).max()


def test_a_fold_of_quartz():
    """4×4×3 cells: exact where the supercell is, half the error of nearest images between, and no mode unstable."""
    fold = folded("quartz_lda", np.diag([4, 4, 3]), 6)
    assert fold.exact < 1e-9
    assert fold.frequency < 0.6 * fold.nearest
    assert fold.unstable == 0 and fold.exponent in (9, 10)


@pytest.mark.slow
def test_folds_of_quartz():
    """Two functionals, 2×2×2 to 5×5×2 cells: always better than nearest images, and never unstable; 12³ meshes."""
    folds = [folded(name, np.diag([a, a, c]), 12) for name in physics.QUARTZ for a, c in SIZES["quartz"]]
    table(folds)
    assert max(fold.exact for fold in folds) < 1e-9
    assert all(fold.frequency < fold.nearest for fold in folds)
    assert np.median([fold.frequency / fold.nearest for fold in folds]) < 0.85
    assert sum(fold.unstable for fold in folds) == 0 < sum(fold.unstable_nearest for fold in folds)
    assert {fold.exponent for fold in folds} <= {9, 10, 11}
    error = [fold.flow_error[1] / abs(fold.flow[1]) for fold in folds]
    assert np.median(error) < 0.1 and max(error) < 0.25


@pytest.mark.slow
def test_folds_of_aluminium_nitride():
    """Stiff and without symmetry along the axis: what is said to be open of γ^NL is too little."""
    folds = [folded("aln", np.diag([a, a, c]), 12) for a, c in SIZES["aln"]]
    table(folds)
    assert max(fold.exact for fold in folds) < 1e-9
    assert all(fold.frequency < fold.nearest for fold in folds if fold.reach > FAR)
    assert sum(fold.unstable for fold in folds) == 0


@pytest.mark.slow
def test_folds_of_every_crystal():
    """Every supercell that fits the given one and has its symmetry, single cells along an axis among them."""
    folds = []
    for name in CRYSTALS:
        atoms = len(physics.loaded(name).structure.mass_a)
        folds += [folded(name, matrix, 8 if atoms <= 10 else 6) for matrix in divisors(name)]
    table(folds)
    assert max(fold.exact for fold in folds) < 1e-9
    assert np.median([fold.frequency / fold.nearest for fold in folds]) < 0.9
    far = [fold for fold in folds if fold.reach > FAR]
    assert len(far) > 8
    for fold in far:
        assert fold.unstable <= fold.unstable_nearest
        assert fold.frequency < 1.1 * fold.nearest  # hardly any difference for rigid ions
