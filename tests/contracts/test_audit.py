"""What the audit says is written with what it is about, or not at all, and never twice."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.approvals import Answer, asked
from serin.domain.auditing.effects import asked_for_training
from serin.domain.auditing.entry import Area, Entry
from serin.domain.datasets import DatasetHead
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.models import Withdrawal
from serin.domain.release_record import Directive, Shift
from serin.domain.releases import ReleaseStep
from serin.domain.watched import TruthSeen, WatchedWindow, WatchState
from serin.ports import Catalog, Control
from tests.builders import NOON, a_judged, a_part, a_release, a_run, a_version, an_asking, an_upload

MODEL = "late-orders"
LATER = NOON + timedelta(hours=1)


def told(catalog: Catalog, area: Area, owner: str = MODEL) -> list[str]:
    return [entry.what for entry in catalog.latest_entries(area, owner).items]


def test_an_upload_is_told_once_however_often_it_is_recorded(catalog: Catalog) -> None:
    upload = an_upload()
    refused = replace(
        upload, status="rejected", rows=0, accepted=0, quarantined=0, reason="no header", correlation="c1"
    )
    assert catalog.record_rejected(refused)
    assert catalog.record_rejected(replace(refused, at=LATER))
    assert catalog.upload("flights", upload.id) == replace(refused, at=LATER)
    accepted = replace(upload, at=LATER, correlation="c2")
    assert catalog.record_accepted(accepted, a_part(upload), DatasetHead("flights"))
    assert not catalog.record_accepted(accepted, a_part(upload, 2), catalog.head("flights"))
    assert not catalog.record_rejected(replace(refused, reason="another one"))
    entries = catalog.latest_entries("data", "flights").items
    assert [(entry.what, entry.at, entry.correlation) for entry in entries] == [
        ("upload accepted", LATER, "c2"),
        ("upload rejected", NOON, "c1"),
    ]


def test_content_that_is_refused_for_another_reason_is_told_again(catalog: Catalog) -> None:
    refused = an_upload(status="rejected", rows=0, accepted=0, quarantined=0, reason="no header")
    catalog.record_rejected(refused)
    catalog.record_rejected(replace(refused, reason="too long", at=LATER))
    assert told(catalog, "data", "flights") == ["upload rejected"] * 2


def test_a_training_is_told_as_it_begins_and_as_it_ends(catalog: Catalog) -> None:
    run = a_run(correlation="c1")
    assert catalog.begin_run(run)
    assert not catalog.begin_run(replace(run, cause="schedule"))
    assert catalog.save_run(replace(run, training_set="s1"))
    ended = replace(run, status="rejected", ended=LATER)
    assert catalog.save_run(ended)
    assert catalog.save_run(replace(ended, reason="no gain"))
    assert not catalog.save_run(replace(ended, status="failed"))
    assert not catalog.save_run(replace(ended, ended=LATER + timedelta(hours=1)))
    end, begin = catalog.latest_entries("trainings", MODEL).items
    assert (begin.what, begin.at, begin.correlation) == ("training began", NOON, "c1")
    assert (end.what, end.at, end.said) == ("training ended", LATER, "rejected")
    assert catalog.run(MODEL, run.id).reason == "no gain"


def test_a_version_and_the_end_of_its_run_are_told_together(catalog: Catalog) -> None:
    run = a_run()
    catalog.begin_run(run)
    version = a_version(1, run=run.id)
    ended = replace(run, status="registered", version=1, ended=LATER)
    assert catalog.register(version, ended)
    assert not catalog.register(replace(version, version=2), ended)
    assert told(catalog, "registry") == ["version registered"]
    assert catalog.latest_entries("trainings", MODEL).items[0].said == "registered as version 1"
    withdrawal = Withdrawal(MODEL, 1, "it knows the answer", "ana", LATER)
    assert catalog.withdraw(withdrawal)
    assert not catalog.withdraw(replace(withdrawal, by="bob"))
    newest, _ = catalog.latest_entries("registry", MODEL).items
    assert (newest.what, newest.by, newest.said) == ("version withdrawn", "ana", "it knows the answer")


def test_a_release_is_told_from_its_beginning_to_its_end(catalog: Catalog) -> None:
    release = a_release(status="waiting", correlation="c1")
    step, shift, judged = ReleaseStep("rel1", "begin", NOON, "x"), Shift("rel1", 10, NOON, NOON), a_judged()
    for _ in range(2):
        assert catalog.save_release(release)
    assert catalog.save_release(replace(release, status="running"))
    for later in (timedelta(0), timedelta(hours=2)):
        catalog.add_step(MODEL, replace(step, at=NOON + later))
        catalog.add_shift(MODEL, replace(shift, moved=NOON + later))
        assert catalog.add_judged(MODEL, replace(judged, at=NOON + later)) is not bool(later)
    ended = replace(release, status="live", announced=False, ended=LATER)
    assert catalog.save_release(ended)
    assert catalog.save_release(replace(ended, announced=True))
    assert not catalog.save_release(replace(ended, ended=LATER + timedelta(hours=1)))
    entries = catalog.latest_entries("releases", MODEL).items
    assert entries[0].what == "release ended"
    assert sorted((entry.what, entry.at) for entry in entries[1:]) == [
        ("calls moved", NOON),
        ("release began", NOON),
        ("release judged", NOON),
        ("step taken", NOON),
    ]
    assert {entry.about for entry in entries} == {"release rel1"}


def test_a_question_is_told_as_it_is_put_answered_and_closed(catalog: Catalog) -> None:
    question = asked(MODEL, "rel1", 2, "Shall version 2 have all calls?", {"errors": 1.5}, "shown", NOON)
    assert catalog.save_approval(question)
    reminded = question.reminded(LATER)
    assert catalog.save_approval(reminded)
    answered = reminded.answered(Answer("approve", "ana", "t1", LATER, "it is good", "ml_engineer"))
    assert catalog.save_approval(answered)
    assert not catalog.save_approval(answered)
    assert catalog.save_approval(answered.closed("void", "another judgement", NOON + timedelta(hours=2)))
    closed, answer, put = catalog.latest_entries("people", MODEL).items
    assert [entry.what for entry in (closed, answer, put)] == ["question closed", "question answered", "question put"]
    assert (answer.by, answer.token, answer.role, answer.said) == ("ana", "t1", "ml_engineer", "approve: it is good")
    assert {entry.digest for entry in (closed, answer, put)} == {"shown"}


def test_episodes_are_told_as_they_open_are_taken_and_close(catalog: Catalog) -> None:
    first, second = (Episode(name, NOON, "It moved.", NOON) for name in ("distance", "carrier"))
    opened = WatchState(MODEL, episodes=(first, second), revision=1)
    assert catalog.save_watch(opened)
    taken = replace(first, status="acknowledged", acknowledged_by="ana", acknowledged=LATER)
    assert catalog.save_watch(replace(opened, episodes=(taken, second), revision=2))
    assert not catalog.save_watch(replace(opened, episodes=(), revision=2))
    closed = tuple(
        replace(episode, status="closed", closed=NOON + timedelta(days=2), closed_because="quiet")
        for episode in (taken, second)
    )
    assert catalog.save_watch(replace(opened, episodes=closed, revision=3))
    entries = catalog.latest_entries("watch", MODEL).items
    assert [(entry.what, entry.about, entry.by) for entry in entries] == [
        ("episodes closed", "episodes of distance, carrier", None),
        ("episodes acknowledged", "episodes of distance", "ana"),
        ("episodes opened", "episodes of distance, carrier", None),
    ]


def test_feedback_that_does_not_count_is_told_once_for_each_number(catalog: Catalog) -> None:
    def look(revision: int, uncounted: int) -> None:
        truth = TruthSeen("d", LATER, 9, 5, 0, uncounted)
        begin = NOON - timedelta(days=7)
        window = WatchedWindow(MODEL, begin, NOON, LATER, "NO_DRIFT_SEEN", "", "", truth=truth)
        assert catalog.save_watch(WatchState(MODEL, revision=revision), [window])

    for revision, uncounted in enumerate((0, 3, 3, 4), start=1):
        look(revision, uncounted)
    newest = catalog.latest_entries("watch", MODEL).items
    assert sorted(entry.said[:8] for entry in newest) == ["3 labels", "4 labels"]


def test_many_changes_of_one_moment_fit_into_one_transaction(catalog: Catalog) -> None:
    episodes = tuple(Episode(f"column_{number}", NOON, "It moved.", NOON) for number in range(150))
    assert catalog.save_watch(WatchState(MODEL, episodes=episodes, revision=1))
    (entry,) = catalog.latest_entries("watch", MODEL).items
    assert entry.about.endswith("column_19 and 130 more")


def test_the_audit_is_read_a_page_at_a_time_newest_first(catalog: Catalog) -> None:
    for number in range(5):
        asking = replace(an_asking(), at=NOON + timedelta(minutes=number))
        for _ in range(2):
            catalog.note_effect(asked_for_training(MODEL, f"r{number}", "a training now", asking))
    read: list[Entry] = []
    page = catalog.latest_entries("people", MODEL, 2)
    while True:
        read += page.items
        if page.next is None:
            break
        page = catalog.latest_entries("people", MODEL, 2, page.next)
    assert [entry.about for entry in read] == [f"run r{number}" for number in (4, 3, 2, 1, 0)]
    assert told(catalog, "people", "early-orders") == []


def test_every_wish_stays_known_though_the_last_one_counts(control: Control) -> None:
    wishes = [Directive(MODEL, "rel1", wish, "ana", NOON + timedelta(minutes=at)) for at, wish in enumerate(_WISHES)]
    for wish in [*wishes, wishes[-1]]:
        control.save_directive(wish)
    assert control.directive(MODEL) == wishes[-1]
    newest = control.latest_directives(MODEL, 2)
    assert list(newest.items) == wishes[:0:-1]
    assert list(control.latest_directives(MODEL, 2, newest.next).items) == wishes[:1]


_WISHES: Sequence = ("hold", "resume", "abort")
WRITES: Sequence[tuple[Area, Callable[[Catalog], object]]] = [
    ("trainings", lambda catalog: catalog.save_run(a_run(status="failed"))),
    ("registry", lambda catalog: catalog.register(a_version(3, run="r1"), a_run(status="registered"))),
    ("releases", lambda catalog: catalog.save_release(a_release(status="failed"))),
    ("people", lambda catalog: catalog.save_approval(asked(MODEL, "rel1", 2, "?", {}, "s", NOON).reminded(NOON))),
    ("watch", lambda catalog: catalog.save_watch(WatchState(MODEL, episodes=(Episode("a", NOON, "", NOON),)))),
]


@pytest.mark.parametrize(("area", "write"), WRITES, ids=[area for area, _ in WRITES])
def test_what_is_not_written_is_not_told(catalog: Catalog, area: Area, write: Callable[[Catalog], object]) -> None:
    catalog.save_run(a_run(status="rejected"))
    catalog.save_release(a_release(status="live"))
    before = told(catalog, area)
    assert not write(catalog)
    assert told(catalog, area) == before
