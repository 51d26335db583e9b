"""A function version that holds the model, and the golden rows it must answer."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

from serin.domain.errors import Conflict, Invalid, Unavailable
from serin.domain.models import Published, check_own
from serin.domain.plain_numbers import how_many
from serin.domain.release_course import Course
from serin.domain.releases import Release
from serin.services.release.context import ReleaseContext

_DEPLOY_S = 30
_DEPLOYS = 120


def publish(context: ReleaseContext, round: int) -> Course:
    """Publish the version with the code that is deployed. A rollback takes the one that was live, as it was.

    A deploy that is under way is waited for, an hour at most: then Unavailable.
    """
    release = context.running()
    if release is None:
        return Course("end")
    known = context.catalog.published(context.model, release.version)
    if release.cause == "rollback" and known and _is_there(context, known):
        context.note("publish", f"Lambda version {known.function_version}, as it was live before")
        return Course("golden")
    if context.endpoint.is_being_deployed(context.model):
        return _after_the_deploy(context, round)
    version = context.catalog.version(context.model, release.version)
    check_own(context.model, version.layer, version.estimator)
    published = context.endpoint.publish(version, known)
    # A deploy that began meanwhile may have given it new code and old layers.
    if context.endpoint.is_being_deployed(context.model):
        return _after_the_deploy(context, round)
    context.catalog.save_published(published)
    context.note("publish", f"Lambda version {published.function_version}")
    return Course("golden")


def _after_the_deploy(context: ReleaseContext, round: int) -> Course:
    if round >= _DEPLOYS:
        message = f"A deploy of {context.model} has been under way for {how_many(round * _DEPLOY_S // 60, 'minute')}."
        raise Unavailable(message, "See that its stack comes to an end, then start the release again.")
    if round == 0:
        context.note("publish", "a deploy is under way; waits for its end")
    return Course("publish", _DEPLOY_S, round + 1)


def golden(context: ReleaseContext, rows: Sequence[Mapping[str, Any]]) -> Course:
    """Ask the function version the charter's golden rows; Invalid when an answer is not as expected."""
    release = context.running()
    if release is None:
        return Course("end")
    published = published_of(context, release)
    answer = context.endpoint.ask(context.model, published.function_version, [golden["instance"] for golden in rows])
    if answer.status != 200:
        said: Any = answer.body.get("error", {})
        found = f"The golden rows were answered with {answer.status}: {said.get('message', answer.body)}"
        raise Unavailable(found, said.get("remedy", "Read its log."))
    predictions: Any = answer.body["predictions"]
    wrong = [
        fault
        for number, (golden, found) in enumerate(zip(rows, predictions, strict=True), start=1)
        if (fault := golden_fault(number, golden.get("expect", {}), found))
    ]
    if wrong:
        raise Invalid("; ".join(wrong) + ".", "Correct the model, or the expectation in its golden file.")
    context.note("golden", f"{len(rows)} golden rows answered as expected")
    return Course("open")


def published_of(context: ReleaseContext, release: Release) -> Published:
    """The function version that holds the release's model; Conflict before there is one."""
    published = context.catalog.published(context.model, release.version)
    if published is None:
        raise Conflict(f"Version {release.version} is not published.", "Start the release again.")
    return published


def _is_there(context: ReleaseContext, known: Published) -> bool:
    return known.function_version in context.endpoint.function_versions(context.model)


def golden_fault(number: int, expect: Mapping[str, Any], prediction: Mapping[str, Any]) -> str | None:
    """What is wrong with the answer to golden row `number`, or None.

    `expect` may name a `label`, the `positive` class, a `probability` band or a `value` band, each
    [low, high] inclusive.
    """
    if error := prediction.get("error"):
        return f"golden row {number}: {error['message'].rstrip('.')}"
    for name in ("probability", "value"):
        answered = prediction.get(name)
        if answered is None and name in expect:
            return f"golden row {number}: no {name} was answered"
        if answered is None:
            continue
        low, high = expect.get(name, (-math.inf, math.inf))
        if not (math.isfinite(answered) and low <= answered <= high):
            return f"golden row {number}: {name} {answered:.4f} is not within {low:g} and {high:g}"
    for name in ("label", "positive"):
        if name in expect and prediction.get(name) != expect[name]:
            return f"golden row {number}: {name} {prediction.get(name)!r}, expected {expect[name]!r}"
    return None
