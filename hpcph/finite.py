"""The finite sample of a run: from the input to its set-up, from the run's responses to what the file says."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from hpcph.constants import boltzmann
from hpcph.crystal.lattice import Structure
from hpcph.errors import InputError
from hpcph.findings import Findings, coupling, lifetime
from hpcph.heat import doubt, grid
from hpcph.heat.material import Material, is_uniaxial, material
from hpcph.heat.sample import Heated, heat
from hpcph.heat.setup import Bath, Laser, Setup
from hpcph.heat.solver import Limits
from hpcph.heat.table import table
from hpcph.job import Job
from hpcph.listener import Listener
from hpcph.output import finite as layout
from hpcph.parallel.comm import Comm
from hpcph.petsc import require_petsc
from hpcph.response import sample
from hpcph.response.convergence import Uncertainty
from hpcph.response.thermal import ThermalResponse

if TYPE_CHECKING:  # ranks other than 0 import this module too, and never the validation
    from hpcph.config.finite import Bath as WantedBath
    from hpcph.config.finite import Conductivity, FiniteSample
    from hpcph.config.schema import Input

FEW = 1_000_000  # nodes of a sample whose threshold is looked for without being asked


def setup(given: "Input", structure: Structure) -> Setup | None:
    """The sample of an input, None where it has none (rank 0). Raises InputError."""
    wanted = given.sample
    if wanted is None:
        return None
    require_petsc("sample")
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
        limits=Limits(wanted.solver.tolerance, wanted.solver.iterations),
        threshold=bool(np.prod(cells.nodes) <= FEW) if wanted.threshold == "auto" else wanted.threshold,
        conductivity=_conductivity(wanted.conductivity),
    )


def _shape(wanted: "FiniteSample", density: float) -> tuple[grid.Grid, sample.Samples]:
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


def _bath(given: "WantedBath | str") -> Bath | None:
    if isinstance(given, str):
        return None
    return Bath(given.temperature, np.inf if given.transfer is None else given.transfer)


def _conductivity(given: "Conductivity | None"):
    if given is None:
        return None
    values = np.array([given.radial, given.radial, given.axial]).T
    return table(np.array(given.temperature), values)


def heated(comm: Comm, source, job: Job, crystal: Callable[[], ThermalResponse], listener: Listener) -> Heated:
    """Heat the sample of a job; crystal : its response, asked for on rank 0. Collective. Raises InputError, Stopped."""
    assert job.sample is not None
    return heat(comm, job.sample, comm.on_root(lambda: _material(source.input, job, crystal())), listener)


def _material(given: "Input", job: Job, everything: ThermalResponse) -> Material:
    assert job.sample is not None and given.thermal is not None
    thermal = everything.at(np.isin(job.temperature, given.thermal.temperatures))
    sign, scale = coupling(given, everything, job)
    return material(job.sample, thermal, lifetime(given.thermal, job), sign, scale)


def findings(job: Job, found: Heated, crystal: ThermalResponse, spread: dict[str, Uncertainty]) -> Findings:
    """What the file and the user learn about the sample (rank 0); spread : errors of the response by kind."""
    assert job.sample is not None and found.totals is not None
    errors = {kind: doubt.errors(job.sample, found.totals, crystal, error) for kind, error in spread.items()}
    return Findings(
        results=layout.results(job.sample, found.totals, errors),
        groups={"/sample": layout.attributes(job.sample, found.totals, errors)},
        lines=layout.lines(job.sample, found.totals, errors),
    )
