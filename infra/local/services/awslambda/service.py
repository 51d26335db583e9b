"""Lambda."""

from __future__ import annotations

from infra.local.services.awslambda.deliveries import FUNCTION
from infra.local.services.awslambda.keeping import KEEPING
from infra.local.services.awslambda.permissions import permissions
from infra.local.services.awslambda.policies import policy_of
from infra.local.services.awslambda.resources.function_settings import EventInvokeConfig, EventSourceMapping, Permission
from infra.local.services.awslambda.resources.functions import Alias, Function, LayerVersion, Version
from infra.local.services.service import Service

_PATCHED = (
    "invoke",
    "requests",
    "functions",
    "versions",
    "aliases",
    "concurrency",
    "event_invoke_configs",
    "event_sources",
)

SERVICE = Service(
    "lambda",
    types=(Alias, EventInvokeConfig, EventSourceMapping, Function, LayerVersion, Permission, Version),
    patches=tuple(f"infra.local.services.awslambda.patches.{name}" for name in _PATCHED),
    permissions=permissions,
    policy_of=policy_of,
    delivers=FUNCTION,
    frozen=KEEPING,
)
