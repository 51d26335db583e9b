"""What people are told of a model that is watched: what happened, its numbers, and what there is to do."""

from __future__ import annotations

import shlex
from collections.abc import Sequence

from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching.episodes import Advanced, Episode
from serin.domain.plain_numbers import how_many
from serin.domain.watched import Outgoing, WindowReport

_COMMAND = "./scripts/serin"
_NAMED = 10
Detail = dict[str, str | int]


def of_drift(moved: Advanced, report: WindowReport) -> Outgoing:
    """One notice for all that a window opened."""
    window, names = report.window, [episode.feature for episode in moved.opened]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    lines = [f"{window.model}, version {window.version}.", moved.notice or "", window.words, *report.skew[:_NAMED]]
    lines += _what_to_do(window.model, names[0])
    detail: Detail = {"model": window.model, "window": f"{window.end:%Y-%m-%d}", "episodes": len(names)}
    subject = f"Drift of {window.model}: {', '.join(names[:_NAMED])}{more}"
    return Outgoing(subject, _text(lines), "Drift Detected", detail)


def of_loss(opened: Sequence[Episode], report: WindowReport) -> Outgoing:
    """The model has become worse."""
    window, seen = report.window, report.window.truth
    lines = [f"Between {window.begin:%Y-%m-%d} and {window.end:%Y-%m-%d}, version {window.version} of {window.model}:"]
    lines += [episode.sentence for episode in opened]
    if seen is not None:
        by_callers = seen.labelled - seen.of_dataset
        lines.append(
            f"The truth about {seen.labelled:,} of {how_many(seen.asked, 'prediction')} is known, "
            f"{by_callers:,} of them by the word of callers."
        )
    lines += [window.words, *_what_to_do(window.model, opened[0].feature)]
    detail: Detail = {"model": window.model, "window": f"{window.end:%Y-%m-%d}", "version": window.version or 0}
    return Outgoing(
        f"Version {window.version} of {window.model} is worse", _text(lines), "Performance Degraded", detail
    )


def of_estimate(opened: Sequence[Episode], report: WindowReport) -> Outgoing:
    """The model is likely to be worse; only truth can tell, and nothing is trained for it."""
    window = report.window
    lines = [f"Between {window.begin:%Y-%m-%d} and {window.end:%Y-%m-%d}, version {window.version} of {window.model}:"]
    lines += [*(episode.sentence for episode in opened), *_what_to_do(window.model, opened[0].feature)]
    return Outgoing(f"Version {window.version} of {window.model} is likely to be worse", _text(lines))


def of_decision(decision: Decision, model: str) -> Outgoing:
    """A training that begins by itself, or that somebody is asked to start."""
    if decision.action == "train":
        subject, then = f"A training of {model} begins ({decision.cause})", f"Follow it: {_COMMAND} runs {model}"
    else:
        subject, then = f"A training of {model} is proposed ({decision.cause})", f"Start it: {_COMMAND} train {model}"
    return Outgoing(subject, _text([decision.sentence, then, f"See why: {_COMMAND} watch {model}"]))


def _what_to_do(model: str, feature: str) -> list[str]:
    return [
        f"See all numbers: {_COMMAND} watch {model}",
        f"To say that somebody is at it: {_COMMAND} watch {model} --acknowledge {shlex.quote(feature)}",
    ]


def _text(lines: Sequence[str]) -> str:
    return "\n".join(line for line in lines if line) + "\n"
