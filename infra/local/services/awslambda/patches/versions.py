"""Lambda's versions: published of what was meant, numbered once, and left as they were published."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from moto.awslambda.models import LambdaBackend, LambdaFunction, LambdaStorage
from moto.awslambda.responses import LambdaResponse

from infra.local.moto_patches.registry import replace, wrap
from infra.local.services.awslambda.api.errors import fence, invalid
from infra.local.services.awslambda.api.settling import begin, refuse_change, settle
from infra.local.services.awslambda.patches.functions import renew


@wrap(LambdaFunction, "set_version")
def set_version(original: Callable[..., None], function: LambdaFunction, version: int) -> None:
    """A published version has a revision, and its own code record, which moto shares with `$LATEST`."""
    original(function, version)
    function.code = dict(function.code)
    renew(function)


@replace(LambdaResponse, "publish_version")
def publish_version_response(response: LambdaResponse) -> tuple[int, dict[str, Any], str]:
    """moto drops CodeSha256 and RevisionId, and a version is there at once, also during a change."""
    name = unquote(response.path.rstrip("/").split("/")[-2])
    wanted = json.loads(response.body or "{}")
    backend: Any = response.backend
    latest = backend._lambdas.get_function_by_name_or_arn_forbid_qualifier(name)
    refuse_change(latest)
    before = getattr(latest, "last_version", 0)
    version = backend.publish_version(
        name, wanted.get("Description") or "", wanted.get("CodeSha256"), wanted.get("RevisionId")
    )
    if getattr(latest, "last_version", 0) != before:
        begin(version)
    return 201, {"status": 201}, json.dumps(version.get_configuration())


@replace(LambdaBackend, "publish_version")
def publish_version(
    backend: LambdaBackend,
    function_name: str,
    description: str = "",
    code_sha256: str | None = None,
    revision_id: str | None = None,
) -> LambdaFunction | None:
    """moto drops them here too, where a template publishes."""
    latest = backend._lambdas.get_function_by_name_or_arn_forbid_qualifier(function_name)
    fence(revision_id, latest.revision_id)  # type: ignore[attr-defined]
    if code_sha256 and code_sha256 != latest.code_sha_256:
        raise invalid(
            f"CodeSHA256 ({code_sha256}) is different from current CodeSHA256 in $LATEST ({latest.code_sha_256}). "
            "Please try again with the CodeSHA256 in $LATEST."
        )
    return backend._lambdas.publish_version(function_name, description)


@replace(LambdaStorage, "publish_version")
def publish(storage: LambdaStorage, name_or_arn: str, description: str = "") -> LambdaFunction | None:
    """moto numbers a version by how many there are, so a deleted version's number is given twice."""
    latest = storage.get_function_by_name_or_arn_forbid_qualifier(name_or_arn)
    versions: list[LambdaFunction] = storage._functions[latest.function_name]["versions"]
    last = int(getattr(latest, "last_version", 0))
    if versions and versions[-1].version == last and not latest.code_or_config_updated:
        return versions[-1]
    latest.code_or_config_updated = False
    latest.last_version = last + 1  # type: ignore[attr-defined]
    version = copy.copy(latest)
    settle(version)
    version.set_version(last + 1)
    version.description = description or latest.description
    versions.append(version)
    storage._arns[version.function_arn] = version
    return version
