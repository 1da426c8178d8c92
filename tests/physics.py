"""Crystals by name and mesh sums that the physics tests share, each made once a session."""

import os
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
import phonopy
import pytest

from hpcph.crystal import dynamical, mesh, supercell
from hpcph.crystal.dipole import Dipoles
from hpcph.crystal.invariances import SumRule
from hpcph.crystal.lattice import PairTable, Structure
from hpcph.phonons import magnetic_moment
from hpcph.phonons import modes as phonons
from hpcph.phonons.modes import Modes
from hpcph.prepare import forceconstants
from hpcph.response import thermal
from hpcph.response.tensors import CHI, DIAGONAL, FLOW, GAMMA_NL, OFF_DIAGONAL
from hpcph.response.weights import mode_weights

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / os.environ.get("HPCPH_DATA", "../shared/data")
CHIRAL = ("P2_13", "P4_332", "P6_1", "P6_222")
PHONONDB = ("mp-4266", "mp-5327", "mp-717", "mp-7714", "mp-8187", "mp-8352", "mp-989613", "mp-556595")
LARGE = ("mp-10080", "mp-1716", "mp-23195", "mp-23339", "mp-3416", "mp-555846", "mp-562480")  # of the same, 20 atoms
FILES = {
    "embedded": ROOT / "inputs/quartz/phonopy_params.yaml.xz",
    "quartz_pbesol": DATA / "quartz_pbesol/phonopy_params.yaml.xz",
    "quartz_pbesol enantiomorph": DATA / "quartz_pbesol/phonopy_params_enantiomorph.yaml.xz",
    "quartz_pbesol raw": DATA / "quartz_pbesol/phonopy_params_raw.yaml.xz",
    "quartz_lda": DATA / "quartz_lda/phonopy_params.yaml.xz",
    "quartz_lda raw": DATA / "quartz_lda/phonopy_params_raw.yaml.xz",
    "stishovite": DATA / "stishovite/phonopy_params.yaml.xz",
    "zno": DATA / "zno/phonopy_params.yaml.xz",
    **{group: DATA / f"chiral/phonopy_params_{group}.yaml.xz" for group in CHIRAL},
    **{name: DATA / f"phonondb/{name}.yaml.xz" for name in (*PHONONDB, *LARGE)},
    **{name: DATA / f"cases/dipoles_of_small_supercells/{name}.yaml.xz" for name in ("zno4", "zno32")},
}
POLAR = ("embedded", "quartz_pbesol", "quartz_lda", "stishovite", "zno")  # with Born charges
QUARTZ = ("quartz_pbesol", "quartz_lda")
NONE, TRANSLATION, ALL = frozenset(), frozenset([SumRule.TRANSLATIONAL]), frozenset(SumRule)
TENSORS = ((GAMMA_NL, FLOW), (CHI, DIAGONAL), (CHI, OFF_DIAGONAL))
THZ = 2e12 * np.pi  # rad s⁻¹
EPSILON = np.zeros((3, 3, 3))  # ε_λμν, written out
for _i, _j, _k in ((0, 1, 2), (1, 2, 0), (2, 0, 1)):
    EPSILON[_i, _j, _k], EPSILON[_i, _k, _j] = 1, -1


@dataclass(frozen=True)
class Case:
    """A crystal ready to be diagonalised, with what it was made of."""

    structure: Structure
    crystal: dynamical.Crystal
    dipoles: Dipoles | None
    pairs: PairTable
    settled: supercell.Settled


def columns(sums, tensor, channel) -> np.ndarray:
    """What sums (hpcph.response.thermal.ThermalSums) hold of a tensor, (t, columns)."""
    (found,) = (s for s in sums.of if s.channel is channel and tensor in s.tensors)
    return found.parts(sums.of[found])[tensor]


def file(name: str) -> Path:
    """Where a crystal is."""
    return data(FILES[name])


def data(path: Path | str) -> Path:
    """A file or folder of the data folder; without it the test skips, or fails when CI=true."""
    path = DATA / path
    if not path.exists():
        reason = f"nothing at {path}: set HPCPH_DATA to the data folder"
        pytest.fail(reason) if os.environ.get("CI") == "true" else pytest.skip(reason)
    return path


def _primitive(name: str) -> str:
    """Cells that phonopy would make smaller, or rename the axes of."""
    return "P" if name in ("zno32", "mp-555846") else "auto"


