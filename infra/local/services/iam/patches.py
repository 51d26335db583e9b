"""IAM: every request passes the guard, and what could not be evaluated or assumed is refused where it is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import Any

from moto.iam.models import ManagedPolicy, Role
from moto.moto_server.werkzeug_app import DomainDispatcherApplication

from infra.local.iam.deployed import managed_document
from infra.local.iam.documents import check
from infra.local.iam.entry import enter
from infra.local.iam.refusals import Refusal
from infra.local.moto_patches.registry import wrap
from infra.local.wiring import connected


@wrap(DomainDispatcherApplication, "__call__")
def call(
    original: Callable[..., Iterable[bytes]],
    application: DomainDispatcherApplication,
    environ: dict[str, Any],
    start_response: Any,
) -> Iterable[bytes]:
    """moto asks IAM only when it is told to, resolves resources for few services, and takes every condition for met."""
    running = connected()
    if running is None:
        # The port is open a moment before the parts are there to judge, and a moment after.
        return Refusal("", "ServiceUnavailable", "The local cloud is starting or ending.", 503).send(
            environ, start_response
        )
    return enter(running.guard, lambda *request: original(application, *request), environ, start_response)


@wrap(Role, "__init__")
def role_init(original: Callable[..., None], role: Role, *args: Any, **kwargs: Any) -> None:
    """moto takes a trust policy whose conditions nothing evaluates."""
    original(role, *args, **kwargs)
    if role.assume_role_policy_document:
        check(f"of trust of {role.name}", str(role.assume_role_policy_document))


@wrap(Role, "put_policy")
def put_policy(original: Callable[..., None], role: Role, policy_name: str, policy_json: Any) -> None:
    """moto takes conditions that nothing evaluates, and keeps some documents as text and some as they are."""
    document = policy_json if isinstance(policy_json, str) else json.dumps(policy_json)
    check(f"{policy_name} of {role.name}", document)
    original(role, policy_name, document)


@wrap(ManagedPolicy, "attach_to")
def attach_to(original: Callable[..., None], policy: ManagedPolicy, holder: Any) -> None:
    """As above, for a policy of its own."""
    check(policy.name, managed_document(policy))
    original(policy, holder)
