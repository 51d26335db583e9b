"""The training workflow as Step Functions runs it: rungs of trials in its Map, and people who are asked before."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Aws

from infra.local.cloud import LocalCloud
from infra.stacks.training_states import Trainer, training_definition
from serin.domain.experiments import Trial
from serin.domain.records import as_record
from tests.builders import NOON, a_charter
from tests.e2e.local.templates import Record, allow, assembly, att, aws, function, opened, resource, role

ANSWERS = """
import json, os, time

class Answered(Exception): pass

def handler(event, context):
    step = event.get("step", "build")
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event}) + "\\n")
    if step == "trial":
        return tried(event["trial"])
    with open(os.environ["RECORD"]) as record:
        before = sum(json.loads(line)["event"].get("step", "build") == step for line in record) - 1
    answers = json.loads(os.environ["ANSWERS"]).get(step, [{}])
    answer = answers[min(before, len(answers) - 1)]
    if answer == "Answered":
        raise Answered("so it is")
    return answer

def tried(trial):
    # Each lies in a folder while it is fitted. The first one ends once another one has begun.
    running, begun = (os.environ["RECORD"] + ending for ending in (".running", ".begun"))
    own = str(trial["number"])
    for folder in (running, begun):
        os.makedirs(folder, exist_ok=True)
        open(os.path.join(folder, own), "w").close()
    beside = len(os.listdir(running))
    for _ in range(6000 if own == "1" else 0):
        if len(os.listdir(begun)) > 1:
            break
        time.sleep(0.01)
    others = len(os.listdir(begun)) - 1
    os.remove(os.path.join(running, own))
    if trial["number"] == 2:
        raise ValueError("this one cannot be fitted")
    return {"trial": trial, "beside": beside, "others": others}
