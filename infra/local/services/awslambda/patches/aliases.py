"""Lambda's aliases: what they may lead to, fenced by their revision."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaAlias, LambdaBackend, LambdaStorage
from moto.awslambda.responses import LambdaResponse

from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.awslambda.api.aliases import check_alias, versions_of, weights_in
from infra.local.services.awslambda.api.concurrency import provisioned_of
from infra.local.services.awslambda.api.errors import conflict, fence
from infra.local.services.awslambda.invocations import Invocations
from infra.local.wiring import wiring

Reply = tuple[int, dict[str, Any], str]


@replace(LambdaStorage, "put_alias")
def put_alias(
    storage: LambdaStorage,
    name: str,
    function_name: str,
    function_version: str,
    description: str,
    routing_config: Any,
) -> LambdaAlias:
    """moto takes any weight, any number of versions, `$LATEST` beside another, and versions that are not there."""
    function = storage.get_function_by_name_or_arn_forbid_qualifier(function_name)
    check_alias(storage, function, name, function_version, routing_config)
    aliases = storage._get_function_aliases(function.function_name)
    if name in aliases:
        raise conflict(f"Alias already exists: {aliases[name].arn}")
    aliases[name] = LambdaAlias(
        storage.account_id,
        storage.region_name,
        name,
        function.function_name,
        function_version,
        description,
        _routing(routing_config),
    )
    return aliases[name]


@replace(LambdaBackend, "update_alias")
def update_alias(
    backend: LambdaBackend,
    name: str,
    function_name: str,
    function_version: str | None,
    description: str | None,
    routing_config: Any,
    revision_id: str | None = None,
) -> LambdaAlias:
    """moto ignores RevisionId, the fence between two releases, and takes any routing."""
    storage = backend._lambdas
    alias = storage.get_alias(name, function_name)
    fence(revision_id, alias.revision_id)
    function = storage.get_function_by_name_or_arn_forbid_qualifier(function_name)
    routing = alias.routing_config if routing_config is None else routing_config
    check_alias(storage, function, name, function_version or alias.function_version, routing)
    alias.update(description, function_version, None if routing_config is None else _routing(routing_config))
    wiring().part(Invocations).keep_warm(function)
    return alias


@wrap(LambdaAlias, "update")
def renew_alias(original: Callable[..., None], alias: LambdaAlias, *args: Any, **kwargs: Any) -> None:
    """moto gives an alias one RevisionId for ever."""
    original(alias, *args, **kwargs)
    alias.revision_id = str(uuid.uuid4())


@wrap(LambdaBackend, "delete_alias")
def delete_alias(original: Callable[..., None], backend: LambdaBackend, name: str, function_name: str) -> None:
    """moto leaves what was kept warm for the alias, and how it was to be invoked."""
    original(backend, name, function_name)
    function = backend.get_function(function_name)
    vars(function).get("asynchronous_settings", {}).pop(name, None)
    if provisioned_of(function).pop(name, None):
        wiring().part(Invocations).keep_warm(function)


def _routing(config: Any) -> Any:
    """No weights is no routing."""
    return {"AdditionalVersionWeights": weights} if (weights := weights_in(config)) else {}


@replace(LambdaResponse, "update_alias")
def update_alias_response(response: LambdaResponse) -> Reply:
    """moto answers 201, and drops RevisionId."""
    function_name, name = _named(response)
    wanted = json.loads(response.body or "{}")
    backend: Any = response.backend
    changed = backend.update_alias(
        name,
        function_name,
        wanted.get("FunctionVersion"),
        wanted.get("Description"),
        wanted.get("RoutingConfig"),
        wanted.get("RevisionId"),
    )
    return _reply(200, changed)


@replace(LambdaResponse, "get_alias")
def get_alias_response(response: LambdaResponse) -> Reply:
    """moto answers 201, as if it had made one."""
    function_name, name = _named(response)
    return _reply(200, response.backend.get_alias(name, function_name))


@replace(LambdaResponse, "delete_alias")
def delete_alias_response(response: LambdaResponse) -> Reply:
    """moto answers 201 and a body."""
    function_name, name = _named(response)
    response.backend.delete_alias(name, function_name)
    return 204, {"status": 204}, ""


@replace(LambdaResponse, "list_aliases")
def list_aliases_response(response: LambdaResponse) -> Reply:
    """moto lists all, whatever FunctionVersion says."""
    wanted = response.querystring.get("FunctionVersion", [None])[0]
    aliases = response.backend.list_aliases(unquote(response.path.rstrip("/").split("/")[-2]))
    listed = [_told(alias) for alias in aliases if wanted is None or wanted in versions_of(alias)]
    return 200, {}, json.dumps({"Aliases": listed})


def _named(response: LambdaResponse) -> tuple[str, str]:
    function_name, _, name = response.path.rstrip("/").rsplit("/", 2)
    return unquote(function_name.rsplit("/", 1)[-1]), unquote(name)


def _reply(status: int, alias: LambdaAlias) -> Reply:
    return status, {"status": status}, json.dumps(_told(alias))


def _told(alias: LambdaAlias) -> dict[str, Any]:
    return {name: value for name, value in alias.to_json().items() if value is not None}
