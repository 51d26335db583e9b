"""What must be true of a model's releases once a schedule is at rest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from benches.schedules.broken import Broken
from benches.schedules.releases.world import MODEL, World
from serin.domain.release_alias import Split
from serin.domain.releases import Release

ENDS = {"live", "rolled_back", "failed"}


def broken_facts(world: World, *, disturbed: bool) -> list[Broken]:
    """All that does not hold; where nothing was `disturbed` everything is said once."""
    broken = [*_alias(world), *_pointer(world), *_waiting(world, disturbed=disturbed)]
    for release in world.catalog.releases(MODEL):
        broken += [*_record(world, release), *_verdict(world, release), *_said(world, release, disturbed=disturbed)]
        broken += _audit(world, release)
    return broken


def _alias(world: World) -> Iterator[Broken]:
    """It leads to what is live, whole; or it is as somebody has made it, and that is said."""
    live, now = world.control.live(MODEL), world.alias
    for split in world.overwritten:
        yield Broken("alias", f"somebody had made it {split}, and a release moved it")
    if now == Split(live.function_version if live else "1"):
        if now.function_version not in world.endpoint.function_versions(MODEL):
            yield Broken("alias", f"it leads to function version {now.function_version}, which is deleted")
        return
    if world.hand is None:
        yield Broken("alias", f"it is {now}, live is {live}")
    elif now != world.hand:
        yield Broken("alias", f"somebody made it {world.hand}, and it is {now}")
    elif live is None and not now.candidate:
        return  # Before anything is live, whatever serves whole is what the first release finds.
    elif world.reconciled != "changed by somebody else":
        yield Broken("alias", f"somebody made it {now}, and the reconciler says {world.reconciled!r}")


def _pointer(world: World) -> Iterator[Broken]:
    """What is live is what the newest release says that went live, with the function version it was planned with."""
    live = world.control.live(MODEL)
    ended = [release for release in world.catalog.releases(MODEL) if release.status == "live"]
    if live is None:
        if ended:
            yield Broken("pointer", f"nothing is live, and {[release.id for release in ended]} say they are")
        return
    newest = max(ended, key=lambda release: release.epoch, default=None)
    if newest is None or (newest.id, newest.version, newest.epoch) != (live.release, live.version, live.epoch):
        yield Broken("pointer", f"live is {live}, the newest release that went live is {newest}")
    plan = world.catalog.plan(MODEL, live.release)
    if plan is None or plan.function_version != live.function_version:
        yield Broken("pointer", f"live is {live}, planned was {plan}")


def _waiting(world: World, *, disturbed: bool) -> Iterator[Broken]:
    """Nobody has the lease, nobody waits, and no execution is there of a release that nobody knows the end of."""
    lease = world.control.lease(MODEL)
    if lease is not None and lease.until > world.clock.now():
        yield Broken("lease", f"{lease.holder!r} has it until {lease.until}")
    saved = [world.catalog.published(MODEL, release.version) for release in world.catalog.releases(MODEL)]
    for number in {one.function_version for one in saved if one is not None} & set(world.endpoint.torn):
        yield Broken("deploy", f"function version {number} was published while a deploy was under way")
    for release_id in [] if disturbed else world.kept:
        yield Broken("lease", f"{release_id} said that it has ended, and had its lease still")
    for parked in world.control.parked(MODEL):
        yield Broken("parked", f"{parked} waits still")
    known = {release.id for release in world.catalog.releases(MODEL)}
    for execution in world.executions.values():
        if execution.given["release"] not in known and execution.status == "SUCCEEDED":
            yield Broken("record", f"{execution.name} has ended well, and nobody knows its release")


def _record(world: World, release: Release) -> Iterator[Broken]:
    """It has ended; as live exactly if the pointer was moved to it."""
    if release.is_open:
        yield Broken("record", f"{release} has not ended")
    if (release.status == "live") != (release.id in world.control.went_live):
        yield Broken("record", f"{release.id} is {release.status}, the pointer was moved to {world.control.went_live}")
    if release.status == "live" and 100 not in [shift.weight for shift in world.catalog.shifts(MODEL, release.id)]:
        yield Broken("record", f"{release.id} is live, and never had all traffic")


def _verdict(world: World, release: Release) -> Iterator[Broken]:
    """What was judged at last was obeyed."""
    final = [one for one in world.catalog.judged(MODEL, release.id) if one.outcome in ("fail", "invalid")]
    if final and release.status == "live":
        yield Broken("verdict", f"{release.id} is live, and was judged {final[0].outcome}: {final[0].sentence}")
    if release.id in world.unjudged:
        yield Broken("verdict", f"{release.id} had all traffic before it passed")


def _audit(world: World, release: Release) -> Iterator[Broken]:
    """Its beginning, each step, share, judgement and its end are told once, as they are recorded.

    Of two who begin it at once the last one's record stays, and the moment of who wrote first is told.
    """
    about, catalog = f"release {release.id}", world.catalog
    entries = [entry for entry in catalog.latest_entries("releases", MODEL, 100_000).items if entry.about == about]
    told = Counter((entry.what, entry.at) for entry in entries if entry.what != "release began")
    recorded = Counter(
        [
            ("release ended", release.ended),
            *(("step taken", step.at) for step in catalog.steps(MODEL, release.id)),
            *(("calls moved", shift.moved) for shift in catalog.shifts(MODEL, release.id)),
            *(("release judged", judged.at) for judged in catalog.judged(MODEL, release.id)),
        ]
    )
    if told != recorded:
        yield Broken("audit", f"{about}: recorded and not told {recorded - told}, told and not so {told - recorded}")
    began = [entry.at for entry in entries if entry.what == "release began"]
    if len(began) != 1:
        yield Broken("audit", f"{about}: it began at {release.at}, {began} were told")


def _said(world: World, release: Release, *, disturbed: bool) -> Iterator[Broken]:
    """Its end was said on the bus and to people, and no other one."""
    ends = [event for event in world.published if event.name == "Release Finished"]
    statuses = [str(event.detail["status"]) for event in ends if event.detail["release"] == release.id]
    if set(statuses) != {release.status}:
        yield Broken("event", f"{release.id} is {release.status}, the bus was told {statuses}")
    told = [what for what, about in world.told if about == release.id and what in ENDS]
    if not set(told) <= {release.status}:
        yield Broken("notice", f"{release.id} is {release.status}, people were told {told}")
    if not told and not disturbed:
        yield Broken("notice", f"{release.id} is {release.status}, and nobody was told")
    if not disturbed and (len(statuses) > 1 or len(told) > 1):
        yield Broken("notice", f"{release.id}: its end was told {len(statuses)} and {len(told)} times")
