from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from serin.domain.access import Token
from serin.domain.charter import Charter, View
from serin.domain.contracts import Contract
from serin.domain.datasets import DatasetHead, Part, Upload
from serin.domain.experiments import Contest, Run, TrainingSet, Trial, TrialResult
from serin.domain.judgement.verdicts import Check, Verdict
from serin.domain.models import ModelVersion, Published
from serin.domain.records import as_record, from_record, record_digest
from serin.domain.releases import Intent, Lease, Live, Release, ReleaseStep
from tests.builders import (
    NOON,
    a_charter,
    a_contract,
    a_part,
    a_published,
    a_release,
    a_run,
    a_training_set,
    a_trial,
    a_version,
    an_upload,
)

TEXT = st.text(max_size=20)
NUMBERS = st.floats(allow_nan=False, allow_infinity=False)
# What the platform stores: moments of our era, in any offset. Not in any zone: of an hour that its clocks show twice
# Python holds no moment for equal to one of another zone.
OFFSETS = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
MOMENTS = st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=OFFSETS)
SCALARS = st.one_of(TEXT, st.integers(), NUMBERS, st.booleans())
SHOWN = st.none() | NUMBERS
METRICS = st.dictionaries(TEXT, NUMBERS, max_size=3)
TRIALS = st.builds(Trial, st.integers(1), st.dictionaries(TEXT, SCALARS, max_size=3))
CONTESTS = st.builds(Contest, st.integers(0), METRICS, st.none() | METRICS, st.none() | st.integers(1), SHOWN)
OUTCOMES = st.sampled_from(["pass", "fail", "inconclusive", "invalid"])
CHECKS = st.lists(st.builds(Check, TEXT, OUTCOMES, TEXT, TEXT, SHOWN, SHOWN, SHOWN), max_size=2).map(tuple)
VERDICTS = st.builds(Verdict, OUTCOMES, TEXT, CHECKS, SHOWN, TEXT)
RESULTS = st.lists(st.builds(TrialResult, TRIALS, METRICS, NUMBERS), max_size=2).map(tuple)
RUNS = st.builds(
    Run,
    TEXT,
    TEXT,
    TEXT,
    st.sampled_from(["running", "skipped", "failed", "rejected", "inconclusive", "invalid", "registered"]),
    MOMENTS,
    trials=RESULTS,
    best=st.none() | TRIALS,
    contest=st.none() | CONTESTS,
    verdict=st.none() | VERDICTS,
    version=st.none() | st.integers(1),
    reason=st.none() | TEXT,
)
VIEWS = st.builds(
    View,
    TEXT,
    TEXT,
    TEXT,
    st.lists(TEXT, max_size=3).map(tuple),
    ttl=st.none() | st.timedeltas(timedelta(0), timedelta(days=3650)),
    static=st.booleans(),
)
TOKENS = st.builds(Token, TEXT, TEXT, st.lists(TEXT, max_size=3).map(tuple), MOMENTS, MOMENTS, st.none() | MOMENTS)
EVERY_KIND: list[Any] = [
    a_charter(),
    a_contract(),
    a_part(an_upload()),
    a_published(),
    a_release(previous=1, reason="x"),
    a_run(best=a_trial(), trials=(TrialResult(a_trial(), {"roc_auc": 0.5}, 1.0),)),
    a_training_set(),
    a_version(),
    an_upload(),
    an_upload(status="rejected", rows=0, accepted=0, quarantined=0, part=None, sequence=None, reason="r", remedy="m"),
    DatasetHead("orders", 2, 10, "d"),
    Token("h", "ana", ("read",), NOON, NOON),
    Token("h", "ana", ("read",), NOON, NOON, NOON),
    ReleaseStep("rel1", "begin", NOON, "found"),
    Lease("late-orders", "rel1", 1, NOON),
    Intent("late-orders", "rel1", 1, "2", "1"),
    Live("late-orders", 1, "2", "rel1", 1, NOON),
]
KINDS = {
    Charter,
    Contract,
    DatasetHead,
    Intent,
    Lease,
    Live,
    ModelVersion,
    Part,
    Published,
    Release,
    ReleaseStep,
    Run,
    Token,
    TrainingSet,
    Upload,
}


def through_json(value: Any) -> Any:
    return from_record(type(value), json.loads(json.dumps(as_record(value))))


def types_of(value: Any) -> Any:
    """The types of all values inside, which equality alone does not tell apart (1, 1.0, True)."""
    record = as_record(value)
    return json.dumps(record, sort_keys=True)


