"""Stacks as a person's tools handle them: requests to the endpoint, then looking until it is done."""

from __future__ import annotations

import json
from typing import Any

import boto3

from infra.local.cloud import LocalCloud
from tests.e2e.local.templates import Resources
from tests.waiting import wait_until


class Stacks:
    """CloudFormation of a running cloud."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.api: Any = boto3.client("cloudformation", **cloud.client)

    def create(self, name: str, resources: Resources, **more: Any) -> str:
        """The status it ends in."""
        self.api.create_stack(StackName=name, TemplateBody=body(resources, more.pop("Sections", {})), **more)
        return self.ended(name)

    def update(self, name: str, resources: Resources, **more: Any) -> str:
        """The status it ends in."""
        self.api.update_stack(StackName=name, TemplateBody=body(resources, more.pop("Sections", {})), **more)
        return self.ended(name)

    def delete(self, name: str, **more: Any) -> str:
        """The status it ends in."""
        stack_id = self.described(name)["StackId"]
        self.api.delete_stack(StackName=name, **more)
        return self.ended(stack_id)

    def change_set(self, stack: str, name: str, resources: Resources, **more: Any) -> dict[str, Any]:
        """The change set as it is described."""
        sections = more.pop("Sections", {})
        self.api.create_change_set(StackName=stack, ChangeSetName=name, TemplateBody=body(resources, sections), **more)
        found: dict[str, Any] = self.api.describe_change_set(StackName=stack, ChangeSetName=name)
        return found

    def described(self, name: str) -> dict[str, Any]:
        """The stack."""
        (found,) = self.api.describe_stacks(StackName=name)["Stacks"]
        return dict(found)

    def ended(self, name: str) -> str:
        """The stack's status when nothing is under way."""

        def status() -> str:
            return str(self.described(name)["StackStatus"])

        assert wait_until(lambda: not status().endswith("_IN_PROGRESS")), f"{name} is still {status()}"
        return status()

    def events(self, name: str) -> list[tuple[str, str]]:
        """Whose, and which status: the oldest first."""
        found = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return [(event["LogicalResourceId"], event["ResourceStatus"]) for event in reversed(found)]

    def reasons(self, name: str) -> str:
        """Every reason that was written."""
        found = self.api.describe_stack_events(StackName=name)["StackEvents"]
        return "\n".join(event.get("ResourceStatusReason", "") for event in found)

    def physical(self, name: str) -> dict[str, str]:
        """Physical ids by logical ids."""
        found = self.api.describe_stack_resources(StackName=name)["StackResources"]
        return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in found}


def body(resources: Resources, sections: dict[str, Any]) -> str:
    """A template's text."""
    return json.dumps({"Resources": resources, **sections})