"""
ITEMS, PIECES = "cut/late-orders/f1/rounds/deal.json", ("deal-orders-0", "deal-orders-1", "deal-shops-0")
GIVEN = {"model": "late-orders", "run": "r1", "cause": "call", "correlation": "c1"}
FIRST = [as_record(Trial(number, {}, 9)) for number in range(1, 6)]
LAST = [as_record(Trial(number)) for number in (4, 5)]
BUILT = {"skip": None, "training_set": {"id": "set1"}, "trials": FIRST}
ONCE: Mapping[str, Any] = {
    "build": [BUILT],
    "check": [{"warnings": []}],
    "note": [{"noted": True}],
    "select": [{"trial": FIRST[0], "champion": None, "scored": None, "more": []}],
    "judge": [{"verdict": "fail"}],
}
ASKING: Mapping[str, Any] = {**ONCE, "build": [{**BUILT, "trials": LAST}]}


@contextmanager
def machine(
    scratch: Path, answers: Mapping[str, Any], roles: tuple[str, ...] = ()
) -> Iterator[tuple[LocalCloud, Record, str]]:
    """A cloud with an execution, whose functions answer each step by its turn, the last one again and again."""
    training = a_charter().training
    training = replace(training, search=replace(training.search, concurrency=2))
    build, train, evaluate = (f"arn:aws:lambda:us-east-1:123456789012:function:{name}" for name in FUNCTIONS)
    definition = training_definition(build, Trainer(train), evaluate, training, roles)
    record = Record(scratch / "record")
    variables = {"Variables": {"RECORD": str(record.path), "ANSWERS": json.dumps({**ONCE, **answers})}}
    functions = {name.title(): function(name, ANSWERS, Environment=variables, Timeout=120) for name in FUNCTIONS}
    resources = {
        "Role": role(allow("logs:*", "lambda:*", "states:*", "s3:*")),
        **functions,
        "Machine": resource(
            "StepFunctions::StateMachine",
            *functions,
            StateMachineName="training",
            DefinitionString=json.dumps(definition).replace(Aws.PARTITION, "aws"),
            RoleArn=att("Role"),
        ),
    }
    with LocalCloud.start(assembly(("stack", opened(resources))), clock=NOON, scratch=scratch) as cloud:
        aws(cloud, "s3").create_bucket(Bucket="lake")
        aws(cloud, "s3").put_object(Bucket="lake", Key=ITEMS, Body=json.dumps([{"piece": name} for name in PIECES]))
        states = aws(cloud, "stepfunctions")
        (found,) = states.list_state_machines()["stateMachines"]
        begun = states.start_execution(stateMachineArn=found["stateMachineArn"], input=json.dumps(GIVEN))
        cloud.settle()
        yield cloud, record, begun["executionArn"]


FUNCTIONS = ("build", "train", "evaluate")


def ended(cloud: LocalCloud, execution: str) -> str:
    return str(aws(cloud, "stepfunctions").describe_execution(executionArn=execution)["status"])


def steps(record: Record) -> list[str]:
    return [event.get("step", "build") for event in record.events]


@pytest.mark.slow
def test_a_search_goes_rung_by_rung_through_the_map_two_at_a_time_and_a_failed_trial_stops_nobody(
    tmp_path: Path,
) -> None:
    selected = {"trial": LAST[1], "champion": None, "scored": None}
    answers = {"select": [{**selected, "more": LAST}, {**selected, "more": []}]}
    with machine(tmp_path, answers) as (cloud, record, execution):
        assert ended(cloud, execution) == "SUCCEEDED"
    tried = [(event["trial"]["number"], event["trial"].get("days")) for event in record.events if _is(event, "trial")]
    assert sorted(tried[:5]) == [(number, 9) for number in range(1, 6)]
    assert sorted(tried[5:]) == [(4, None), (5, None)]
    # Each is noted as soon as it is over: while a search runs, the catalog has those that are done.
    assert steps(record).index("note") < [place for place, step in enumerate(steps(record)) if step == "trial"][4]
    noted = [event for event in record.events if _is(event, "note")]
    assert [event["trial"]["number"] for event in noted if "error" in event] == [2]
    results = [event["result"] for event in noted if "result" in event]
    assert next(result["others"] for result in results if result["trial"]["number"] == 1) >= 1
    assert max(result["beside"] for result in results) <= 2
    assert len(next(event for event in record.events if _is(event, "select"))["results"]) == 5
    assert steps(record)[-2:] == ["contest", "judge"]


@pytest.mark.slow
def test_pieces_of_a_training_set_are_mapped_over_until_none_is_left(tmp_path: Path) -> None:
    wanted = {"skip": None, "pieces": {"task": "cut/late-orders/f1/task.json", "items": ITEMS}}
    with machine(tmp_path, {"build": [wanted, {**BUILT, "trials": LAST}]}) as (cloud, record, execution):
        assert ended(cloud, execution) == "SUCCEEDED"
        results = aws(cloud, "s3").list_objects_v2(Bucket="lake", Prefix="cut/late-orders/maps/r1/")["Contents"]
    assert steps(record)[:6] == ["build", "piece", "piece", "piece", "build", "check"]
    pieces = [event for event in record.events if _is(event, "piece")]
    assert sorted(event["piece"] for event in pieces) == sorted(PIECES)
    assert {event["task"] for event in pieces} == {"cut/late-orders/f1/task.json"}
    assert record.events[4]["built"]["answer"]["pieces"] == wanted["pieces"]
    assert any(item["Key"].endswith("manifest.json") for item in results)


@pytest.mark.slow
def test_a_training_waits_by_a_token_until_somebody_answers_and_reminds_them_each_day(tmp_path: Path) -> None:
    answers = {**ASKING, "ask": [{"agreed": False}, {"agreed": False}, {"agreed": True}]}
    with machine(tmp_path, answers, ("data_scientist",)) as (cloud, record, execution):
        assert steps(record)[-2:] == ["ask", "await"]
        cloud.advance(timedelta(days=1, minutes=1))
        cloud.settle()
        assert steps(record)[-2:] == ["ask", "await"]
        assert steps(record).count("ask") == 2
        assert ended(cloud, execution) == "RUNNING"
        token = record.events[-1]["token"]
        aws(cloud, "stepfunctions").send_task_success(taskToken=token, output="{}")
        cloud.settle()
        assert ended(cloud, execution) == "SUCCEEDED"
    asked = next(event for event in record.events if _is(event, "ask"))
    assert (asked["roles"], asked["run"], asked["checked"]) == (["data_scientist"], "r1", {"warnings": []})
    assert "trial" in steps(record)


@pytest.mark.slow
def test_who_answers_while_a_training_lies_down_to_wait_is_not_missed(tmp_path: Path) -> None:
    answers = {**ASKING, "ask": [{"agreed": False}, {"agreed": True}], "await": ["Answered"]}
    with machine(tmp_path, answers, ("data_scientist",)) as (cloud, record, execution):
        assert ended(cloud, execution) == "SUCCEEDED"
        assert steps(record)[:5] == ["build", "check", "ask", "await", "ask"]


def _is(event: Mapping[str, Any], step: str) -> bool:
    return event.get("step") == step
