"""A stock `feast` client, which knows nothing of Serin, reads what predictions use and what training joins.

The client asks in a process of its own, with its own packages, and may call nobody but this machine.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from infra.packaging.tools import tool_packages
from serin.data.contract.moments import TIMESTAMP
from serin.data.features.as_of import MOMENT
from serin.data.features.joins import latest_rows
from serin.data.features.views import with_view
from serin.data.files.parquet import from_parquet
from serin_cli.asked import first_flights
from serin_cli.command_line.app import result_of
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked
from tests.real_flights import flight_delay, function
from tests.unit.data.histories import same
from tests.waiting import PATIENCE_S

REPO = Path(__file__).parent / "feast_repo"
FLIGHTS = 5
TEMP = "weather_now:temp"


class FeastClient:
    """A process with a feature store of Feast, asked a line at a time."""

    def __init__(self, folder: Path, api_url: str, secret: str) -> None:
        shutil.copytree(REPO, folder, ignore=shutil.ignore_patterns("__pycache__"))
        variables = {name: value for name, value in os.environ.items() if "proxy" not in name.lower()}
        variables |= {"FEAST_USAGE": "False", "SERIN_API_URL": api_url, "SERIN_TOKEN": secret}
        variables |= {"PYTHONPATH": str(tool_packages("feast"))}
        self._secret = secret
        with (folder / "stderr").open("wb") as log:
            command = [sys.executable, "ask.py"]
            pipe = subprocess.PIPE
            self._process = subprocess.Popen(command, cwd=folder, env=variables, stdin=pipe, stdout=pipe, stderr=log)
        self._log = folder / "stderr"

    def ask(self, secret: str | None = None, **question: Any) -> Mapping[str, Any]:
        """What `get_online_features` gives: values and statuses by column, or its error."""
        asking, answering = self._process.stdin, self._process.stdout
        assert asking is not None
        assert answering is not None
        asking.write(json.dumps({"token": secret or self._secret, **question}).encode() + b"\n")
        asking.flush()
        ready, _, _ = select.select([answering], [], [], PATIENCE_S)
        line = answering.readline() if ready else b""
        assert line, f"no answer: {self._log.read_text()[-4000:]}"
        found: Mapping[str, Any] = json.loads(line)
        return found

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.communicate()


def secret_for(scope: str) -> str:
    words = ["token", "create", "--owner", "dina", "--scope", scope, "--for", "1d"]
    return str(result_of(*words)["token"])


@pytest.fixture(scope="module")
def feast(walked: Walked, tmp_path_factory: pytest.TempPathFactory) -> Iterator[FeastClient]:
    folder = tmp_path_factory.mktemp("feast") / "repo"
    client = FeastClient(folder, walked.platform.connection.api_url, secret_for("features"))
    try:
        yield client
    finally:
        client.close()


def test_a_model_is_a_feature_service_and_its_values_are_those_its_predictions_use(
    walked: Walked, feast: FeastClient
) -> None:
    flights = first_flights(walked.folder / "2013-07.csv", FLIGHTS)
    rows = [{name: flight[name] for name in ("origin", "carrier", "dest", "tailnum")} for flight in flights]
    for _ in range(5):
        before = used_by_predictions(walked, flights)
        found = feast.ask(service=MODEL, entity_rows=rows, full_feature_names=True)
        # The clock runs: a window may lose an event between two questions.
        if before == used_by_predictions(walked, flights):
            break
    else:
        pytest.fail("no two predictions used the same features")
    names = [name for name in before[0] if "." in name]
    assert len(names) > 15
    answered = [{name: found["values"][name.replace(".", "__")][row] for name in names} for row in range(FLIGHTS)]
    assert answered == [{name: used[name] for name in names} for used in before]
    statuses = {status for name, column in found["statuses"].items() for status in column}
    assert "PRESENT" in statuses


def used_by_predictions(walked: Walked, flights: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The features of a prediction for each flight, by the prediction log."""
    predictions = walked.client.predict(MODEL, flights)["predictions"]
    walked.platform.cloud.settle()
    return [walked.client.get(f"/predictions/{one['prediction_id']}")["prediction"]["features"] for one in predictions]


def test_planes_have_what_training_would_join_now_and_what_is_too_old_is_told_from_what_is_not_there(
    walked: Walked, feast: FeastClient
) -> None:
    now = walked.platform.cloud.clock.now()
    planes = [*planes_of_each_kind(walked, now), "N0NAME"]
    name = "plane_delay_7d"
    found = feast.ask(features=[f"plane_arrivals:{name}"], entity_rows=[{"tailnum": plane} for plane in planes])
    expected = joined(walked, planes, now)
    assert all(same(got, due) for got, due in zip(found["values"][name], expected, strict=True)), (planes, expected)
    assert found["statuses"][name] == ["PRESENT"] * 3 + ["OUTSIDE_MAX_AGE"] * 3 + ["NOT_FOUND"]


