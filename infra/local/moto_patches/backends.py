"""moto's backends, of which every request asks for several."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from moto.core.base_backend import BackendDict

from infra.local.moto_patches.registry import wrap


@wrap(BackendDict, "_create_account_specific_backend")
def create_account_specific_backend(
    original: Callable[[BackendDict[Any], str], None], backends: BackendDict[Any], account_id: str
) -> None:
    """moto takes its lock and compares all services with each other at each look for one that was there before."""
    instances = BackendDict._instances  # type: ignore[misc]
    if account_id not in backends or not any(known is backends for known in instances):
        original(backends, account_id)
