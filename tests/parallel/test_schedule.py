"""The hand-out does every block once and an exception anywhere ends it everywhere."""

import time

import pytest

from hpcph.errors import InputError
from hpcph.parallel.comm import RankError
from hpcph.parallel.schedule import hand_out

pytestmark = pytest.mark.mpi
COUNTS = [0, 1, 2, 7, 50]


class Oops(Exception):
    pass


def silent(blocks: int) -> None:
    pass


def everything(comm, done: list) -> list:
    return sorted(block for part in comm.mpi.allgather(done) for block in part)


@pytest.mark.parametrize("slow", [None, 0, -1])
@pytest.mark.parametrize("count", COUNTS)
def test_every_block_is_done_once(comm, count, slow):
    """Any number of blocks, and one rank much slower than the others."""
    done = []

    def work(block):
        if slow is not None and comm.rank == slow % comm.size:
            time.sleep(0.003)
        done.append(block)

    hand_out(comm, 0, count, work, silent)
    assert everything(comm, done) == list(range(count))


def test_a_later_round_starts_where_it_is_told(comm):
    """[first, last) and nothing else, round after round on the same communicator."""
    done = []
    for first, last in [(0, 3), (3, 3), (3, 11)]:
        hand_out(comm, first, last, done.append, silent)
    assert everything(comm, done) == list(range(11))


def test_idle_ranks_take_work_from_a_slow_one(comm):
    """With one rank stuck in its first block the others do nearly everything: it holds two blocks at most."""
    slow, done = comm.size - 1, []

    def work(block):
        time.sleep(0.3 if comm.rank == slow else 0.001)
        done.append(block)

    hand_out(comm, 0, 30, work, silent)
    assert everything(comm, done) == list(range(30))
    if comm.size > 1 and comm.rank == slow:
        assert len(done) <= 4


def test_progress_is_told_on_rank_0_alone(comm):
    """Ascending numbers of blocks, not above the last one."""
    told = []
    hand_out(comm, 0, 20, lambda block: None, told.append)
    assert told == sorted(told)
    assert all(0 < blocks <= 20 for blocks in told)
    assert comm.root or not told


@pytest.mark.parametrize("which", ["first", "middle", "last", "every"])
@pytest.mark.parametrize("count", [1, 2, 7, 50])
def test_an_exception_on_any_rank_ends_on_every_rank(comm, count, which):
    """Each rank in turn fails at its first, a middle or its last block: RankError everywhere, then life goes on."""
    for culprit in range(comm.size):
        worked = failed = 0

        def work(block):
            nonlocal worked, failed
            worked += 1
            time.sleep(0.0005)
            at = {"first": worked == 1, "middle": block >= count // 2, "last": block == count - 1, "every": True}
            if at[which] and (comm.rank == culprit or which == "every"):  # noqa: B023 (called at once)
                failed += 1
                raise Oops(f"block {block}")

        raised = False
        try:
            hand_out(comm, 0, count, work, silent)
        except RankError as err:
            raised = True
            assert "block" in str(err)
        assert failed <= 1  # a rank that failed is given nothing more
        assert comm.mpi.allgather(raised) == [comm.mpi.allreduce(failed) > 0] * comm.size
        done = []
        hand_out(comm, 0, 9, done.append, silent)  # the communicator is as good as new
        assert everything(comm, done) == list(range(9))


def test_a_mistake_of_the_user_stays_one(comm):
    """An InputError that any rank meets in its block is that InputError on every rank."""
    for culprit in range(comm.size):

        def work(block):
            time.sleep(0.002)
            if comm.rank == culprit:  # noqa: B023 (called at once)
                raise InputError("crystal.force_constants", "-1 THz", f"rank {comm.rank}")

        with pytest.raises(InputError, match=f"rank {culprit}"):
            hand_out(comm, 0, 40, work, silent)


def test_a_failure_stops_the_hand_out(comm):
    """After an exception on rank 0 the others get no new blocks: they end with those they hold."""
    done = []

    def work(block):
        if comm.root:
            raise Oops("at once")
        time.sleep(0.02)
        done.append(block)

    with pytest.raises(RankError):
        hand_out(comm, 0, 10_000, work, silent)
    assert len(done) < 100
