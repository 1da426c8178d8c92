"""The finite sample of a run: from the run's responses to what the file says."""

from collections.abc import Callable

from hpcph.heat import doubt
from hpcph.heat.material import Material, material
from hpcph.heat.sample import Heated, heat
from hpcph.parallel.comm import Comm
from hpcph.parallel.listener import Listener
from hpcph.response.convergence import Uncertainty
from hpcph.response.thermal import ThermalResponse
from hpcph.result import sample as layout
from hpcph.workflow import closing_sample
from hpcph.workflow.coupling import sign_and_scale
from hpcph.workflow.findings import Findings
from hpcph.workflow.job import Job


def heated(comm: Comm, job: Job, crystal: Callable[[], ThermalResponse], listener: Listener) -> Heated:
    """Heat the sample of a job; crystal : its response, asked for on rank 0. Collective. Raises InputError, Stopped."""
    assert job.sample is not None
    return heat(comm, job.sample, comm.on_root(lambda: _material(job, crystal())), listener)


def _material(job: Job, everything: ThermalResponse) -> Material:
    assert job.sample is not None and job.thermal is not None
    sign, scale = sign_and_scale(job.feedback, everything, job.axis)
    return material(job.sample, everything.at(job.stored), job.thermal.factor, sign, scale)


def findings(job: Job, found: Heated, crystal: ThermalResponse, spread: dict[str, Uncertainty]) -> Findings:
    """What the file and the user learn about the sample (rank 0); spread : errors of the response by kind."""
    assert job.sample is not None and found.totals is not None
    errors = {kind: doubt.errors(job.sample, found.totals, crystal, error) for kind, error in spread.items()}
    return Findings(
        results=layout.results(job.sample, found.totals, errors),
        groups={"/sample": layout.attributes(job.sample, found.totals, errors)},
        lines=closing_sample.lines(job.sample, found.totals, errors),
    )
