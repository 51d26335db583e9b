"""Custom resources: a function of the template's author makes them, and says so by a PUT to an address it is given.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.cloudformation.resource import Deployed, HalfMade, Made, ResourceType, Wanted
from infra.local.delivery.message import Message
from infra.local.delivery.registry import deliver
from infra.local.services.cloudformation.custom_response import ResponseAddress
from serin.domain.errors import Invalid, SerinError, Unavailable

_LONGEST_WAIT_S = 3600


@dataclass(frozen=True)
class _Answer:
    """What a function said to a request; `said` is None when it said nothing in time."""

    request: str
    request_id: str
    said: Mapping[str, Any] | None

    @property
    def physical_id(self) -> str:
        """What it calls the resource; empty when it does not say."""
        return str((self.said or {}).get("PhysicalResourceId") or "")

    def made(self) -> Made:
        """What was made; raises Invalid for a failure and Unavailable for silence."""
        if self.said is None:
            raise Unavailable(
                "CloudFormation did not receive a response from your Custom Resource. "
                f"Please check your logs for requestId [{self.request_id}].",
                "Let the function answer on every path, or give the resource a longer ServiceTimeout.",
            )
        if self.said.get("Status") != "SUCCESS":
            raise Invalid(
                "Received response status [FAILED] from custom resource. Message returned: "
                f"{self.said.get('Reason', '')} (RequestId: {self.request_id})",
                "Read the function's log.",
            )
        if not self.physical_id and self.request != "Delete":
            raise Invalid("Invalid PhysicalResourceId", "Let the function answer a PhysicalResourceId.")
        return Made(self.physical_id, self.said.get("Data") or {})


class CustomResource(ResourceType):
    """`Custom::Anything` and AWS::CloudFormation::CustomResource with the ARN of a function as ServiceToken."""

    type = "AWS::CloudFormation::CustomResource"
    properties = "*"
    replaced_by = "ServiceToken"
    volatile = True

    def create(self, wanted: Wanted) -> Made:
        """Wait for the function to say what it made.

        One that failed, or said nothing, is asked in the rollback to delete what it may have made: by the id it
        answered, or by the one that CloudFormation has given it.
        """
        answer = self._answered("Create", wanted)
        try:
            return answer.made()
        except SerinError as error:
            raise HalfMade(answer.physical_id or wanted.name, error) from error

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """When the function answers another physical id, the old one is deleted in the cleanup."""
        before_properties = _texts(before.properties)
        more = {"PhysicalResourceId": before.physical_id, "OldResourceProperties": before_properties}
        return self._answered("Update", wanted, more).made()

    def delete(self, deployed: Deployed) -> None:
        """The function must answer here as well."""
        self._answered("Delete", deployed, {"PhysicalResourceId": deployed.physical_id}).made()

    def _answered(self, request: str, one: Wanted | Deployed, more: Mapping[str, Any] | None = None) -> _Answer:
        token, timeout_s = str(one.properties["ServiceToken"]), int(one.get("ServiceTimeout", _LONGEST_WAIT_S))
        if ":lambda:" not in token:
            raise Invalid(f"{one.logical_id} is made by {token}.", "Make custom resources by a Lambda function.")
        request_id = str(uuid.uuid4())
        with ResponseAddress() as address:
            event = {
                "RequestType": request,
                "ServiceToken": token,
                "ResponseURL": address.url,
                "StackId": one.stack_id,
                "RequestId": request_id,
                "LogicalResourceId": one.logical_id,
                "ResourceType": one.resource_type,
                "ResourceProperties": _texts(one.properties),
                **(more or {}),
            }
            deliver(Message(token, json.dumps(event)))
            return _Answer(request, request_id, address.wait(timeout_s))


def _texts(value: Any) -> Any:
    """CloudFormation hands every number and boolean over as text."""
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
