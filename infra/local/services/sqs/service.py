"""SQS."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.sqs.deliveries import QUEUE
from infra.local.services.sqs.due_messages import DueMessages
from infra.local.services.sqs.keeping import KEEPING
from infra.local.services.sqs.move_tasks import MovingMessages
from infra.local.services.sqs.permissions import permissions
from infra.local.services.sqs.policies import policy_of
from infra.local.services.sqs.resources import Queue, QueuePolicy

SERVICE = Service(
    "sqs",
    types=(Queue, QueuePolicy),
    patches=tuple(f"infra.local.services.sqs.{name}" for name in ("patches", "limits", "move_patches")),
    permissions=permissions,
    policy_of=policy_of,
    binds_the_administrator=True,
    delivers=QUEUE,
    timers=lambda region, clock: (DueMessages(region, clock), MovingMessages(region, clock)),
    frozen=KEEPING,
)
