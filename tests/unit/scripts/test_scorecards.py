from __future__ import annotations

from typing import Any

import pytest

from serin.domain.contracts import Contract, Said
from serin_cli import scorecards
from serin_cli.scorecards import quality_table, said_lines, told

UPLOAD: dict[str, Any] = {
    "file": "a.csv",
    "status": "accepted",
    "rows": 4,
    "accepted": 3,
    "quarantined": 1,
    "scorecard": {"accuracy": {"value": 99.5, "rules": 3, "worst": ["a"]}},
    "rules": {"few": 1},
    "warnings": {"many": 1200, "none": 2, "fewest": 1},
    "promises": {"fresh": "is old"},
}


def test_an_upload_is_a_line_of_scores_rows_and_the_rules_broken_most() -> None:
    (line,) = quality_table([UPLOAD])
    assert (line["accuracy"], line["timeliness"], line["rows"], line["set aside"]) == ("99.50", "-", 4, 1)
    assert line["top rules"] == "fresh, many 1,200, none 2"
    assert told(UPLOAD) == "accuracy 99.50  completeness -  consistency -  timeliness -"


def test_a_file_that_gave_no_row_has_no_score_and_says_so() -> None:
    (line,) = quality_table([{**UPLOAD, "accepted": 0, "quarantined": 4}])
    assert (line["accuracy"], line["set aside"]) == ("-", 4)
    assert line["top rules"] == "no row came in, fresh, many 1,200, none 2"
    (repeated,) = quality_table([{**UPLOAD, "accepted": 0, "quarantined": 0, "repeated": 4}])
    assert repeated["accuracy"] == "99.50"


def test_an_old_record_and_a_file_that_could_not_be_read_have_a_line_too() -> None:
    (line,) = quality_table([{"file": "b.csv", "status": "rejected", "reason": "b.csv: is empty."}])
    assert (line["accuracy"], line["rows"], line["top rules"]) == ("-", 0, "b.csv: is empty.")


def test_promises_that_nothing_checks_stand_below_the_scores(monkeypatch: pytest.MonkeyPatch) -> None:
    said = Said("availability", "availability 99.9 %", "nobody measures it")
    monkeypatch.setattr(scorecards, "contract_at_hand", lambda _: Contract("a", "1", (), (), (), said=(said,)))
    assert said_lines("a") == ["said, not checked: availability: availability 99.9 % (nobody measures it)"]
