"""EventBridge Scheduler's schedules and their groups."""

from __future__ import annotations

import copy
from typing import Any

from moto.scheduler.models import EventBridgeSchedulerBackend, scheduler_backends

from infra.local.resources.model import Deployed, Made, ResourceType, Wanted, tags_of
from serin.domain.errors import Conflict

_DEFAULT = "default"


def _backend(one: Wanted | Deployed) -> EventBridgeSchedulerBackend:
    return scheduler_backends[one.account][one.region]


class ScheduleGroup(ResourceType):
    """Only a name for schedules."""

    type = "AWS::Scheduler::ScheduleGroup"
    name_property = "Name"
    replaced_by = "Name"
    longest_name = 64

    def create(self, wanted: Wanted) -> Made:
        """A name that is taken is refused."""
        if wanted.name in _backend(wanted).schedule_groups:
            raise Conflict(f"Schedule group {wanted.name} already exists.", "Give this one another name.")
        tags = [{"Key": key, "Value": value} for key, value in tags_of(wanted.properties).items()]
        made = _backend(wanted).create_schedule_group(wanted.name, tags)
        return Made(made.name, {"Arn": made.arn, "State": "ACTIVE"})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """Only tags can change."""
        tags = [{"Key": key, "Value": value} for key, value in tags_of(wanted.properties).items()]
        _backend(wanted).tag_resource(before.attributes["Arn"], tags)
        return Made(before.physical_id, before.attributes)

    def delete(self, deployed: Deployed) -> None:
        """With its schedules."""
        if deployed.physical_id in _backend(deployed).schedule_groups:
            _backend(deployed).delete_schedule_group(deployed.physical_id)


class Schedule(ResourceType):
    """One that cannot be run is refused."""

    type = "AWS::Scheduler::Schedule"
    name_property = "Name"
    replaced_by = "Name"
    longest_name = 64

    def create(self, wanted: Wanted) -> Made:
        """A rate without a start date fires at once."""
        made = _backend(wanted).create_schedule(name=wanted.name, action_after_completion=None, **_settings(wanted))
        return Made(made.name, {"Arn": made.arn})

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """As if it were made anew; in another group it is."""
        group = before.get("GroupName", _DEFAULT)
        if wanted.get("GroupName", _DEFAULT) != group:
            self.delete(before)
            return self.create(wanted)
        made = _backend(wanted).update_schedule(name=before.physical_id, **_settings(wanted))
        return Made(made.name, {"Arn": made.arn})

    def delete(self, deployed: Deployed) -> None:
        """One that ended by itself is gone already."""
        group = _backend(deployed).schedule_groups.get(deployed.get("GroupName", _DEFAULT))
        if group is not None:
            group.schedules.pop(deployed.physical_id, None)


def _settings(wanted: Wanted) -> dict[str, Any]:
    return {
        "description": wanted.get("Description"),
        "group_name": wanted.get("GroupName", _DEFAULT),
        "schedule_expression": wanted.properties["ScheduleExpression"],
        "schedule_expression_timezone": wanted.get("ScheduleExpressionTimezone"),
        "flexible_time_window": wanted.properties["FlexibleTimeWindow"],
        "start_date": wanted.get("StartDate"),
        "end_date": wanted.get("EndDate"),
        "state": wanted.get("State"),
        "kms_key_arn": None,
        # moto writes its defaults into it.
        "target": copy.deepcopy(dict(wanted.properties["Target"])),
    }
