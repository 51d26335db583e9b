"""By what a version is served: its compiled model, where that was proven, or scikit-learn, and then why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from serin.domain.explainability import Explained

Runtime = Literal["compiled", "scikit-learn"]
RUNTIMES: tuple[Runtime, ...] = ("compiled", "scikit-learn")


@dataclass(frozen=True)
class Parity:
    """How far a compiled model and its pipeline agree.

    `rows` were given and `edges` made of them; `splits` of trees were tried on both sides, of `all_splits` by a number.
    `refused` rows have no score in either. `worst` is the largest difference of two scores, relative to scores above
    one. The others count rows that differ.
    """

    rows: int
    edges: int
    trees: int
    splits: int
    all_splits: int
    refused: int
    worst: float
    scores: int
    labels: int
    leaves: int
    refusals: int

    @property
    def is_proven(self) -> bool:
        """Whether nothing differs: scores to 1e-9; labels, leaves and refusals at all."""
        return not (self.scores or self.labels or self.leaves or self.refusals)


@dataclass(frozen=True)
class Compilation:
    """What became of compiling a fitted pipeline.

    `sha256` is the digest of the compiled file, None where there is none that may serve; `reason` then says why not.
    `parity` is what the proof saw, None of what could not be compiled; `explained` is how the scores of what is served
    compiled are told apart, None of versions that were registered before they could be.
    """

    sha256: str | None = None
    parity: Parity | None = None
    reason: str | None = None
    explained: Explained | None = None

    @property
    def repeatable(self) -> Compilation:
        """The same without what a clock has said: equal fits are packed as equal bytes."""
        told = self.explained
        return replace(self, explained=told and replace(told, rows=0, median_ms=0.0, worst_ms=0.0))

    @property
    def runtime(self) -> Runtime:
        """By what a version of it is served."""
        return "scikit-learn" if self.sha256 is None else "compiled"

    @property
    def explanation(self) -> Explained:
        """How its scores are explained, or why they are not."""
        if self.sha256 is None:
            return Explained(why=f"it is served by scikit-learn: {self.reason}")
        return self.explained or Explained(why="it was registered before scores were explained")

    @property
    def sentence(self) -> str:
        """What whoever looks at the version reads."""
        if self.sha256 is None or self.parity is None:
            return f"Served by scikit-learn: {self.reason}."
        asked = self.parity
        told_apart = "" if self.explained is None else f" {self.explained.sentence}"
        return (
            f"Served compiled: {asked.rows:,} rows and {asked.edges:,} edge rows are answered as by scikit-learn "
            f"(worst difference {asked.worst:.1e}; {asked.splits:,} of {asked.all_splits:,} splits tried).{told_apart}"
        )
