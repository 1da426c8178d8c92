"""The maps of a run and their file; what only some ranks or inputs need is imported there."""

from pathlib import Path

from hpcph.result.quantity import Dataset
from hpcph.workflow.job import Job


def lay_out(path: Path, maps: list[Dataset]) -> None:
    """Room for every map (rank 0)."""
    from hpcph.result.store import lay_out

    lay_out(path, maps)


def sample_maps(job: Job) -> list[Dataset]:
    """Those of a finite sample, none without one."""
    if job.sample is None:
        return []
    from hpcph.result.sample import maps

    return maps(job.sample, job.gyromagnetic is not None)
