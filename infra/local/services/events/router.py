"""EventBridge's data plane: each event to the rules of its bus, each match to the rule's targets."""

from __future__ import annotations

import json
import logging
import queue
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from moto.events.models import EventBus, Rule

from infra.local.delivery.envelope import to_the_second
from infra.local.delivery.message import Message
from infra.local.delivery.registry import deliver
from infra.local.services.events.target_input import RuleName, target_input
from infra.local.services.events.targets import check_permission

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class _Delivery:
    rule: RuleName
    target: Mapping[str, Any]
    event: Mapping[str, Any]
    received: str


class Router:
    """Delivers in the order of arrival, after the caller of PutEvents has its answer."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[_Delivery | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name="events", daemon=True)

    def start(self) -> None:
        """Begin to deliver."""
        self._thread.start()

    def publish(self, bus: EventBus, event: Mapping[str, Any]) -> None:
        """Offer an event to the enabled rules of a bus; a rule on a schedule matches no event."""
        for rule in list(bus.rules.values()):
            wanted = rule.state == "ENABLED" and rule.event_pattern.dump()
            if wanted and rule.event_pattern.matches_event(event):  # type: ignore[arg-type]
                self.fire(rule, event)

    def fire(self, rule: Rule, event: Mapping[str, Any]) -> None:
        """Deliver to all targets of a rule, whether or not it matches."""
        received = to_the_second()
        for target in rule.targets:
            self._waiting.put(_Delivery(RuleName(rule.name, rule.arn), target, event, received))

    @property
    def idle(self) -> bool:
        """Whether everything published has been delivered."""
        return self._waiting.unfinished_tasks == 0

    def stop(self) -> None:
        """Deliver what is waiting, then end."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join(timeout=5)

    def _run(self) -> None:
        while True:
            delivery = self._waiting.get()
            try:
                if delivery is None:
                    return
                self._deliver(delivery)
            finally:
                self._waiting.task_done()

    def _deliver(self, delivery: _Delivery) -> None:
        arn = delivery.target["Arn"]
        try:
            check_permission(delivery.target, delivery.rule.arn)
            text = target_input(delivery.target, delivery.event, delivery.rule, delivery.received)
            deliver(Message(arn, text, delivery.event, delivery.target))
        except Exception as error:  # noqa: BLE001 - one target's failure is its dead-letter queue's, not the next one's
            _log.warning("rule %s could not deliver to %s: %s", delivery.rule.name, arn, error)
            self._give_up(delivery)

    def _give_up(self, delivery: _Delivery) -> None:
        dead_letters = (delivery.target.get("DeadLetterConfig") or {}).get("Arn")
        if not dead_letters:
            return
        try:
            check_permission({"Arn": dead_letters}, delivery.rule.arn)
            deliver(Message(dead_letters, json.dumps(delivery.event)))
        except Exception as error:  # noqa: BLE001 - an event nobody may keep is lost, as on AWS, and the next one is not
            _log.warning("rule %s could not keep its event in %s: %s", delivery.rule.name, dead_letters, error)
