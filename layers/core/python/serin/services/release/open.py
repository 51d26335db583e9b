"""What the release goes by from here on: which versions, what weights, and what was wrong before it began."""

from __future__ import annotations

from datetime import timedelta

from serin.domain.errors import Conflict, Unavailable
from serin.domain.judgement.release_policy import ReleasePolicy
from serin.domain.plain_numbers import how_many
from serin.domain.release_alias import Split, split_of
from serin.domain.release_course import Course, basic, compares, planned_weights, why_nothing_is_compared
from serin.domain.release_record import Judged, ReleasePlan
from serin.domain.releases import Release
from serin.services.release.asking import consent
from serin.services.release.context import JudgedRelease
from serin.services.release.publish import published_of
from serin.services.release.traffic import calls_of_last_day

_WARMING_S = 30
_WARMINGS = 120
_BEFORE = timedelta(hours=1)


def open_release(context: JudgedRelease, round: int) -> Course:
    """Keep as much of the candidate warm as of what serves, and fix the plan; then shadow, or promote at once.

    Without another version nothing can be compared: golden rows have been answered, and the verdict says so.
    """
    release = context.running()
    if release is None:
        return Course("end")
    if context.catalog.plan(context.model, context.id) is None:
        waits = consent(context, release)
        if waits is not None:
            return waits
    context.mark(release, "running")
    candidate = published_of(context, release).function_version
    serving = _serving(context, release)
    # On the version, and before it has a share: an alias with weights takes no provisioned concurrency.
    if serving is not None and not context.endpoint.provision_like(context.model, candidate, serving):
        if round >= _WARMINGS:
            message = f"Function version {candidate} is not warm after {how_many(round * _WARMING_S // 60, 'minute')}."
            raise Unavailable(message, "Look at the account's concurrency, then start the release again.")
        return Course("open", _WARMING_S, round + 1)
    plan = context.catalog.save_plan(_plan(context, release, candidate, serving))
    before = "nothing" if release.previous is None else f"version {release.previous}"
    context.tell("begun", release, f"Version {release.version} is being released; live is {before}.")
    if compares(plan):
        shares = ", ".join(f"{weight} %" for weight in plan.weights) or "none"
        context.note("open", f"Lambda version {candidate} beside {serving}; shares of traffic: {shares}")
        return Course("shadow")
    because = why_nothing_is_compared(plan)
    context.catalog.add_judged(context.model, _not_compared(context, because))
    context.note("open", f"nothing is compared: {because}")
    return Course("promote")


def _serving(context: JudgedRelease, release: Release) -> str | None:
    """What serves, as it went live; Conflict for an alias that somebody has changed since the release began.

    Otherwise a stranger's version would become what this release is compared with, and put back to.
    """
    plan, live = context.catalog.plan(context.model, context.id), context.control.live(context.model)
    if plan is not None or release.previous is None or live is None:
        return plan.previous if plan is not None else None
    alias = context.endpoint.alias(context.model)
    if split_of(alias.function_version, alias.weights) != Split(live.function_version):
        message = f"The alias of {context.model} was changed while version {release.version} was being released."
        raise Conflict(message, "Look who changed it, then start the release again.")
    return live.function_version


def _plan(context: JudgedRelease, release: Release, candidate: str, serving: str | None) -> ReleasePlan:
    now, model = context.clock.now(), context.model
    policy: ReleasePolicy = basic(context.policy) if release.cause == "rollback" else context.policy
    watched = policy.strategy != "basic" or bool(policy.bake)
    alarms = context.metrics.alarms(model) if watched else ()
    throttles = context.metrics.sums(model, "Throttles", None, now - _BEFORE, now) if watched else 0
    return ReleasePlan(
        model=model,
        release=release.id,
        version=release.version,
        function_version=candidate,
        previous=serving,
        policy=policy,
        weights=planned_weights(policy, calls_of_last_day(context) if policy.strategy == "canary" else None),
        latency_ms=context.latency_ms,
        began=now,
        learnt_until=context.catalog.version(model, release.version).learnt_until,
        alarms=tuple(alarm.name for alarm in alarms if alarm.state != "OK"),
        throttles=throttles,
    )


def _not_compared(context: JudgedRelease, because: str) -> Judged:
    sentence = f"Nothing was compared, since {because}; the golden rows were answered as expected."
    return Judged(context.id, 1, context.clock.now(), "canary", 0, "not_compared", sentence, (), 0.0, 0.0)
