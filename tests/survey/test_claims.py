"""Crystals are taken by files: each by one group, whoever asks when."""

import threading

from hpcph.survey import claims
from hpcph.survey.claims import KEPT, Claims, states
from hpcph.survey.watch import duration, progress


def test_each_crystal_is_taken_once(tmp_path):
    """Eight takers at once get every one of 300 crystals, none of them two of the same."""
    folder, taken = claims.begin(tmp_path), [[] for _ in range(8)]

    def take(own):
        mine = Claims(folder, tuple(range(300)))
        while (number := mine.take()) is not None:
            own.append(number)
            mine.ended(number, "done")

    threads = [threading.Thread(target=take, args=(own,)) for own in taken]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(n for own in taken for n in own) == list(range(300))
    assert states(folder) == dict.fromkeys(range(300), "done")


def test_an_ended_crystal_stays_taken(tmp_path):
    """A group that comes late does not compute what is done, too."""
    folder = claims.begin(tmp_path)
    first, late = Claims(folder, (4, 2)), Claims(folder, (4, 2))
    first.ended(first.take(), "failed")
    assert late.take() == 2 and late.take() is None


def test_a_new_start_takes_anew(tmp_path):
    """What a killed survey had taken is free."""
    before = claims.begin(tmp_path)
    Claims(before, (0, 1)).take()
    now = claims.begin(tmp_path)
    assert not before.exists() and Claims(now, (0, 1)).take() == 0
    claims.sweep(tmp_path)
    assert not list(tmp_path.iterdir())


def test_the_time_left_is_that_of_the_work_left():
    """A third of the work in 60 s leaves 120 s, whatever number of crystals it is; what was done before has no pace."""
    cost = [4.0, 2.0, 2.0, 2.0, 2.0]
    assert progress({0: "done", 1: ""}, cost, 60.0) == "1/5 crystals, 2 min left"
    assert progress({0: KEPT, 1: "failed"}, cost, 60.0) == "2/5 crystals, 1 of them before, 1 failed, 3 min left"
    assert progress({0: KEPT}, cost, 60.0) == "1/5 crystals, 1 of them before"
    assert progress(dict.fromkeys(range(5), "done"), cost, 60.0) == "5/5 crystals in 60 s"


def test_durations_are_short():
    """Seconds, minutes, hours and days, whichever says it."""
    assert [duration(s) for s in (0.4, 59.6, 600, 7300, 4e5)] == ["0 s", "60 s", "10 min", "2.0 h", "4.6 days"]