@pytest.mark.parametrize("value", EVERY_KIND, ids=lambda value: type(value).__name__)
def test_what_is_stored_comes_back_as_it_was(value: Any) -> None:
    assert through_json(value) == value


def test_every_kind_that_is_stored_is_looked_at() -> None:
    assert {type(value) for value in EVERY_KIND} == KINDS


@given(st.one_of(RUNS, VIEWS, TOKENS, TRIALS))
def test_any_value_comes_back_as_it_was(value: Any) -> None:
    found = through_json(value)
    assert found == value
    assert types_of(found) == types_of(value)


@pytest.mark.parametrize("value", [1, 1.0, True, "1", "", 0, False])
def test_a_hyperparameter_keeps_its_type(value: Any) -> None:
    found = through_json(Trial(1, {"x": value})).params["x"]
    assert (found, type(found)) == (value, type(value))


def test_a_moment_is_written_in_utc_and_a_span_in_seconds() -> None:
    east = datetime(2013, 4, 1, 14, tzinfo=timezone(timedelta(hours=2)))
    assert as_record(east) == "2013-04-01T12:00:00Z"
    assert as_record(timedelta(hours=1)) == 3600.0


def test_equal_moments_in_two_offsets_have_one_digest() -> None:
    east = NOON.astimezone(timezone(timedelta(hours=2)))
    assert record_digest(a_run(at=east)) == record_digest(a_run(at=NOON))


def test_what_is_not_known_is_left_out() -> None:
    assert "reason" not in as_record(a_run())
    assert as_record(a_run(reason="x"))["reason"] == "x"


def test_the_order_of_a_mapping_does_not_change_a_digest() -> None:
    assert record_digest(Trial(1, {"a": 1, "b": 2})) == record_digest(Trial(1, {"b": 2, "a": 1}))
    assert record_digest(Trial(1, {"a": 1})) != record_digest(Trial(1, {"a": 2}))


@pytest.mark.parametrize(
    ("kind", "record", "reason"),
    [
        (Trial, [], "Trial: expected a record, found list"),
        (Trial, {"number": 1, "colour": "red"}, "Trial: unknown field colour"),
        (Trial, {}, "Trial: field number is missing"),
        (Intent, {**as_record(Intent("m", "r", 1, "2", "1")), "model": 7}, r"Intent\.model: expected str, found int"),
        (Run, {**as_record(a_run()), "best": []}, r"Run\.best: expected a record"),
        (Run, {**as_record(a_run()), "at": 5}, r"Run\.at: expected a moment"),
        (Run, {**as_record(a_run()), "trials": "read"}, r"Run\.trials: expected a list"),
        (Trial, {"number": True}, r"Trial\.number: expected a number"),
        (Trial, {"number": 1.7}, r"Trial\.number: expected a whole number"),
        (DatasetHead, {"dataset": "orders", "rows": "many"}, r"DatasetHead\.rows: expected a number, found str"),
    ],
)
def test_a_record_nobody_has_written_is_refused_by_its_field(kind: Any, record: Any, reason: str) -> None:
    with pytest.raises(ValueError, match=reason):
        from_record(kind, record)


def test_a_record_of_rows_that_do_not_add_up_is_refused() -> None:
    with pytest.raises(ValueError, match=r"5 rows in, 2 \+ 1 \+ 0 \+ 0 out"):
        from_record(Upload, {**as_record(an_upload()), "rows": 5})


def test_moments_without_an_offset_in_a_record_are_those_of_utc() -> None:
    assert through_json(a_run()).at == datetime(2013, 4, 1, 12, tzinfo=UTC)


@pytest.mark.parametrize("made", [an_upload(), a_run(), a_release()])
def test_a_record_from_before_there_were_correlations_is_still_read(made: Any) -> None:
    record = as_record(made)
    assert "correlation" not in record
    assert from_record(type(made), record) == made


@dataclass(frozen=True)
class Spanned:
    span: timedelta | None


@given(st.timedeltas(timedelta(days=-4000), timedelta(days=4000)))
def test_a_duration_is_read_as_the_api_writes_it(span: timedelta) -> None:
    written = json.loads(TypeAdapter(Spanned).dump_json(Spanned(span)))
    assert isinstance(written["span"], str)
    assert from_record(Spanned, written) == Spanned(span)


@pytest.mark.parametrize("written", ["", "1 day", "15D", "P1W", "soon"])
def test_what_is_no_duration_is_refused(written: str) -> None:
    with pytest.raises(ValueError, match="expected a duration"):
        from_record(Spanned, {"span": written})
