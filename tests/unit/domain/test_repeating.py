from __future__ import annotations

from dataclasses import replace

from serin.domain.repeating import changed_between, repeated
from serin.domain.runs import Provenance

THEN = Provenance("set1", {}, "c", "k", "l", {"python": "3.11.7", "numpy": "2.4.6"}, None, "r", "p", "y", "x86_64 Zen")


def test_the_same_things_are_no_change() -> None:
    assert changed_between(THEN, replace(THEN, commit="abc")) == ()


def test_each_thing_that_is_another_is_named() -> None:
    now = Provenance(
        "set1", {}, "c2", "k2", "l2", {"python": "3.12.1", "numpy": "2.4.6"}, None, "r2", "p2", "y2", "arm"
    )
    told = changed_between(THEN, now)
    assert [words.partition(" (")[0].partition(",")[0] for words in told] == [
        "the rows",
        "the charter",
        "the model's code",
        "the lock of what is installed beside scikit-learn",
        "the lock of what is installed beside polars",
        "the platform's library",
        "the processor",
    ]
    assert "(python 3.11.7, now 3.12.1)" in told[3]
    (runtime,) = changed_between(THEN, replace(THEN, runtime={"python": "3.11.7", "numpy": "2.5.0"}))
    assert runtime == "the interpreter or a library (numpy 2.4.6, now 2.5.0)"


def test_a_difference_is_told_with_its_size_and_what_may_have_made_it() -> None:
    exact = repeated({"estimator": True}, 0.0, (), ("pass", "pass"))
    assert (exact.is_exact, exact.sentence) == (
        True,
        "The rerun is the same to the bit: no prediction differs, estimator has the same digest.",
    )
    other = repeated({"estimator": False, "layer": True}, 0.0125, ("the charter",), ("pass", "fail"))
    assert (other.is_exact, other.sentence) == (
        False,
        "The rerun differs: a prediction by up to 0.0125, estimator has another digest. What has changed: the charter. "
        "The verdict was pass and is fail.",
    )
    packed = repeated({"estimator": True, "layer": False}, 0.0, (), ("pass", "pass"))
    assert packed.sentence == (
        "The rerun differs: layer has another digest. The fits are the same, so it is what was packed beside them that "
        "differs."
    )
    assert "other rows were scored" in repeated({}, None, ("the rows",), ("pass", "pass")).sentence
