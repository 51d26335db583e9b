"""CloudWatch alarms, metric and composite."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from moto.cloudwatch.models import (
    CloudWatchBackend,
    Dimension,
    Metric,
    MetricDataQuery,
    MetricStat,
    cloudwatch_backends,
)

from infra.local.cloudformation.resource import Deployed, Made, ResourceType, Wanted, is_true, tags_of
from serin.domain.errors import Conflict


def _backend(one: Wanted | Deployed) -> CloudWatchBackend:
    return cloudwatch_backends[one.account][one.region]


def _put(wanted: Wanted, name: str, **own: Any) -> Made:
    """Moto's one call for all alarms."""
    tags = [{"Key": key, "Value": value} for key, value in tags_of(wanted.properties).items()]
    made = _backend(wanted).put_metric_alarm(
        name=name,
        description=wanted.get("AlarmDescription"),
        alarm_actions=list(wanted.get("AlarmActions", [])),
        ok_actions=list(wanted.get("OKActions", [])),
        insufficient_data_actions=list(wanted.get("InsufficientDataActions", [])),
        actions_enabled=is_true(wanted.get("ActionsEnabled", True)),
        tags=tags,
        **own,
    )
    return Made(made.name, {"Arn": made.alarm_arn})


def _refuse_taken(wanted: Wanted) -> None:
    if wanted.name in _backend(wanted).alarms:
        raise Conflict(f"{wanted.name} already exists", "Delete the alarm, or give this one another name.")


class Alarm(ResourceType):
    """A metric alarm."""

    type = "AWS::CloudWatch::Alarm"
    properties = (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName ComparisonOperator DatapointsToAlarm Dimensions "
        "EvaluationPeriods ExtendedStatistic InsufficientDataActions MetricName Metrics Namespace OKActions "
        "Period Statistic Tags Threshold TreatMissingData Unit"
    )
    name_property = "AlarmName"
    replaced_by = "AlarmName"

    def create(self, wanted: Wanted) -> Made:
        """One the local cloud cannot evaluate is refused."""
        _refuse_taken(wanted)
        return self._put(wanted, wanted.name)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The state stays."""
        return self._put(wanted, before.physical_id)

    def delete(self, deployed: Deployed) -> None:
        """With its state."""
        _backend(deployed).delete_alarms([deployed.physical_id])

    def _put(self, wanted: Wanted, name: str) -> Made:
        metrics = [_query(line) for line in wanted.get("Metrics", [])]
        return _put(
            wanted,
            name,
            namespace=wanted.get("Namespace"),
            metric_name=wanted.get("MetricName"),
            metric_data_queries=metrics or None,
            comparison_operator=wanted.get("ComparisonOperator"),
            evaluation_periods=int(wanted.properties["EvaluationPeriods"]),
            datapoints_to_alarm=wanted.get("DatapointsToAlarm") and int(wanted.properties["DatapointsToAlarm"]),
            period=wanted.get("Period") and int(wanted.properties["Period"]),
            threshold=float(wanted.properties["Threshold"]),
            statistic=wanted.get("Statistic"),
            extended_statistic=wanted.get("ExtendedStatistic"),
            dimensions=list(wanted.get("Dimensions", [])),
            unit=wanted.get("Unit"),
            treat_missing_data=wanted.get("TreatMissingData"),
        )


class CompositeAlarm(ResourceType):
    """An alarm by the states of others."""

    type = "AWS::CloudWatch::CompositeAlarm"
    properties = (
        "ActionsEnabled AlarmActions AlarmDescription AlarmName AlarmRule InsufficientDataActions OKActions Tags"
    )
    name_property = "AlarmName"
    replaced_by = "AlarmName"

    def create(self, wanted: Wanted) -> Made:
        """Its state is that of its rule at once."""
        _refuse_taken(wanted)
        return self._put(wanted, wanted.name)

    def update(self, wanted: Wanted, before: Deployed) -> Made:
        """The state stays until one of its alarms changes."""
        return self._put(wanted, before.physical_id)

    def delete(self, deployed: Deployed) -> None:
        """With its state."""
        _backend(deployed).delete_alarms([deployed.physical_id])

    def _put(self, wanted: Wanted, name: str) -> Made:
        nothing: dict[str, Any] = dict.fromkeys(
            (
                "namespace",
                "metric_name",
                "comparison_operator",
                "evaluation_periods",
                "period",
                "threshold",
                "statistic",
            )
        )
        return _put(wanted, name, rule=wanted.properties["AlarmRule"], dimensions=[], **nothing)


def _query(line: Mapping[str, Any]) -> MetricDataQuery:
    stat = line.get("MetricStat")
    made = None
    if stat is not None:
        dimensions = [Dimension(one["Name"], one["Value"]) for one in stat["Metric"].get("Dimensions", [])]
        metric = Metric(stat["Metric"]["MetricName"], stat["Metric"]["Namespace"], dimensions)
        made = MetricStat(metric, str(stat["Period"]), stat["Stat"], stat.get("Unit"))
    # moto's annotations say text; its API hands on what was sent, and nothing for what was not.
    given: dict[str, Any] = {
        "label": line.get("Label"),
        "period": line.get("Period"),
        "return_data": line.get("ReturnData", True),
    }
    return MetricDataQuery(line["Id"], expression=line.get("Expression"), metric_stat=made, **given)
