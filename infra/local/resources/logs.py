"""Subscription filters on log groups."""

from __future__ import annotations

from moto.logs.models import SubscriptionFilter, logs_backends

from infra.local.events.filter_pattern import FilterPattern
from infra.local.resources.model import Made, Wanted, resource
from serin.domain.errors import Invalid


@resource("AWS::Logs::SubscriptionFilter", name="FilterName")
def subscription_filter(wanted: Wanted) -> Made:
    """moto skips the type; its API sends a test event to the destination, which AWS does not."""
    destination = wanted.properties["DestinationArn"]
    if destination.split(":")[2] != "lambda":
        raise Invalid(
            f"The subscription filter {wanted.name} delivers to {destination}.",
            "The local cloud delivers log events to Lambda only.",
        )
    pattern = wanted.get("FilterPattern", "")
    FilterPattern.parse(pattern)
    group = logs_backends[wanted.account][wanted.region].groups[wanted.properties["LogGroupName"]]
    group.subscription_filters[wanted.name] = SubscriptionFilter(
        wanted.name, group.name, pattern, destination, wanted.get("RoleArn", "")
    )
    return Made(wanted.name, delete=lambda: group.subscription_filters.pop(wanted.name, None))
