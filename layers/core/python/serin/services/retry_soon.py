"""A queue's message that could not be worked on: its next try is not left to the queue, which waits for the slowest."""

from __future__ import annotations

from serin.domain.retries import retry_after_s
from serin.ports import Messages


def retry_soon(receipt: str, tries: int, *, messages: Messages) -> None:
    """Let a message that failed for the `tries`-th time come again when it is time; raises Unavailable.

    A message left alone comes when the queue shows it again, and in the end it is dead, as ever.
    """
    wait_s = retry_after_s(tries)
    if wait_s is not None:
        messages.hide(receipt, wait_s)
