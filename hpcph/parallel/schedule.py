"""Dynamic hand-out of blocks by two-sided messages: rank 0 computes too and answers between its own blocks."""

from collections.abc import Callable, Iterator

from hpcph.parallel.comm import Comm

ASK, ANSWER = 11, 12


def never() -> bool:
    """No reason to pause."""
    return False


def hand_out(
    comm: Comm,
    first: int,
    last: int,
    work: Callable[[int], None],
    progress: Callable[[int], None],
    pause: Callable[[], bool] = never,
) -> int:
    """Call work(block) once for every block from first on, on whichever rank is free; returns the next. Collective.

    The first blocks are known beforehand, one a rank; from then on every worker asks for its next block before it
    starts the one it has, so that it does not wait for rank 0 to finish its own. When pause() is true on any rank no
    more are handed out: what was is finished, and the blocks done are those below the returned one, at most last.
    An exception stops the hand-out and is raised on every rank. progress(blocks given out) is called on rank 0.
    """
    mine = first + comm.rank if first + comm.rank < last else None
    failure: Exception | None = None
    reached = last
    try:
        if comm.root:
            reached = _serve(comm, first, last, work, progress, pause)
        else:
            for block in _blocks_of_a_worker(comm, mine, pause):
                work(block)
    except Exception as err:
        failure = comm.heard(err)
        if not comm.root:
            _refuse_more(comm)
    comm.agree(failure)
    return comm.bcast(reached)


def _serve(comm: Comm, first: int, last: int, work, progress, pause) -> int:
    mine: int | None = first if first < last else None
    upcoming = min(first + comm.size, last)
    open_workers = set(range(1, min(comm.size, last - first)))
    ended = False
    failure: Exception | None = None

    def next_block() -> int | None:
        nonlocal upcoming
        if ended or upcoming >= last:
            return None
        upcoming += 1
        return upcoming - 1

    def answer(wait: bool) -> None:
        nonlocal ended
        while open_workers and (wait or _somebody_asks(comm)):
            worker, healthy, weary = comm.mpi.recv(tag=ASK)
            ended = ended or not healthy or weary
            block = next_block()
            if healthy:
                comm.mpi.send(block, dest=worker, tag=ANSWER)
            if block is None:
                open_workers.discard(worker)

    while mine is not None:
        try:
            work(mine)
            progress(mine + 1)
        except Exception as err:
            failure, ended = comm.heard(err), True
        ended = ended or pause()
        answer(wait=False)
        mine = next_block()
    answer(wait=True)
    if failure:
        raise failure
    return upcoming


def _somebody_asks(comm: Comm) -> bool:
    """Probed twice: Open MPI looks for a message first and lets messages in only afterwards."""
    return comm.mpi.iprobe(tag=ASK) or comm.mpi.iprobe(tag=ASK)


def _blocks_of_a_worker(comm: Comm, block: int | None, pause) -> Iterator[int]:
    while block is not None:
        comm.mpi.send((comm.rank, True, pause()), dest=0, tag=ASK)  # for the block after this one
        yield block
        block = comm.mpi.recv(source=0, tag=ANSWER)


def _refuse_more(comm: Comm) -> None:
    """A worker failed inside a block: take the answer that is under way, then say so if rank 0 still counts on us."""
    if comm.mpi.recv(source=0, tag=ANSWER) is not None:
        comm.mpi.send((comm.rank, False, False), dest=0, tag=ASK)
