"""Lambda's versions and aliases: revisions that fence two writers, versions that keep what they were published with."""

from __future__ import annotations

import copy
import json
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.exceptions import InvalidParameterValueException, PreconditionFailedException
from moto.awslambda.models import LambdaAlias, LambdaFunction, LambdaStorage
from moto.awslambda.responses import LambdaResponse

from infra.local.patches.registry import replace, wrap


def _fence(expected: str | None, current: str) -> None:
    if expected and expected != current:
        raise PreconditionFailedException(
            "The RevisionId provided does not match the latest RevisionId for the Lambda function or alias. "
            "Call the GetFunction or the GetAlias API to retrieve the latest RevisionId for your resource."
        )


def _renew(function: LambdaFunction) -> None:
    function.revision_id = str(uuid.uuid4())  # type: ignore[attr-defined]


@wrap(LambdaFunction, "set_version")
def set_version(original: Callable[..., None], function: LambdaFunction, version: int) -> None:
    """A published version has a revision, and its own code record, which moto shares with `$LATEST`."""
    original(function, version)
    function.code = dict(function.code)
    _renew(function)


@wrap(LambdaResponse, "update_function_configuration")
def update_function_configuration(original: Callable[..., Any], response: LambdaResponse) -> Any:
    """moto ignores RevisionId."""
    return _fenced_update(original, response)


@wrap(LambdaResponse, "update_function_code")
def update_function_code(original: Callable[..., Any], response: LambdaResponse) -> Any:
    """moto ignores RevisionId."""
    return _fenced_update(original, response)


def _fenced_update(original: Callable[..., Any], response: LambdaResponse) -> Any:
    function = response.backend.get_function(unquote(response.path.rsplit("/", 2)[-2]))
    _fence(response.json_body.get("RevisionId"), function.revision_id)  # type: ignore[attr-defined]
    _renew(function)
    return original(response)


@replace(LambdaResponse, "publish_version")
def publish_version(response: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    """moto ignores CodeSha256 and RevisionId."""
    name = unquote(response.path.split("/")[-2])
    wanted = json.loads(response.body or "{}")
    latest = response.backend.get_function(name)
    _fence(wanted.get("RevisionId"), latest.revision_id)  # type: ignore[attr-defined]
    digest = wanted.get("CodeSha256")
    if digest and digest != latest.code_sha_256:
        raise InvalidParameterValueException(
            f"CodeSHA256 ({digest}) is different from current CodeSHA256 in $LATEST ({latest.code_sha_256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    version = response.backend.publish_version(name, wanted.get("Description") or "")
    return 201, {"status": 201}, json.dumps(version.get_configuration())  # type: ignore[union-attr]


@replace(LambdaStorage, "publish_version")
def publish(storage: LambdaStorage, name_or_arn: str, description: str = "") -> LambdaFunction | None:
    """moto numbers a version by how many there are, so a deleted version's number is given twice."""
    latest = storage.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions: list[LambdaFunction] = storage._functions[latest.function_name]["versions"]
    if versions and not latest.code_or_config_updated:
        return versions[-1]
    latest.code_or_config_updated = False
    number = 1 + int(getattr(latest, "last_version", 0))
    latest.last_version = number  # type: ignore[attr-defined]
    version = copy.copy(latest)
    version.set_version(number)
    version.description = description or latest.description
    versions.append(version)
    storage._arns[version.function_arn] = version
    return version


@wrap(LambdaAlias, "update")
def update_alias(original: Callable[..., None], alias: LambdaAlias, *args: Any, **kwargs: Any) -> None:
    """moto gives an alias one RevisionId for ever."""
    original(alias, *args, **kwargs)
    alias.revision_id = str(uuid.uuid4())


@wrap(LambdaResponse, "update_alias")
def update_alias_response(original: Callable[..., Any], response: LambdaResponse) -> Any:
    """moto ignores RevisionId, the fence between two releases."""
    name = unquote(response.path.rsplit("/")[-3])
    alias = response.backend.get_alias(unquote(response.path.rsplit("/", 2)[-1]), name)
    _fence(json.loads(response.body or "{}").get("RevisionId"), alias.revision_id)
    return original(response)
