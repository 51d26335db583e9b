"""Lambda's functions: what Lambda refuses is refused, what it keeps is kept, and a change is fenced by its revision."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage
from moto.core.utils import iso_8601_datetime_with_nanoseconds

from infra.local.deploy.assets import Assets
from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.awslambda.api import configuration, sizes
from infra.local.services.awslambda.api.aliases import versions_of
from infra.local.services.awslambda.api.concurrency import provisioned_of
from infra.local.services.awslambda.api.errors import conflict, fence, invalid
from infra.local.services.awslambda.api.logging_config import described, logging_of, reconfigured
from infra.local.services.awslambda.api.names import LATEST, function_name, is_version
from infra.local.services.awslambda.api.settling import begin, refuse_change, states_of
from infra.local.services.awslambda.invocations import Invocations
from infra.local.services.awslambda.model import Logging
from infra.local.wiring import wiring

_CODE = ("code", "code_bytes", "code_size", "code_sha_256", "code_digest", "_architectures")


def renew(function: LambdaFunction) -> None:
    """A change has a revision of its own, and a moment."""
    function.revision_id = str(uuid.uuid4())  # type: ignore[attr-defined]
    function.last_modified = iso_8601_datetime_with_nanoseconds()


@wrap(LambdaBackend, "create_function")
def create_function(
    original: Callable[..., LambdaFunction], backend: LambdaBackend, spec: dict[str, Any]
) -> LambdaFunction:
    """moto takes any memory, time-out, runtime, environment and dead-letter queue."""
    configuration.check("CreateFunction", {**spec, "Code": {}}, spec.get("Role", ""))
    reconfigured(Logging(), spec.get("LoggingConfig") or {})
    return original(backend, spec)


@wrap(LambdaFunction, "__init__")
def function_init(original: Callable[..., None], function: LambdaFunction, *args: Any, **kwargs: Any) -> None:
    """moto drops the dead-letter queue and how the function logs, and gives no revision."""
    original(function, *args, **kwargs)
    function.revision_id = str(uuid.uuid4())  # type: ignore[attr-defined]
    _set_what_moto_drops(function, kwargs.get("spec") or args[1])


def _set_what_moto_drops(function: LambdaFunction, wanted: dict[str, Any]) -> None:
    if "DeadLetterConfig" in wanted:
        target = (wanted["DeadLetterConfig"] or {}).get("TargetArn") or None
        function.dead_letter_arn = target  # type: ignore[attr-defined]
    if config := wanted.get("LoggingConfig"):
        # A published version shares what is in place, so this is replaced and never changed.
        function.logging = reconfigured(logging_of(function), config)  # type: ignore[attr-defined]
        function.logs_group_name = config.get("LogGroup") or function.logs_group_name
    if size := (wanted.get("EphemeralStorage") or {}).get("Size"):
        function.ephemeral_storage = int(size)
    if wanted.get("TracingConfig"):
        function.tracing_config = wanted["TracingConfig"]


@wrap(LambdaFunction, "_get_layers_data")
def get_layers_data(original: Callable[..., Any], function: LambdaFunction, arns: list[str]) -> Any:
    """moto takes any number of layers, two versions of one, answers a missing one with the wrong error, and loses a
    layer's content when its version is deleted, which AWS keeps for the functions that have it."""
    sizes.check_layers(arns)
    backend = _backend(function)
    digests = {}
    for arn in arns:
        if (known := backend.layers_versions_by_arn(arn)) is None:
            raise invalid(f"Layer version {arn} does not exist.")
        digests[arn] = known.code_sha_256
    return [{**layer, "CodeSha256": digests[layer["Arn"]]} for layer in original(function, arns)]


@wrap(LambdaFunction, "_set_function_code")
def set_function_code(original: Callable[..., None], function: LambdaFunction, spec: dict[str, Any]) -> None:
    """moto fails with an error of its own for a missing object, and knows no limit of size."""
    before = {name: vars(function)[name] for name in _CODE if name in vars(function)}
    function.code = dict(function.code)
    try:
        original(function, spec)
        _check_together(function, [layer["Arn"] for layer in function.layers])
    except ValueError as error:
        vars(function).update(before)
        raise invalid(str(error.args[-1])) from error
    except Exception:
        vars(function).update(before)
        raise


