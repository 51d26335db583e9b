"""Deliveries at least once, in any order: an SQS queue, and what waits for a function that EventBridge calls."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Any

TWICE, SEEN_AGAIN = 0.15, 0.1


@dataclass(eq=False)
class Message:
    """Something to deliver, and how often it was taken."""

    id: str
    body: Mapping[str, Any]
    taken: int = 0


def record_of(message: Message) -> Mapping[str, Any]:
    """As Lambda hands it over."""
    attributes = {"ApproximateReceiveCount": str(message.taken)}
    return {"messageId": message.id, "receiptHandle": message.id, "attributes": attributes, **message.body}


@dataclass
class Queue:
    """Takes in messages, sometimes twice; what fails for the `most`-th time is dead until it is sent again."""

    name: str
    most: int
    random: Random
    waiting: list[Message] = field(default_factory=list)
    dead: list[Message] = field(default_factory=list)
    sent: int = 0
    died: int = 0

    def send(self, body: Mapping[str, Any], *, calm: bool) -> None:
        """Wait to be taken, twice if chance wants it."""
        copies = 1 if calm or self.random.random() >= TWICE else 2
        for _ in range(copies):
            self.sent += 1
            self.waiting.append(Message(f"{self.name}-{self.sent}", body))

    def take(self, most: int, *, calm: bool) -> list[Message]:
        """Any of the messages. One may be seen again while it is in work, as after its visibility timeout."""
        batch = self.random.sample(self.waiting, min(len(self.waiting), self.random.randint(1, most)))
        for message in batch:
            self.waiting.remove(message)
            message.taken += 1
            if not calm and message.taken < self.most and self.random.random() < SEEN_AGAIN:
                self.waiting.append(Message(message.id, message.body, message.taken))
        return batch

    def give_back(self, failed: Sequence[Message]) -> None:
        """Wait again, or be dead."""
        for message in failed:
            self.died += message.taken >= self.most
            (self.waiting if message.taken < self.most else self.dead).append(message)

    def redrive(self) -> None:
        """Send the dead letters again, as a person does once the fault is gone."""
        for message in self.dead:
            self.waiting.append(Message(message.id, message.body))
        self.dead.clear()
