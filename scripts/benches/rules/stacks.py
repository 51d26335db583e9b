"""Stacks that the rules of CloudFormation are tried on: made for a block, gone after it."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3

from infra.local.cloud import LocalCloud

Resources = Mapping[str, Mapping[str, Any]]
_PATIENCE_S = 60.0


class Stack:
    """One stack, by a name nobody else has."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.name = f"rule-{uuid.uuid4().hex[:12]}"
        self.api: Any = boto3.client("cloudformation", **cloud.client)

    def create(self, resources: Resources, sections: Mapping[str, Any] | None = None, **more: Any) -> str:
        """The status it ends in."""
        self.api.create_stack(StackName=self.name, TemplateBody=body(resources, sections), **more)
        return self.ended()

    def update(self, resources: Resources, sections: Mapping[str, Any] | None = None, **more: Any) -> str:
        """The status it ends in."""
        self.api.update_stack(StackName=self.name, TemplateBody=body(resources, sections), **more)
        return self.ended()

    def delete(self) -> str:
        """The status it ends in."""
        stack_id = self.described()["StackId"]
        self.api.delete_stack(StackName=self.name)
        return self.ended(stack_id)

    def change_set(self, resources: Resources, kind: str = "UPDATE") -> dict[str, Any]:
        """The change set `c` as it is described."""
        self.api.create_change_set(
            StackName=self.name, ChangeSetName="c", ChangeSetType=kind, TemplateBody=body(resources)
        )
        described: dict[str, Any] = self.api.describe_change_set(StackName=self.name, ChangeSetName="c")
        return described

    def described(self, stack_id: str | None = None) -> dict[str, Any]:
        """The stack."""
        (one,) = self.api.describe_stacks(StackName=stack_id or self.name)["Stacks"]
        return dict(one)

    def ended(self, stack_id: str | None = None) -> str:
        """The stack's status when nothing is under way."""
        deadline = time.monotonic() + _PATIENCE_S
        while (status := str(self.described(stack_id)["StackStatus"])).endswith("_IN_PROGRESS"):
            assert time.monotonic() < deadline, f"still {status}"
            time.sleep(0.01)
        return status

    def events(self) -> list[str]:
        """`logical id status`, the oldest first."""
        listed = self.api.describe_stack_events(StackName=self.name)["StackEvents"]
        return [f"{event['LogicalResourceId']} {event['ResourceStatus']}" for event in reversed(listed)]

    def says(self, reason: str) -> None:
        """Some event has this in its reason."""
        events = self.api.describe_stack_events(StackName=self.name)["StackEvents"]
        reasons = [event.get("ResourceStatusReason", "") for event in events]
        assert any(reason in one for one in reasons), f"no event says {reason!r}, but {reasons}"

    def physical(self, logical_id: str) -> str:
        """The physical id of a resource."""
        resource = self.api.describe_stack_resource(StackName=self.name, LogicalResourceId=logical_id)
        return str(resource["StackResourceDetail"]["PhysicalResourceId"])


@contextmanager
def stack(cloud: LocalCloud, resources: Resources | None = None, **more: Any) -> Iterator[Stack]:
    """A stack of these resources, or a name for one; it is deleted at the end whatever became of it."""
    made = Stack(cloud)
    try:
        if resources is not None:
            status = made.create(resources, **more)
            assert status == "CREATE_COMPLETE", f"could not be created: {status}"
        yield made
    finally:
        made.api.delete_stack(StackName=made.name)
        stacks = made.api.list_stacks()["StackSummaries"]
        for one in [one for one in stacks if one["StackName"] == made.name]:
            made.ended(one["StackId"])


def body(resources: Resources, sections: Mapping[str, Any] | None = None) -> str:
    """A template's text."""
    return json.dumps({"Resources": resources, **(sections or {})})


def of(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def queue(**properties: Any) -> dict[str, dict[str, Any]]:
    """One queue, `Q`."""
    return {"Q": of("SQS::Queue", **properties)}


def refused_by_its_service(*after: str) -> dict[str, Any]:
    """A resource that cannot be made: an alias of a function that is not there."""
    properties = {"Name": "a", "FunctionName": "nobody", "FunctionVersion": "9"}
    return {**of("Lambda::Alias", **properties), "DependsOn": list(after)}
