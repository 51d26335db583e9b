"""The patches of moto: for which moto they are, how they are declared (registry.py), its sense of time (time.py)."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from importlib.metadata import version

from serin.domain.errors import Unavailable

MOTO = "5.2.5"
_EVERYWHERE = tuple(f"infra.local.moto_patches.{name}" for name in ("time", "dispatch", "backends"))
"""What is no service's."""


def check_version() -> None:
    """Raise Unavailable when another moto is installed: each patch was written against one version's source."""
    found = version("moto")
    if found != MOTO:
        raise Unavailable(
            f"moto {found} is installed; the local cloud patches exactly {MOTO}.",
            "Install the locked requirements, or review the patches of infra/local against the new moto and move MOTO.",
        )


def apply(modules: Iterable[str]) -> None:
    """Patch moto by what these modules declare, and by its sense of time; what is patched already stays so."""
    for name in (*_EVERYWHERE, *modules):
        importlib.import_module(name)
    from infra.local.moto_patches.registry import PATCHES

    for patch in PATCHES:
        patch.apply()
