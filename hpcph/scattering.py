"""From what an input says about lifetimes to a Scattering: files of phono3py, the mesh that they fit."""

from pathlib import Path

import numpy as np

from hpcph.config.lifetime import Lifetimes
from hpcph.config.schema import Mesh
from hpcph.crystal.dynamical import Crystal
from hpcph.errors import InputError
from hpcph.output import phono3py
from hpcph.output.phono3py import Grid
from hpcph.output.storage import Unsound
from hpcph.phonons.lifetimes import Linewidths, Scattering

KEY = "lifetime.phono3py"
ACOUSTIC = 3


def one_rate(given: Lifetimes) -> Scattering:
    """One relaxation time, limited by boundaries."""
    assert given.time is not None
    return Scattering(1 / given.time, given.boundary or np.inf)


def linewidths(
    given: Lifetimes, path: Path, mesh: Mesh, crystal: Crystal, temperature: np.ndarray
) -> tuple[Scattering, list[str]]:
    """Those of phono3py at the temperatures, and what the user should read about them. Raises InputError.

    mesh : that of the run; it must be phono3py's unless linewidths are interpolated
    """
    with phono3py.opened(path, KEY) as file:
        grid = phono3py.read_grid(file)
        if not given.interpolate:
            _require_its_mesh(grid, mesh, path)
        apart = phono3py.difference(grid, crystal)
        point = phono3py.rows(grid, crystal.structure)
        rate = phono3py.read_rates(file, grid, temperature, given.interpolate)
        if given.boundary is None:
            _require_scattering(grid, rate)
    operations = phono3py.operations(grid, crystal.structure) if given.interpolate else None
    remark = f"linewidths of {path.name}: {grid.name}, frequencies within {apart / 1e12:.2g} THz"
    if given.interpolate:
        remark += ", interpolated in order of frequency"
    found = Linewidths(grid.divisions, point, temperature, rate, operations)
    return Scattering(found, given.boundary or np.inf), [remark]


def _require_its_mesh(grid: Grid, mesh: Mesh, path: Path) -> None:
    shift = mesh.shift if mesh.shift == "auto" else [float(s) for s in mesh.shift]
    if mesh.grid != grid.divisions.tolist() or shift != [0, 0, 0]:
        fix = f"{path.name} has linewidths on {grid.name} through Γ; write grid: {grid.divisions.tolist()} and "
        said = f"{mesh.grid}, shift {mesh.shift}"
        raise InputError("mesh", said, fix + "shift: [0, 0, 0], or lifetime.interpolate: true")


def _require_scattering(grid: Grid, rate_tpn: np.ndarray) -> None:
    """Only uniform translations live for ever."""
    forever = rate_tpn == 0
    at_gamma = np.flatnonzero(np.all(np.abs(grid.q_pc - np.rint(grid.q_pc)) < 1e-12, axis=1))
    translations = np.argsort(np.abs(grid.frequency_pn[at_gamma]), axis=1)[:, :ACOUSTIC]
    forever[:, at_gamma[:, None], translations] = False
    if forever.any():
        raise Unsound(f"has {forever.sum()} linewidths that are zero; take a denser mesh or set lifetime.boundary")
