"""From what an input says about lifetimes to Scattering and Boltzmann: files of programs, the mesh that they fit."""

from dataclasses import replace
from pathlib import Path

import numpy as np

from hpcph.boltzmann.points import Points, every_point, irreducible_points
from hpcph.boltzmann.solver import KrylovLimits
from hpcph.boltzmann.transport import Boltzmann
from hpcph.config.lifetime import BoltzmannSolverSection, LifetimesSection
from hpcph.config.mesh import MeshSection
from hpcph.crystal.dynamical import Crystal
from hpcph.crystal.lattice import Structure
from hpcph.crystal.mesh import block_size, blocks, is_gamma
from hpcph.disk.guard import Unsound
from hpcph.errors import InputError, counted
from hpcph.parallel.petsc import require_petsc
from hpcph.phonons.lifetimes import Linewidths, Reference, Scattering, mean_of_stars
from hpcph.phonons.modes import diagonalise
from hpcph.readers import collisions as matrices
from hpcph.readers import mesh_rates, phono3py
from hpcph.readers.phono3py import MICRON
from hpcph.readers.rate_files import PROGRAMS
from hpcph.response.weights import mode_weights

ACOUSTIC = 3
SAME = 0.05  # of all linewidths: tetrahedra break the symmetry of those that are calculated point by point


def one_rate(given: LifetimesSection) -> Scattering:
    """One relaxation time, limited by boundaries."""
    assert given.time is not None
    return Scattering(1 / given.time, given.boundary or np.inf)


def linewidths(
    given: LifetimesSection, paths: list[Path], mesh: MeshSection, crystal: Crystal, temperature: np.ndarray
) -> tuple[Scattering, Reference | None, list[str]]:
    """Those of a program at the temperatures, its own κ and what the user should read about them. Raises InputError.

    κ is None where it is not that of this run: of other points or boundaries.

    mesh : that of the run; it must be the program's unless linewidths are interpolated
    """
    structure = crystal.structure
    assert given.linewidths is not None
    program = PROGRAMS[given.linewidths[0]]
    with program.opened(f"lifetime.{program.program}", paths, structure) as found:
        if not given.interpolate:
            _require_its_mesh(given, found.divisions, mesh, found.name)
        apart = mesh_rates.difference(found, crystal)
        star, point = mesh_rates.stars(found, structure)
        rate = mesh_rates.at(found, temperature, given.interpolate)
        theirs = found.boundary
        boundary = given.boundary or theirs
        if np.isinf(boundary):
            _require_scattering(found.q_pc, found.frequency_pn, rate)
    own = mesh_rates.conductivity(found, structure)
    casimir = np.zeros(found.frequency_pn.shape) if np.isinf(boundary) else _speeds(crystal, found.q_pc) / boundary
    table = mean_of_stars(rate, casimir, star, found.weight_p)
    remark = f"linewidths of {found.name}: {found.mesh}, frequencies within {apart / 1e12:.2g} THz"
    if table.shape[1] < len(star):
        remark += f", means of {counted(len(star), 'points')} over {table.shape[1]} stars"
    if given.interpolate:
        remark += ", interpolated in order of frequency"
    if boundary != theirs and np.isfinite(theirs):
        remark += f"; lifetime.boundary stands for its boundary_mfp of {theirs / MICRON:g} µm"
    elif np.isfinite(theirs):
        remark += f"; scattered at boundaries too, boundary_mfp {theirs / MICRON:g} µm"
    same = not given.interpolate and boundary == theirs
    bulk = Linewidths(found.divisions, point, temperature, table, None)
    if given.interpolate:
        bulk = bulk.anywhere(structure)
    return Scattering(bulk, boundary), own if same else None, ["; ".join([remark, *found.remarks])]


def _speeds(crystal: Crystal, q_pc: np.ndarray) -> np.ndarray:
    """|v| of the modes at wave vectors (p, 3), (p, n) m s⁻¹."""
    parts = [diagonalise(crystal, q_pc[part]) for part in blocks(q_pc, block_size(crystal.modes))]
    return np.concatenate([mode_weights(modes).speeds(modes) for modes in parts])


