"""Functions and schedules of templates, as a bill asks about them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from infra.cost.lines import DAYS, Template, Term, resources_of
from serin.domain import prices

_MB, _MS = 1024, 1000
_RATE = re.compile(r"rate\((\d+) (minute|hour|day)s?\)\Z")
_A_DAY = {"minute": 1440, "hour": 24, "day": 1}


def memory_of(templates: Sequence[Template], name: str) -> int:
    """The MB of the function whose name ends like this; KeyError when there is none."""
    for properties in resources_of(templates, "AWS::Lambda::Function"):
        if str(properties["FunctionName"]).endswith(f"-{name}"):
            return int(properties["MemorySize"])
    raise KeyError(name)


def is_traced(templates: Sequence[Template], name: str) -> bool:
    """Whether the function whose name ends like this sends traces."""
    functions = resources_of(templates, "AWS::Lambda::Function")
    modes = [one.get("TracingConfig", {}) for one in functions if str(one["FunctionName"]).endswith(f"-{name}")]
    return any(mode.get("Mode") == "Active" for mode in modes)


def calls(number: float, ms: float, memory_mb: int) -> tuple[Term, Term]:
    """Calls of a function of that memory, each billed so many milliseconds."""
    seconds = number * ms / _MS * memory_mb / _MB
    return Term(number, "calls", prices.LAMBDA_CALL), Term(seconds, "GB-s", prices.LAMBDA_GB_SECOND)


def scheduled(templates: Sequence[Template]) -> Iterator[tuple[str, float]]:
    """Each function that a schedule calls, by what follows the stage in its name, and how often a month."""
    for template in templates:
        names = {
            logical_id: str(one["Properties"]["FunctionName"])
            for logical_id, one in template["Resources"].items()
            if one["Type"] == "AWS::Lambda::Function"
        }
        for rule in resources_of([template], "AWS::Events::Rule"):
            if "ScheduleExpression" in rule and rule.get("State", "ENABLED") == "ENABLED":
                often = DAYS * _a_day(rule["ScheduleExpression"])
                for target in rule["Targets"]:
                    yield _short(_target(target["Arn"], names)), often


def _a_day(expression: str) -> float:
    rate = _RATE.match(expression)
    if rate is None:
        raise ValueError(f"{expression}: no schedule whose cost is known")
    return _A_DAY[rate[2]] / int(rate[1])


def _target(arn: Any, names: Mapping[str, str]) -> str:
    """The name of the function an ARN leads to: one of this template's, or one that is named by its end."""
    if "Fn::GetAtt" in arn:
        return names[arn["Fn::GetAtt"][0]]
    return str(arn["Fn::Join"][1][-1]).rpartition(":")[2]


def _short(name: str) -> str:
    """Without the platform's name and the stage."""
    return name.split("-", 2)[2]
