"""SNS."""

from __future__ import annotations

from infra.local.services.service import Service
from infra.local.services.sns.deliveries import TOPIC
from infra.local.services.sns.permissions import permissions
from infra.local.services.sns.policies import policy_of
from infra.local.services.sns.subscriptions import Subscription, TopicPolicy
from infra.local.services.sns.topics import Topic

SERVICE = Service(
    "sns",
    types=(Subscription, Topic, TopicPolicy),
    patches=("infra.local.services.sns.patches",),
    permissions=permissions,
    policy_of=policy_of,
    binds_the_administrator=True,
    delivers=TOPIC,
)
