"""`serin runs` and `serin viability`, without a platform."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from serin.domain.errors import Invalid, NotFound
from serin.domain.judgement.gate import judge
from serin.domain.judgement.policy import Matrix, ValuePolicy
from serin.domain.profiles import ColumnProfile, Counted, Profile, ShownProfile
from serin.domain.records import as_record
from serin_cli import runs as runs_command
from serin_cli import story
from serin_cli import viability as viability_command
from serin_cli.command_line.app import result_of
from tests.builders import NOON, a_charter, a_profile_made, a_run
from tests.unit.domain.judgement.samples import an_evidence, asked

MODEL = "late-orders"
REJECTED = judge(an_evidence(0.003), asked())
RUNS = [
    a_run(id="r3", status="skipped", reason="no rows yet of orders"),
    a_run(id="r2", status="rejected", verdict=REJECTED, reason=REJECTED.sentence),
    a_run(id="r1", status="registered", version=1, verdict=judge(an_evidence(None), asked()), at=NOON.replace(hour=1)),
]
PROFILE = Profile("orders", 1000, 1000, (ColumnProfile("amount", "number", 0),), 1, label="late", task="binary")


class Answers:
    """A platform that answers one thing; its lists oldest first."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def get(self, path: str, **query: str) -> Any:
        assert (path, query) == ("/datasets/orders/profile", {"model": MODEL})
        return self._answer

    def all(self, path: str, **query: str) -> Any:
        assert (path, query) == ("/runs", {"model": MODEL})
        return self._answer


def connect(patch: pytest.MonkeyPatch, module: Any, answer: Any) -> None:
    @contextmanager
    def connected() -> Iterator[Answers]:
        yield Answers(answer)

    patch.setattr(module, "connected", connected)
    patch.setattr(story.out, "width", 200)


def told_runs(patch: pytest.MonkeyPatch, *words: str) -> Any:
    connect(patch, runs_command, [as_record(run) for run in RUNS])
    return result_of("runs", MODEL, *words)


def test_runs_show_what_the_gate_measured(monkeypatch: pytest.MonkeyPatch) -> None:
    records = [as_record(run) for run in RUNS]
    line = runs_command.line_of(records[1])
    assert (line["run"], line["status"], line["gain"], line["asked"]) == ("r2", "rejected", "0.003", "0.0005")
    assert REJECTED.power is not None
    assert line["power"] == f"{REJECTED.power:.4g}"
    assert float(line["at least"]) < 0.0005
    assert runs_command.line_of(records[0])["reason"] == "no rows yet of orders"


def test_the_checks_are_those_of_the_last_run_that_was_judged(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told_runs(monkeypatch) is None
    said = capsys.readouterr().out
    assert "The gate of run r2" in said
    assert "gain over the champion" in said
    assert "this gate could have seen a gain of" in said.replace("\n", " ")


def test_the_checks_of_another_run_can_be_asked_for(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    told_runs(monkeypatch, "--run", "r1")
    said = capsys.readouterr().out
    assert "The gate of run r1" in said
    assert "gain over the champion" not in said
    with pytest.raises(NotFound, match="No run r3 was judged"):
        told_runs(monkeypatch, "--run", "r3")


def test_as_json_runs_are_what_the_platform_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert told_runs(monkeypatch, "--json") == [as_record(run) for run in RUNS[::-1]]


def told_viability(patch: pytest.MonkeyPatch, counts: dict[str, int], *words: str, value: bool = True) -> Any:
    worth = ValuePolicy("USD", Matrix(40, -20, 0, 0), 500) if value else None
    charter = a_charter(value=worth)
    label = ColumnProfile("late", "boolean", 0, top=tuple(Counted(name, rows) for name, rows in counts.items()))
    shown = ShownProfile(a_profile_made(), 1000, replace(PROFILE, columns=(label,)))
    connect(patch, viability_command, as_record(shown))
    patch.setattr(viability_command, "charter_of", lambda model: charter)
    return result_of("viability", MODEL, *words)


def test_viability_is_told_of_the_labels_there_are(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert told_viability(monkeypatch, {"false": 800, "true": 200}) is None
    said = capsys.readouterr().out
    assert "USD per 1,000" in said
    assert "8,000" in said
    assert "20.0% of 1,000 labels are positive; acting pays from a precision of 33.3% on" in said
    assert "Viable if a model reaches 6% of what is possible" in said


def test_viability_as_json_has_the_numbers(monkeypatch: pytest.MonkeyPatch) -> None:
    found = told_viability(monkeypatch, {"false": 800, "true": 200}, "--json")
    assert (found["rows"], found["positive_share"], found["room"], found["minimum"]) == (1000, 0.2, 8000, 500)
    assert [policy["name"] for policy in found["policies"]] == ["nothing", "always", "baseline", "perfect"]


def test_without_a_value_or_a_second_class_there_is_nothing_to_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Invalid, match="does not say what decisions bring"):
        told_viability(monkeypatch, {"false": 800, "true": 200}, value=False)
    with pytest.raises(NotFound, match="counts 1 classes of late"):
        told_viability(monkeypatch, {"false": 800})
