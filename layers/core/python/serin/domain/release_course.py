"""Where a release goes next: pure rules over its plan, what was judged and what people asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Next = Literal["publish", "open", "shadow", "shift", "judge", "promote", "bake", "finish", "abandon", "continue", "end"]


@dataclass(frozen=True)
class Course:
    """The step after this one, and in how many seconds.

    `continue` goes on in a new execution, with the step `then`. `end`: nothing is left to do here, since the release
    has ended or waits for another. `round` counts the rounds of one execution. `reason` says why it is abandoned.
    """

    next: Next
    seconds: int = 0
    round: int = 0
    reason: str = ""
    then: Next = "judge"
