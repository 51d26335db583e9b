"""Evidence for tests: a number a block around a mean, and what a charter asks."""

from __future__ import annotations

from typing import Any

from serin.domain.judgement.evidence import Evidence, Sample, SliceEvidence, ValueEvidence
from serin.domain.judgement.policy import GatePolicy, Matrix, Requirements, SliceMargin, ValuePolicy

USD = ValuePolicy("USD", Matrix(40, -20, 0, 0), 500)
BY_SHOP = {"shop": SliceMargin("log_loss", 0.03)}


def a_sample(mean: float, spread: float = 0.01, blocks: int = 14, **parts: Any) -> Sample:
    """Numbers that lie in turn a spread above and below the mean; an odd last one lies on it."""
    signs = [1 if block % 2 else -1 for block in range(blocks - blocks % 2)] + [0] * (blocks % 2)
    return Sample([mean + sign * spread for sign in signs], blocks * 900, **parts)


def a_slice(value: str, gain: float, spread: float = 0.01, blocks: int = 14) -> SliceEvidence:
    return SliceEvidence("shop", value, "log_loss", a_sample(gain, spread, blocks))


def a_value(first: float, change: float | None = None, spread: float = 50.0) -> ValueEvidence:
    over = None if change is None else a_sample(change, spread)
    return ValueEvidence(0.4, "never", a_sample(first, spread), over)


def an_evidence(gain: float | None = 0.01, **parts: Any) -> Evidence:
    """A challenger with an AUC of .72 and a clear gain over the trivial answer; `gain` is over version 4."""
    over = None if gain is None else a_sample(gain)
    given: dict[str, Any] = {
        "metrics": {"roc_auc": a_sample(0.72), "log_loss": a_sample(0.45)},
        "over_trivial": a_sample(0.05),
        "over_champion": over,
        "champion_version": None if gain is None else 4,
    }
    return Evidence(**{**given, **parts})


def asked(**parts: Any) -> Requirements:
    given: dict[str, Any] = {"gate": GatePolicy("log_loss", minimum_gain=0.0005), "floors": {"roc_auc": 0.68}}
    return Requirements(**{**given, **parts})
