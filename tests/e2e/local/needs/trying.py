"""Trying needs, with every patch and without one of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from infra.local.cloud import LocalCloud
from tests.e2e.local.clock.april import START
from tests.e2e.local.needs.model import Need, needs
from tests.e2e.local.templates import assembly

NEEDS = needs()
BY_PATCH = {title: need for need in NEEDS for title in need.patches}


def titles(alone: bool) -> list[str]:
    """The patches whose need is tried on a cloud of its own, or not."""
    return sorted(title for title, need in BY_PATCH.items() if need.alone is alone)


@contextmanager
def a_cloud(scratch: Path) -> Iterator[LocalCloud]:
    """Empty, in April 2013, so that the machine's time is never the cloud's."""
    with LocalCloud.start(assembly(), clock=START, scratch=scratch) as cloud:
        yield cloud


def fails(cloud: LocalCloud, need: Need) -> bool:
    """Whether the fact does not hold; however else it ends, it is not as on AWS."""
    try:
        need.attempt(cloud)
    except BaseException:  # noqa: BLE001 - pytest's own failures are not Exceptions
        return True
    return False
