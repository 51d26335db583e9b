"""Numbers that must not be given twice, kept by moto and its patches beside the backends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from moto.moto_api._internal import mock_random

from infra.local.services.service import Services


@dataclass(frozen=True)
class Counters:
    """Each service's own by its name, and moto's source of identifiers."""

    numbers: dict[str, Any]
    identifiers: Any


def read(services: Services) -> Counters:
    """As they are now."""
    numbers = {one.name: one.frozen.numbers[0]() for one in services if one.frozen.numbers is not None}
    return Counters(numbers, mock_random.getstate())


def put_back(counters: Counters, services: Services) -> None:
    """Go on from there."""
    for service in services:
        if service.frozen.numbers is not None:
            service.frozen.numbers[1](counters.numbers[service.name])
    mock_random.setstate(counters.identifiers)
