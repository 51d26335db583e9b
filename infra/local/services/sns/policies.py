"""The policy of a topic."""

from __future__ import annotations

from moto.sns.models import sns_backends

from infra.local.wiring import ACCOUNT


def policy_of(region: str, name: str) -> tuple[str, str] | None:
    """The topic's."""
    topic = sns_backends[ACCOUNT][region].topics.get(f"arn:aws:sns:{region}:{ACCOUNT}:{name}")
    return None if topic is None else (name, topic.policy)
