"""Concurrency: excess is answered with 429 and never half-done, what is provisioned is warm."""

from __future__ import annotations

import json
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import Deploy
from tests.e2e.local.lambda_cases import functions, payload, published, refused
from tests.e2e.local.templates import Record, function, settle_function
from tests.waiting import wait_until

AT_ONCE = """
import json, os, time

def note(what, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": [what, time.time()], "id": context.aws_request_id}) + "\\n")

def handler(event, context):
    note("begin", context)
    time.sleep(0.1)
    note("end", context)
    return context.aws_request_id
"""

KIND = """
import os, time
MARK = os.urandom(8).hex()

def handler(event, context):
    if (folder := (event or {}).get("meet")):
        open(os.path.join(folder, MARK), "w").close()
        while len(os.listdir(folder)) < 3:
            time.sleep(0.01)
    if (event or {}).get("die"):
        os._exit(1)
    return {"mark": MARK, "kind": os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"]}
"""


def test_of_200_requests_at_once_each_is_answered_once_and_the_function_ran_as_often_as_it_answered(
    deployed: Deploy, record: Record
) -> None:
    cloud = deployed({"Function": function("busy", AT_ONCE, record, ReservedConcurrentExecutions=5)})
    client, together = functions(cloud), threading.Barrier(50)

    def ask(number: int) -> tuple[int, str]:
        if number < 50:
            together.wait()
        try:
            answer = client.invoke(FunctionName="busy")
        except ClientError as error:
            response: Any = error.response
            assert response["Error"]["Code"] == "TooManyRequestsException"
            assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
            assert int(response["ResponseMetadata"]["HTTPHeaders"]["retry-after"]) >= 1
            return int(response["ResponseMetadata"]["HTTPStatusCode"]), ""
        assert "FunctionError" not in answer
        return int(answer["StatusCode"]), str(payload(answer))

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(ask, range(200)))
    statuses = Counter(status for status, _ in answers)
    assert statuses.total() == 200
    assert set(statuses) == {200, 429}
    told = [request_id for status, request_id in answers if status == 200]
    ran = [line["id"] for line in record.lines if line["event"][0] == "begin"]
    assert len(set(told)) == len(told)
    assert sorted(ran) == sorted(told)
    assert most_at_once(record) <= 5
    assert statuses[200] >= 5


def most_at_once(record: Record) -> int:
    running, most = 0, 0
    for what, _ in sorted(record.events, key=lambda event: (event[1], event[0] == "begin")):
        running += 1 if what == "begin" else -1
        most = max(most, running)
    return most


def test_more_is_reserved_than_the_machine_runs_and_still_nothing_is_lost(deployed: Deploy, record: Record) -> None:
    cloud = deployed({"Function": function("wide", AT_ONCE, record, ReservedConcurrentExecutions=30)})
    client = functions(cloud)

    def ask(_: int) -> int:
        try:
            return int(client.invoke(FunctionName="wide")["StatusCode"])
        except ClientError as error:
            return error.response["ResponseMetadata"]["HTTPStatusCode"]

    with ThreadPoolExecutor(40) as threads:
        statuses = Counter(threads.map(ask, range(60)))
    assert statuses.total() == 60
    assert set(statuses) <= {200, 429}
    assert len(record.lines) == 2 * statuses[200]
    assert most_at_once(record) <= 24


def ready(cloud: LocalCloud, qualifier: str) -> dict[str, Any]:
    def found() -> dict[str, Any]:
        asked = {"FunctionName": "predict", "Qualifier": qualifier}
        return dict(functions(cloud).get_provisioned_concurrency_config(**asked))

    assert wait_until(lambda: found()["Status"] != "IN_PROGRESS")
    return found()


def provision(cloud: LocalCloud, qualifier: str, number: int) -> None:
    functions(cloud).put_provisioned_concurrency_config(
        FunctionName="predict", Qualifier=qualifier, ProvisionedConcurrentExecutions=number
    )
    assert ready(cloud, qualifier)["AllocatedProvisionedConcurrentExecutions"] == number


def called(cloud: LocalCloud, qualifier: str, **event: Any) -> dict[str, Any]:
    answer = functions(cloud).invoke(
        FunctionName="predict", Qualifier=qualifier, Payload=json.dumps(event).encode(), LogType="Tail"
    )
    return dict(payload(answer))


def test_a_provisioned_version_is_warm_at_the_first_call_and_spills_over_at_the_next(
    deployed: Deploy, tmp_path: Path
) -> None:
    cloud = deployed(published(source=KIND))
    provision(cloud, "1", 2)
    meeting = tmp_path / "meeting"
    meeting.mkdir()
    with ThreadPoolExecutor(3) as threads:
        answers = list(threads.map(lambda _: called(cloud, "1", meet=str(meeting)), range(3)))
    assert Counter(answer["kind"] for answer in answers) == {"provisioned-concurrency": 2, "on-demand": 1}
    assert len({answer["mark"] for answer in answers}) == 3


def test_a_provisioned_process_that_dies_is_replaced(deployed: Deploy) -> None:
    cloud = deployed(published(source=KIND))
    provision(cloud, "1", 1)
    before = called(cloud, "1")
    called(cloud, "1", die=True)
    assert wait_until(lambda: ready(cloud, "1")["AllocatedProvisionedConcurrentExecutions"] == 1)
    after = called(cloud, "1")
    assert after["kind"] == "provisioned-concurrency"
    assert after["mark"] != before["mark"]


def test_a_provisioned_alias_keeps_warm_what_it_leads_to(deployed: Deploy) -> None:
    cloud = deployed(published(source=KIND))
    client = functions(cloud)
    client.create_alias(FunctionName="predict", Name="live", FunctionVersion="1")
    provision(cloud, "live", 1)
    assert called(cloud, "live")["kind"] == "provisioned-concurrency"
    client.update_function_configuration(FunctionName="predict", MemorySize=300)
    settle_function(cloud)
    second = client.publish_version(FunctionName="predict")["Version"]
    settle_function(cloud)
    client.update_alias(FunctionName="predict", Name="live", FunctionVersion=second)
    assert ready(cloud, "live")["Status"] == "READY"
    assert called(cloud, "live")["kind"] == "provisioned-concurrency"
    client.delete_provisioned_concurrency_config(FunctionName="predict", Qualifier="live")
    with refused("ProvisionedConcurrencyConfigNotFoundException", 404):
        client.get_provisioned_concurrency_config(FunctionName="predict", Qualifier="live")


def test_a_version_that_cannot_start_fails_to_be_provisioned(deployed: Deploy) -> None:
    cloud = deployed(published(source="raise ValueError('no')"))
    client = functions(cloud)
    client.put_provisioned_concurrency_config(FunctionName="predict", Qualifier="1", ProvisionedConcurrentExecutions=1)
    assert ready(cloud, "1")["Status"] == "FAILED"
