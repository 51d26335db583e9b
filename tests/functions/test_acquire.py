"""A schedule's event → a look at the source of one dataset, and what the log tells of it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest

from serin.domain.errors import NotFound
from serin.domain.sources import Source
from tests.builders import NOON, a_charter
from tests.functions.test_handlers import CSV, a_message
from tests.functions.worlds import World, in_world

EVENT = {"dataset": "orders", "correlation": "event-1"}


@dataclass
class Context:
    """A call with so much time left."""

    left_ms: int = 900_000
    aws_request_id: str = "call-1"

    def get_remaining_time_in_millis(self) -> int:
        return self.left_ms


@pytest.fixture
def world() -> World:
    made = World()
    orders, shops = a_charter().datasets
    source = Source("acme", "shop/", timedelta(hours=1))
    made.charters = {"late-orders": a_charter(datasets=(replace(orders, source=source), shops))}
    made.sources.create("acme")
    made.sources.write("acme", "shop/a.csv", CSV, NOON)
    return made


def look(world: World, context: Context) -> Any:
    return in_world("acquire", world).handle(EVENT, context)


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_what_is_new_is_copied_and_the_answer_says_how_far_it_came(world: World) -> None:
    found = look(world, Context())
    assert (found["seen"], found["copied"], found["run"], found["source"]) == (1, 1, "event-1", "s3://acme/shop/")
    assert look(world, Context())["copied"] == 0


def test_nothing_is_begun_that_might_not_end_in_time(world: World) -> None:
    assert look(world, Context(left_ms=120_000))["copied"] == 0
    assert look(world, Context(left_ms=120_001))["copied"] == 1


def test_a_look_has_its_line_and_each_copy_has_one_in_the_story_of_its_upload(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    look(world, Context())
    ((key, version),) = world.sources.copies
    record = a_message(key)
    body = json.loads(record["body"])
    body["detail"]["object"]["version-id"] = version
    in_world("accept_upload", world).handle({"Records": [{**record, "body": json.dumps(body)}]}, None)
    copied, looked, accepted = (line for line in lines(capsys) if "_aws" not in line)
    assert (copied["function"], copied["cause"], copied["dataset"]) == ("acquire", "event-1", "orders")
    assert copied["message"] == "copied s3://acme/shop/a.csv"
    assert copied["correlation"] == accepted["correlation"]
    assert (accepted["function"], accepted["outcome"]) == ("accept_upload", "accepted")
    assert (looked["correlation"], looked["outcome"], looked["dataset"]) == ("event-1", "ok", "orders")


def test_what_could_not_be_copied_is_a_warning(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.sources.closed.add("shop/a.csv")
    look(world, Context())
    (line,) = lines(capsys)
    assert (line["level"], line["outcome"]) == ("WARNING", "refused")
    assert "shop/a.csv" in line["message"]


def test_a_bucket_that_is_gone_fails_the_call_and_is_told(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    orders, _ = world.charters["late-orders"].datasets
    gone = Source("gone", "", timedelta(hours=1))
    world.charters = {"late-orders": a_charter(datasets=(replace(orders, source=gone),))}
    with pytest.raises(NotFound):
        look(world, Context())
    (line,) = lines(capsys)
    assert (line["level"], line["kind"], line["message"]) == ("ERROR", "not_found", "There is no bucket 'gone'.")


def test_an_event_of_a_dataset_that_has_no_source_any_more_is_refused(world: World) -> None:
    world.charters = {"late-orders": a_charter()}
    with pytest.raises(NotFound, match="No charter names a source"):
        look(world, Context())
