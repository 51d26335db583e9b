"""Notices on an SNS topic; who gets them is the topic's own list of subscriptions."""

from __future__ import annotations

from typing import Any

from serin.domain.errors import Unavailable
from serin.domain.printable import printable, visible

# https://docs.aws.amazon.com/sns/latest/api/API_Publish.html: fewer than 100 signs of ASCII; 256 KiB of text.
LONGEST_SUBJECT = 99
LONGEST_TEXT = 60_000


class SnsNotices:
    """One topic of a stage. A text may repeat what a model's code has said, so nothing unseen is sent on."""

    def __init__(self, client: Any, topic: str) -> None:
        self._client = client
        self._topic = topic

    def publish(self, subject: str, text: str) -> None:
        from botocore.exceptions import BotoCoreError, ClientError

        shown = printable(subject, LONGEST_SUBJECT).encode("ascii", "replace").decode()[:LONGEST_SUBJECT]
        try:
            self._client.publish(TopicArn=self._topic, Subject=shown, Message=visible(text[:LONGEST_TEXT]))
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(f"Nobody took the notice {shown!r}: {error}.", "Try again.") from error
