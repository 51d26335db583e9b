"""A prediction is found by its id, traced to the uploads it was learnt from, and scored again."""

from __future__ import annotations

import gzip
import json
import math
from collections.abc import Mapping
from typing import Any

import httpx
import pytest

from serin.adapters.endpoint import LambdaEndpoint
from serin.adapters.s3 import S3ObjectStore
from serin.domain.errors import Unavailable
from serin.domain.idempotency import HEADER, key_digest
from serin.domain.invocations import Invocation, call_of, merged
from serin.domain.prediction_ids import prediction_id
from serin.domain.records import from_record
from serin_cli.asked import first_flights
from serin_cli.client import ApiError
from serin_cli.connection import aws_client
from serin_cli.prediction import rows_of
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked


@pytest.fixture(scope="module")
def answer(walked: Walked) -> Mapping[str, Any]:
    """Three flights, asked in one request."""
    flights = first_flights(walked.folder / "2013-07.csv", 3)
    found: Mapping[str, Any] = walked.client.predict(MODEL, flights)
    walked.platform.cloud.settle()
    return {**found, "flights": flights}


def test_each_prediction_is_found_with_what_was_asked_and_answered(walked: Walked, answer: Mapping[str, Any]) -> None:
    for flight, given in zip(answer["flights"], answer["predictions"], strict=True):
        found = walked.client.get(f"/predictions/{given['prediction_id']}")["prediction"]
        assert (found["model"], found["version"]) == (MODEL, answer["version"])
        assert (found["score"], found["label"]) == (given["probability"], given["label"])
        assert found["inputs"].keys() == flight.keys()
        assert found["inputs"]["carrier"] == flight["carrier"]


def test_the_same_function_version_gives_the_same_score_to_the_bit(walked: Walked, answer: Mapping[str, Any]) -> None:
    for given in answer["predictions"]:
        replay = walked.client.get(f"/predictions/{given['prediction_id']}")["replay"]
        assert replay == {"same": True, "score": given["probability"]}


def test_a_replay_is_no_prediction(walked: Walked, answer: Mapping[str, Any]) -> None:
    keys = aws_client(walked.platform.connection, "s3").list_objects_v2
    lake = walked.platform.connection.uploads_bucket.replace("-uploads-", "-lake-")
    before = keys(Bucket=lake, Prefix="predictions/")["KeyCount"]
    walked.client.get(f"/predictions/{answer['predictions'][0]['prediction_id']}")
    walked.platform.cloud.settle()
    assert keys(Bucket=lake, Prefix="predictions/")["KeyCount"] == before


def test_of_each_call_it_is_kept_what_became_of_it_and_a_replay_is_none(
    walked: Walked, answer: Mapping[str, Any]
) -> None:
    connection = walked.platform.connection
    headers = {"Authorization": f"Bearer {connection.token}", "Idempotency-Key": "order 17"}
    walked.platform.cloud.settle()
    before = {one.id for one in _invocations(walked)}
    url = f"{connection.api_url}/models/{MODEL}/predict"
    for rows in (answer["flights"][:1], [{}]):
        httpx.post(url, headers=headers, json={"instances": rows})
    walked.client.get(f"/predictions/{answer['predictions'][0]['prediction_id']}")
    walked.platform.cloud.settle()
    kept = [one for one in _invocations(walked) if one.id not in before]
    assert sorted(str(call_of(one)) for one in kept) == ["None", "invalid", "success"]
    assert [one.purpose for one in kept if call_of(one) is None] == ["replay"]
    assert {one.key for one in kept if call_of(one)} == {key_digest({HEADER: "order 17"})}
    live = walked.client.get("/models")["items"][0]["live"]["function_version"]
    assert {(one.function_version, one.status, one.cold) for one in kept} == {(live, "success", False)}
    assert all(one.ms and f"[{live}]" in one.sandbox for one in kept)


