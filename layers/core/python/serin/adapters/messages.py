"""Messages of an SQS queue, while somebody works on them."""

from __future__ import annotations

from typing import Any

from serin.domain.errors import Unavailable


class SqsMessages:
    """One queue, by its URL."""

    def __init__(self, client: Any, queue_url: str) -> None:
        self._client = client
        self._queue_url = queue_url

    def hide(self, receipt: str, seconds: int) -> None:
        """Lambda leaves a failed message as it is, so what is said here counts after the call too.

        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibility.html
        """
        from botocore.exceptions import BotoCoreError, ClientError

        asked = {"QueueUrl": self._queue_url, "ReceiptHandle": receipt, "VisibilityTimeout": seconds}
        try:
            self._client.change_message_visibility(**asked)
        except (BotoCoreError, ClientError) as error:
            raise Unavailable(
                f"The queue did not hide the message for {seconds} s: {error}.", "It comes again by itself, later."
            ) from error
