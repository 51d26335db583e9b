"""No value of a named column may pay for the gain of the others."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from serin.domain.judgement.bounds import Uncertain, uncertain
from serin.domain.judgement.evidence import Evidence, SliceEvidence
from serin.domain.judgement.policy import Requirements, SliceMargin
from serin.domain.judgement.sentences import better
from serin.domain.judgement.verdicts import Check

Measured = tuple[SliceEvidence, Uncertain]


def slice_checks(evidence: Evidence, asked: Requirements) -> Iterator[Check]:
    """One check for each named column, about its worst value."""
    for column, margin in asked.slices.items():
        slices = [one for one in evidence.slices if one.column == column]
        yield _column(column, margin, slices, asked.gate.alpha)


def _column(column: str, margin: SliceMargin, slices: Sequence[SliceEvidence], alpha: float) -> Check:
    """Fails when some value is worse by more than the margin, and is worse for sure.

    A slice of a few rows is often worse by chance: what its rows cannot show does not stop a release. `alpha` is
    shared by the values (Bonferroni), since any one of them stops it.
    """
    name, floor = f"slices of {column}", -margin.margin
    measured = [(one, sure) for one in slices if (sure := uncertain(one.gain)) is not None]
    if not measured:
        return Check(name, "inconclusive", f"{name}: no value has rows in two blocks", margin.metric, floor)
    share = alpha / len(measured)
    worse = [pair for pair in measured if pair[1].estimate < floor and pair[1].upper(share) < 0]
    shown, sure = min(worse or measured, key=lambda pair: pair[1].estimate)
    told = f"{name}: {shown.value} is {better(sure.estimate)} in {margin.metric}, at best {better(sure.upper(share))}"
    rule = f"a value fails where it is worse by more than {margin.margin:g}, and worse even at best"
    reason = f"{told}, {rule}: {'it does' if worse else 'none does'}"
    return Check(name, "fail" if worse else "pass", reason, margin.metric, floor, sure.estimate, sure.upper(share))
