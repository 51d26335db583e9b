"""`serin profile` and the pages of the command, without a platform."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from serin.domain.errors import Invalid, NotFound
from serin.domain.profiles import ColumnProfile, Profile, ShownProfile
from serin.domain.records import as_record
from serin_cli import profile as command
from serin_cli import scorecards
from serin_cli.command_line.app import result_of
from serin_cli.profile import of_file, table_of
from serin_cli.scorecards import quality_file
from tests.builders import a_profile_made, an_upload

ORDERS = "size,color,late\n" + "".join(
    f"{number},{'red' if number % 2 else 'blue'},{number % 2}\n" for number in range(60)
)


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scorecards, "MODELS", Path("models").absolute())
    monkeypatch.chdir(tmp_path)


def asked(*words: str) -> Any:
    return result_of("profile", *words)


def test_a_file_is_profiled_before_any_upload(capsys: pytest.CaptureFixture[str]) -> None:
    Path("orders.csv").write_text(ORDERS)
    assert asked("orders.csv", "--label", "late") is None
    said = capsys.readouterr().out
    assert said.startswith("orders.csv: 60 of 60 rows were looked at.")
    assert "suspect" in said
    found = asked("orders.csv", "--label", "late", "--json")
    assert (found["label"], found["task"]) == ("late", "binary")
    assert [column["name"] for column in found["columns"]] == ["size", "color", "late"]


def test_a_label_the_file_has_not_is_refused_and_so_is_a_file_that_is_not_there() -> None:
    Path("orders.csv").write_text(ORDERS)
    with pytest.raises(Invalid, match="has no column 'lat'"):
        of_file(Path("orders.csv"), "lat")
    with pytest.raises(NotFound):
        asked("nowhere.csv")
    with pytest.raises(Invalid, match="a file, which no model reads"):
        asked("orders.csv", "--model", "late-orders")
    with pytest.raises(Invalid, match="what the model's charter says"):
        asked("orders", "--label", "late")


def test_a_page_goes_where_it_is_told_or_to_the_folder_of_pages() -> None:
    Path("orders.csv").write_text(ORDERS)
    assert asked("orders.csv", "--page") == {"page": "build/pages/profile-orders.html"}
    assert Path("build/pages/profile-orders.html").read_text().startswith("<!DOCTYPE html>")
    assert asked("orders.csv", "--page", "p.html") == {"page": "p.html"}
    uploads = [as_record(an_upload())]
    assert quality_file("flights", uploads, "") == {"page": "build/pages/quality-flights.html"}
    with pytest.raises(Invalid, match="cannot be written"):
        quality_file("flights", uploads, "nowhere/q.html")


class Answering:
    """A platform with one profile."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, dict[str, str]]] = []

    def __enter__(self) -> Answering:
        return self

    def __exit__(self, *_: object) -> None: ...

    def get(self, path: str, **query: str) -> Any:
        self.asked.append((path, query))
        columns = (ColumnProfile("amount", "number", 1, flags=("mostly_missing",)),)
        shown = ShownProfile(a_profile_made(), 3, Profile("orders", 2, 2, columns, 1))
        return json.loads(json.dumps(as_record(shown)))


def test_a_datasets_profile_is_asked_of_the_platform(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    platform = Answering()
    monkeypatch.setattr(command, "connected", lambda: platform)
    assert asked("orders", "--model", "late-orders") is None
    assert "50.0 %" in capsys.readouterr().out
    assert asked("orders", "--json")["made"]["id"] == "p1"
    assert asked("orders", "--page") == {"page": "build/pages/profile-orders.html"}
    assert platform.asked == [("/datasets/orders/profile", query) for query in ({"model": "late-orders"}, {}, {})]


def test_a_column_is_a_line_with_what_is_to_be_noticed() -> None:
    columns = (ColumnProfile("a", "integer", 1, 3), ColumnProfile("b", "string", 4, 0, flags=("all_missing",)))
    found = table_of(Profile("orders", 4, 4, columns, 2))
    assert [line["column"] for line in found] == ["b", "a"]
    assert found[1] == {"column": "a", "type": "integer", "missing": "25.0 %", "different": 3, "notes": ""}
