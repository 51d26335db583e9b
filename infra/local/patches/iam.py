"""IAM: every request passes the guard, and what could not be evaluated or assumed is refused where it is deployed."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from moto.awslambda.exceptions import InvalidParameterValueException
from moto.awslambda.models import LambdaFunction, LambdaStorage
from moto.core.exceptions import AWSError
from moto.iam.access_control import PermissionResult
from moto.iam.models import ManagedPolicy, Role
from moto.moto_server.werkzeug_app import DomainDispatcherApplication
from moto.s3.models import FakeBucket, S3Backend
from moto.sqs.models import Queue
from moto.stepfunctions.parser.backend.execution import Execution
from moto.stepfunctions.parser.models import StepFunctionsParserBackend

from infra.local.iam.deployed import managed_document
from infra.local.iam.documents import check
from infra.local.iam.entry import enter
from infra.local.iam.platform_calls import perform
from infra.local.iam.refusals import Refusal
from infra.local.patches.registry import replace, wrap
from infra.local.wiring import connected, wiring


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


@wrap(S3Backend, "put_bucket_policy")
def put_bucket_policy(original: Callable[..., None], backend: S3Backend, bucket_name: str, policy: bytes) -> None:
    """moto evaluates only statements for everybody, and those without their conditions."""
    check(f"of bucket {bucket_name}", policy.decode())
    original(backend, bucket_name, policy)


@replace(FakeBucket, "get_permission")
def get_permission(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """moto ignores conditions, so a bucket that only denies plain HTTP would refuse what the guard has let in."""
    return PermissionResult.NEUTRAL


@wrap(Queue, "_set_attributes")
def set_attributes(original: Callable[..., None], queue: Queue, attributes: Mapping[str, Any], *rest: Any) -> None:
    """moto keeps a queue's policy and never reads it."""
    policy = attributes.get("Policy")
    if policy:
        check(f"of queue {queue.name}", policy if isinstance(policy, str) else json.dumps(policy))
    original(queue, attributes, *rest)


@wrap(LambdaStorage, "put_function")
def put_function(original: Callable[..., None], storage: LambdaStorage, function: LambdaFunction) -> None:
    """moto gives a function any role, even one that does not trust Lambda."""
    if not wiring().guard.service_may_assume("lambda.amazonaws.com", function.role):
        raise InvalidParameterValueException("The role defined for the function cannot be assumed by Lambda.")
    original(storage, function)


class MachineRoleRefused(AWSError):
    """What Step Functions answers to a role it cannot work with."""

    TYPE = "AccessDeniedException"
    STATUS = 400


@wrap(StepFunctionsParserBackend, "create_state_machine")
def create_state_machine(
    original: Callable[..., Any], backend: StepFunctionsParserBackend, *args: Any, **more: Any
) -> Any:
    """moto gives a machine any role, and never asks whether that one may write the machine's log."""
    guard, role_arn = wiring().guard, more["roleArn"] if "roleArn" in more else args[2]
    if not guard.service_may_assume("states.amazonaws.com", role_arn):
        raise MachineRoleRefused(
            "Neither the global service principal states.amazonaws.com, nor the regional one is authorized to assume "
            "the provided role."
        )
    if _has_a_log(more.get("loggingConfiguration")) and not perform(guard, "a machine with a log", role_arn):
        raise MachineRoleRefused("The state machine IAM Role is not authorized to access the Log Destination")
    return original(backend, *args, **more)


@wrap(Execution, "start")
def start(original: Callable[..., None], execution: Execution) -> None:
    """moto traces nothing; a traced machine does so with its role, and without a word where that one may not."""
    # moto's annotation names another class of the same name.
    settings: Mapping[str, Any] = getattr(execution.state_machine, "tracingConfiguration", None) or {}
    if settings.get("enabled") or settings.get("Enabled"):
        perform(wiring().guard, "a traced execution", execution.role_arn)
    original(execution)


def _has_a_log(settings: Mapping[str, Any] | None) -> bool:
    """Templates write the names in capitals."""
    found = {key.lower(): value for key, value in (settings or {}).items()}
    return found.get("level", "OFF") != "OFF" and bool(found.get("destinations"))
