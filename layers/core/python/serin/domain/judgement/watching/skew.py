"""Training/serving skew: what an endpoint serves otherwise than its version learnt it, from the first day on."""

from __future__ import annotations

from serin.domain.judgement.watching.verdicts import FeatureVerdict, WindowVerdict

YOUNG = 2
"""So many windows after a version went live a difference is more likely how features are made than the world."""


def skew_of(verdict: WindowVerdict, version: int) -> tuple[str, ...]:
    """A sentence for each feature that is unusual in a window of a young version."""
    unusual = (of for of in verdict.features if of.status in ("SUSPECTED", "DRIFT"))
    return tuple(
        f"{_what(of, version)}, since it went live: either the endpoint makes it otherwise than training does "
        "(skew), or the world changed just then."
        for of in unusual
    )


def _what(of: FeatureVerdict, version: int) -> str:
    tests = {test.statistic: test for test in of.tests if test.side}
    if "missing" in tests:
        usual = tests["missing"].usual
        share = f"{of.missing / max(of.rows, 1):.1%} of the requests, and in {usual:.1%} of the rows"
        return f"{of.feature} is missing in {share} that version {version} learnt from"
    if "new" in tests:
        named = f" ({', '.join(of.unseen)})" if of.unseen else ""
        return f"{of.feature} has values that version {version} has not learnt{named}"
    return f"{of.feature} is distributed otherwise than in the rows that version {version} learnt from"
