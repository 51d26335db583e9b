"""What of S3 outlives a restart, beside the buckets."""

from __future__ import annotations

import copy
import itertools

from infra.local.services.s3 import patches
from infra.local.services.service import Keeping


def _order() -> int:
    """Of the next change to an object."""
    return next(copy.copy(patches._sequencer))


def _go_on(order: int) -> None:
    patches._sequencer = itertools.count(order)


KEEPING = Keeping(locks=(patches._lock,), numbers=(_order, _go_on))
