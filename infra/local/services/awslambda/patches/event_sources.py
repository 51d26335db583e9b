"""Lambda's event source mappings: refused where Lambda would, changed while they run, ended when they are deleted."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import UnknownFunctionException
from moto.awslambda.models import EventSourceMapping, LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.awslambda.api.errors import invalid, not_found
from infra.local.services.awslambda.api.event_sources import check_alone, check_mapping, queue_of
from infra.local.services.awslambda.api.names import function_name
from infra.local.services.awslambda.event_sources.mappings import Mappings
from infra.local.wiring import wiring

Reply = tuple[int, dict[str, Any], str]

_NUMBERS = ("BatchSize", "MaximumBatchingWindowInSeconds")


@wrap(LambdaBackend, "create_event_source_mapping")
def create(original: Callable[..., Any], backend: LambdaBackend, spec: dict[str, Any]) -> EventSourceMapping:
    """moto invokes one function call a message, inside SendMessage, checks little, and drops the qualifier."""
    wanted = _numbered(spec)
    function, arn = _function(backend, wanted.get("FunctionName", ""))
    queue = queue_of(wanted.get("EventSourceArn", ""))
    check_mapping("CreateEventSourceMapping", wanted, queue, function)
    check_alone(queue.queue_arn, arn, backend._event_source_mappings.values())
    mapping: EventSourceMapping = original(backend, {**wanted, "FunctionName": function.function_name})
    mapping.function_arn = arn
    wiring().part(Mappings).start(mapping, queue)
    return mapping


@wrap(LambdaBackend, "update_event_source_mapping")
def update(
    original: Callable[..., Any], backend: LambdaBackend, uuid: str, spec: dict[str, Any]
) -> EventSourceMapping | None:
    """moto checks no change, and forgets the qualifier of what is invoked."""
    mapping = backend.get_event_source_mapping(uuid)
    if mapping is None:
        raise not_found("The resource you requested does not exist.")
    changes = _numbered(spec)
    function, arn = _function(backend, changes.get("FunctionName") or mapping.function_arn)
    wanted = {
        "BatchSize": mapping.batch_size,
        "MaximumBatchingWindowInSeconds": mapping.max_batch_window,
        **changes,
    }
    check_mapping("UpdateEventSourceMapping", {**wanted, "UUID": uuid}, queue_of(mapping.event_source_arn), function)
    original(backend, uuid, changes)
    mapping.function_arn = arn
    return mapping


@wrap(LambdaBackend, "delete_event_source_mapping")
def delete(original: Callable[..., Any], backend: LambdaBackend, uuid: str) -> EventSourceMapping | None:
    """moto has nothing that would go on polling."""
    mapping: EventSourceMapping | None = original(backend, uuid)
    if mapping is not None:
        wiring().part(Mappings).end(mapping)
    return mapping


@wrap(LambdaBackend, "list_event_source_mappings")
def list_mappings(
    original: Callable[..., Any], backend: LambdaBackend, event_source_arn: str | None, function: str | None
) -> Any:
    """moto compares the name as it was given, not the function that was meant."""
    mappings = original(backend, event_source_arn, None)
    if not function:
        return mappings
    _, arn = _function(backend, function)
    return [mapping for mapping in mappings if mapping.function_arn == arn]


@replace(LambdaResponse, "create_event_source_mapping")
def create_response(response: LambdaResponse) -> Reply:
    """moto answers 201 and a mapping that is enabled already."""
    made = response.backend.create_event_source_mapping(json.loads(response.body))
    return _reply(made, "Creating")


@replace(LambdaResponse, "delete_event_source_mapping")
def delete_response(response: LambdaResponse) -> Reply:
    """moto answers nothing for one that is not there."""
    gone = response.backend.delete_event_source_mapping(_uuid(response))
    if gone is None:
        raise not_found("The resource you requested does not exist.")
    return _reply(gone, "Deleting")


def _uuid(response: LambdaResponse) -> str:
    return response.path.rstrip("/").rsplit("/", 1)[-1]


def _reply(mapping: EventSourceMapping, state: str) -> Reply:
    return 202, {"status": 202}, json.dumps({**mapping.get_configuration(), "State": state})


def _function(backend: LambdaBackend, name_or_arn: str) -> tuple[LambdaFunction, str]:
    """What a mapping names, and its ARN with the qualifier it was named with."""
    storage = backend._lambdas
    named = function_name(name_or_arn, None, storage.region_name, storage.account_id)
    try:
        function = backend.get_function(named.name, named.qualifier)
        base = backend.get_function(named.name).function_arn
    except UnknownFunctionException as error:
        raise invalid("Function does not exist") from error
    return function, base if named.qualifier is None else f"{base}:{named.qualifier}"


def _numbered(spec: dict[str, Any]) -> dict[str, Any]:
    """A template may hold numbers as text."""
    wanted = {**spec, **{name: int(spec[name]) for name in _NUMBERS if spec.get(name) is not None}}
    if (most := (spec.get("ScalingConfig") or {}).get("MaximumConcurrency")) is not None:
        wanted["ScalingConfig"] = {"MaximumConcurrency": int(most)}
    return wanted
