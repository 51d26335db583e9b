"""What the commands ask of the API and print: with --json all there is, an empty list as one, and nothing cut off."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from serin.data.files.parquet import to_parquet
from serin.data.files.reading import read_table
from serin.domain.contracts import Column
from serin.domain.paging import PAGE
from serin.domain.releases import Live
from serin.services.collect_predictions import collect_predictions
from serin_cli.client import Client
from tests.builders import (
    LOG_STREAM,
    NOON,
    a_charter,
    a_contract,
    a_part,
    a_prediction_line,
    a_release,
    a_run,
    a_version,
    an_upload,
)
from tests.checking import check
from tests.unit.http.api import MODEL, Api
from tests.unit.http.test_app import PREDICTION
from tests.unit.scripts.answering import CommandLine

MANY = 2 * PAGE + 3
AMOUNT = (Column("amount", "number", written="Amount ($)"),)


@pytest.fixture
def serin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    return CommandLine(Api(), capsys, monkeypatch)


def uploads(api: Api, number: int) -> None:
    upload = an_upload(str(number).encode(), dataset="orders", status="rejected", at=NOON + timedelta(hours=number))
    api.catalog.record_rejected(upload)


def runs(api: Api, number: int) -> None:
    api.catalog.begin_run(a_run(id=f"r{number}", at=NOON + timedelta(hours=number)))


def versions(api: Api, number: int) -> None:
    api.catalog.register(a_version(number))


def releases(api: Api, number: int) -> None:
    api.catalog.save_release(a_release(id=f"rel{number}", at=NOON + timedelta(hours=number)))


Make = Callable[[Api, int], None]
LISTS: dict[str, tuple[tuple[str, ...], Make, str]] = {
    "quality": (("quality", "orders"), uploads, "id"),
    "runs": (("runs", MODEL), runs, "id"),
    "versions": (("versions", MODEL), versions, "version"),
    "releases": (("release", "list", MODEL), releases, "id"),
}
"""Each list's words, what makes one more entry, and what tells entries apart."""


@pytest.mark.parametrize("name", LISTS)
def test_an_empty_list_is_one_in_json_and_nothing_to_a_person(name: str, serin: CommandLine) -> None:
    words, _, _ = LISTS[name]
    assert serin.run(*words, "--json").strip() == "[]"
    assert serin.run(*words).strip() in {"nothing", ""}


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_all_entries_of_all_pages_newest_first(name: str, serin: CommandLine) -> None:
    words, make, key = LISTS[name]
    for number in range(1, MANY + 1):
        make(serin.api, number)
    found = serin.json(*words)
    assert len({entry[key] for entry in found}) == len(found) == MANY
    moments = [entry["at"] for entry in found] if name != "versions" else [entry["version"] for entry in found]
    assert moments == sorted(moments, reverse=True)
    assert len(serin.asked) == 3


def test_a_table_has_a_line_for_each_entry(serin: CommandLine) -> None:
    for number in range(1, 61):
        runs(serin.api, number)
    lines = serin.run("runs", MODEL).splitlines()
    assert len([line for line in lines if " call " in line]) == 60


def test_a_prediction_in_json_is_all_that_the_api_knows_and_a_table_otherwise(serin: CommandLine) -> None:
    collect_predictions(MODEL, LOG_STREAM, [a_prediction_line(PREDICTION)], lake=serin.api.lake)
    known = serin.json("prediction", PREDICTION)
    assert known == serin.api.ask("GET", f"/predictions/{PREDICTION}").json()
    assert set(known) == {"prediction", "lineage", "replay", "truth"}
    text = serin.run("prediction", PREDICTION)
    with pytest.raises(json.JSONDecodeError):
        json.loads(text)
    assert "prediction_id" in text


def test_what_a_file_says_of_predictions_is_sent_and_shown_with_them(serin: CommandLine, tmp_path: Path) -> None:
    serin.api.catalog.register(a_version(1, classes=(False, True)))
    collect_predictions(MODEL, LOG_STREAM, [a_prediction_line(PREDICTION)], lake=serin.api.lake)
    said = [{"prediction_id": PREDICTION, "label": True, "rating": 4}, {"prediction_id": "p", "label": True}]
    (tmp_path / "said.json").write_text(json.dumps({"instances": said}))
    text = serin.run("feedback", MODEL, str(tmp_path / "said.json"))
    assert "Take prediction_id from" in text
    assert "4 of 5" in serin.run("prediction", PREDICTION)


@pytest.mark.parametrize(("words", "version"), [((), 3), (("--version", "2"), 2), (("--version", "1"), 1)])
def test_a_release_is_of_the_version_that_was_named_or_of_the_newest(
    words: tuple[str, ...], version: int, serin: CommandLine
) -> None:
    for number in (1, 2, 3):
        versions(serin.api, number)
    found = serin.json("release", "start", MODEL, *words)
    assert (found["version"], found["status"]) == (version, "live")
    assert list(serin.api.workflows.releases.values()) == [(MODEL, version, "call")]


