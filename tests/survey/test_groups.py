"""How many ranks compute which crystal."""

from hypothesis import given
from hypothesis import strategies as st

from hpcph.survey.groups import SERIAL, Phase, group_of, phases, seconds

costs = st.lists(st.floats(0, 1e4), min_size=1, max_size=60)


@given(costs, st.integers(1, 300))
def test_every_crystal_is_computed_once(cost, ranks):
    """Phases share the crystals out; there are never more groups than ranks."""
    found = phases(cost, ranks)
    assert sorted(i for phase in found for i in phase.crystals) == list(range(len(cost)))
    assert all(1 <= phase.groups <= ranks for phase in found)


@given(costs, st.integers(1, 300))
def test_nothing_takes_longer_than_the_two_simplest_ways(cost, ranks):
    """A rank for each crystal, or all for each: what is chosen is no slower, and no faster than the work allows."""
    order = tuple(sorted(range(len(cost)), key=lambda i: -cost[i]))
    own = seconds(phases(cost, ranks), cost, ranks)
    assert own <= seconds([Phase(ranks, order)], cost, ranks) * (1 + 1e-12)
    assert own <= seconds([Phase(1, order)], cost, ranks) * (1 + 1e-12)
    assert own >= sum(cost) / ranks * (1 - 1e-12)


def test_many_small_crystals_have_a_rank_each_and_a_giant_has_them_all():
    """1000 crystals of 10 s on 64 ranks need no groups; one of 10 000 s is shared by all ranks, before the others."""
    assert phases([10.0] * 1000, 64) == [Phase(64, tuple(range(1000)))]
    found = phases([10.0] * 500 + [1e5] + [10.0] * 500, 64)
    assert found[0] == Phase(1, (500,)) and found[-1].groups == 64


def test_few_crystals_on_many_ranks_share_them():
    """Three crystals of an hour on 256 ranks do not leave 253 of them idle."""
    cost = [3600.0] * 3
    assert seconds(phases(cost, 256), cost, 256) < 1.2 * 3 * 3600 / 256 + 3 * SERIAL


@given(st.integers(1, 300), st.data())
def test_groups_are_of_neighbours_and_of_one_size(ranks, data):
    """Sizes differ by one rank at most, no group is empty."""
    groups = data.draw(st.integers(1, ranks))
    found = [group_of(rank, ranks, groups) for rank in range(ranks)]
    sizes = [found.count(group) for group in range(groups)]
    assert found == sorted(found) and min(sizes) >= 1 and max(sizes) - min(sizes) <= 1
