"""Custom resources: a function makes them, and answers to an address it is given."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.local.conftest import running
from tests.e2e.local.stack_calls import Stacks
from tests.e2e.local.templates import Record, Resources, att, aws, function, resource

MAKER = """
import json, os, urllib.request

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event}) + "\\n")
    given = event["ResourceProperties"]
    if given.get("Silent") == "true":
        return
    answer = {key: event[key] for key in ("StackId", "RequestId", "LogicalResourceId")}
    failed = given.get("Fails") == event["RequestType"]
    answer |= {"Status": "FAILED", "Reason": "as asked"} if failed else {"Status": "SUCCESS"}
    if not (failed and given.get("Nameless")):
        answer["PhysicalResourceId"] = "made-" + given["Name"]
    answer["Data"] = {"Greeting": "hello " + given["Name"]}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(answer).encode(), method="PUT")
    urllib.request.urlopen(request).read()
"""


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> Record:
    return Record(Path(tmp_path_factory.mktemp("record")) / "record.jsonl")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory, record: Record) -> Iterator[LocalCloud]:
    """One with the function that makes the custom resources of every test."""
    with running(Path(tmp_path_factory.mktemp("cloud")), {"Maker": function("maker", MAKER, record)}) as started:
        yield started


@pytest.fixture
def stacks(cloud: LocalCloud) -> Stacks:
    return Stacks(cloud)


def custom(name: str, kind: str = "Custom::Greeting", **more: Any) -> Resources:
    token = {"Fn::Sub": "arn:aws:lambda:${AWS::Region}:${AWS::AccountId}:function:maker"}
    made = {"Type": kind, "Properties": {"ServiceToken": token, "Name": name, **more}}
    parameter = resource("SSM::Parameter", Name=f"/{name}", Type="String", Value=att("Made", "Greeting"))
    return {"Made": made, "Says": parameter}


def asked(record: Record, name: str) -> list[tuple[str, str | None]]:
    """The requests of one test and the physical id each came with."""
    of = [event for event in record.events if event["ResourceProperties"]["Name"].startswith(name)]
    return [(event["RequestType"], event.get("PhysicalResourceId")) for event in of]


def test_a_function_makes_it_and_its_data_is_read(stacks: Stacks, cloud: LocalCloud, record: Record) -> None:
    assert stacks.create("makes", custom("makes", Count=3, On=True)) == "CREATE_COMPLETE"
    assert stacks.physical("makes")["Made"] == "made-makes"
    assert aws(cloud, "ssm").get_parameter(Name="/makes")["Parameter"]["Value"] == "hello makes"
    (event,) = [one for one in record.events if one["ResourceProperties"]["Name"] == "makes"]
    assert (event["ResourceType"], event["LogicalResourceId"]) == ("Custom::Greeting", "Made")
    assert (event["ResourceProperties"]["Count"], event["ResourceProperties"]["On"]) == ("3", "true")
    assert stacks.delete("makes") == "DELETE_COMPLETE"
    assert asked(record, "makes") == [("Create", None), ("Delete", "made-makes")]


def test_another_physical_id_on_update_deletes_the_old_one(stacks: Stacks, record: Record) -> None:
    stacks.create("moves", custom("moves-1"))
    assert stacks.update("moves", custom("moves-2")) == "UPDATE_COMPLETE"
    assert stacks.physical("moves")["Made"] == "made-moves-2"
    assert asked(record, "moves") == [("Create", None), ("Update", "made-moves-1"), ("Delete", "made-moves-1")]


def test_the_same_physical_id_on_update_deletes_nothing(stacks: Stacks, record: Record) -> None:
    stacks.create("stays", custom("stays", "AWS::CloudFormation::CustomResource"))
    changed = custom("stays", "AWS::CloudFormation::CustomResource", More="x")
    assert stacks.update("stays", changed) == "UPDATE_COMPLETE"
    assert asked(record, "stays") == [("Create", None), ("Update", "made-stays")]
    (update,) = [one for one in record.events if one.get("OldResourceProperties", {}).get("Name") == "stays"]
    assert "More" not in update["OldResourceProperties"]


def test_a_failure_it_reports_rolls_the_stack_back_with_its_reason(stacks: Stacks) -> None:
    assert stacks.create("fails", custom("fails", Fails="Create")) == "ROLLBACK_COMPLETE"
    said = "Received response status [FAILED] from custom resource. Message returned: as asked"
    assert said in stacks.reasons("fails")


def test_one_that_could_not_be_made_is_deleted_by_the_id_it_answered(stacks: Stacks, record: Record) -> None:
    assert stacks.create("half", custom("half", Fails="Create")) == "ROLLBACK_COMPLETE"
    assert asked(record, "half") == [("Create", None), ("Delete", "made-half")]
    assert [status for name, status in stacks.events("half") if name == "Made"] == [
        "CREATE_IN_PROGRESS",
        "CREATE_FAILED",
        "DELETE_IN_PROGRESS",
        "DELETE_COMPLETE",
    ]


def test_one_that_answered_no_id_is_deleted_by_one_cloudformation_gave_it(stacks: Stacks, record: Record) -> None:
    assert stacks.create("nameless", custom("nameless", Fails="Create", Nameless="yes")) == "ROLLBACK_COMPLETE"
    (_, deleted) = asked(record, "nameless")
    assert re.fullmatch(r"nameless-Made-[A-Z0-9]{12}", str(deleted[1]))


def test_one_that_an_update_could_not_add_is_deleted(stacks: Stacks, record: Record) -> None:
    assert stacks.create("adds", {"Q": resource("SQS::Queue")}) == "CREATE_COMPLETE"
    added = {"Q": resource("SQS::Queue"), **custom("adds", Fails="Create")}
    assert stacks.update("adds", added) == "UPDATE_ROLLBACK_COMPLETE"
    assert asked(record, "adds") == [("Create", None), ("Delete", "made-adds")]
    assert set(stacks.physical("adds")) == {"Q"}


def test_one_that_failed_where_nothing_is_rolled_back_is_deleted_with_the_stack(stacks: Stacks, record: Record) -> None:
    assert stacks.create("stays-failed", custom("kept", Fails="Create"), OnFailure="DO_NOTHING") == "CREATE_FAILED"
    assert asked(record, "kept") == [("Create", None)]
    assert stacks.delete("stays-failed") == "DELETE_COMPLETE"
    assert asked(record, "kept") == [("Create", None), ("Delete", "made-kept")]


def test_a_failed_update_is_undone_by_an_update_back(stacks: Stacks, cloud: LocalCloud, record: Record) -> None:
    stacks.create("undone", custom("undone"))
    assert stacks.update("undone", custom("undone", Fails="Update")) == "UPDATE_ROLLBACK_COMPLETE"
    assert asked(record, "undone") == [("Create", None), ("Update", "made-undone"), ("Update", "made-undone")]
    assert aws(cloud, "ssm").get_parameter(Name="/undone")["Parameter"]["Value"] == "hello undone"


def test_one_that_never_answers_fails_after_its_time_and_cannot_be_rolled_back(stacks: Stacks) -> None:
    assert stacks.create("silent", custom("silent", Silent="true", ServiceTimeout=1)) == "ROLLBACK_FAILED"
    assert "CloudFormation did not receive a response from your Custom Resource." in stacks.reasons("silent")
    assert "The following resource(s) failed to delete: [Made]." in stacks.reasons("silent")
