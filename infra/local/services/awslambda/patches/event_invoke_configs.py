"""Lambda's event invoke configs: one for each version and alias, refused where Lambda would."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import UnknownEventConfig
from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from infra.local.delivery.message import service_of
from infra.local.delivery.registry import target_of
from infra.local.moto_patches.registry import replace
from infra.local.services.awslambda.api.errors import invalid, not_found
from infra.local.services.awslambda.api.names import is_version
from infra.local.services.awslambda.api.permissions import may
from infra.local.services.awslambda.asynchronous.settings import LATEST, configs_of
from infra.local.wiring import wiring

Reply = tuple[int, dict[str, Any], str]

_SETTINGS = ("MaximumRetryAttempts", "MaximumEventAgeInSeconds", "DestinationConfig")
_CALLS = {"sqs": "SendMessage", "sns": "Publish", "lambda": "Invoke", "events": "PutEvents"}


@replace(LambdaBackend, "put_function_event_invoke_config")
def put_config(
    backend: LambdaBackend, function_name: str, config: dict[str, Any], qualifier: str = LATEST
) -> dict[str, Any]:
    """moto stores the settings where its own invocation never looks, and knows no qualifier."""
    wanted = {name: config[name] for name in _SETTINGS if config.get(name) is not None}
    if not wanted:
        raise invalid("You must specify at least one of error handling or destination setting.")
    function = backend.get_function(function_name)
    _check_qualifier(backend, function, qualifier)
    for side in ("OnSuccess", "OnFailure"):
        if target := ((wanted.get("DestinationConfig") or {}).get(side) or {}).get("Destination"):
            _check_destination(function, target)
    configs_of(function)[qualifier] = {**wanted, "LastModified": wiring().clock.time()}
    return _told(function, qualifier)


@replace(LambdaBackend, "update_function_event_invoke_config")
def update_config(
    backend: LambdaBackend, function_name: str, config: dict[str, Any], qualifier: str = LATEST
) -> dict[str, Any]:
    """moto puts instead, and loses what is not named."""
    before = _told(backend.get_function(function_name), qualifier)
    changed: dict[str, Any] = put_config(backend, function_name, {**before, **config}, qualifier)
    return changed


@replace(LambdaBackend, "get_function_event_invoke_config")
def get_config(backend: LambdaBackend, function_name: str, qualifier: str = LATEST) -> dict[str, Any]:
    """moto answers the first that was ever put."""
    return _told(backend.get_function(function_name), qualifier)


@replace(LambdaBackend, "delete_function_event_invoke_config")
def delete_config(backend: LambdaBackend, function_name: str, qualifier: str = LATEST) -> None:
    """moto deletes those of all qualifiers."""
    function = backend.get_function(function_name)
    _told(function, qualifier)
    del configs_of(function)[qualifier]


@replace(LambdaBackend, "list_function_event_invoke_configs")
def list_configs(backend: LambdaBackend, function_name: str) -> dict[str, Any]:
    """moto lists one, whatever qualifiers there are."""
    function = backend.get_function(function_name)
    return {"FunctionEventInvokeConfigs": [_told(function, qualifier) for qualifier in configs_of(function)]}


@replace(LambdaResponse, "put_function_event_invoke_config")
def put_response(response: LambdaResponse) -> Reply:
    """moto drops the qualifier, here and in the following operations."""
    return _answer(
        _backend(response).put_function_event_invoke_config(
            _name(response), json.loads(response.body), _qualifier(response)
        )
    )


@replace(LambdaResponse, "update_function_event_invoke_config")
def update_response(response: LambdaResponse) -> Reply:
    """As above, for changing some of the settings."""
    return _answer(
        _backend(response).update_function_event_invoke_config(
            _name(response), json.loads(response.body), _qualifier(response)
        )
    )


@replace(LambdaResponse, "get_function_event_invoke_config")
def get_response(response: LambdaResponse) -> Reply:
    """As above, for reading them."""
    return _answer(_backend(response).get_function_event_invoke_config(_name(response), _qualifier(response)))


@replace(LambdaResponse, "delete_function_event_invoke_config")
def delete_response(response: LambdaResponse) -> Reply:
    """As above, for deleting them."""
    _backend(response).delete_function_event_invoke_config(_name(response), _qualifier(response))
    return 204, {"status": 204}, ""


def _backend(response: LambdaResponse) -> Any:
    # moto's own methods take no qualifier.
    return response.backend


def _answer(answer: dict[str, Any]) -> Reply:
    return 200, {}, json.dumps(answer)


def _name(response: LambdaResponse) -> str:
    return unquote(response.path.rstrip("/").rsplit("/", 2)[-2])


def _qualifier(response: LambdaResponse) -> str:
    return str(response.querystring.get("Qualifier", [LATEST])[0])


def _told(function: LambdaFunction, qualifier: str) -> dict[str, Any]:
    config = configs_of(function).get(qualifier)
    arn = f"{function.function_arn}:{qualifier}"
    if config is None:
        raise UnknownEventConfig(arn)
    empty: dict[str, Any] = {"OnSuccess": {}, "OnFailure": {}}
    return {"FunctionArn": arn, **config, "DestinationConfig": {**empty, **(config.get("DestinationConfig") or {})}}


def _check_qualifier(backend: LambdaBackend, function: LambdaFunction, qualifier: str) -> None:
    storage, name = backend._lambdas, function.function_name
    known = qualifier == LATEST or qualifier in storage._get_function_aliases(name)
    if not known and not (is_version(qualifier) and storage._get_version(name, qualifier)):
        raise not_found("The function doesn't exist.")


def _check_destination(function: LambdaFunction, target: str) -> None:
    service = service_of(target)
    if service not in _CALLS:
        raise invalid(f"The destination ARN {target} is invalid.")
    if target.split(":")[:7] == function.function_arn.split(":"):
        raise invalid("You can't specify the function as a destination for itself.")
    if not may(str(function.role), target_of(target).action, target):
        raise invalid(f"The function's execution role does not have permissions to call {_CALLS[service]} on {target}")