def collisions(
    given: LifetimesSection,
    path: Path,
    mesh: MeshSection,
    crystal: Crystal,
    wanted: np.ndarray,
    temperature: np.ndarray,
    known: Scattering | None,
) -> tuple[Scattering, Boltzmann, list[str]]:
    """The diagonal of phono3py's collision matrix as linewidths, where the rest of it is, and a line on it.

    wanted : ndarray (w,) K, temperatures of all sums; temperature : ndarray (t,) K, those of the solution
    known : linewidths of the kappa-m….hdf5 of the same run, which the diagonal must be, and its boundary; None where
        it is not given

    Raises InputError.
    """
    require_petsc(matrices.KEY)
    assert mesh.grid is not None
    divisions, structure = np.array(mesh.grid), crystal.structure
    boundary = given.boundary or (np.inf if known is None else known.boundary)
    name = "×".join(map(str, mesh.grid))
    with phono3py.opened(path, matrices.KEY, "collision-m….hdf5") as file:
        found, rate = matrices.look(file, wanted)
        _require_its_mesh(given, divisions, mesh, path.name)
        if found.modes != crystal.modes:
            raise Unsound(f"is of another crystal: it has {found.modes} modes, this one {crystal.modes}")
        points = (
            every_point(structure, divisions) if found.components == 1 else irreducible_points(structure, divisions)
        )
        if found.points != len(points.q_kc):
            here = f"{name} through Γ has {len(points.q_kc)}"
            raise Unsound(f"is of another mesh or crystal: it has {found.points} grid points, {here} in this one")
        if np.isinf(boundary):
            _require_scattering(points.q_kc, np.tile(np.arange(found.modes), (found.points, 1)), rate)
    table = rate[:, points.row] if found.components == 3 else _symmetric(rate[:, points.row], points, structure)
    bulk = Linewidths(divisions, np.arange(len(points.row)), wanted, table, None)
    if known is not None:
        _require_same(bulk, known, path)
    solver = given.solver or BoltzmannSolverSection()
    rows = replace(found, row_t=found.row_t[np.searchsorted(wanted, temperature)])
    kind = "every" if found.components == 1 else "irreducible"
    remarks = [
        f"collisions of {path.name}: {name}, {kind} point, {rows.points * rows.modes * rows.components} unknowns"
    ]
    if known is None:
        remarks.append(
            f"nothing in {path.name} tells its crystal; give lifetime.phono3py, its kappa-m….hdf5, to be sure"
        )
    limits = KrylovLimits(solver.tolerance, solver.iterations)
    return Scattering(bulk, boundary), Boltzmann(rows, points, limits), remarks


def _symmetric(rate_tdn: np.ndarray, points: Points, structure: Structure) -> np.ndarray:
    """Means over the stars: calculated point by point, linewidths are symmetric up to the tetrahedra alone."""
    stars = irreducible_points(structure, points.divisions)
    sums = np.zeros((len(stars.arms_k), len(rate_tdn), rate_tdn.shape[2]))
    np.add.at(sums, stars.row, rate_tdn.swapaxes(0, 1))
    return (sums / stars.arms_k[:, None, None])[stars.row].swapaxes(0, 1)


def require_linewidths(found: Scattering) -> None:
    """Raise InputError where modes of a table are broadened by boundaries alone: a mode at rest then lives for ever."""
    if not isinstance(found.bulk, Linewidths):
        return
    forever = (found.bulk.rate_tpn == 0).sum(axis=-1)
    gamma = found.bulk.point[0]
    forever[:, gamma] = np.maximum(forever[:, gamma] - ACOUSTIC, 0)
    if forever.any():
        fix = f"{forever.sum()} linewidths are zero, modes that live for ever; take those of a denser mesh, or auto"
        raise InputError("coherence", "true", fix)


def _require_same(own: Linewidths, known: Scattering, path: Path) -> None:
    """Raise InputError where linewidths of a collision matrix are not those of the file beside it."""
    assert isinstance(known.bulk, Linewidths)
    theirs = known.bulk.rate_tpn[:, known.bulk.point]
    apart = float(np.abs(own.rate_tpn - theirs).sum() / theirs.sum())
    if not apart < SAME:
        fix = f"is not of the run that wrote lifetime.phono3py: linewidths differ by {apart:.0%}; give files of one run"
        raise InputError(matrices.KEY, path, fix)


def _require_its_mesh(given: LifetimesSection, divisions: np.ndarray, mesh: MeshSection, name: str) -> None:
    shift = mesh.shift if mesh.shift == "auto" else [float(s) for s in mesh.shift]
    if mesh.grid != divisions.tolist() or shift != [0, 0, 0]:
        shown = "×".join(map(str, divisions))
        fix = f"{name} is on {shown} through Γ; write grid: {divisions.tolist()} and shift: [0, 0, 0]"
        other = "" if given.collision_matrix else ", or lifetime.interpolate: true"
        raise InputError("mesh", f"{mesh.grid}, shift {mesh.shift}", fix + other)


def _require_scattering(q_pc: np.ndarray, frequency_pn: np.ndarray, rate_tpn: np.ndarray) -> None:
    """Only uniform translations live for ever."""
    forever = rate_tpn == 0
    at_gamma = np.flatnonzero(is_gamma(q_pc))
    translations = np.argsort(np.abs(frequency_pn[at_gamma]), axis=1)[:, :ACOUSTIC]
    forever[:, at_gamma[:, None], translations] = False
    if forever.any():
        raise Unsound(f"has {forever.sum()} linewidths that are zero; take a denser mesh or set lifetime.boundary")