@wrap(LambdaFunction, "update_configuration")
def update_configuration(
    original: Callable[..., dict[str, Any]], function: LambdaFunction, config_updates: dict[str, Any]
) -> dict[str, Any]:
    """moto checks nothing, ignores RevisionId, stumbles over an empty Environment and drops half the settings."""
    updates = dict(config_updates)
    fence(updates.pop("RevisionId", None), function.revision_id)  # type: ignore[attr-defined]
    if "Environment" in updates:
        updates["Environment"] = {"Variables": (updates["Environment"] or {}).get("Variables", {})}
    role = updates.get("Role") or function.role
    dead_letters = updates.get("DeadLetterConfig") or {"TargetArn": getattr(function, "dead_letter_arn", None)}
    configuration.check("UpdateFunctionConfiguration", {**updates, "DeadLetterConfig": dead_letters}, role)
    reconfigured(logging_of(function), updates.get("LoggingConfig") or {})
    if "Layers" in updates:
        function._get_layers_data(updates["Layers"])
        _check_together(function, updates["Layers"])
    original(function, updates)
    _set_what_moto_drops(function, updates)
    renew(function)
    return function.get_configuration()


@wrap(LambdaFunction, "get_configuration")
def get_configuration(
    original: Callable[..., dict[str, Any]], function: LambdaFunction, on_create: bool = False
) -> dict[str, Any]:
    """moto answers no RevisionId, dead-letter queue or logging, and everything is done at once."""
    configuration = original(function, on_create)
    configuration.update(states_of(function))
    configuration["RevisionId"] = function.revision_id  # type: ignore[attr-defined]
    configuration["LoggingConfig"] = described(logging_of(function), function.logs_group_name)
    if target := getattr(function, "dead_letter_arn", None):
        configuration["DeadLetterConfig"] = {"TargetArn": target}
    return configuration


@wrap(LambdaBackend, "update_function_configuration")
def update_function_configuration(
    original: Callable[..., dict[str, Any]], backend: LambdaBackend, name: str, qualifier: str | None, body: Any
) -> dict[str, Any]:
    """moto's changes are done at once, and none stands in the way of another."""
    function = backend.get_function(name, qualifier)
    refuse_change(function)
    original(backend, name, qualifier, body)
    begin(function)
    return function.get_configuration()


@replace(LambdaBackend, "update_function_code")
def update_function_code(
    backend: LambdaBackend,
    function_name: str,
    qualifier: str | None,  # noqa: ARG001 - moto's signature
    body: dict[str, Any],
) -> dict[str, Any]:
    """moto ignores RevisionId, sets the code twice, and changes a published version with it."""
    function = backend.get_function(function_name)
    fence(body.get("RevisionId"), function.revision_id)  # type: ignore[attr-defined]
    if body.get("DryRun"):
        return function.get_configuration()
    refuse_change(function)
    if body.get("Architectures"):
        function.architectures = body["Architectures"]
    function.update_function_code(body)
    renew(function)
    made = backend.publish_version(function_name) if body.get("Publish") else None
    for one in (function, made):
        if one is not None:
            begin(one)
    return (made or function).get_configuration()


@wrap(LambdaBackend, "delete_function")
def delete_function(
    original: Callable[..., None], backend: LambdaBackend, name: str, qualifier: str | None = None
) -> None:
    """moto deletes what an alias leads to, and runs no process that would outlive its function."""
    storage = backend._lambdas
    named = function_name(name, qualifier, storage.region_name, storage.account_id)
    function = backend.get_function(named.name)
    if named.qualifier is None:
        original(backend, named.name)
    elif not _may_go(backend, function, named.qualifier):
        return
    else:
        original(backend, named.name, named.qualifier)
    wiring().part(Invocations).retire(function.function_arn, named.qualifier)
    if named.qualifier in provisioned_of(function):
        del provisioned_of(function)[named.qualifier]
        wiring().part(Invocations).keep_warm(function)


def _may_go(backend: LambdaBackend, function: LambdaFunction, version: str) -> bool:
    """Whether there is such a version; refused while somebody needs it."""
    if version == LATEST:
        raise invalid("$LATEST version cannot be deleted without deleting the function.")
    if not is_version(version):
        raise invalid("Deletion of aliases is not currently supported.")
    leading = [alias.name for alias in backend.list_aliases(function.function_name) if version in versions_of(alias)]
    if leading:
        raise conflict(f"Unable to delete version because the following aliases reference it: [{', '.join(leading)}]")
    return backend._lambdas._get_version(function.function_name, version) is not None


def _check_together(function: LambdaFunction, layer_arns: list[str]) -> None:
    assets = wiring().part(Assets)
    layers = [_backend(function).layers_versions_by_arn(arn) for arn in layer_arns]
    folders = [assets.folder(layer.code_sha_256) for layer in layers if layer is not None]
    sizes.check_together(assets.folder(function.code_sha_256), folders)


def _backend(function: LambdaFunction) -> LambdaBackend:
    from moto.awslambda.utils import get_backend

    return get_backend(function.account_id, function.region)


@wrap(LambdaStorage, "put_function")
def put_function(original: Callable[..., None], storage: LambdaStorage, function: LambdaFunction) -> None:
    """moto gives a function any role, even one that does not trust Lambda."""
    if not wiring().guard.service_may_assume("lambda.amazonaws.com", function.role):
        raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")
    original(storage, function)
