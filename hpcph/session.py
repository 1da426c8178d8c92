"""A run from within Python: in a script, in a notebook, or on every rank of mpirun."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import xarray as xr
from threadpoolctl import threadpool_limits

from hpcph.errors import InputError
from hpcph.parallel.comm import RankError, world
from hpcph.parallel.signals import Stop
from hpcph.prepare.entrance import read
from hpcph.result.open import open_result
from hpcph.workflow.driver import run as compute


def run(
    config: str | Path | Mapping[str, Any], output: str | Path | None = None, *, overwrite: bool = False
) -> xr.Dataset:
    """See hpcph.run. Collective over all ranks of the world."""
    comm = world()
    try:
        prepare = read(comm, lambda: _checked(config))
        with threadpool_limits(limits=1):
            folder = None if output is None else Path(output)
            outcome = compute(comm, prepare, folder, Stop(), overwrite=overwrite)
    except (InputError, RankError):  # every rank has it
        raise
    except BaseException as failure:
        if comm.size > 1:
            comm.abort(failure)
        raise
    return open_result(outcome.path)


def _checked(config: str | Path | Mapping[str, Any]) -> Path | Mapping[str, Any]:
    if not isinstance(config, (str, Path, Mapping)):
        raise InputError("config", type(config).__name__, "give the path of an input file or a dict")
    return config if isinstance(config, Mapping) else Path(config)
