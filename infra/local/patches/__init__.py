"""Every patch of moto, one module a service, behind an exact version check."""

from __future__ import annotations

import importlib
from importlib.metadata import version

from serin.domain.errors import Unavailable

MOTO = "5.2.5"

_MODULES = (
    "time",
    "cloudformation",
    "awslambda",
    "lambda_requests",
    "lambda_functions",
    "lambda_versions",
    "lambda_aliases",
    "lambda_concurrency",
    "lambda_async",
    "lambda_event_sources",
    "s3",
    "dynamodb",
    "sqs",
    "events",
    "stepfunctions",
    "stepfunctions_time",
    "sns",
    "logs",
    "cloudwatch",
    "iam",
)


def apply() -> None:
    """Patch moto once; later calls do nothing.

    Raises Unavailable when another moto is installed: each patch was written against one version's source.
    """
    found = version("moto")
    if found != MOTO:
        raise Unavailable(
            f"moto {found} is installed; the local cloud patches exactly {MOTO}.",
            "Install the locked requirements, or review infra/local/patches against the new moto and move MOTO.",
        )
    for name in _MODULES:
        importlib.import_module(f"infra.local.patches.{name}")
    from infra.local.patches.registry import PATCHES

    for patch in PATCHES:
        patch.apply()
