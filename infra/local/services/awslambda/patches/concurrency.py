"""Lambda's concurrency: what is reserved has its limits, what is provisioned is kept warm."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend, LambdaFunction
from moto.awslambda.responses import LambdaResponse

from infra.local.moto_patches.registry import add, wrap
from infra.local.services.awslambda.api.aliases import version_of
from infra.local.services.awslambda.api.concurrency import (
    Provisioned,
    check_provisioned,
    check_reserved,
    no_provisioned,
    provisioned_of,
)
from infra.local.services.awslambda.api.errors import invalid, not_found
from infra.local.services.awslambda.api.names import is_version
from infra.local.services.awslambda.invocations import Invocations
from infra.local.wiring import wiring

Reply = tuple[int, dict[str, Any], str]


@wrap(LambdaBackend, "put_function_concurrency")
def put_function_concurrency(
    original: Callable[..., Any], backend: LambdaBackend, function_name: str, reserved_concurrency: Any
) -> Any:
    """moto reserves whatever is asked for."""
    function = backend.get_function(function_name)
    check_reserved(function, int(reserved_concurrency), backend.list_functions())
    return original(backend, function_name, int(reserved_concurrency))


@add(LambdaBackend, "put_provisioned_concurrency")
def put_provisioned_concurrency(backend: LambdaBackend, function_name: str, qualifier: str, wanted: int) -> None:
    """moto has no provisioned concurrency; this is what a template's alias or version calls, too."""
    function, version = _kept(backend, function_name, qualifier)
    check_provisioned(function, qualifier, wanted, None if is_version(qualifier) else version)
    most = wiring().part(Invocations).provisionable
    if wanted > most:
        raise invalid(f"The local cloud keeps at most {most} processes warm; {wanted} were asked for.")
    moment = wiring().clock.now().strftime("%Y-%m-%dT%H:%M:%S+0000")
    provisioned_of(function)[qualifier] = Provisioned(wanted, moment)
    wiring().part(Invocations).keep_warm(function)


@add(LambdaBackend, "delete_provisioned_concurrency")
def delete_provisioned_concurrency(backend: LambdaBackend, function_name: str, qualifier: str) -> None:
    """moto has none; deleting what is not there is no error of Lambda's."""
    function, _ = _kept(backend, function_name, qualifier)
    if provisioned_of(function).pop(qualifier, None):
        wiring().part(Invocations).keep_warm(function)


@add(LambdaResponse, "put_provisioned_concurrency_config")
def put_config(response: LambdaResponse) -> Reply:
    """moto does not know the operation."""
    name, qualifier = _named(response)
    wanted = int(json.loads(response.body)["ProvisionedConcurrentExecutions"])
    backend: Any = response.backend
    backend.put_provisioned_concurrency(name, qualifier, wanted)
    return 202, {"status": 202}, json.dumps(_told(response.backend, name, qualifier))


@add(LambdaResponse, "get_provisioned_concurrency_config")
def get_config(response: LambdaResponse) -> Reply:
    """moto does not know the operation, nor ListProvisionedConcurrencyConfigs, which has the same path."""
    if "List" in response.querystring:
        return _list(response)
    name, qualifier = _named(response)
    return 200, {}, json.dumps(_told(response.backend, name, qualifier))


@add(LambdaResponse, "list_provisioned_concurrency_configs")
def list_configs(response: LambdaResponse) -> Reply:
    """moto does not know the operation, nor can it tell it from the last one."""
    return _list(response)


def _list(response: LambdaResponse) -> Reply:
    name = unquote(response.path.rstrip("/").rsplit("/", 2)[-2])
    function = response.backend.get_function(name)
    listed = [
        {"FunctionArn": f"{function.function_arn}:{qualifier}", **_told(response.backend, name, qualifier)}
        for qualifier in provisioned_of(function)
    ]
    return 200, {}, json.dumps({"ProvisionedConcurrencyConfigs": listed})


@add(LambdaResponse, "delete_provisioned_concurrency_config")
def delete_config(response: LambdaResponse) -> Reply:
    """moto does not know the operation."""
    name, qualifier = _named(response)
    backend: Any = response.backend
    backend.delete_provisioned_concurrency(name, qualifier)
    return 204, {"status": 204}, ""


def _named(response: LambdaResponse) -> tuple[str, str]:
    qualifier = response.querystring.get("Qualifier", [""])[0]
    return unquote(response.path.rstrip("/").rsplit("/", 2)[-2]), qualifier


def _kept(backend: LambdaBackend, function_name: str, qualifier: str) -> tuple[LambdaFunction, str]:
    """The function, and the version it is about."""
    function = backend.get_function(function_name)
    if qualifier.startswith("$"):
        return function, qualifier
    if is_version(qualifier):
        version_of(backend._lambdas, function, qualifier)
        return function, qualifier
    alias = backend._lambdas._get_function_aliases(function.function_name).get(qualifier)
    if alias is None:
        raise not_found(f"Cannot find alias arn: {function.function_arn}:{qualifier}")
    return function, str(alias.function_version)


def _told(backend: LambdaBackend, function_name: str, qualifier: str) -> dict[str, Any]:
    function, _ = _kept(backend, function_name, qualifier)
    asked = provisioned_of(function).get(qualifier)
    if asked is None:
        raise no_provisioned()
    states = list(_states(function, qualifier))
    allocated = min(asked.wanted, sum(state.allocated for state in states))
    failed = any(state.status == "FAILED" for state in states)
    ready = allocated >= asked.wanted
    answer = {
        "RequestedProvisionedConcurrentExecutions": asked.wanted,
        "AvailableProvisionedConcurrentExecutions": allocated,
        "AllocatedProvisionedConcurrentExecutions": allocated,
        "Status": "READY" if ready else "FAILED" if failed else "IN_PROGRESS",
        "LastModified": asked.last_modified,
    }
    if failed and not ready:
        answer["StatusReason"] = "FUNCTION_ERROR_INIT_FAILURE"
    return answer


def _states(function: LambdaFunction, qualifier: str) -> Iterator[Any]:
    invocations = wiring().part(Invocations)
    for version, _ in invocations.kept(function, qualifier):
        yield invocations.warm(version)