def planes_of_each_kind(walked: Walked, now: datetime) -> list[str]:
    """Three that landed in the last days, and three whose last landing is older than the view's ttl, by some hours."""
    landings = derived(walked).drop_nulls(["tailnum", "landed_utc"])
    last = landings.group_by("tailnum").agg(pl.col("landed_utc").max()).sort("tailnum")
    week, hour = now - timedelta(days=7), timedelta(hours=1)
    # A bucket holds a day: what is older than the first the view looks at is not found at all.
    older = last.filter(pl.col("landed_utc").is_between(week.replace(hour=0, minute=0), week - hour))
    recent = last.filter(pl.col("landed_utc").is_between(week + 3 * 24 * hour, now - hour))
    return [*recent["tailnum"].head(3), *older["tailnum"].head(3)]


def joined(walked: Walked, planes: Sequence[str], now: datetime) -> list[Any]:
    """What the training set's join has for the planes at that moment."""
    asked = pl.DataFrame({"tailnum": planes}).with_columns(pl.lit(now, TIMESTAMP).alias(MOMENT))
    view = flight_delay().charter.features.view("plane_arrivals")
    return with_view(asked, view, derived(walked), ["tailnum"])["plane_arrivals.plane_delay_7d"].to_list()


def derived(walked: Walked) -> pl.DataFrame:
    """The flights that count, with what is derived of them."""
    return function("features:flight_times")(rows_of(walked, "flights"), rows_of(walked, "airports"))


def rows_of(walked: Walked, dataset: str) -> pl.DataFrame:
    """The rows of a dataset that count, read from the lake."""
    uploads = sorted(walked.client.all("/uploads", dataset=dataset), key=lambda upload: upload.get("sequence", 0))
    parts = [from_parquet(walked.client.kept(upload["part"])) for upload in uploads if upload.get("accepted")]
    return latest_rows(pl.concat(parts), flight_delay().contracts[dataset])


def test_the_weather_is_the_newest_row_of_the_airport_and_a_null_is_told_from_an_airport_nobody_knows(
    walked: Walked, feast: FeastClient
) -> None:
    airports = ["EWR", "JFK", "LGA"]
    now = walked.platform.cloud.clock.now()
    newest = rows_of(walked, "weather").filter(pl.col("time_hour") <= now).sort("time_hour")
    rows = newest.unique("origin", keep="last").sort("origin")
    names = ["temp", "wind_gust"]
    asked = [{"origin": airport} for airport in [*airports, "XXX"]]
    found = feast.ask(features=[f"weather_now:{name}" for name in names], entity_rows=asked)
    assert rows["origin"].to_list() == airports
    for name in names:
        values = rows[name].to_list()
        assert found["values"][name] == [*values, None]
        due = ["NULL_VALUE" if value is None else "PRESENT" for value in values]
        assert found["statuses"][name] == [*due, "NOT_FOUND"]
    assert found["values"]["origin"] == [*airports, "XXX"]


def test_a_token_without_the_scope_reads_nothing(feast: FeastClient) -> None:
    found = feast.ask(secret_for("read"), features=[TEMP], entity_rows=[{"origin": "JFK"}])
    assert "403" in found["error"]
    assert "This token has no scope features." in found["error"]


def test_the_client_is_told_what_is_wrong_with_its_question(feast: FeastClient) -> None:
    found = feast.ask(features=["weather_then:temp"], entity_rows=[{"origin": "JFK"}])
    assert "422" in found["error"]
    assert "There is no view 'weather_then'" in found["error"]


def test_the_command_shows_what_the_client_reads(feast: FeastClient, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["features", "get", MODEL, "--entity", "origin=JFK", "--entity", "origin=EWR", "--feature", TEMP]
    rows = result_of(*words, "--json")
    found = feast.ask(features=[TEMP], entity_rows=[{"origin": "JFK"}, {"origin": "EWR"}])
    assert [row["value"] for row in rows] == found["values"]["temp"]
    assert [row["status"] for row in rows] == found["statuses"]["temp"]
    assert [(row["entity"], row["feature"]) for row in rows] == [("JFK", TEMP), ("EWR", TEMP)]
    assert result_of(*words) is None
    shown = capsys.readouterr().out
    assert all(word in shown for word in (TEMP, "event time", "EWR", str(found["values"]["temp"][0]), "PRESENT"))
