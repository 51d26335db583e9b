"""What is handed from one service to another, and what a service says of taking it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal


@dataclass(frozen=True)
class Message:
    """A text for the resource with this ARN, and what some kinds of targets want to know beside it."""

    arn: str
    text: str
    event: Mapping[str, Any] | None = None
    """The event the text was made from; a bus takes the event itself."""
    settings: Mapping[str, Any] = field(default_factory=dict)
    """The sender's settings of the target, named as EventBridge names them."""
    subject: str | None = None
    attributes: Mapping[str, tuple[str, str]] = field(default_factory=dict)
    """Type and value by name, where the target keeps attributes of a message."""


@dataclass(frozen=True)
class Target:
    """How resources of one service take messages.

    `action` is what IAM calls it. `role` says whether the sender needs a role for it, because the resource has no
    policy that could let a service in. Only ARNs whose last part begins with `resource` are meant.
    """

    action: str
    deliver: Callable[[Message], None]
    role: Literal["never", "may", "must"] = "never"
    resource: str = ""


def service_of(arn: str) -> str:
    """The service in an ARN; empty when it is none."""
    parts = arn.split(":", 5)
    return parts[2] if len(parts) > 5 else ""
