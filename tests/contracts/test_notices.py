"""Notices: people are told what was said, or the caller that they were not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from serin.adapters.memory.world import MemoryNotices
from serin.adapters.notices import LONGEST_SUBJECT, SnsNotices
from serin.domain.errors import Unavailable
from serin.ports import Notices
from tests.contracts.clouds import Aws
from tests.tables import REGION

Heard = Callable[[], list[tuple[str, str]]]


def _topic(cloud: Aws) -> tuple[SnsNotices, Heard]:
    """A topic, and what it took."""
    client = cloud.client("sns")
    topic = client.create_topic(Name=cloud.name("notices"))["TopicArn"]
    sent: list[dict[str, Any]] = []
    client.meta.events.register("provide-client-params.sns.Publish", lambda params, **_: sent.append(params))

    def heard() -> list[tuple[str, str]]:
        assert {found["TopicArn"] for found in sent} == {topic}
        return [(found["Subject"], found["Message"]) for found in sent]

    return SnsNotices(client, topic), heard


@pytest.fixture
def told(where: Aws | None) -> tuple[Notices, Heard]:
    if where is not None:
        return _topic(where)
    notices = MemoryNotices()
    return notices, lambda: notices.sent


def test_people_hear_what_was_said(told: tuple[Notices, Heard]) -> None:
    notices, heard = told
    notices.publish("Version 2 of late-orders is live", "It passed.\nNothing is to be done.")
    assert heard() == [("Version 2 of late-orders is live", "It passed.\nNothing is to be done.")]


def test_a_subject_is_what_a_mail_may_have_and_a_text_shows_all_it_holds(cloud: Aws) -> None:
    notices, heard = _topic(cloud)
    notices.publish("é" * 200 + "\n", "a\u202eb\x1b[2J")
    ((subject, text),) = heard()
    assert subject == "?" * LONGEST_SUBJECT
    assert text == "a\\u202eb\\x1b[2J"


@pytest.fixture
def refusing(where: Aws | None) -> Notices:
    if where is None:
        return MemoryNotices(failures=1)
    return SnsNotices(where.client("sns"), f"arn:aws:sns:{REGION}:123456789012:gone")


def test_a_notice_that_nobody_took_is_not_taken_for_told(refusing: Notices) -> None:
    with pytest.raises(Unavailable, match="Nobody took the notice 'late'"):
        refusing.publish("late", "text")