@cache
def loaded(name: str) -> forceconstants.Loaded:
    """The file set of a crystal, read once; AlN by its forces, of 5×5×3 cells or of 3×3×2."""
    if name in ("aln", "aln 3×3×2"):
        import aln  # which takes the data folder from here

        return aln.second_order() if name == "aln" else aln.second_order_of_the_third()
    return forceconstants.load(forceconstants.Files(file(name), primitive=_primitive(name)))


@cache
def _phonopys(name: str) -> tuple[phonopy.Phonopy, dict | None]:
    found = phonopy.load(file(name), primitive_matrix=_primitive(name), log_level=0)
    return found, found.nac_params


def phonopys(name: str, nac: bool = True) -> phonopy.Phonopy:
    """The crystal as phonopy reads it, with its charges or without; the same object until it is asked for again."""
    found, charges = _phonopys(name)
    found.nac_params = charges if nac else None
    return found


@cache
def case(name: str, rules: frozenset = ALL, nac: bool = True) -> Case:
    """A crystal with given sum rules, with its charges or without."""
    data = loaded(name)
    found = supercell.settle(data if nac else replace(data, dielectric=None), rules)
    return Case(found.crystal.structure, found.crystal, found.crystal.dipoles, found.pairs, found)


def crystal_of(data: forceconstants.Loaded) -> dynamical.Crystal:
    """Ready to be diagonalised, with no sum rules: phonopy's, but for its cut of the dipoles."""
    return supercell.settle(data, NONE).crystal


def random_q(structure: Structure, count: int, seed: int = 0) -> np.ndarray:
    """Random wave vectors of the first zone, (count, 3) fractional."""
    return mesh.nearest_image(structure, np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3)))


def modes(crystal: Case, q) -> Modes:
    return phonons.diagonalise(crystal.crystal, np.atleast_2d(np.asarray(q, float)))


def frequencies(crystal: Case, q) -> np.ndarray:
    """In THz, (k, n)."""
    return modes(crystal, q).frequency_kn / THZ


def scrambled(batch: Modes, seed: int = 0) -> tuple[Modes, int]:
    """The same modes with random phases and random unitaries within degenerate blocks; the largest block."""
    rng = np.random.default_rng(seed)
    vectors, largest = batch.eigenvector_kmn.copy(), 1
    for k, numbers in enumerate(batch.degenerate_blocks()):
        for number in np.unique(numbers):
            members = np.flatnonzero(numbers == number)
            size = len(members)
            unitary = np.linalg.qr(rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size)))[0]
            vectors[k][:, members] = vectors[k][:, members] @ unitary
            largest = max(largest, size)
    return replace(batch, eigenvector_kmn=vectors), largest


def gyromagnetic(structure: Structure) -> np.ndarray | None:
    """Moments of the atoms in terms of their L, (a, 3, 3); None without Born charges."""
    born = structure.born_aij
    return None if born is None else magnetic_moment.gyromagnetic_tensor(born, structure.mass_a)


def sums(batch: Modes, temperature, weight_k=None, gyromagnetic_aij=None, mass_a=None) -> thermal.ThermalSums:
    """Sums over a batch of k-points, equally weighted unless told otherwise."""
    count = len(batch.frequency_kn)
    weight_k = np.full(count, 1 / count) if weight_k is None else weight_k
    weights = mode_weights(batch, gyromagnetic_aij, mass_a)
    return thermal.thermal_sums(batch, weights, weight_k, np.asarray(temperature, float))


@cache
def response(
    name: str, grid: int | tuple, shift: tuple, temperature: tuple, symmetry=False, rules=ALL, refinement=0
) -> thermal.ThermalResponse:
    """Thermal response on a mesh (an int: as many divisions each way); without symmetry the sum over every point.

    With its magnetic part where Born charges are known.
    """
    return respond(case(name, rules).crystal, grid, shift, temperature, symmetry, refinement)


def respond(
    crystal: dynamical.Crystal, grid: int | tuple, shift: tuple, temperature: tuple, symmetry=True, refinement=0
) -> thermal.ThermalResponse:
    """The same of any crystal."""
    T, structure = np.array(temperature, float), crystal.structure
    grid = (grid,) * 3 if isinstance(grid, int) else grid
    points = mesh.monkhorst_pack(structure, grid, shift, symmetry, refinement)
    total = None
    for block in mesh.blocks(points.q_kc):
        batch = phonons.diagonalise(crystal, points.q_kc[block])
        part = sums(batch, T, points.weight_k[block], gyromagnetic(structure))
        total = part if total is None else total + part
    return thermal.response(total, T, structure.volume, points.operations)
