"""What may be observed of a live model, for tests of what follows from it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from serin.domain.judgement.retraining.facts import Attempt, Facts, Outcome
from serin.domain.judgement.watching.performance import Performance

NOW = datetime(2013, 6, 1, tzinfo=UTC)
DAY = timedelta(days=1)
LOSS = Performance("log_loss", "LOSS", "log_loss is 0.48, it was 0.44: worse by at least 0.02.", loss=0.04, bound=0.02)
NO_LOSS = Performance("log_loss", "NO_LOSS_SEEN", "log_loss is 0.44, it was 0.44.", loss=0.001, bound=-0.01)


def an_attempt(days_ago: float, outcome: Outcome = "rejected") -> Attempt:
    return Attempt(NOW - days_ago * DAY, outcome)


def observed(**parts: Any) -> Facts:
    """A version that learnt up to 20 days ago and has been live for 40; nothing else is known."""
    return Facts(**{"now": NOW, "learnt_until": NOW - 20 * DAY, "live_since": NOW - 40 * DAY, **parts})
