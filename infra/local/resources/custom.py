"""Custom resources: a function of the template's author makes them, and says so by a PUT to an address it is given.

https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/crpg-ref.html
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from typing import Any

from infra.local.resources.custom_response import ResponseAddress
from infra.local.resources.model import Deployed, Made, ResourceType, Wanted
from infra.local.wiring import wiring
from serin.domain.errors import Invalid, Unavailable

_LONGEST_WAIT_S = 3600


class CustomResource(ResourceType):
    """`Custom::Anything` and AWS::CloudFormation::CustomResource with the ARN of a function as ServiceToken."""

    type = "AWS::CloudFormation::CustomResource"
    replaced_by = "ServiceToken"
    volatile = True

    def create(self, wanted: Wanted) -> Made:
        """Wait for the function to say what it made."""
        return self._answered("Create", wanted)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """When the function answers another physical id, the old one is deleted in the cleanup."""
        before_properties = _texts(before.properties)
        return self._answered(
            "Update", wanted, {"PhysicalResourceId": before.physical_id, "OldResourceProperties": before_properties}
        )

    def delete(self, deployed: Deployed) -> None:
        """The function must answer here as well."""
        self._answered("Delete", deployed, {"PhysicalResourceId": deployed.physical_id})

    def _answered(self, request: str, one: Wanted | Deployed, more: Mapping[str, Any] | None = None) -> Made:
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
            wiring().invocations.send(token, json.dumps(event).encode(), None)
            answer = address.wait(timeout_s)
        return _made(answer, request, request_id)


def _made(answer: dict[str, Any] | None, request: str, request_id: str) -> Made:
    if answer is None:
        raise Unavailable(
            "CloudFormation did not receive a response from your Custom Resource. "
            f"Please check your logs for requestId [{request_id}].",
            "Let the function answer on every path, or give the resource a longer ServiceTimeout.",
        )
    if answer.get("Status") != "SUCCESS":
        raise Invalid(
            f"Received response status [FAILED] from custom resource. Message returned: {answer.get('Reason', '')} "
            f"(RequestId: {request_id})",
            "Read the function's log.",
        )
    physical_id = answer.get("PhysicalResourceId")
    if not physical_id and request != "Delete":
        raise Invalid("Invalid PhysicalResourceId", "Let the function answer a PhysicalResourceId.")
    return Made(str(physical_id or ""), answer.get("Data") or {})


def _texts(value: Any) -> Any:
    """CloudFormation hands every number and boolean over as text."""
    if isinstance(value, Mapping):
        return {key: _texts(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_texts(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else str(value)
