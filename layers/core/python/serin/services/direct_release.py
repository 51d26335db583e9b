"""What a person wishes of a release that is under way: to hold it, to go on with it, or to take it back."""

from __future__ import annotations

from serin.domain.errors import Conflict
from serin.domain.events import Event
from serin.domain.judgement.looks import next_look
from serin.domain.release_record import Directive, Wish
from serin.domain.releases import ABORTED_BY, Release
from serin.ports import Catalog, Clock, Control, Events


def direct_release(
    asked: Wish,
    release: Release,
    by: str,
    correlation: str,
    *,
    catalog: Catalog,
    control: Control,
    events: Events,
    clock: Clock,
) -> Directive:
    """Remember the wish, which the release's next look follows; an abort is followed at once. Twice is once.

    Conflict, with what to do instead, when the release has ended, when it waits for another and shall be held or gone
    on with, and when nothing is planned that could still decide it.
    """
    known = control.directive(release.model)
    if known is not None and (known.release, known.wish) == (release.id, asked):
        directive = known
    else:
        _refuse(asked, release, known, catalog)
        directive = Directive(release.model, release.id, asked, by, clock.now())
        # Of the model's releases one runs: what is wished of another one must not speak over it.
        if release.status != "waiting":
            control.save_directive(directive)
    if asked == "abort" and release.is_open:
        detail = {"model": release.model, "release": release.id, "reason": f"{ABORTED_BY}{directive.by}."}
        events.publish(Event("Release Abort Wanted", detail, correlation))
    return directive


def _refuse(asked: Wish, release: Release, known: Directive | None, catalog: Catalog) -> None:
    about = f"The release {release.id} of {release.model}"
    if not release.is_open:
        back = "To put the version before back: `release rollback`." if release.status == "live" else ""
        raise Conflict(f"{about} has ended: {release.status}.", back or "To try again: `release start`.")
    if asked == "abort":
        return
    if release.status == "waiting":
        raise Conflict(f"{about} waits until another has ended.", "Direct that one, or abort this one.")
    plan = catalog.plan(release.model, release.id)
    if asked == "hold" and plan is not None and (plan.previous is None or plan.policy.strategy == "basic"):
        raise Conflict(f"{about} moves all calls at once, so there is nothing to hold.", "Abort it, or let it end.")
    is_held = release.status == "held" or (known is not None and (known.release, known.wish) == (release.id, "hold"))
    if asked == "resume" and not is_held:
        raise Conflict(f"{about} is not held.", "Nothing to do: it goes on by itself.")
    if asked == "resume":
        _refuse_without_a_look(about, release, catalog)


def _refuse_without_a_look(about: str, release: Release, catalog: Catalog) -> None:
    plan, last = catalog.plan(release.model, release.id), catalog.last_judged(release.model, release.id)
    if plan is None or last is None or last.phase == "bake":
        return
    if next_look(last.looked_at, plan.policy) is None:
        raise Conflict(
            f"{about} has had its last planned look, at {last.looked_at:,}: more calls can no longer pass it.",
            "Abort it; then release it again, or with another release.margins.error_rate.",
        )
