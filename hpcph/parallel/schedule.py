"""Dynamic hand-out of blocks by two-sided messages: rank 0 computes too and answers between its own blocks."""

from collections.abc import Callable, Iterator

from hpcph.parallel.comm import Comm

ASK, ANSWER = 11, 12


def hand_out(comm: Comm, first: int, last: int, work: Callable[[int], None], progress: Callable[[int], None]) -> None:
    """Call work(block) once for every block in [first, last), on whichever rank is free; collective.

    The first blocks are known beforehand, one a rank; from then on every worker asks for its next block before it
    starts the one it has, so that it does not wait for rank 0 to finish its own. An exception stops the hand-out and is
    raised on every rank. progress(blocks given out) is called on rank 0.
    """
    mine = first + comm.rank if first + comm.rank < last else None
    failure: Exception | None = None
    try:
        if comm.root:
            _serve(comm, first, last, work, progress)
        else:
            for block in _blocks_of_a_worker(comm, mine):
                work(block)
    except Exception as err:
        failure = err
        if not comm.root:
            _refuse_more(comm)
    comm.agree(failure)


def _serve(comm: Comm, first: int, last: int, work, progress) -> None:
    queue = iter([*range(first, min(first + 1, last)), *range(first + comm.size, last)])
    open_workers = set(range(1, min(comm.size, last - first)))
    stopped = False
    failure: Exception | None = None

    def answer(wait: bool) -> None:
        nonlocal stopped
        while open_workers and (wait or _somebody_asks(comm)):
            worker, healthy = comm.mpi.recv(tag=ASK)
            stopped = stopped or not healthy
            block = None if stopped else next(queue, None)
            if healthy:
                comm.mpi.send(block, dest=worker, tag=ANSWER)
            if block is None:
                open_workers.discard(worker)

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


def _somebody_asks(comm: Comm) -> bool:
    """Probed twice: Open MPI looks for a message first and lets messages in only afterwards."""
    return comm.mpi.iprobe(tag=ASK) or comm.mpi.iprobe(tag=ASK)


def _blocks_of_a_worker(comm: Comm, block: int | None) -> Iterator[int]:
    while block is not None:
        comm.mpi.send((comm.rank, True), dest=0, tag=ASK)  # for the block after this one
        yield block
        block = comm.mpi.recv(source=0, tag=ANSWER)


def _refuse_more(comm: Comm) -> None:
    """A worker failed inside a block: take the answer that is under way, then say so if rank 0 still counts on us."""
    if comm.mpi.recv(source=0, tag=ANSWER) is not None:
        comm.mpi.send((comm.rank, False), dest=0, tag=ASK)
