"""What a run says of how fast it is: k-points of its own, none that an earlier run computed."""

import io
from itertools import count

import numpy as np
import pytest

from hpcph.disk.checkpoint import Checkpoint, Place
from hpcph.errors import counted
from hpcph.parallel.comm import world
from hpcph.parallel.signals import Stop
from hpcph.prepare import sensitivity
from hpcph.workflow import progress
from hpcph.workflow.keeper import Keeper
from hpcph.workflow.stage import Stage

STAGE = Stage("zone", 100, [slice(0, 60), slice(60, 90), slice(90, 100)], [], 1, lambda block: (np.ones(1), {}))


@pytest.fixture
def clock(monkeypatch):
    """Every look at it is 20 s after the last."""
    ticks = count(0.0, 20.0)
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(ticks))


def said(earlier: int) -> list[str]:
    """Lines of a stage that goes on after so many points."""
    lines = io.StringIO()
    with progress.Reporter(True, lines).stage("zone", 10, 100, "k-points", earlier) as stage:
        stage(10)
    return lines.getvalue().splitlines()


def test_a_resumed_stage_says_what_this_run_computed(clock):
    """60 of 100 points are another run's: 40 in 20 s are 2 a second; whole, it is 5."""
    assert said(60)[0] == "zone: 100/100 k-points, 2/s, 0 s left"
    assert said(60)[-1] == "zone: 40 of 100 k-points in 40.0 s, 1/s"
    assert said(0) == ["zone: 100/100 k-points, 5/s, 0 s left", "zone: 100 k-points in 40.0 s, 2/s"]


@pytest.mark.parametrize(
    "place, computed", [(None, 100), (Place(stage="zone", block=1), 40), (Place(stage="other", block=1), 100)]
)
def test_a_run_counts_its_own_points(tmp_path, place, computed):
    """Blocks that an earlier run passed are not this one's."""
    earlier = place and Checkpoint(0, {}, place, ())
    keeper = Keeper(world(), tmp_path / "result.h5", {}, earlier, Stop())
    keeper.finished(STAGE, np.ones(1))
    assert keeper.points == computed


def test_one_is_no_plural():
    """1 rank, 1 frequency, 1 process."""
    assert [counted(n, "ranks") for n in (1, 2)] == ["1 rank", "2 ranks"]
    assert counted(1, "frequencies") == "1 frequency" and counted(1, "k-points") == "1 k-point"
    assert counted(1, "processes") == "1 process" and counted(1, "branches") == "1 branch"


@pytest.mark.parametrize("change, said", [(0.0312, "by 3.1 %"), (0.00012, "by 0.012 %"), (4e-7, "by less than 0.01 %")])
def test_a_change_that_is_small_is_not_called_none(change, said):
    """What γ^NL owes to the supercell has two digits, or is less than the least that is said; never 0.0 %."""
    assert f"changes {said} when" in sensitivity.line(change)
