"""Subscriptions to topics, and who may publish to them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from moto.sns.models import SNSBackend, sns_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, is_true
from serin.domain.errors import Invalid

_DELIVERED = ("sqs", "lambda")
_UNCONFIRMED = ("email", "email-json")


def _backend(one: Wanted | Deployed) -> SNSBackend:
    return sns_backends[one.account][one.region]


class Subscription(ResourceType):
    """moto skips the type. Mail is never sent: on AWS too nothing comes until somebody confirms."""

    type = "AWS::SNS::Subscription"
    properties = "Endpoint FilterPolicy FilterPolicyScope Protocol RawMessageDelivery TopicArn"
    replaced_by = "Endpoint Protocol TopicArn"

    def create(self, wanted: Wanted) -> Made:
        """Only queues and functions are delivered to."""
        protocol = wanted.properties["Protocol"]
        if protocol not in (*_DELIVERED, *_UNCONFIRMED):
            raise Invalid(
                f"{wanted.get('Endpoint')} is subscribed by {protocol}.", f"Use {', '.join(_DELIVERED)} or email."
            )
        made = _backend(wanted).subscribe(wanted.properties["TopicArn"], wanted.properties["Endpoint"], protocol)
        if protocol in _UNCONFIRMED:
            made.attributes["PendingConfirmation"] = "true"
        self._set(wanted, made.arn)
        return Made(made.arn, {"Arn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Filter and delivery change in place."""
        self._set(wanted, before.physical_id)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """The topic goes on without it."""
        _backend(deployed).unsubscribe(deployed.physical_id)

    def _set(self, wanted: Wanted, arn: str) -> None:
        policy: Any = wanted.get("FilterPolicy")
        settings = {
            "RawMessageDelivery": is_true(wanted.get("RawMessageDelivery", False)),
            "FilterPolicyScope": wanted.get("FilterPolicyScope", "MessageAttributes"),
            "FilterPolicy": json.dumps(policy) if policy else "",
        }
        for name, value in settings.items():
            _backend(wanted).set_subscription_attributes(arn, name, value)


class TopicPolicy(ResourceType):
    """Takes the place of the default policy, which lets the account's own services publish."""

    type = "AWS::SNS::TopicPolicy"
    properties = "PolicyDocument Topics"

    def create(self, wanted: Wanted) -> Made:
        """moto skips the type."""
        for arn in wanted.properties["Topics"]:
            _backend(wanted).get_topic(arn).policy = json.dumps(wanted.properties["PolicyDocument"])
        return Made(wanted.name)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Topics that are no longer listed get their default policy back."""
        self._reset(before, [arn for arn in before.properties["Topics"] if arn not in wanted.properties["Topics"]])
        self.create(wanted)
        return Made(before.physical_id)

    def delete(self, deployed: Deployed) -> None:
        """The topics get their default policy back."""
        self._reset(deployed, deployed.properties["Topics"])

    def _reset(self, deployed: Deployed, arns: Sequence[str]) -> None:
        topics = _backend(deployed).topics
        for topic in [topics[arn] for arn in arns if arn in topics]:
            default = topic._create_default_topic_policy(deployed.region, deployed.account, topic.name)
            topic.policy = json.dumps(default)
