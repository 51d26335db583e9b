"""The release workflow as Step Functions runs it: whatever its function answers, the machine goes there, or nowhere."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import Aws

from infra.local.cloud import LocalCloud
from infra.stacks.release_states import release_definition
from serin.domain.records import as_record
from serin.domain.release_course import Course
from tests.builders import NOON
from tests.e2e.local.templates import Record, assembly, att, aws, function, opened, resource, role

ANSWERS = """
import json, os

COURSES = json.loads(os.environ["COURSES"])

class Unavailable(Exception): pass
class Conflict(Exception): pass

def handler(event, context):
    with open(os.environ["RECORD"], "a") as record:
        record.write(json.dumps({"event": event}) + "\\n")
    with open(os.environ["RECORD"]) as record:
        before = sum(json.loads(line)["event"].get("step") == event.get("step") for line in record) - 1
    answers = COURSES.get(event.get("step"), [])
    answer = answers[min(before, len(answers) - 1)] if answers else {}
    if isinstance(answer, str):
        raise {"Unavailable": Unavailable, "Conflict": Conflict}[answer]("so it is")
    return answer
"""
GIVEN = {"model": "late-orders", "version": 2, "release": "rel2", "cause": "call", "correlation": "c1"}
Answer = Course | str
PREPARED: Mapping[str, Sequence[Answer]] = {
    "begin": [Course("publish")],
    "publish": [Course("golden")],
    "golden": [Course("open")],
    "finish": [Course("end")],
}


@contextmanager
def machine(scratch: Path, answers: Mapping[str, Sequence[Answer]]) -> Iterator[tuple[LocalCloud, Record]]:
    """A cloud with the machine, whose function answers each step by its turn, the last one again and again."""
    arn = "arn:aws:lambda:us-east-1:123456789012:function:"
    definition = release_definition(f"{arn}release-model", f"{arn}join-truth")
    record = Record(scratch / "record")
    courses = {step: [as_record(answer) for answer in given] for step, given in {**PREPARED, **answers}.items()}
    variables = {"Variables": {"RECORD": str(record.path), "COURSES": json.dumps(courses)}}
    resources = {
        "Role": role(),
        "ReleaseModel": function("release-model", ANSWERS, Environment=variables),
        "JoinTruth": function("join-truth-late-orders", ANSWERS, Environment=variables),
        "Machine": resource(
            "StepFunctions::StateMachine",
            "ReleaseModel",
            StateMachineName="release",
            DefinitionString=json.dumps(definition).replace(Aws.PARTITION, "aws"),
            RoleArn=att("Role"),
        ),
    }
    with LocalCloud.start(assembly(("stack", opened(resources))), clock=NOON, scratch=scratch) as cloud:
        yield cloud, record


def run(cloud: LocalCloud, given: Mapping[str, Any], minutes: int = 60) -> str:
    """How an execution ends."""
    states = aws(cloud, "stepfunctions")
    (found,) = states.list_state_machines()["stateMachines"]
    begun = states.start_execution(stateMachineArn=found["stateMachineArn"], name="one", input=json.dumps(given))
    cloud.settle()
    for _ in range(minutes):
        status = states.describe_execution(executionArn=begun["executionArn"])["status"]
        if status != "RUNNING":
            break
        cloud.advance(timedelta(minutes=1))
        cloud.settle()
    return str(status)


def taken(record: Record) -> list[str]:
    return [event.get("step", "truth") for event in record.events]


BASIC = {"open": [Course("promote")], "promote": [Course("prune")], "prune": [Course("finish")]}
CANARY = {
    "open": [Course("open", 30, 1), Course("shadow")],
    "shadow": [Course("shadow", 60, 1, truth=True), Course("shift")],
    "shift": [Course("judge", 60)],
    "judge": [Course("judge", 60, 1), Course("shift"), Course("promote")],
    "promote": [Course("bake", 60)],
    "bake": [Course("bake", 60, 1), Course("prune")],
    "prune": [Course("finish")],
}
SCRIPTS: dict[str, tuple[Mapping[str, Sequence[Answer]], str, list[str]]] = {
    "all at once": (BASIC, "SUCCEEDED", ["open", "promote", "prune", "finish"]),
    "by evidence": (
        CANARY,
        "SUCCEEDED",
        [
            *("open", "open", "shadow", "truth", "shadow", "shift", "judge", "judge", "shift", "judge", "promote"),
            *("bake", "bake", "prune", "finish"),
        ],
    ),
    "a candidate that failed": (
        {"open": [Course("shadow")], "shadow": [Course("abandon", reason="Failed: errors.")]},
        "SUCCEEDED",
        ["open", "shadow", "roll_back"],
    ),
    "a step that was refused": ({"open": ["Conflict"]}, "FAILED", ["open", "abandon"]),
    "a step that came to nothing twice": (
        {**BASIC, "open": ["Unavailable", "Unavailable", Course("promote")]},
        "SUCCEEDED",
        ["open", "open", "open", "promote", "prune", "finish"],
    ),
    "a course that leads nowhere": ({"open": [Course("somewhere")]}, "FAILED", ["open"]),  # type: ignore[arg-type]
    "what cannot be pruned": ({**BASIC, "prune": ["Conflict"]}, "SUCCEEDED", ["open", "promote", "prune", "finish"]),
    "a release that has ended": ({"open": [Course("end")]}, "SUCCEEDED", ["open"]),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", SCRIPTS)
def test_the_machine_goes_where_each_step_says(name: str, tmp_path: Path) -> None:
    answers, status, steps = SCRIPTS[name]
    with machine(tmp_path, answers) as (cloud, record):
        assert run(cloud, GIVEN) == status
        assert taken(record) == ["begin", "publish", "golden", *steps]
        assert all(event["release"] == "rel2" and event["correlation"] == "c1" for event in record.events)


@pytest.mark.slow
def test_an_execution_that_continues_another_begins_with_its_course(tmp_path: Path) -> None:
    answers = {"judge": [Course("continue", 60, then="judge")], "continue": [Course("end")]}
    with machine(tmp_path, answers) as (cloud, record):
        assert run(cloud, {**GIVEN, "course": {"answer": as_record(Course("judge", 60))}}) == "SUCCEEDED"
        assert taken(record) == ["judge", "continue"]
        told = record.events[-1]
        assert (told["then"], told["seconds"], record.events[0]["round"]) == ("judge", 60, 0)
