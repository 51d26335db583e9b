from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from serin.domain.contracts import DIMENSIONS
from serin.domain.scorecard import Judged, Score, scorecard

JUDGED = st.builds(
    lambda name, dimension, rows, share: Judged(name, dimension, rows, int(rows * share)),
    st.text(min_size=1, max_size=5),
    st.sampled_from(DIMENSIONS),
    st.integers(0, 10**9),
    st.floats(0, 1),
)


def test_a_dimension_is_the_mean_over_its_rules_of_the_share_that_keeps_them() -> None:
    found = scorecard(
        [
            Judged("a", "accuracy", 100, 10),
            Judged("b", "accuracy", 100, 0),
            Judged("file", "accuracy", 1, 1),
            Judged("c", "timeliness", 4, 1),
        ]
    )
    assert found == {"accuracy": Score(63.33, 3, ("file", "a")), "timeliness": Score(75.0, 1, ("c",))}


def test_one_bad_row_of_many_is_never_a_hundred() -> None:
    assert scorecard([Judged("a", "accuracy", 10**8, 1)])["accuracy"].value == 99.99


@given(st.lists(JUDGED, max_size=12))
def test_a_score_lies_between_nothing_and_all_and_is_all_only_when_nothing_is_broken(judged: list[Judged]) -> None:
    found = scorecard(judged)
    assert set(found) == {one.dimension for one in judged}
    for dimension, score in found.items():
        rules = [one for one in judged if one.dimension == dimension]
        assert score.rules == len(rules)
        assert 0 <= score.value <= 100
        assert (score.value == 100) == (not any(one.broken for one in rules))
        assert set(score.worst) <= {one.id for one in rules if one.broken}
