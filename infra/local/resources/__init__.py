"""The CloudFormation resources moto lacks or gets wrong."""

from __future__ import annotations

import importlib
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from moto.core.common_models import CloudFormationModel

_MODULES = ("api_gateway", "buckets", "functions", "logs", "queues", "records", "rules", "state_machines", "tables")


@cache
def _registry() -> dict[str, type[CloudFormationModel]]:
    for name in _MODULES:
        importlib.import_module(f"infra.local.resources.{name}")
    from infra.local.resources.model import REGISTRY

    return REGISTRY


def resource_class(resource_type: str) -> type[CloudFormationModel] | None:
    """Our own model of a type; None where moto's is right."""
    return _registry().get(resource_type)
