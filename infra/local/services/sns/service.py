"""SNS."""

from __future__ import annotations

from infra.local.iam.requests import messaging
from infra.local.services.service import Service
from infra.local.services.sns.deliveries import TOPIC
from infra.local.services.sns.policies import policy_of
from infra.local.services.sns.subscriptions import Subscription, TopicPolicy
from infra.local.services.sns.topics import Topic

SERVICE = Service(
    "sns",
    types=(Subscription, Topic, TopicPolicy),
    patches=("infra.local.services.sns.patches",),
    permissions=messaging.sns,
    policy_of=policy_of,
    delivers=TOPIC,
)
