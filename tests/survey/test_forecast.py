"""What a survey is said to take."""

from hypothesis import given
from hypothesis import strategies as st

from hpcph.survey.forecast import forecast
from hpcph.survey.groups import phases, seconds


def rows(cost, ranks):
    table = forecast(cost, ranks)
    return [[str(cell) for cell in row] for row in zip(*(column.cells for column in table.columns), strict=True)]


def test_a_thousand_like_crystals_keep_few_ranks_busy():
    """1000 crystals of 9 s and 1 s of their own: 10 000 s on one rank, an eighth on eight, none of which ever waits."""
    (one, eight) = rows([9.0] * 1000, [1, 8])
    assert one[1:3] == ["2.8 h", "1.00"] and eight[1:3] == ["21 min", "1.00"]
    assert eight[4] == "1000 by 1"


def test_what_is_serial_ends_the_scaling():
    """One crystal of 99 s and 1 s of its own takes at least that second on 4096 ranks: 0.02 of what they could do."""
    ((*_, time, efficiency, _, groups),) = rows([99.0], [4096])
    assert time == "1 s" and efficiency == "0.02" and groups == "1 by 4096"


@given(st.lists(st.floats(0.1, 1e3), min_size=1, max_size=30), st.integers(2, 500))
def test_more_ranks_are_never_slower(cost, ranks):
    """Twice the ranks do what half of them do in no more time, but for a percent that the order of crystals decides."""
    assert seconds(phases(cost, 2 * ranks), cost, 2 * ranks) <= seconds(phases(cost, ranks), cost, ranks) * 1.03
