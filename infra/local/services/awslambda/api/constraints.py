"""The constraints AWS's own API model puts on parameters: ranges, lengths, patterns.

AWS's SDK for Python checks some of them before it sends; other clients, and a template, do not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import botocore.session
from botocore.model import OperationModel, Shape

from infra.local.services.awslambda.api.errors import LambdaError

# The model's figures are those of functions on capacity providers; these are the ones of every other function:
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
_FUNCTION_LIMITS = {"MemorySize": 10240, "Timeout": 900}
_ELSEWHERE = {"Runtime"}
"""Told by the service in words of its own."""


def check(operation: str, parameters: Mapping[str, Any]) -> None:
    """Raise ValidationException when parameters break the model of the operation, naming each."""
    shape = _model(operation).input_shape
    broken = list(_broken(shape, parameters)) if shape is not None else []
    if broken:
        count = f"{len(broken)} validation error{'s' if len(broken) > 1 else ''} detected"
        raise LambdaError("ValidationException", f"{count}: {'; '.join(broken)}")


def runtimes() -> tuple[str, ...]:
    """Every runtime AWS knows by name."""
    shape = _model("CreateFunction").input_shape
    assert shape is not None
    return tuple(shape.members["Runtime"].metadata["enum"])


@cache
def _model(operation: str) -> OperationModel:
    model: OperationModel = botocore.session.get_session().get_service_model("lambda").operation_model(operation)
    return model


def _broken(shape: Any, values: Mapping[str, Any], path: str = "") -> Iterator[str]:
    for name, member in shape.members.items():
        value = values.get(name)
        if value is None or name in _ELSEWHERE:
            continue
        place = f"{path}{name[0].lower()}{name[1:]}"
        if member.type_name == "structure" and isinstance(value, Mapping):
            yield from _broken(member, value, f"{place}.")
        else:
            yield from (
                f"Value '{value}' at '{place}' failed to satisfy constraint: {constraint}"
                for constraint in _constraints(name, member, value)
            )


def _constraints(name: str, shape: Shape, value: Any) -> Iterator[str]:
    least, most = shape.metadata.get("min"), _FUNCTION_LIMITS.get(name, shape.metadata.get("max"))
    if isinstance(value, int | float) and not isinstance(value, bool):
        yield from _bounds(value, least, most, "value")
    elif isinstance(value, str):
        yield from _bounds(len(value), least, most, "length")
        pattern = shape.metadata.get("pattern")
        if pattern and not re.fullmatch(pattern, value):
            yield f"Member must satisfy regular expression pattern: {pattern}"
        options = shape.metadata.get("enum")
        if options and value not in options:
            yield f"Member must satisfy enum value set: [{', '.join(options)}]"


def _bounds(value: float, least: float | None, most: float | None, what: str) -> Iterator[str]:
    if most is not None and value > most:
        yield f"Member must have {what} less than or equal to {most}"
    if least is not None and value < least:
        yield f"Member must have {what} greater than or equal to {least}"