def _invocations(walked: Walked) -> list[Invocation]:
    s3 = aws_client(walked.platform.connection, "s3")
    lake = S3ObjectStore(s3, walked.platform.connection.uploads_bucket.replace("-uploads-", "-lake-"))
    contents = [lake.get(key) for key in lake.keys(f"invocations/{MODEL}/")]
    lines = [line for content in contents for line in gzip.decompress(content).splitlines()]
    return merged(from_record(Invocation, json.loads(line)) for line in lines)


def test_its_lineage_leads_to_the_uploads(walked: Walked, answer: Mapping[str, Any]) -> None:
    lineage = walked.client.get(f"/predictions/{answer['predictions'][0]['prediction_id']}")["lineage"]
    live = walked.client.get("/models")["items"][0]["live"]
    assert lineage["version"]["version"] == answer["version"] == live["version"]
    assert (lineage["release"]["id"], lineage["function_version"]) == (live["release"], live["function_version"])
    assert lineage["run"]["id"] == lineage["version"]["run"]
    assert lineage["training_set"]["id"] == lineage["version"]["training_set"]
    flights = next(source for source in lineage["datasets"] if source["dataset"] == "flights")
    uploads = {item["id"]: item for item in walked.client.all("/uploads", dataset="flights")}
    assert [uploads[name]["file"] for name in flights["uploads"]] == [f"2013-{n:02}.csv" for n in range(1, 7)]
    assert flights["rows"] == sum(uploads[name]["accepted"] for name in flights["uploads"])


def test_the_command_says_it_in_rows_a_person_reads(walked: Walked, answer: Mapping[str, Any]) -> None:
    found = walked.client.get(f"/predictions/{answer['predictions'][0]['prediction_id']}")
    rows = [(row["part"], row["name"], row["value"]) for row in rows_of(found)]
    assert ("replay", "same to the bit", True) in rows
    assert ("answer", "model", MODEL) in rows
    assert ("lineage", "run", found["lineage"]["run"]["id"]) in rows
    views = walked.client.get(f"/models/{MODEL}/views")["items"]
    assert {("lineage", f"view {view['view']}", view["definition"]) for view in views} <= set(rows)
    assert {part for part, _, _ in rows} >= {"answer", "inputs", "features", "lineage", "replay"}


@pytest.mark.parametrize(("version", "found"), [("1", "No model released yet"), ("999", "is gone")])
def test_a_function_version_that_cannot_score_is_told_by_what_is_wrong(
    walked: Walked, version: str, found: str
) -> None:
    connection = walked.platform.connection
    clients = [aws_client(connection, name) for name in ("lambda", "ssm", "cloudformation")]
    with pytest.raises(Unavailable, match=found):
        LambdaEndpoint(*clients, connection.stage, "").replay(MODEL, version, [{}], "c1")


def test_a_prediction_nobody_made_is_not_found(walked: Walked) -> None:
    nobodys = prediction_id(MODEL, walked.platform.cloud.clock.now(), bytes(10))
    with pytest.raises(ApiError) as caught:
        walked.client.get(f"/predictions/{nobodys}")
    assert caught.value.kind == "not_found"
    assert "some seconds" in caught.value.remedy


def test_an_answer_says_what_every_column_has_added_to_it(walked: Walked, answer: Mapping[str, Any]) -> None:
    explained = walked.client.predict(MODEL, answer["flights"], explain=True)["predictions"]
    for given, told in zip(explained, (row["explanation"] for row in explained), strict=True):
        assert (told["method"], told["exact"], told["explains"]) == ("tree_shap", True, "logit")
        assert {"carrier", "hour", "weather_now.temp", "plane.seats"} <= told["contributions"].keys()
        margin = told["base"] + sum(told["contributions"].values())
        assert 1 / (1 + math.exp(-margin)) == pytest.approx(given["probability"], abs=1e-9)
    (version,) = [one for one in walked.client.all(f"/models/{MODEL}/versions") if one["version"] == answer["version"]]
    assert version["compilation"]["explained"]["rows"] == 1000
