"""Whether a version's scores can be explained, and whether that is what the charter asks for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from serin.domain.plain_numbers import how_many

Explainability = Literal["none", "approximate", "exact"]
Method = Literal["tree_shap", "saabas", "coefficients"]
"""`tree_shap`: Shapley values of trees, by the shares of what they learnt from (Lundberg et al. 2018); `coefficients`:
those of a line, against the mean row; `saabas`: what each split changes on the row's way, which is no Shapley value."""
EXACT: tuple[Method, ...] = ("tree_shap", "coefficients")


@dataclass(frozen=True)
class Explained:
    """How a version's scores are explained: by which `method`, or `why` not.

    `explains` is what the contributions add up to. Where the charter asks for explanations, `rows` were explained, in
    so many milliseconds of CPU: the median, and the worst.
    """

    method: Method | None = None
    explains: str = ""
    why: str | None = None
    rows: int = 0
    median_ms: float = 0.0
    worst_ms: float = 0.0

    @property
    def exact(self) -> bool:
        """Whether contributions are Shapley values."""
        return self.method in EXACT

    @property
    def sentence(self) -> str:
        """What whoever looks at the version reads."""
        if self.method is None:
            return f"Not explained: {self.why}."
        how = "exactly" if self.exact else "approximately"
        took = f" ({how_many(self.rows, 'row')} took {self.median_ms:.2g} ms of CPU, {self.worst_ms:.2g} at worst)"
        return f"Explained {how}, by {self.method}{took if self.rows else ''}."


def shortfall(asked: Explainability, explained: Explained, budget_ms: float) -> str | None:
    """In what a version is less than the charter asks for; None where it is not.

    The worst row has to be explained within `budget_ms` of CPU: a call that asks for it is one of those that must not
    be slow.
    """
    if asked == "none":
        return None
    if explained.method is None:
        return f"its scores cannot be explained: {explained.why}"
    if asked == "exact" and not explained.exact:
        return f"its scores are explained by {explained.method}, which is approximate: {explained.why}"
    if explained.rows == 0:
        return "there was no row to measure an explanation with"
    if explained.worst_ms > budget_ms:
        return (
            f"the worst of {how_many(explained.rows, 'row')} takes {explained.worst_ms:.1f} ms of CPU to be explained, "
            f"and a call may take {budget_ms:g}"
        )
    return None
