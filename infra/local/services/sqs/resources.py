"""Queues and their policies."""

from __future__ import annotations

import json
from typing import Any

from moto.sqs.models import Queue as MotoQueue
from moto.sqs.models import SQSBackend, sqs_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, tags_of
from serin.domain.errors import Conflict

_DEFAULTS = {
    "DelaySeconds": 0,
    "MessageRetentionPeriod": 345600,
    "ReceiveMessageWaitTimeSeconds": 0,
    "SqsManagedSseEnabled": True,
    "VisibilityTimeout": 30,
}


def _backend(one: Wanted | Deployed) -> SQSBackend:
    return sqs_backends[one.account][one.region]


class Queue(ResourceType):
    """moto changes two of a queue's attributes and keeps the others."""

    type = "AWS::SQS::Queue"
    properties = (
        "DelaySeconds MessageRetentionPeriod QueueName ReceiveMessageWaitTimeSeconds RedrivePolicy "
        "SqsManagedSseEnabled Tags VisibilityTimeout"
    )
    name_property = "QueueName"
    longest_name = 80
    replaced_by = "FifoQueue QueueName"

    def create(self, wanted: Wanted) -> Made:
        """The Ref is the URL under which SQS is called from outside."""
        backend = _backend(wanted)
        if wanted.name in backend.queues:
            raise Conflict(f"{wanted.name} already exists", "Delete the queue, or give this one another name.")
        settings = {key: value for key, value in wanted.properties.items() if key not in ("QueueName", "Tags")}
        made = backend.create_queue(wanted.name, tags_of(wanted.properties), region=wanted.region, **settings)
        attributes = {"Arn": made.queue_arn, "QueueName": made.name, "QueueUrl": made.physical_resource_id}
        return Made(made.physical_resource_id, attributes)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The messages stay; the policy is another resource's."""
        made = _queue(before, before.physical_id)
        settings: dict[str, Any] = {key: wanted.get(key, default) for key, default in _DEFAULTS.items()}
        redrive = wanted.get("RedrivePolicy")
        if redrive is None:
            made.redrive_policy, made.dead_letter_queue = {}, None
        else:
            settings["RedrivePolicy"] = redrive
        made._set_attributes({**settings, "Policy": made.policy})
        made.tags = tags_of(wanted.properties)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With the messages in it."""
        _backend(deployed).queues.pop(deployed.physical_id.rsplit("/", 1)[-1], None)


class QueuePolicy(ResourceType):
    """moto skips the type."""

    type = "AWS::SQS::QueuePolicy"
    properties = "PolicyDocument Queues"

    def create(self, wanted: Wanted) -> Made:
        """One policy for every queue that is listed."""
        policy = json.dumps(wanted.properties["PolicyDocument"])
        for url in wanted.properties["Queues"]:
            _queue(wanted, url)._set_attributes({"Policy": policy})
        return Made(wanted.name, {"Id": wanted.name})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Queues that are no longer listed lose it."""
        self.delete(before)
        self.create(wanted)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """Some of the queues may be gone already."""
        for url in deployed.properties["Queues"]:
            if url.rsplit("/", 1)[-1] in _backend(deployed).queues:
                _queue(deployed, url)._set_attributes({"Policy": None})


def _queue(one: Wanted | Deployed, url: str) -> MotoQueue:
    return _backend(one).get_queue(url.rsplit("/", 1)[-1])
