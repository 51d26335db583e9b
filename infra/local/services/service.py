"""The contract of one AWS service with the local cloud.

Each folder beside this file has a `service.py` with a SERVICE that says what the service brings; the engines
(CloudFormation, IAM, moto's patches, deliveries, the clock, the state) ask it, and keep no table of services.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from serin.domain.errors import Invalid

if TYPE_CHECKING:
    from infra.local.clock.virtual import VirtualClock
    from infra.local.cloudformation.resource import ResourceType
    from infra.local.delivery.message import Target
    from infra.local.iam.evaluation import Asked
    from infra.local.iam.requests.reading import ApiRequest


class Timer(Protocol):
    """Something that happens by itself at moments of the clock."""

    def due(self) -> float | None:
        """The next moment; None while there is none."""

    def fire(self, moment: float) -> None:
        """Do one thing that is due, and move `due` on."""


def _no_timers(_region: str, _clock: VirtualClock) -> tuple[Timer, ...]:
    return ()


@dataclass(frozen=True)
class Keeping:
    """What a state across restarts has to know of a service, beside what moto keeps of it."""

    locks: tuple[AbstractContextManager[Any], ...] = ()
    """Held while the state is written."""
    numbers: tuple[Callable[[], Any], Callable[[Any], None]] | None = None
    """Reads what must not be given out twice, and goes on from there."""
    thawed: Callable[[str], None] | None = None
    """Sets going in a region what was going, once everything is in its place."""


@dataclass(frozen=True)
class Service:
    """What one service brings."""

    name: str
    """As ARNs have it: `sqs`."""
    signed_as: str = ""
    """What requests are signed for, where that is another name."""
    types: tuple[type[ResourceType], ...] = ()
    """What a template may ask for."""
    patches: tuple[str, ...] = ()
    """Modules that declare patches of moto, imported when the first cloud of the process starts."""
    permissions: Callable[[ApiRequest], Iterable[Asked] | None] | None = None
    """The permissions a request needs; None for an operation that is not known."""
    needs_nothing: frozenset[str] = frozenset()
    """Operations anybody may call who is known; of all others, no permission at all is no answer."""
    lacks: frozenset[str] = frozenset()
    """Operations that moto has not got and would take for others."""
    tells_the_missing: Callable[[ApiRequest], Asked | None] | None = None
    """What a caller has to be allowed to be told that what it reads is not there; None where anybody is told."""
    policy_of: Callable[[str, str], tuple[str, str] | None] | None = None
    """Name and document of a resource's own policy, by region and the last part of its ARN; None without one."""
    binds_the_administrator: bool = False
    """Whether such a policy may deny the account's administrator something, too."""
    delivers: Target | None = None
    """How its resources take what rules, alarms, topics and destinations send."""
    timers: Callable[[str, VirtualClock], Iterable[Timer]] = field(default=_no_timers)
    """What happens by itself, in the order in which it happens at one moment."""
    frozen: Keeping = field(default=Keeping())
    """What of it is kept across restarts, beside moto's own state."""


class Services:
    """All of them, found by what the engines know: a type, an ARN, a signature."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._services = {service.name: service for service in services}
        self._signed = {service.signed_as or name: service for name, service in self._services.items()}
        self.types: Mapping[str, ResourceType] = {kind.type: kind() for one in self for kind in one.types}

    def __iter__(self) -> Iterator[Service]:
        return iter(self._services.values())

    def named(self, name: str) -> Service | None:
        """The service of that name in ARNs."""
        return self._services.get(name)

    def signed(self, name: str) -> Service | None:
        """The service requests are signed for by that name."""
        return self._signed.get(name)

    def target(self, arn: str) -> Target:
        """How the resource with that ARN takes messages; raises Invalid where none does."""
        parts = arn.split(":", 5)
        service = self.named(parts[2]) if len(parts) > 5 else None
        target = None if service is None else service.delivers
        if target is None or not parts[5].startswith(target.resource):
            kinds = ", ".join(one.name for one in self if one.delivers)
            raise Invalid(
                f"The local cloud has no delivery to {arn}.",
                f"Use a target of {kinds}, or add one to its service (infra/local/README.md).",
            )
        return target
