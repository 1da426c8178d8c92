"""What a launcher tells the processes that it starts, beside what their MPI library makes of it."""

import os
from collections.abc import Mapping

from hpcph.errors import InputError

SIZES = {  # variables that hold how many processes there are; the innermost launcher's first
    "OMPI_COMM_WORLD_SIZE": "Open MPI's mpirun",
    "PMI_SIZE": "the mpiexec of MPICH or Intel MPI",
    "SLURM_STEP_NUM_TASKS": "srun",
}


def require_own(world_size: int, library: str, environment: Mapping[str, str] = os.environ) -> None:
    """Raise InputError where a launcher that is not the library's started several processes, each a world of one.

    Each of them would compute everything, and all would write the same files.

    library : name and version of the MPI library behind mpi4py
    """
    name = next((name for name in SIZES if name in environment), None)
    started = environment[name] if name else ""
    if name is None or world_size > 1 or not started.isdecimal() or int(started) < 2:
        return
    what = f"{SIZES[name]} started {started} processes that do not know each other, for it is not of this library"
    other = ", or with srun --mpi=pmix" if name.startswith("SLURM") else ""
    raise InputError("MPI", library, f"{what}; start them with the library's own mpirun{other}")
