"""Log groups, and subscription filters on them."""

from __future__ import annotations

from moto.logs.models import LogsBackend, SubscriptionFilter, logs_backends

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, tags_of
from infra.local.services.logs.filter_pattern import FilterPattern
from serin.domain.errors import Conflict, Invalid


def _backend(one: Wanted | Deployed) -> LogsBackend:
    return logs_backends[one.account][one.region]


class LogGroup(ResourceType):
    """moto cannot change a log group's retention by a template."""

    type = "AWS::Logs::LogGroup"
    properties = "LogGroupName RetentionInDays Tags"
    name_property = "LogGroupName"
    replaced_by = "LogGroupName"

    def create(self, wanted: Wanted) -> Made:
        """A group a function has already written to is refused, as AWS does."""
        backend = _backend(wanted)
        if wanted.name in backend.groups:
            raise Conflict(f"{wanted.name} already exists", "Delete the log group, or give this one another name.")
        made = backend.create_log_group(wanted.name, tags_of(wanted.properties))
        made.set_retention_policy(wanted.get("RetentionInDays"))
        # CloudFormation's ARN of a group ends with `:*`: it names the streams, as policies need it.
        return Made(wanted.name, {"Arn": f"{made.arn}:*"})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Retention and tags."""
        backend = _backend(wanted)
        made = backend.groups[before.physical_id]
        made.set_retention_policy(wanted.get("RetentionInDays"))
        backend.untag_resource(made.arn, sorted(tags_of(before.properties)))
        backend.tag_resource(made.arn, tags_of(wanted.properties))
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With its streams."""
        _backend(deployed).groups.pop(deployed.physical_id, None)


class LogSubscriptionFilter(ResourceType):
    """moto skips the type; its API sends a test event to the destination, which AWS does not."""

    type = "AWS::Logs::SubscriptionFilter"
    properties = "DestinationArn FilterName FilterPattern LogGroupName"
    name_property = "FilterName"
    replaced_by = "FilterName LogGroupName"

    def create(self, wanted: Wanted) -> Made:
        """From now on; what was logged before stays where it is."""
        destination = wanted.properties["DestinationArn"]
        if destination.split(":")[2] != "lambda":
            raise Invalid(
                f"The subscription filter {wanted.name} delivers to {destination}.",
                "The local cloud delivers log events to Lambda only.",
            )
        pattern = wanted.get("FilterPattern", "")
        FilterPattern.parse(pattern)
        name = wanted.properties["LogGroupName"]
        group = _backend(wanted).groups.get(name)
        if group is None:
            raise Invalid("The specified log group does not exist.", f"Create the log group {name} first.")
        group.subscription_filters[wanted.name] = SubscriptionFilter(
            wanted.name, group.name, pattern, destination, wanted.get("RoleArn", "")
        )
        return Made(wanted.name)

    def delete(self, deployed: Deployed) -> None:
        """The group may be gone already."""
        group = _backend(deployed).groups.get(deployed.properties["LogGroupName"])
        if group is not None:
            group.subscription_filters.pop(deployed.physical_id, None)
