"""Trainings and releases start once for each id, with all that their first step needs."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace

import pytest

from serin.adapters.erasures import StepFunctionsErasures
from serin.adapters.memory.world import MemoryWorkflows
from serin.adapters.workflows import StepFunctionsWorkflows
from serin.domain.batches import Batch
from serin.domain.erasures import Erasure
from serin.domain.records import as_record
from serin.domain.release_course import Course
from serin.ports import Workflows
from tests.builders import NOON, a_release
from tests.contracts.clouds import Aws
from tests.tables import REGION
from tests.waiting import wait_until

ARN = f"arn:aws:states:{REGION}:123456789012:stateMachine:"
Start = Callable[[Workflows, str], bool]
STARTS: dict[str, Start] = {
    "training": lambda workflows, name: workflows.start_training("late-orders", name, "call", "c1"),
    "release": lambda workflows, name: workflows.start_release("late-orders", 3, name, "registered", "c1"),
    "batch": lambda workflows, name: workflows.start_batch(a_batch(name)),
}


MACHINES = ("training-late-orders", "training-returns", "release", "batch", "erase")
TRUST = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": "states.amazonaws.com"}}


def a_batch(name: str) -> Batch:
    return Batch(name, "late-orders", 3, "batch/late-orders/orders.csv", "v1", "e1", NOON, "ana", f"c-{name}")


class Stage:
    """A client, and the four machines of a stage with two models."""

    def __init__(self, cloud: Aws) -> None:
        self.client = cloud.client("stepfunctions")
        self._prefix = cloud.name("serin")
        trust = json.dumps({"Version": "2012-10-17", "Statement": [TRUST]})
        role = cloud.client("iam").create_role(RoleName=self._prefix, AssumeRolePolicyDocument=trust)["Role"]["Arn"]
        definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Wait", "Seconds": 3600, "End": True}}})
        for name in MACHINES:
            self.client.create_state_machine(name=f"{self._prefix}-{name}", definition=definition, roleArn=role)
        self.workflows = StepFunctionsWorkflows(
            self.client, self.arn("training-"), self.arn("release"), self.arn("batch")
        )

    def arn(self, machine: str) -> str:
        """Of a machine, or what ARNs of machines begin with."""
        return f"{ARN}{self._prefix}-{machine}"


@pytest.fixture
def workflows(where: Aws | None) -> Workflows:
    return MemoryWorkflows() if where is None else Stage(where).workflows


@pytest.mark.parametrize("kind", STARTS)
def test_work_of_one_id_starts_once_and_that_of_another_beside_it(workflows: Workflows, kind: str) -> None:
    start = STARTS[kind]
    assert [start(workflows, name) for name in ("one", "two")] == [True, True]
    # Another input under a name that is taken: an equal one would be answered as the first was.
    again = {
        "training": lambda: workflows.start_training("late-orders", "one", "features", "c2"),
        "release": lambda: workflows.start_release("late-orders", 4, "one", "registered", "c2"),
        "batch": lambda: workflows.start_batch(replace(a_batch("one"), correlation="c2")),
    }
    assert not again[kind]()


def test_a_release_starts_once_for_each_attempt_and_goes_on_once_for_each_number(workflows: Workflows) -> None:
    for attempt in (0, 1, 2):
        assert workflows.start_release("late-orders", 3, "one", "registered", "c1", attempt)
        assert not workflows.start_release("late-orders", 4, "one", "registered", "c1", attempt)
    release = a_release(id="one")
    assert workflows.continue_release(release, 7, Course("judge"))
    assert not workflows.continue_release(release, 7, Course("bake"))
    assert workflows.continue_release(release, 8, Course("bake"))


def test_a_machine_is_given_what_was_asked_of_it(cloud: Aws) -> None:
    stage = Stage(cloud)
    client, workflows = stage.client, stage.workflows
    for start in STARTS.values():
        start(workflows, "one")
    workflows.continue_release(a_release(id="one", version=3, correlation="c1"), 7, Course("judge", 60))
    given = {}
    for name in MACHINES:
        found = client.list_executions(stateMachineArn=stage.arn(name))["executions"]
        given[name] = {
            item["name"]: json.loads(client.describe_execution(executionArn=item["executionArn"])["input"])
            for item in found
        }
    known = {"model": "late-orders", "correlation": "c1"}
    begun = {**known, "version": 3, "release": "one", "cause": "registered"}
    assert given == {
        "training-late-orders": {"one": {**known, "run": "one", "cause": "call"}},
        "training-returns": {},
        "release": {"one": begun, "one-c7": {**begun, "course": {"answer": as_record(Course("judge", 60))}}},
        "batch": {"one": {"model": "late-orders", "batch": "one", "correlation": "c-one"}},
        "erase": {},
    }


def test_a_batch_that_ended_badly_says_by_what(cloud: Aws) -> None:
    stage = Stage(cloud)
    assert stage.workflows.batch_failure("one") == "its workflow never began, or ended more than 90 days ago"
    stage.workflows.start_batch(a_batch("one"))
    assert stage.workflows.batch_failure("one") is None
    arn = f"{stage.arn('batch')}:one".replace(":stateMachine:", ":execution:")
    stage.client.stop_execution(executionArn=arn, error="Mistaken", cause="It was the wrong file.")
    assert wait_until(lambda: stage.workflows.batch_failure("one") is not None)
    # moto alone forgets why.
    assert stage.workflows.batch_failure("one") in ("Mistaken: It was the wrong file.", "ABORTED: ")


def test_an_erasure_that_has_stopped_is_taken_up_by_another_execution_and_one_that_goes_on_is_left(
    where: Aws | None,
) -> None:
    if where is None:
        return
    stage, erasure = Stage(where), Erasure("e1", "customer", "d1", ("orders",), ("late-orders",), "dora", NOON)
    machine = stage.arn("erase")
    erasures = StepFunctionsErasures(stage.client, machine)
    for number in (1, 2):
        for _ in range(2):
            erasures.start(erasure)
        known = stage.client.list_executions(stateMachineArn=machine)["executions"]
        assert len(known) == number, "one goes on at a time"
        going = next(one for one in known if one["status"] == "RUNNING")
        stage.client.stop_execution(executionArn=going["executionArn"])
