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
    if account_id not in backends or not _is_listed(backends):
        original(backends, account_id)


_places: dict[int, int] = {}
"""Where in moto's list a service's backends were last, by their identity."""


def _is_listed(backends: BackendDict[Any]) -> bool:
    listed = BackendDict._instances  # type: ignore[misc]
    place = _places.get(id(backends), 0)
    if place < len(listed) and listed[place] is backends:
        return True
    at_last = next((at for at, known in enumerate(listed) if known is backends), None)
    if at_last is not None:
        _places[id(backends)] = at_last
    return at_last is not None
