"""Where a run comes in, from the shell or from Python: rank 0 alone reads the input and imports its validation."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from hpcph.parallel.comm import Comm
from hpcph.workflow.prepared import Prepared


def read(comm: Comm, choose: Callable[[], Path | Mapping[str, Any]]) -> Callable[[], Prepared]:
    """Read and validate an input; what prepares it, for rank 0 to call. Collective. Raises InputError.

    choose : the path of an input file, or a dict that says what the file would say (rank 0)
    """

    def load() -> Callable[[], Prepared]:
        from hpcph.config.load import from_mapping, load

        chosen = choose()
        source = load(chosen) if isinstance(chosen, Path) else from_mapping(chosen)

        def prepared() -> Prepared:
            from hpcph.prepare.job import prepare

            return prepare(source)

        return prepared

    comm.phase = "reading the input"
    ready = comm.for_root(load)
    return lambda: ready()
