"""A run from within Python: in a script, in a notebook, or on every rank of mpirun."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr
from threadpoolctl import threadpool_limits

from hpcph.driver import run as compute
from hpcph.errors import InputError
from hpcph.output.dataset import open_result
from hpcph.parallel.comm import Comm, RankError, world
from hpcph.parallel.signals import Stop


def run(config: str | Path | Mapping[str, Any], output: str | Path | None = None) -> xr.Dataset:
    """See hpcph.run. Collective over all ranks of the world."""
    comm = world()
    try:
        source = _source(comm, config)
        with threadpool_limits(limits=1):
            outcome = compute(comm, source, None if output is None else Path(output), Stop())
    except (InputError, RankError):  # every rank has it
        raise
    except BaseException as failure:
        if comm.size > 1:
            comm.abort(failure)
        raise
    return open_result(outcome.path)


def _source(comm: Comm, config: str | Path | Mapping[str, Any]):
    """The validated input on rank 0, None elsewhere: the other ranks never import the validation."""

    def read():
        from hpcph.config.load import from_mapping, load

        if not isinstance(config, (str, Path, Mapping)):
            raise InputError("config", type(config).__name__, "give the path of an input file or a dict")
        return from_mapping(config) if isinstance(config, Mapping) else load(Path(config))

    comm.phase = "reading the input"
    return comm.for_root(read)
