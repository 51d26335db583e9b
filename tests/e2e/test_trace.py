"""One id from an upload, or from an HTTP call, to every step it caused, read from the logs of the running cloud."""

from __future__ import annotations

import json
import re
from datetime import datetime
from typing import Any

import httpx
import pytest

from serin.domain.errors import Invalid, NotFound
from serin_cli.connection import aws_client
from serin_cli.trace import lines_of
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked

TRAINING = ["build_training_set", "train_model", "evaluate_model"]
BESIDE = {"profile_dataset", "join_truth"}
"""What an upload causes while its rows become features."""
RELEASE = ["begin", "publish", "golden", "open", "promote", "prune", "finish"]


def functions(lines: list[dict[str, Any]]) -> list[str]:
    """The functions in the order in which they were first heard of."""
    return list(dict.fromkeys(line["function"] for line in lines))


def trace(walked: Walked, correlation: str) -> list[dict[str, Any]]:
    walked.platform.cloud.settle()
    return lines_of(correlation, walked.platform.connection)


def test_an_upload_leads_to_lines_of_every_function_it_caused_under_one_id(walked: Walked) -> None:
    # The first training began by itself; the upload it came of began it all.
    first = next(run for run in walked.client.all("/runs", model=MODEL) if run["status"] == "registered")
    assert first["cause"] == "features"
    uploads = walked.client.all("/uploads", dataset="flights")
    assert first["correlation"] in {upload["correlation"] for upload in uploads}
    lines = trace(walked, first["correlation"])
    assert set(functions(lines)) >= BESIDE
    one_after_the_other = [name for name in functions(lines) if name not in BESIDE]
    assert one_after_the_other == ["accept_upload", "build_features", *TRAINING, "release_model"]
    assert [line["step"] for line in lines if line["function"] == "release_model"] == RELEASE
    assert [line["step"] for line in lines if line["function"] == "train_model"].count("trial") == 8
    assert [line["at"] for line in lines] == sorted(line["at"] for line in lines)
    # An object whose event comes again asks for a training again, which finds that there is nothing to do.
    assert {line["outcome"] for line in lines} - {"skipped"} == {"accepted", "ok"}
    (release,) = [item for item in walked.client.all(f"/models/{MODEL}/releases") if item["version"] == 1][:1]
    assert release["correlation"] == first["correlation"]


def test_a_training_by_a_call_leads_to_lines_under_the_id_of_that_call(walked: Walked) -> None:
    # The walk asked for its second training, which the gate rejected: no release followed.
    run = next(run for run in walked.client.all("/runs", model=MODEL) if run["status"] == "rejected")
    assert run["cause"] == "call"
    lines = [line for line in trace(walked, run["correlation"]) if line["function"] != "authorize"]
    assert functions(lines) == ["api", *TRAINING]
    assert lines[0]["step"] == "POST /models/{model}/train"


@pytest.mark.parametrize(
    ("method", "route", "function", "ends"),
    [("GET", "/models", "api", ("ok", "")), ("POST", f"/models/{MODEL}/predict", "predict", ("refused", "invalid"))],
)
def test_a_call_is_found_by_the_id_its_caller_was_given(
    walked: Walked, method: str, route: str, function: str, ends: tuple[str, str]
) -> None:
    connection = walked.platform.connection
    headers = {"Authorization": f"Bearer {connection.token}"}
    answer = httpx.request(method, f"{connection.api_url}{route}", headers=headers, json={"instances": [{}]})
    lines = [line for line in trace(walked, answer.headers["apigw-requestid"]) if line["function"] == function]
    assert [(line["outcome"], line["why"]) for line in lines] == [ends]


def test_logs_are_read_from_a_moment_on(walked: Walked) -> None:
    run = next(run for run in walked.client.all("/runs", model=MODEL) if run["status"] == "registered")
    connection = walked.platform.connection
    lines = trace(walked, run["correlation"])
    middle = datetime.fromisoformat(lines[len(lines) // 2]["at"].replace("Z", "+00:00"))
    later = lines_of(run["correlation"], connection, middle)
    assert later == [line for line in lines if line["at"] >= lines[len(lines) // 2]["at"]]
    assert len(later) < len(lines)


def test_an_id_nobody_has_is_not_found_and_what_is_no_id_is_refused(walked: Walked) -> None:
    with pytest.raises(NotFound, match="No log has a line of nobody"):
        trace(walked, "nobody")
    with pytest.raises(Invalid, match="is not an id"):
        trace(walked, '" || $.level = "*')


# Lambda's own words: of each call, and of an error that has left the handler.
PLATFORM = re.compile(r"(INIT_START|INIT_REPORT|START|END|REPORT|\[ERROR\]) ")


def test_functions_write_json_lines_and_nothing_else(walked: Walked) -> None:
    logs = aws_client(walked.platform.connection, "logs")
    prefix = f"/aws/lambda/serin-{walked.platform.connection.stage}-"
    groups = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    looked_at = 0
    for group in groups:
        pages = logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"])
        for event in (event for page in pages for event in page["events"]):
            if not PLATFORM.match(event["message"]):
                assert isinstance(json.loads(event["message"]), dict), event["message"]
                assert event["message"].count("\n") <= 1
                looked_at += 1
    assert looked_at > 500
    assert len(groups) == 15
