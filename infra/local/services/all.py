"""Every service of the local cloud, one a line.

In this order is done what is due at one moment of the clock, and what a restart sets going again.
"""

from __future__ import annotations

import importlib
from functools import cache

from infra.local import moto_patches
from infra.local.services.service import Service, Services

_NAMES = (
    "sqs",
    "dynamodb",
    "events",
    "cloudwatch",
    "sns",
    "logs",
    "s3",
    "iam",
    "sts",
    "ssm",
    "budgets",
    "sagemaker",
    "stepfunctions",
    "cloudformation",
    "apigatewayv2",
    "awslambda",
)


@cache
def every_service() -> Services:
    """All of them, on moto with its patches; loading moto takes seconds, the first time.

    Raises Unavailable when another moto is installed than the patches were written for.
    """
    moto_patches.check_version()
    modules = [importlib.import_module(f"infra.local.services.{name}.service") for name in _NAMES]
    services: list[Service] = [module.SERVICE for module in modules]
    moto_patches.apply(module for service in services for module in service.patches)
    return Services(services)
