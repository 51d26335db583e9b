"""Where a model was fitted, where that was not in a function."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class FittedOn:
    """Where a model was fitted, for how many seconds that are paid for, and how often it had to begin anew.

    Its `rows` were fitted in so many `shards`, where there were several.
    """

    machine: str
    spot: bool
    seconds: int
    usd: float
    interruptions: int = 0
    shards: int = 1
    rows: int = 0

    def sentence(self) -> str:
        """As a card has it."""
        spot = " (spot)" if self.spot else ""
        times = "once" if self.interruptions == 1 else f"{self.interruptions} times"
        again = f" AWS took the machine back {times}, and it began anew." if self.interruptions else ""
        took = f"{self.seconds:,} s, for ${self.usd:,.4f}"
        shards = f"on {self.shards} shards of {self.rows:,} rows, whose trees are one model, "
        each = shards if self.shards > 1 else ""
        return f"Fitted {each}by a training job on {self.machine}{spot} in {took}.{again}"
