"""Every type of resource the local cloud makes."""

from __future__ import annotations

import importlib
import inspect
from functools import cache

from infra.local.resources.model import ResourceType
from serin.domain.errors import Invalid

_MODULES = (
    "alarms",
    "api_gateway",
    "buckets",
    "custom",
    "dashboards",
    "events",
    "function_settings",
    "functions",
    "logs",
    "parameters",
    "policies",
    "queues",
    "records",
    "roles",
    "rules",
    "state_machines",
    "subscriptions",
    "tables",
    "topics",
)


@cache
def _registry() -> dict[str, ResourceType]:
    modules = [importlib.import_module(f"infra.local.resources.{name}") for name in _MODULES]
    classes = {one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)}
    return {one.type: one() for one in classes if issubclass(one, ResourceType) and not inspect.isabstract(one)}


def resource_type(name: str) -> ResourceType:
    """The type of that name; raises Invalid for one the local cloud does not make."""
    known = _registry()
    found = known.get("AWS::CloudFormation::CustomResource" if name.startswith("Custom::") else name)
    if found is None:
        raise Invalid(
            f"The local cloud cannot run {name}.",
            "Add it to infra/local/resources and infra/local/support.py with a test, or leave it out of the template.",
        )
    return found
