"""Errors reach every rank, and the ordered sum has the bits of a serial one."""

import numpy as np
import pytest

from hpcph.errors import InputError, InputErrors
from hpcph.parallel import comm as module
from hpcph.parallel.comm import RankError

pytestmark = pytest.mark.mpi
DISTRIBUTIONS = {
    "round robin": lambda block, count, size: block % size,
    "all on the last rank": lambda block, count, size: size - 1,
    "all on rank 0": lambda block, count, size: 0,
    "contiguous": lambda block, count, size: block * size // count,
    "reversed": lambda block, count, size: (count - 1 - block) % size,
    "scattered": lambda block, count, size: int(np.random.default_rng(block).integers(size)),
}


def usable(comm) -> bool:
    return comm.mpi.allreduce(1) == comm.size


def test_no_failure_is_no_exception(comm):
    """agree with nothing but None lets every rank go on."""
    comm.agree(None)
    assert usable(comm)


def test_input_error_of_any_rank_is_the_same_on_all(comm):
    """Whichever rank complains, all raise that InputError: key, value and fix."""
    for culprit in range(comm.size):
        mine = InputError("mesh.grid", f"rank {culprit}", "do better") if comm.rank == culprit else None
        with pytest.raises(InputError) as caught:
            comm.agree(mine)
        assert (caught.value.key, caught.value.value, caught.value.fix) == ("mesh.grid", f"rank {culprit}", "do better")
        assert usable(comm)


def test_several_mistakes_survive_the_journey(comm):
    """InputErrors keeps one line per mistake on every rank."""
    both = InputErrors([InputError("a", 1, "fix a"), InputError("b", None, "fix b")])
    with pytest.raises(InputErrors) as caught:
        comm.agree(both if comm.rank == comm.size - 1 else None)
    assert str(caught.value).splitlines() == ["a = 1: fix a", "b: fix b"]


def test_other_exceptions_become_rank_errors(comm):
    """An unexpected exception is a RankError on every rank that names rank and phase and has the traceback."""
    comm.phase = "dividing"
    for culprit in range(comm.size):
        with pytest.raises(RankError) as caught:
            try:
                _ = 1 / (comm.rank != culprit)
                comm.agree(None)
            except ZeroDivisionError as err:
                comm.agree(err)
        text = str(caught.value)
        assert text.startswith(f"rank {culprit} of {comm.size} failed while dividing\nTraceback")
        assert text.endswith("ZeroDivisionError: division by zero") and "_ = 1 /" in text
        assert usable(comm)


def test_all_ranks_failing_agree_on_one(comm):
    """When every rank fails the lowest one's error is raised everywhere."""
    with pytest.raises(InputError) as caught:
        comm.agree(InputError("k", comm.rank, "fix"))
    assert caught.value.value == 0


def test_on_root_gives_its_value_to_all(comm):
    """Work is done on rank 0 alone, its value known everywhere."""
    done = []
    value = comm.on_root(lambda: done.append(1) or {"rank": comm.rank})
    assert value == {"rank": 0}
    assert len(done) == (1 if comm.root else 0)


@pytest.mark.parametrize("error, expected", [(InputError("k", 1, "fix"), InputError), (KeyError("x"), RankError)])
def test_on_root_gives_its_failure_to_all(comm, error, expected):
    """An exception of rank 0's work is everyone's."""

    def work():
        raise error

    with pytest.raises(expected):
        comm.on_root(work)
    assert usable(comm)


def wild(count: int, length: int, seed: int) -> np.ndarray:
    """Numbers over 60 orders of magnitude with both signs: their sum depends on the order."""
    rng = np.random.default_rng(seed)
    return rng.choice([-1, 1], (count, length)) * 10 ** rng.uniform(-30, 30, (count, length))


def serial(rows: np.ndarray) -> np.ndarray:
    total = np.zeros(rows.shape[1])
    for row in rows:
        total = total + row
    return total


def test_wild_numbers_do_depend_on_the_order():
    """The proof below would be empty if any order gave the same bits."""
    rows = wild(50, 23, 50)
    assert serial(rows).tobytes() != serial(rows[::-1]).tobytes()


@pytest.mark.parametrize("segment", [1, 23, 60, 1 << 20])
@pytest.mark.parametrize("how", DISTRIBUTIONS)
@pytest.mark.parametrize("count", [0, 1, 2, 7, 50])
def test_ordered_sum_has_the_bits_of_the_serial_sum(comm, monkeypatch, count, how, segment):
    """Left to right over blocks, whoever computed them and however the reduction is cut."""
    monkeypatch.setattr(module, "SEGMENT", segment)
    rows = wild(count, 23, count)
    owner = [DISTRIBUTIONS[how](block, count, comm.size) for block in range(count)]
    total = comm.ordered_sum({b: rows[b] for b in range(count) if owner[b] == comm.rank}, range(count), np.zeros(23))
    if comm.root:
        assert total.tobytes() == serial(rows).tobytes()
    else:
        assert not total.any()


def test_ordered_sum_of_rows_without_length(comm):
    """A stage without numbers gives an empty sum."""
    total = comm.ordered_sum({}, range(3), np.zeros(0))
    assert total.shape == (0,)


def test_infinities_and_nan_stay_what_they_are(comm):
    """Zeros of other ranks spoil neither inf nor NaN."""
    rows = np.array([[np.inf, 1.0, -0.0], [1.0, np.nan, -0.0]])
    mine = {b: rows[b] for b in range(2) if b % comm.size == comm.rank}
    total = comm.ordered_sum(mine, range(2), np.zeros(3))
    if comm.root:
        np.testing.assert_array_equal(total, [np.inf, np.nan, 0.0])
