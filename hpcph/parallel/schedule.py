"""Dynamic hand-out of blocks by two-sided messages: rank 0 computes too and answers between its own blocks."""

from collections.abc import Callable, Iterator

from hpcph.parallel.comm import Comm

ASK, ANSWER = 11, 12


def hand_out(comm: Comm, first: int, last: int, work: Callable[[int], None], progress: Callable[[int], None]) -> None:
    """Call work(block) once for every block in [first, last), on whichever rank is free; collective.

    Every worker holds one block in advance, so that it does not wait for rank 0 to finish its own. An exception stops
    the hand-out and is raised on every rank. progress(blocks given out) is called on rank 0.
    """
    failure: Exception | None = None
    try:
        if comm.root:
            _serve(comm, first, last, work, progress)
        else:
            for block in _blocks_of_a_worker(comm):
                work(block)
    except Exception as err:
        failure = err
        if not comm.root:
            _refuse_more(comm)
    comm.agree(failure)


def _serve(comm: Comm, first: int, last: int, work, progress) -> None:
    queue = iter(range(first, last))
    open_workers = set(range(1, comm.size))
    stopped = False
    failure: Exception | None = None

    def answer(wait: bool) -> None:
        nonlocal stopped
        while open_workers and (wait or comm.mpi.iprobe(tag=ASK)):
            worker, healthy = comm.mpi.recv(tag=ASK)
            stopped = stopped or not healthy
            block = None if stopped else next(queue, None)
            if healthy:
                comm.mpi.send(block, dest=worker, tag=ANSWER)
            if block is None:
                open_workers.discard(worker)

    answer(wait=False)
    while not stopped and (block := next(queue, None)) is not None:
        try:
            work(block)
            progress(block + 1)
        except Exception as err:
            failure, stopped = err, True
        answer(wait=False)
    answer(wait=True)
    if failure:
        raise failure


def _blocks_of_a_worker(comm: Comm) -> Iterator[int]:
    comm.mpi.send((comm.rank, True), dest=0, tag=ASK)
    block = comm.mpi.recv(source=0, tag=ANSWER)
    while block is not None:
        comm.mpi.send((comm.rank, True), dest=0, tag=ASK)  # for the block after this one
        yield block
        block = comm.mpi.recv(source=0, tag=ANSWER)


def _refuse_more(comm: Comm) -> None:
    """A worker failed inside a block: take the answer that is under way, then say so if rank 0 still counts on us."""
    if comm.mpi.recv(source=0, tag=ANSWER) is not None:
        comm.mpi.send((comm.rank, False), dest=0, tag=ASK)
