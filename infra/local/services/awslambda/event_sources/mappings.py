"""Queues that feed functions."""

from __future__ import annotations

from moto.awslambda.models import EventSourceMapping
from moto.sqs.models import Queue

from infra.local.services.awslambda.event_sources.poller import Poller


class Mappings:
    """The pollers of one cloud; each ends when its mapping is deleted."""

    def __init__(self, region: str) -> None:
        self._region = region
        self._pollers: dict[int, tuple[EventSourceMapping, Poller]] = {}

    def start(self, mapping: EventSourceMapping, queue: Queue) -> None:
        """Poll for a mapping; what is changed in it afterwards counts at once."""
        # moto would invoke the function inside SendMessage.
        queue.lambda_event_source_mappings.clear()
        poller = Poller(mapping, queue, self._region)
        self._pollers[id(mapping)] = (mapping, poller)
        poller.start()

    def end(self, mapping: EventSourceMapping) -> None:
        """Poll no more; what is being worked on is finished."""
        poller = self._pollers.pop(id(mapping), None)
        if poller is not None:
            poller[1].stop()

    @property
    def idle(self) -> bool:
        """Whether no batch is being worked on and no message could be taken now."""
        return all(poller.idle for _, poller in list(self._pollers.values()))

    def stop(self) -> None:
        """End all pollers."""
        pollers = [poller for _, poller in self._pollers.values()]
        for poller in pollers:
            poller.stop()
        for poller in pollers:
            poller.join()
