"""Distributed maps: many items, some of which fail, each written with how it ended, by a role that may start them."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from unittest import mock

from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import aws, begun, bucket, described, ended, machine, role
from tests.waiting import wait_until

_MAP = "moto.stepfunctions.parser.asl.component.state.exec.state_map"
_RUNS = f"{_MAP}.iteration.distributed_iteration_component.DistributedIterationComponent"
_WORKER = f"{_MAP}.iteration.itemprocessor.distributed_item_processor_worker.DistributedItemProcessorWorker"
MANY = DEEP = 400
"""More items than Python calls deep, where it may not call deeper."""
_BAD = {"Variable": "$.item", "StringEquals": "bad", "Next": "Bad"}
_STATES: dict[str, Any] = {
    "Is": {"Type": "Choice", "Choices": [_BAD], "Default": "Good"},
    "Bad": {"Type": "Fail", "Error": "Broken", "Cause": "it is bad"},
    "Good": {"Type": "Pass", "End": True},
}


def _map(bucket_name: str, **parts: Any) -> dict[str, Any]:
    """A map over the items of an object; each child has its item, and the execution's own input."""
    reader = {
        "Resource": "arn:aws:states:::s3:getObject",
        "ReaderConfig": {"InputType": "JSON"},
        "Parameters": {"Bucket": bucket_name, "Key.$": "$.key"},
    }
    place = {"Bucket": bucket_name, "Prefix.$": "States.Format('results/{}', $.key)"}
    writer = {"Resource": "arn:aws:states:::s3:putObject", "Parameters": place}
    config = {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"}
    processor = {"ProcessorConfig": config, "StartAt": "Is", "States": _STATES}
    selector = {"item.$": "$$.Map.Item.Value", "from.$": "$.key"}
    return {
        "Map": {
            "Type": "Map",
            **{"ItemReader": reader, "ItemSelector": selector, "ItemProcessor": processor, "ResultWriter": writer},
            **{"MaxConcurrency": 2, "End": True, **parts},
        }
    }


@contextmanager
def _no_deeper_than(calls: int) -> Iterator[None]:
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(calls)
    yield
    sys.setrecursionlimit(before)


@contextmanager
def _run(cloud: LocalCloud, items: Sequence[Any] | None, **parts: Any) -> Iterator[tuple[dict[str, Any], Any]]:
    """How an execution over the items ended, and what is known of its map."""
    settings = {name: parts.pop(name) for name in [*parts] if name == "roleArn"}
    s3, states = aws(cloud, "s3"), aws(cloud, "stepfunctions")
    with bucket(cloud) as name, machine(cloud, _map(name, **parts), **settings) as arn:
        if items is not None:
            s3.put_object(Bucket=name, Key="items.json", Body=json.dumps(items).encode())
        execution = begun(cloud, arn, {"key": "items.json"})
        found = ended(cloud, execution)
        (run,) = states.list_map_runs(executionArn=execution)["mapRuns"]
        yield found, states.describe_map_run(mapRunArn=run["mapRunArn"])


def _written(cloud: LocalCloud, found: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The children by their status, as they were written."""
    s3, place = aws(cloud, "s3"), json.loads(found["output"])["ResultWriterDetails"]
    manifest = json.loads(s3.get_object(**place)["Body"].read())
    return {
        status: [
            child
            for file in files
            for child in json.loads(s3.get_object(Bucket=manifest["DestinationBucket"], Key=file["Key"])["Body"].read())
        ]
        for status, files in manifest["ResultFiles"].items()
    }


@needed(f"{_MAP}.result_writer.result_writer_decl.ResultWriter._eval_body")
def each_item_is_written_with_how_it_ended(cloud: LocalCloud) -> None:
    with _run(cloud, ["a", "bad", "b"], ToleratedFailurePercentage=50) as (found, run):
        assert found["status"] == "SUCCEEDED", found
        written = _written(cloud, found)
    # In the order in which they ended: two go on at once.
    assert sorted(json.loads(child["Output"])["item"] for child in written["SUCCEEDED"]) == ["a", "b"]
    assert [json.loads(child["Input"])["from"] for child in written["SUCCEEDED"]] == ["items.json"] * 2
    assert [(child["Error"], child["Cause"]) for child in written["FAILED"]] == [("Broken", "it is bad")]
    counted = {name: run["itemCounts"][name] for name in ("total", "succeeded", "failed", "running", "pending")}
    assert counted == {"total": 3, "succeeded": 2, "failed": 1, "running": 0, "pending": 0}
    assert run["executionCounts"]["running"] == 0


@needed(f"{_RUNS}._map_run")
def a_share_that_may_fail_is_one_of_all_items(cloud: LocalCloud) -> None:
    """The first that fails is one of three, and not all there are by then; of nothing nothing fails."""
    with _run(cloud, ["bad", "a", "b"], ToleratedFailurePercentage=40, MaxConcurrency=1) as (found, _):
        assert found["status"] == "SUCCEEDED", found
    with _run(cloud, []) as (found, run):
        assert (found["status"], run["itemCounts"]["total"]) == ("SUCCEEDED", 0)


@needed(f"{_WORKER}._eval_job")
def more_failures_than_are_tolerated_end_a_map(cloud: LocalCloud) -> None:
    for tolerated in ({}, {"ToleratedFailureCount": 1}, {"ToleratedFailurePercentage": 20.5}):
        with _run(cloud, ["bad", "bad", "a", "b"], **tolerated) as (found, run):
            assert (found["status"], found["error"]) == ("FAILED", "States.ExceedToleratedFailureThreshold")
            assert run["status"] == "FAILED"


@needed(f"{_WORKER}._eval_pool")
def a_map_has_as_many_items_as_there_are(cloud: LocalCloud) -> None:
    s3, broken = aws(cloud, "s3"), list[object]()
    with (
        mock.patch.object(threading, "excepthook", broken.append),
        _no_deeper_than(DEEP),
        bucket(cloud) as name,
        machine(cloud, _map(name, MaxConcurrency=1)) as arn,
    ):
        s3.put_object(Bucket=name, Key="items.json", Body=json.dumps(["a"] * MANY).encode())
        execution = begun(cloud, arn, {"key": "items.json"})
        # Whoever calls too deep is never heard of again.
        assert wait_until(lambda: bool(broken) or described(cloud, execution)["status"] != "RUNNING")
        assert described(cloud, execution)["status"] == "SUCCEEDED"


@needed(f"{_MAP}.item_reader.item_reader_decl.ItemReader._eval_body")
def items_that_cannot_be_read_have_a_name(cloud: LocalCloud) -> None:
    with _run(cloud, None) as (found, _):
        assert (found["status"], found["error"]) == ("FAILED", "States.ItemReaderFailed")


@needed(f"{_RUNS}._eval_body")
def a_map_needs_a_role_that_may_start_its_machine(cloud: LocalCloud) -> None:
    with (
        role(cloud, "s3:*", trusts=("states",)) as other,
        _run(cloud, ["a"], roleArn=other) as (found, _),
    ):
        assert (found["status"], found["error"]) == ("FAILED", "States.Permissions")
