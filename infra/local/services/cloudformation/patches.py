"""CloudFormation: moto's engine gives way to our own, at the one place where its requests arrive.

moto's skips types it does not know, updates in the order remove, add, modify, has no rollback, lets imported exports
change, waits for ever for custom resources, and makes change sets without changes.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from moto.cloudformation import urls

from infra.local.cloudformation.api import CloudFormationApi
from infra.local.moto_patches.registry import PATCHES, Patch


def our_own(_original: Mapping[str, Callable[..., Any]]) -> dict[str, Callable[..., Any]]:
    """Every request to CloudFormation's one address."""
    return {"{0}/$": CloudFormationApi.dispatch}


PATCHES.append(Patch(urls, "url_paths", our_own, __doc__ or ""))
