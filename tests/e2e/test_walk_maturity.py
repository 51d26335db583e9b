"""What the walk has left earns points of maturity: each by a record of the catalog, and none without it."""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy
from datetime import timedelta
from typing import Any, cast

import boto3
import httpx
import pytest

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.charter import Charter
from serin.domain.maturity import Event, Maturity, Point
from serin.files.models import read_models
from serin.pages.console.maturity import event_path
from serin.services.show_maturity import show_maturity
from serin.services.tokens import create_token
from serin_cli.checkout import MODELS
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked
from tests.e2e.copied import Copied, copied


def table(walked: Walked, name: str) -> RecordTable:
    client = boto3.client("dynamodb", **walked.platform.cloud.client)  # type: ignore[call-overload]
    return RecordTable(client, f"serin-{walked.platform.connection.stage}-{name}")


@pytest.fixture(scope="module")
def charter() -> Charter:
    (found,) = [folder.charter for folder in read_models(MODELS) if folder.charter.model == MODEL]
    return found


@pytest.fixture(scope="module")
def kept(walked: Walked, charter: Charter) -> Copied:
    return copied(DynamoCatalog(table(walked, "catalog")), charter)


def shown(kept: Copied, charter: Charter, walked: Walked) -> Maturity:
    return show_maturity(charter, walked.platform.cloud.clock.now(), catalog=cast(Any, kept))


def earned(seen: Maturity) -> dict[str, Event]:
    """Step → the event that earns it."""
    points: Iterator[Point] = (
        one for group in (seen.levels, seen.sections) for points in group.values() for one in points
    )
    return {point.step.id: point.event for point in points if point.event is not None}


def test_each_point_goes_with_the_records_that_earn_it(walked: Walked, charter: Charter, kept: Copied) -> None:
    points = earned(shown(kept, charter, walked))
    assert {"checked-data", "validated-model", "evidence", "D1", "I4", "I6"} <= set(points), sorted(points)
    for step, event in points.items():
        left, taken = deepcopy(kept), set[str]()
        earning: Event | None = event
        while earning is not None:
            name = f"{earning.kind} {earning.id}"
            assert left.without(earning) == 1, f"{step} is earned by {name}, which is not in the catalog"
            taken.add(name)
            now = earned(shown(left, charter, walked)).get(step)
            assert now is None or f"{now.kind} {now.id}" not in taken, f"{step} is earned by what is gone: {name}"
            earning = now


def test_without_any_record_there_is_no_point(walked: Walked, charter: Charter) -> None:
    nothing = Copied({use.name: [] for use in charter.datasets})
    seen = shown(nothing, charter, walked)
    assert (earned(seen), seen.level, seen.test_score) == ({}, 0, 0)


def test_each_point_of_the_page_leads_to_its_record(walked: Walked, charter: Charter, kept: Copied) -> None:
    cloud = walked.platform.cloud
    made = create_token(
        *("ana", ["read"], timedelta(hours=1), [MODEL]),
        control=DynamoControl(table(walked, "control")),
        clock=cloud.clock,
    )
    paths = {event_path(MODEL, event) for event in earned(shown(kept, charter, walked)).values()}
    with httpx.Client(base_url=cloud.api_url, timeout=60) as browser:
        signed = browser.post("/console/sign-in", data={"token": made.secret, "then": "/"})
        browser.headers["cookie"] = signed.headers["set-cookie"].partition(";")[0]
        page = browser.get(f"/console/models/{MODEL}/maturity").text
        for path in paths:
            assert f'href="{path}"' in page
            answer = browser.get(path.partition("#")[0])
            assert answer.status_code == 200, path
            anchor = path.partition("#")[2]
            assert f'id="{anchor}"' in answer.text or not anchor
