"""What the judge reads of a shadow, counted from its stored pairs and the truth that has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from serin.domain.judgement.release_evidence import SANDBOX_CALLS, Shadow
from serin.domain.judgement.sandboxes import MINIMUM_SANDBOXES
from serin.domain.judgement.shadow_losses import Rules
from serin.domain.shadows import CallMade, Matured, Pair, Side


def shadow_of(pairs: Sequence[Pair], truth: Sequence[Matured], rules: Rules, since: datetime | None) -> Shadow:
    """The counts of the pairs, and the losses of those asked after `since` whose truth has come.

    Without any truth there are no losses: the judge says that it has no data. A row whose features nobody can know any
    more as they were (`changed`) says whether the candidate answers, and nothing of what it would have answered. An
    answer that cannot be true loses nothing that could be counted: it is another answer than the live version's. Where
    that one's cannot be true, it says nothing of the candidate.
    """
    answered = [pair for pair in pairs if pair.candidate.error is None]
    senseless = {pair.prediction_id for pair in answered if not rules.can_be_true(pair.candidate)}
    like = [pair for pair in answered if not pair.candidate.changed and rules.can_be_true(pair.live)]
    sound = [pair for pair in like if pair.prediction_id not in senseless]
    losses: Counter[float] = Counter()
    if since is not None and rules.can_lose:
        losses.update(_losses({pair.prediction_id: pair for pair in sound if pair.at > since}, truth, rules))
    return Shadow(
        len(pairs),
        len(pairs) - len(answered),
        len(like) - len(sound) + sum(rules.differs(pair.live, pair.candidate) for pair in sound),
        losses,
        rules.largest if rules.can_lose else 1.0,
        rules.judged_by,
        len(senseless),
    )


def _losses(pairs: Mapping[str, Pair], truth: Sequence[Matured], rules: Rules) -> list[float]:
    """Of each fact the pair whose truth was stored first: questions about one flight are one piece of evidence."""
    first: dict[tuple[tuple[Any, ...], datetime], float] = {}
    for known in truth:
        pair = pairs.get(known.prediction_id)
        if pair is None or (pair.entity, known.created) in first:
            continue
        # Dust of the last bits would make as many differences as there are pairs.
        first[pair.entity, known.created] = round(rules.loss(pair.live, pair.candidate, known.label), 9)
    return list(first.values())


def longest_failing_run(pairs: Sequence[Pair]) -> int:
    """How many of the shadow's calls the candidate failed one after the other, in the order they were stored.

    A call fails when none of its rows has an answer.
    """
    calls = [list(group) for _, group in groupby(pairs, key=lambda pair: pair.invocation)]
    failed = (all(pair.candidate.error is not None for pair in call) for call in calls)
    return max((len(list(run)) for bad, run in groupby(failed) if bad), default=0)


def latency_is_shown(calls: Sequence[CallMade], side: Side) -> bool:
    """Whether enough sandboxes of the version have had their warm calls; the first of each is taken to be cold."""
    by_sandbox = Counter(call.sandbox for call in calls if call.side == side and call.sandbox is not None)
    full = sum(count > SANDBOX_CALLS for count in by_sandbox.values())
    return full >= MINIMUM_SANDBOXES
