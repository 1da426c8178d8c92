"""From what an input says about a finite sample to its set-up."""

import numpy as np

from hpcph.config.finite import BathSection as WantedBath
from hpcph.config.finite import ConductivitySection, FiniteSampleSection
from hpcph.config.schema import Input
from hpcph.constants import boltzmann
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError
from hpcph.heat import grid
from hpcph.heat.material import is_uniaxial
from hpcph.heat.setup import Bath, Laser, Setup
from hpcph.heat.solver import NewtonLimits
from hpcph.heat.table import Table, table
from hpcph.parallel.petsc import require_petsc
from hpcph.response import sample

FEW = 1_000_000  # nodes of a sample whose threshold is looked for without being asked


def setup(given: Input, structure: Structure) -> Setup | None:
    """The sample of an input, None where it has none. Raises InputError."""
    wanted = given.sample
    if wanted is None:
        return None
    require_petsc("sample")
    assert given.thermal is not None
    if len(given.thermal.temperatures) < 2:
        fix = "sample needs responses between temperatures: a range, or a list of two or more"
        raise InputError("temperature", given.thermal.temperatures[0], fix)
    frame = sample.frame(np.asarray(given.axis, float))
    if wanted.shape == "cylinder" and not is_uniaxial(structure.rotations_cartesian, frame[2]):
        fix = "conducts heat alike in all directions across the axis, which this crystal does not; take a cuboid"
        raise InputError("sample.shape", wanted.shape, fix)
    cells, body = _shape(wanted, structure.density)
    return Setup(
        grid=cells,
        frame=frame,
        body=body,
        laser=Laser(
            wanted.laser.power,
            np.inf if wanted.laser.spot == "uniform" else wanted.laser.spot,
            wanted.laser.depth or 0.0,
        ),
        bottom=_bath(wanted.bottom),
        side=_bath(wanted.side),
        top=_bath(wanted.top),
        melting=wanted.melting or np.inf,
        modulation=wanted.modulation,
        heat_capacity=3 * len(structure.mass_a) * boltzmann / structure.volume,
        limits=NewtonLimits(wanted.solver.tolerance, wanted.solver.iterations),
        threshold=bool(np.prod(cells.nodes) <= FEW) if wanted.threshold == "auto" else wanted.threshold,
        conductivity=_conductivity(wanted.conductivity),
    )


def _shape(wanted: FiniteSampleSection, density: float) -> tuple[grid.Grid, sample.Samples]:
    """Grid and moment of inertia, in the sample's frame."""
    if wanted.edges is not None:
        cells = grid.cuboid(wanted.edges, wanted.cells)
        specific = sample.cuboid([wanted.edges])
        radius = np.sqrt(2 * specific[:, 2])
    else:
        assert wanted.radius is not None and wanted.height is not None
        cells = grid.cylinder(wanted.radius, wanted.height, wanted.cells)
        radius = np.array([wanted.radius])
        specific = sample.cylinder(radius, wanted.height)
    return cells, sample.samples(wanted.shape, radius, specific, density, np.array([0.0, 0.0, 1.0]))


def _bath(given: WantedBath | str) -> Bath | None:
    if isinstance(given, str):
        return None
    return Bath(given.temperature, np.inf if given.transfer is None else given.transfer)


def _conductivity(given: ConductivitySection | None) -> Table | None:
    if given is None:
        return None
    values = np.array([given.radial, given.radial, given.axial]).T
    return table(np.array(given.temperature), values)
