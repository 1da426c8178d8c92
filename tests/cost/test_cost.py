"""The cost model: what falls on the busiest rank, and the fit."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hpcph.cost import model as cost
from hpcph.cost.model import CostModel, Load
from hpcph.result.quantity import Dataset
from hpcph.workflow.stage import Stage


def stage(sizes, maps=()):
    """Blocks of these sizes."""
    edges = np.concatenate([[0], np.cumsum(sizes)])
    blocks = [slice(int(a), int(b)) for a, b in pairwise(edges)]
    return Stage("zone", int(edges[-1]), blocks, list(maps), 1, lambda block: (None, {}))


@settings(max_examples=100, deadline=None)
@given(
    sizes=st.lists(st.lists(st.integers(1, 60), min_size=1, max_size=40), min_size=1, max_size=3),
    ranks=st.integers(1, 99),
)
def test_the_busiest_rank_has_at_least_its_share(sizes, ranks):
    """Share ≤ busiest ≤ everything; with one rank it is everything, with a rank a block one block of every stage."""
    stages = [stage(s) for s in sizes]
    work = cost.load(stages, ranks)
    assert work.points == sum(map(sum, sizes))
    assert work.points / ranks - 1e-9 <= work.busiest <= work.points + 1e-9
    assert cost.load(stages, 1).busiest == pytest.approx(work.points)
    alone = sum(s.points / len(s.blocks) for s in stages)
    assert cost.load(stages, 10**6).busiest == pytest.approx(alone)


def test_bytes_are_those_of_the_maps():
    """Shape times size of the type."""
    maps = [Dataset("/a", (7, 3), "1", "", ("x", "y")), Dataset("/b", (7,), "1", "", ("x",), np.int32)]
    assert cost.load([stage([3, 4], maps)], 2).size == 7 * 3 * 8 + 7 * 4


@settings(max_examples=50, deadline=None)
@given(true=st.tuples(st.floats(0, 1), st.floats(1e-5, 1e-3), st.floats(0, 1e-2), st.floats(0, 1e-8)))
def test_the_fit_finds_the_coefficients(true):
    """Exact times of 12 different runs give the model back."""
    model = CostModel(*true)
    loads = [Load(n, p, p // 48, p / n, b) for n in (1, 2, 8, 64) for p, b in ((1000, 10**6), (9000, 0), (5000, 10**8))]
    found = cost.fit(loads, [model.seconds(work) for work in loads])
    for work in loads:
        assert found.seconds(work) == pytest.approx(model.seconds(work), rel=1e-6)
    assert found.point == pytest.approx(model.point, rel=1e-4)
    assert found.doubling == pytest.approx(model.doubling, rel=1e-3, abs=1e-8)


def test_no_coefficient_of_a_fit_is_negative():
    """Noise must not make communication negative and an extrapolation faster than light."""
    loads = [Load(n, 1000, 20, 1000 / n, 0) for n in (1, 2, 4)]
    found = cost.fit(loads, [1.0, 0.45, 0.20])
    assert min(found.table().values()) >= 0
