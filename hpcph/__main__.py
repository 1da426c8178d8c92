"""python -m hpcph: signals wait, thread counts before NumPy is loaded, the world communicator, exit codes."""

import sys

from hpcph.parallel import threads
from hpcph.parallel.signals import hold

if sys.argv[1:2] in (["run"], ["survey"]):
    hold()
threads.pin()


def start() -> None:
    """Run the command line; an exception that nobody expected ends every rank."""
    import numpy as np

    from hpcph.cli import READERS, main
    from hpcph.errors import InputError
    from hpcph.parallel.comm import Comm, Solitary, launched_behind_another, world
    from hpcph.workflow.pipe import speaking

    np.empty(30_000_000, np.uint8)  # once glibc has freed so much, it keeps the memory of a block for the next one
    words = sys.argv[1:3]  # what one process does, without MPI even where there is one
    alone = bool({"--help", "-h", "--version", "--print-completion"}.intersection(words)) or (
        words and words[0] in READERS
    )
    if alone and launched_behind_another():
        return
    try:
        comm = Comm(Solitary()) if alone else world()
    except InputError as err:
        if not launched_behind_another():
            print(f"hpcph: {err}", file=sys.stderr)
        sys.exit(2)
    try:
        code = main(sys.argv[1:], comm)
    except SystemExit as leaving:  # argparse
        code = leaving.code if isinstance(leaving.code, int) else 1
    except BaseException as failure:
        comm.abort(failure)
        raise
    with speaking():
        sys.stdout.flush()
    sys.exit(code)


if __name__ == "__main__":
    start()
