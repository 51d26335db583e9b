"""Why an alarm is in its state, in CloudWatch's words."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from moto.cloudwatch.models import Alarm

from infra.local.services.cloudwatch.alarm_plans import AlarmPlan, Evaluation
from infra.local.services.cloudwatch.alarm_rules import Rule

_WORDS = {
    "GreaterThanOrEqualToThreshold": "greater than or equal to",
    "GreaterThanThreshold": "greater than",
    "LessThanThreshold": "less than",
    "LessThanOrEqualToThreshold": "less than or equal to",
}
_TREATED = {"breaching": "Breaching", "notBreaching": "NonBreaching"}


def stamp(moment_s: float) -> str:
    """`2013-04-01T04:00:00.000+0000`"""
    return datetime.fromtimestamp(moment_s, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "+0000"


def reason(rule: Rule, evaluation: Evaluation, before: str, at_s: float, period_s: int) -> str:
    """One sentence: which data points were compared with what."""
    state = evaluation.state
    real = [(at, value) for at, value in enumerate(evaluation.points) if value is not None][-rule.periods :]
    lacking = rule.periods - len(real)
    if state == "INSUFFICIENT_DATA":
        return f"Insufficient Data: {_some(lacking, 'datapoint')} {_were(lacking)} unknown."
    if not real:
        treated = _TREATED.get(rule.missing, "Missing")
        return (
            f"Threshold Crossed: no datapoints were received for {_some(lacking, 'period')} and "
            f"{_some(lacking, 'missing datapoint')} {_were(lacking)} treated as [{treated}]."
        )
    relevant = [one for one in real if rule.breaches(one[1]) == (state == "ALARM")]
    shown = ", ".join(
        f"{value} ({_day(at_s - (len(evaluation.points) - at) * period_s)})" for at, value in reversed(relevant)
    )
    crossed = "was" if state == "ALARM" else "was not"
    crossed = crossed if len(relevant) == 1 else crossed.replace("was", "were")
    needed = rule.needed if state == "ALARM" else rule.periods - rule.needed + 1
    return (
        f"Threshold Crossed: {len(relevant)} out of the last {_some(rule.periods, 'datapoint')} [{shown}] {crossed} "
        f"{_WORDS[rule.comparison]} the threshold ({rule.threshold}) "
        f"(minimum {_some(needed, 'datapoint')} for {before} -> {state} transition)."
    )


def reason_data(alarm: Alarm, plan: AlarmPlan, evaluation: Evaluation, at_s: float) -> str:
    """The same, as JSON."""
    start = at_s - plan.rule.periods * plan.period_s
    data = {
        "version": "1.0",
        "queryDate": stamp(at_s),
        "startDate": stamp(start),
        "statistic": alarm.statistic or alarm.extended_statistic,
        "period": plan.period_s,
        "recentDatapoints": [value for value in evaluation.points if value is not None][-plan.rule.periods :],
        "threshold": plan.rule.threshold,
    }
    return json.dumps({name: value for name, value in data.items() if value is not None})


def _some(count: int, what: str) -> str:
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def _were(count: int) -> str:
    return "was" if count == 1 else "were"


def _day(moment_s: float) -> str:
    return datetime.fromtimestamp(moment_s, UTC).strftime("%d/%m/%y %H:%M:%S")
