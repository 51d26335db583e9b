"""How the gate's checks say a change and what came of it: number, bound, rule, outcome."""

from __future__ import annotations

from serin.domain.judgement.verdicts import Outcome


def better(gain: float) -> str:
    """A gain as a person reads it, whatever direction its metric has: `0.03 better`, `0.03 worse`."""
    return f"{abs(gain):.4g} {'better' if gain > 0 else 'worse'}" if gain else "no better"


def came(outcome: Outcome) -> str:
    """What came of a check."""
    return {"pass": "it is", "fail": "it is not"}.get(outcome, "these rows cannot show it")


def confidence(alpha: float) -> str:
    """How sure a bound at this error rate is, never rounded up to certainty: `95%`, `99.79%`."""
    return f"{100 - float(f'{100 * alpha:.2g}'):.10g}%"