def test_a_release_is_shown_by_its_id_or_the_newest(serin: CommandLine) -> None:
    for number in (1, 2):
        releases(serin.api, number)
    assert serin.json("release", "show", MODEL)["id"] == "rel2"
    assert serin.json("release", "show", MODEL, "--release", "rel1")["id"] == "rel1"


def test_the_models_are_told_with_what_is_live(serin: CommandLine) -> None:
    serin.api.charters = {name: a_charter(model=name) for name in (MODEL, "returns")}
    lease = serin.api.control.acquire("returns", "rel1", NOON, timedelta(minutes=1))
    assert lease is not None
    serin.api.control.finish(Live("returns", 4, "5", "rel1", lease.epoch, NOON), lease)
    assert [(found["model"], found["live"]) for found in serin.json("models")] == [(MODEL, None), ("returns", 4)]


def set_aside(serin: CommandLine, rows: int, amount: str = "-1") -> None:
    """An upload of so many rows, each with an amount that is out of its range."""
    content = "order_id,at,shop,amount,late\n" + "".join(
        f"{number},2013-01-01T10:00:00Z,north,{amount},true\n" for number in range(rows)
    )
    contract = a_contract()
    quarantine = check(read_table("a.csv", content.encode(), contract), contract).quarantine
    serin.api.lake.put("quarantine/flights/x.parquet", to_parquet(quarantine))
    serin.patch.setattr(Client, "kept", lambda _, key: serin.api.lake.get(key))
    upload = an_upload(accepted=0, rows=rows, quarantined=rows, quarantine="quarantine/flights/x.parquet")
    serin.api.catalog.record_accepted(upload, a_part(upload), serin.api.catalog.head("flights"))


def test_all_rows_set_aside_are_listed_in_json_and_the_first_fifty_to_a_person(serin: CommandLine) -> None:
    set_aside(serin, 60)
    found = serin.json("quarantine", "list", "flights")
    assert [row["row"] for row in found] == list(range(1, 61))
    assert {tuple(row["rules"]) for row in found} == {("orders.amount.range",)}
    lines = serin.run("quarantine", "list", "flights").splitlines()
    assert len([line for line in lines if "orders.amount.range" in line]) == 50
    assert lines[-1] == "… and 10 more; --json or export has them all"


def test_what_could_not_be_read_is_told_with_how_to_write_it(serin: CommandLine) -> None:
    set_aside(serin, 2, amount='"9,5"')
    Path("models").mkdir()
    serin.patch.setattr("serin_cli.quarantine.columns_of", lambda _: AMOUNT)
    last = serin.run("quarantine", "list", "flights").splitlines()[-1]
    assert last.startswith("Amount ($): '9,5' is no number: it has a decimal comma")


def test_of_rows_set_aside_no_value_of_a_classified_column_is_shown(serin: CommandLine) -> None:
    set_aside(serin, 2)
    assert "north" not in serin.run("quarantine", "list", "flights"), "without a contract nobody knows what is shown"
    Path("models").mkdir()
    columns = (*AMOUNT, Column("shop", "string", classification="confidential"))
    serin.patch.setattr("serin_cli.quarantine.columns_of", lambda _: columns)
    values = serin.json("quarantine", "list", "flights")[0]["values"]
    assert (values["shop"], values["Amount ($)"]) == ("not shown", "-1")


def test_all_rows_set_aside_are_exported(serin: CommandLine) -> None:
    set_aside(serin, 60)
    serin.patch.setattr("serin_cli.quarantine.columns_of", lambda _: AMOUNT)
    found = serin.json("quarantine", "export", "flights", "--to", "rows.csv")
    assert (found["file"], found["rows"]) == ("rows.csv", 60)
    header, *rows = Path("rows.csv").read_text().splitlines()
    assert (len(rows), "Amount ($)" in header, "amount" in header) == (60, True, False), "as files have it"


def test_a_dataset_that_nobody_reads_is_refused_at_once_with_those_there_are(serin: CommandLine) -> None:
    said = serin.run("upload", "flihgts", "rows.csv", ends=1)
    assert "not_found: No model reads a dataset 'flihgts'; there are: " in said
    assert "charter" in said


def test_a_training_that_is_waited_for_is_the_one_that_was_started(serin: CommandLine) -> None:
    """However many others there are: it is on whichever page its moment puts it."""

    def start(model: str, run_id: str, cause: str, correlation: str) -> bool:
        serin.api.catalog.begin_run(a_run(id=run_id, status="rejected", at=NOON - timedelta(days=1)))
        return True

    for number in range(1, MANY + 1):
        runs(serin.api, number)
    serin.patch.setattr(serin.api.workflows, "start_training", start)
    said = serin.run("train", MODEL, "--json", ends=1)
    # On standard error it says that it goes on.
    found: Any = json.loads(said[said.index("{") :])
    assert (found["status"], found["at"]) == ("rejected", "2013-03-31T12:00:00Z")
