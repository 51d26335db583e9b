"""What decisions bring: a model may be let in for its score only if acting on it is worth it."""

from __future__ import annotations

from collections.abc import Iterator

from serin.domain.judgement.bounds import uncertain
from serin.domain.judgement.evidence import Evidence, Sample
from serin.domain.judgement.policy import Requirements, ValuePolicy
from serin.domain.judgement.requirements import at_least
from serin.domain.judgement.verdicts import Check, Verdict

OVER_TRIVIAL, AGAINST_CHAMPION = "value over the best trivial policy", "value against the champion"
TWO_VALUES = (
    "Two different numbers are called value. A check of the gate is a difference, from the best of never and always "
    "acting or from the champion, at the share of positives of all labelled rows, with a bound on one side that the "
    "gate goes by. What decisions brought is a sum, on the judging rows with their own share of positives, with an "
    "interval on both sides; live windows are told so too."
)
"""Said wherever one of them stands, so that nobody holds one against the other."""


def value_checks(evidence: Evidence, asked: Requirements) -> Iterator[Check]:
    """A first release's value over the best trivial policy; a later one's against the champion's."""
    if asked.value is None:
        return
    unit, alpha = per_1000(asked.value), asked.gate.alpha
    if evidence.over_champion is None:
        sample = None if evidence.value is None else evidence.value.over_trivial
        yield at_least(OVER_TRIVIAL, sample, asked.value.minimum_per_1000, alpha, unit)
        return
    lost = None if evidence.value is None else evidence.value.over_champion
    yield _no_loss(lost, asked.value_margin, alpha, unit)


def values_of(verdict: Verdict) -> tuple[Check, ...]:
    """The checks of a verdict that are about value, as far as the rows could show them."""
    return tuple(
        one for one in verdict.checks if one.name in (OVER_TRIVIAL, AGAINST_CHAMPION) and one.estimate is not None
    )


def per_1000(value: ValuePolicy) -> str:
    """The unit that values are told in."""
    return f"{value.unit} per 1,000 predictions"


def _more(value: float) -> str:
    return f"{abs(value):,.0f} {'more' if value >= 0 else 'less'}"


def _no_loss(sample: Sample | None, margin: float, alpha: float, unit: str) -> Check:
    """Fails when value is lost for sure, or seems to be lost by more than the margin."""
    name = AGAINST_CHAMPION
    gain = None if sample is None else uncertain(sample)
    if gain is None:
        return Check(name, "inconclusive", f"{name}: these rows cannot show it", unit, -margin)
    upper = gain.upper(alpha)
    lost = upper < 0 or gain.estimate < -margin
    told = f"{name}: {_more(gain.estimate)} {unit}, at best {_more(upper)}"
    rule = f"it fails where it is less by more than {margin:,.0f}, or less even at best"
    shown = f"{told}, {rule}: {'it does' if lost else 'it does not'}"
    return Check(name, "fail" if lost else "pass", shown, unit, -margin, gain.estimate, upper)
