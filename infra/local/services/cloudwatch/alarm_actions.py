"""Whom a changed alarm tells: the default event bus, and the topics and functions among its actions."""

from __future__ import annotations

import json
import logging
from dataclasses import dataclass
from typing import Any

from moto.cloudwatch.models import Alarm

from infra.local.delivery.envelope import event
from infra.local.delivery.message import Message, service_of
from infra.local.delivery.registry import deliver, emit
from infra.local.wiring import ACCOUNT, wiring

_log = logging.getLogger(__name__)

_REGIONS = {
    "us-east-1": "US East (N. Virginia)",
    "us-east-2": "US East (Ohio)",
    "us-west-2": "US West (Oregon)",
    "eu-west-1": "EU (Ireland)",
    "eu-central-1": "EU (Frankfurt)",
}


@dataclass(frozen=True)
class AlarmState:
    """A state and since when; `timestamp` as CloudWatch writes it."""

    value: str
    reason: str
    reason_data: str
    timestamp: str

    def as_record(self) -> dict[str, str]:
        """As events carry it."""
        record = {"reason": self.reason, "timestamp": self.timestamp, "value": self.value}
        return {**record, "reasonData": self.reason_data} if self.reason_data not in ("", "{}") else record


@dataclass(frozen=True)
class Change:
    """An alarm whose state was updated; the alarm itself is as it is now."""

    alarm: Alarm
    before: AlarmState


def state_of(alarm: Alarm) -> AlarmState:
    """The alarm's state now."""
    stamp = alarm.state_updated_timestamp.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"
    return AlarmState(str(alarm.state_value), alarm.state_reason or "", alarm.state_reason_data or "", stamp)


def tell(change: Change, region: str) -> None:
    """Put the event and carry out the actions of the new state; one that fails is logged, as on AWS in its history."""
    emit(_event(change, region))
    alarm = change.alarm
    actions = {"ALARM": alarm.alarm_actions, "OK": alarm.ok_actions}.get(
        str(alarm.state_value), alarm.insufficient_data_actions
    )
    for arn in actions if alarm.actions_enabled else ():
        try:
            _act(arn, change, region)
        except Exception as error:  # noqa: BLE001 - one action's failure is not the next one's
            _log.warning("alarm %s could not reach %s: %s", alarm.name, arn, error)


def _act(arn: str, change: Change, region: str) -> None:
    guard, alarm = wiring().guard, change.alarm
    if service_of(arn) == "lambda":
        guard.service_may("lambda.alarms.cloudwatch.amazonaws.com", "lambda:InvokeFunction", arn, alarm.alarm_arn)
        deliver(Message(arn, json.dumps(_function_event(change, region))))
    else:
        guard.service_may("cloudwatch.amazonaws.com", "sns:Publish", arn, alarm.alarm_arn)
        subject = f'{alarm.state_value}: "{alarm.name}" in {_REGIONS.get(region, region)}'
        deliver(Message(arn, json.dumps(_notification(change, region)), subject=subject))


def _event(change: Change, region: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/cloudwatch-and-eventbridge.html"""
    alarm = change.alarm
    detail = {
        "alarmName": alarm.name,
        "configuration": _configuration(alarm),
        "previousState": change.before.as_record(),
        "state": state_of(alarm).as_record(),
    }
    return event("aws.cloudwatch", "CloudWatch Alarm State Change", detail, region=region, resources=[alarm.alarm_arn])


def _function_event(change: Change, region: str) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/alarms-and-actions-Lambda.html"""
    alarm = change.alarm
    return {
        "source": "aws.cloudwatch",
        "alarmArn": alarm.alarm_arn,
        "accountId": ACCOUNT,
        "time": state_of(alarm).timestamp,
        "region": region,
        "alarmData": {
            "alarmName": alarm.name,
            "state": state_of(alarm).as_record(),
            "previousState": change.before.as_record(),
            "configuration": _configuration(alarm),
        },
    }


def _configuration(alarm: Alarm) -> dict[str, Any]:
    configuration: dict[str, Any] = {"description": alarm.description} if alarm.description else {}
    if alarm.rule is not None:
        return {**configuration, "alarmRule": alarm.rule}
    if not alarm.metric_data_queries:
        stat = alarm.statistic or alarm.extended_statistic
        metric = _metric(alarm.namespace, alarm.metric_name, alarm.dimensions)
        line = {"metric": metric, "period": int(alarm.period), "stat": stat}
        return {**configuration, "metrics": [{"id": "m1", "metricStat": line, "returnData": True}]}
    return {**configuration, "metrics": [_line(query) for query in alarm.metric_data_queries]}


def _line(query: Any) -> dict[str, Any]:
    line: dict[str, Any] = {"id": query.id, "returnData": str(query.return_data).lower() != "false"}
    if query.metric_stat is None:
        return {**line, "expression": query.expression}
    own = query.metric_stat.metric
    metric = _metric(own.namespace, own.metric_name, own.dimensions)
    return {
        **line,
        "metricStat": {"metric": metric, "period": int(query.metric_stat.period), "stat": query.metric_stat.stat},
    }


def _metric(namespace: str, name: str, dimensions: Any) -> dict[str, Any]:
    return {"namespace": namespace, "name": name, "dimensions": {own.name: own.value for own in dimensions}}


def _notification(change: Change, region: str) -> dict[str, Any]:
    """What CloudWatch publishes to a topic."""
    alarm, now = change.alarm, state_of(change.alarm)
    return {
        "AlarmName": alarm.name,
        "AlarmDescription": alarm.description,
        "AWSAccountId": ACCOUNT,
        "AlarmConfigurationUpdatedTimestamp": alarm.configuration_updated_timestamp.isoformat() + "+0000",
        "NewStateValue": now.value,
        "NewStateReason": now.reason,
        "StateChangeTime": now.timestamp,
        "Region": _REGIONS.get(region, region),
        "AlarmArn": alarm.alarm_arn,
        "OldStateValue": change.before.value,
        "OKActions": alarm.ok_actions,
        "AlarmActions": alarm.alarm_actions,
        "InsufficientDataActions": alarm.insufficient_data_actions,
        "Trigger": {"AlarmRule": alarm.rule} if alarm.rule else _trigger(alarm),
    }


def _trigger(alarm: Alarm) -> dict[str, Any]:
    trigger = {
        "Period": alarm.period and int(alarm.period),
        "EvaluationPeriods": int(alarm.evaluation_periods),
        "DatapointsToAlarm": int(alarm.datapoints_to_alarm or alarm.evaluation_periods),
        "ComparisonOperator": alarm.comparison_operator,
        "Threshold": float(alarm.threshold),
        "TreatMissingData": alarm.treat_missing_data or "",
        "EvaluateLowSampleCountPercentile": alarm.evaluate_low_sample_count_percentile or "",
    }
    if alarm.metric_data_queries:
        return {**trigger, "Metrics": [_line(query) for query in alarm.metric_data_queries]}
    return {
        **trigger,
        "MetricName": alarm.metric_name,
        "Namespace": alarm.namespace,
        "StatisticType": "Statistic" if alarm.statistic else "ExtendedStatistic",
        "Statistic": (alarm.statistic or alarm.extended_statistic or "").upper(),
        "Unit": alarm.unit,
        "Dimensions": [{"value": own.value, "name": own.name} for own in alarm.dimensions],
    }
