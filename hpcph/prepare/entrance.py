"""Where a run comes in, from the shell or from Python: rank 0 alone reads the input and imports its validation.

Only the forces of a potential are everyone's work: they come before anything is prepared.
"""

from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hpcph.parallel.comm import Comm
from hpcph.parallel.schedule import never
from hpcph.workflow.prepared import Prepared
from hpcph.workflow.voice import Progress, voice

if TYPE_CHECKING:
    from hpcph.config.load import Source

ALL = float("inf")
FEW = 32  # supercells whose forces are computed only to look at an input


def read(
    comm: Comm,
    choose: Callable[[], Path | Mapping[str, Any]],
    most: float = ALL,
    pause: Callable[[], bool] = never,
) -> Callable[[], Prepared]:
    """Read and validate an input; what prepares it, for rank 0 to call. Collective. Raises InputError.

    choose : the path of an input file, or a dict that says what the file would say (rank 0)
    most : supercells whose forces a potential may be asked for; where more are missing Pending is raised
    pause : should a potential be asked no more? Then Stopped is raised
    """
    found = source(comm, choose, most, pause)

    def prepared() -> Prepared:
        from hpcph.prepare.job import prepare

        return prepare(found)

    return prepared


def source(
    comm: Comm,
    choose: Callable[[], Path | Mapping[str, Any]],
    most: float = ALL,
    pause: Callable[[], bool] = never,
) -> "Source":
    """A validated input with the forces of its potential; of use on rank 0 alone. As `read`."""

    def load() -> "Source":
        from hpcph.config.load import from_mapping, load

        chosen = choose()
        return load(chosen) if isinstance(chosen, Path) else from_mapping(chosen)

    def asked():
        from hpcph.prepare.job import wanted_of_a_potential

        return wanted_of_a_potential(found)

    comm.phase = "reading the input"
    found = comm.for_root(load)
    wanted = comm.on_root(asked)
    if wanted is None:
        return found
    from hpcph.potential.compute import forces

    reporter = voice(comm.root)

    def progress(supercells: int) -> AbstractContextManager[Progress]:
        return reporter.stage("forces", supercells, supercells, "supercells")

    computed = forces(comm, wanted, reporter.say, progress, most, pause)
    return replace(found, computed=computed) if comm.root else found
