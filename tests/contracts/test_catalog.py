from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.approvals import Answer, Waiting, asked
from serin.domain.auditing.effects import asked_for, asked_for_training
from serin.domain.copies import Copies, DigestSet, Repeats
from serin.domain.datasets import DatasetHead
from serin.domain.errors import NotFound
from serin.domain.fills import Fill
from serin.domain.judgement.retraining.decision import Decision
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.measurements import Bin, Estimate, Measurements
from serin.domain.models import Withdrawal
from serin.domain.paging import Page
from serin.domain.release_record import Shift
from serin.domain.releases import ReleaseStep
from serin.domain.runs import RunMetric, trial_run
from serin.domain.segments import Layout, Segment
from serin.domain.sources import Acquired, Acquisition
from serin.domain.training_leases import TrainingLease
from serin.domain.truth import TruthState
from serin.domain.view_statistics import ValueStatistics, ViewStatistics
from serin.domain.watched import Outgoing, WatchedWindow, WatchState
from serin.ports import Catalog
from tests.builders import (
    NOON,
    a_judged,
    a_part,
    a_plan,
    a_profile_made,
    a_published,
    a_release,
    a_run,
    a_summary,
    a_training_set,
    a_trial,
    a_version,
    an_asking,
    an_upload,
)

STATISTICS = ViewStatistics(9, 3, NOON, {"length": ValueStatistics(0.25, -1.0, 0.5, 2.0), "name": ValueStatistics(0.0)})


def test_an_accepted_upload_its_part_and_the_head_appear_together(catalog: Catalog) -> None:
    upload = an_upload()
    assert catalog.record_accepted(upload, a_part(upload), DatasetHead("flights"))
    assert catalog.upload("flights", upload.id) == upload
    assert list(catalog.parts("flights")) == [a_part(upload)]
    assert (catalog.head("flights").sequence, catalog.head("flights").rows) == (1, 2)


def test_what_is_known_of_copies_is_recorded_with_upload_and_part(catalog: Catalog) -> None:
    copies = Copies(2, "u0", "2012-12.csv", 2, "2 of 2 rows are equal to rows of file 2012-12.csv")
    upload = an_upload(rows=4, repeated=1, copies=copies, form={"line ends": "CRLF"}, uncompared=7)
    digests = DigestSet("datasets/flights/digests/x.digests", 2, 0, Repeats(2, 0), {"day": (1, 31)})
    part = replace(a_part(upload), digests=digests, copies="datasets/flights/copies/x.parquet")
    assert catalog.record_accepted(upload, part, DatasetHead("flights"))
    assert catalog.upload("flights", upload.id) == upload
    assert list(catalog.parts("flights")) == [part]


def test_the_layout_of_a_dataset_is_replaced_by_its_next_revision_only(catalog: Catalog) -> None:
    assert catalog.layout("flights") == Layout("flights")
    first = Layout("flights").followed_by(0, [Segment(1, 8, "s1", 20, 640, "s1", "c1", {"day": (1, 31, 0)})])
    assert catalog.save_layout(first)
    assert not catalog.save_layout(first)
    second = first.followed_by(1, [Segment(9, 9, "p9", 0, 0)])
    assert catalog.save_layout(second)
    assert catalog.layout("flights") == second
    assert catalog.layout("weather") == Layout("weather")


def test_parts_are_read_from_any_sequence_on_and_one_by_one(catalog: Catalog) -> None:
    for number in range(1, 4):
        upload = an_upload(str(number).encode(), sequence=number)
        assert catalog.record_accepted(upload, a_part(upload, number), catalog.head("flights"))
    assert [part.sequence for part in catalog.parts("flights", 1)] == [2, 3]
    assert catalog.parts("flights", 3) == []
    assert catalog.part("flights", 2) == catalog.parts("flights")[1]
    with pytest.raises(NotFound):
        catalog.part("flights", 4)


def test_the_same_upload_again_changes_nothing(catalog: Catalog) -> None:
    upload = an_upload()
    catalog.record_accepted(upload, a_part(upload), DatasetHead("flights"))
    before = catalog.head("flights")
    assert not catalog.record_accepted(replace(upload, sequence=2), a_part(upload, 2), before)
    assert catalog.head("flights") == before
    assert len(catalog.parts("flights")) == 1


def test_a_views_record_is_replaced_by_its_next_revision_only(catalog: Catalog) -> None:
    first, other = Fill("late-orders", "queue", "d1", NOON, {"shops": 1}, {"shops": (3,)}, revision=1), "late-shops"
    assert catalog.fill("late-orders", "d1") is None
    assert not catalog.save_fill(replace(first, revision=2))
    assert catalog.save_fill(first)
    assert not catalog.save_fill(first)
    second = replace(first, upto={"shops": 3}, beyond={}, revision=2, statistics=STATISTICS)
    assert catalog.save_fill(second)
    assert not catalog.save_fill(replace(second, items=1))
    assert catalog.save_fill(replace(first, model=other))
    assert catalog.save_fill(replace(first, definition="d0"))
    assert catalog.fill("late-orders", "d1") == second
    assert [fill.definition for fill in catalog.fills("late-orders")] == ["d0", "d1"]
    assert [fill.model for fill in catalog.fills(other)] == [other]


def test_how_far_truth_is_joined_is_replaced_by_its_next_revision_only(catalog: Catalog) -> None:
    assert catalog.truth_state("late-orders") == TruthState("late-orders")
    first = TruthState("late-orders", 3, NOON, NOON, {"2013-04-01": NOON}, 1)
    assert not catalog.save_truth_state(replace(first, revision=2))
    assert catalog.save_truth_state(first)
    assert not catalog.save_truth_state(first)
    assert catalog.save_truth_state(replace(first, sequence=4, revision=2))
    assert catalog.truth_state("late-orders").sequence == 4
    assert catalog.truth_state("late-shops") == TruthState("late-shops")


def test_a_look_is_remembered_with_its_windows_and_only_once(catalog: Catalog) -> None:
    assert catalog.watch_state("late-orders") == WatchState("late-orders")
    assert catalog.latest_windows("late-orders") == Page(())
    windows = [
        WatchedWindow("late-orders", NOON, NOON + number * timedelta(days=7), NOON, "DRIFT", "Drift in x.", "Moved.")
        for number in (1, 2)
    ]
    episode = Episode("x", NOON, "x has drifted.", NOON, onset=NOON)
    outbox = (Outgoing("Drift", "x has drifted.", "Drift Detected", {"model": "late-orders", "episodes": 1}),)
    first = WatchState("late-orders", NOON, NOON, 3, (episode,), outbox, Decision("none", "No."), "d", revision=1)
    assert not catalog.save_watch(replace(first, revision=2), windows)
    assert catalog.save_watch(first, windows)
    assert not catalog.save_watch(first, [replace(windows[0], rows=9)])
    assert catalog.watch_state("late-orders") == first
    assert catalog.save_watch(replace(first, revision=2, outbox=()), [replace(windows[0], rows=9)])
    page = catalog.latest_windows("late-orders", limit=1)
    assert page.items == (windows[1],)
    assert catalog.latest_windows("late-orders", after=page.next).items == (replace(windows[0], rows=9),)
    assert catalog.watch_state("late-shops") == WatchState("late-shops")


def test_an_upload_that_saw_an_old_head_changes_nothing(catalog: Catalog) -> None:
    first, second = an_upload(b"1"), an_upload(b"2")
    empty = DatasetHead("flights")
    assert catalog.record_accepted(first, a_part(first), empty)
    assert not catalog.record_accepted(second, a_part(second), empty)
    assert catalog.upload("flights", second.id) is None
    assert catalog.record_accepted(second, a_part(second, 2), catalog.head("flights"))
    assert catalog.head("flights").rows == 4


def test_a_rejected_upload_may_be_accepted_later_but_never_the_other_way(catalog: Catalog) -> None:
    accepted = an_upload()
    rejected = replace(accepted, status="rejected", rows=0, accepted=0, quarantined=0, reason="no header")
    assert catalog.record_rejected(rejected)
    assert catalog.record_accepted(accepted, a_part(accepted), DatasetHead("flights"))
    assert not catalog.record_rejected(rejected)
    assert catalog.upload("flights", accepted.id) == accepted


def test_uploads_come_newest_first_a_page_at_a_time(catalog: Catalog) -> None:
    moments = [NOON + timedelta(hours=1), NOON, NOON, NOON + timedelta(microseconds=1), NOON - timedelta(days=1)]
    uploads = [an_upload(bytes([number]), at=at) for number, at in enumerate(moments)]
    for sequence, upload in enumerate(uploads, start=1):
        catalog.record_accepted(upload, a_part(upload, sequence), catalog.head("flights"))
    newest = sorted(uploads, key=lambda upload: (upload.at, upload.id), reverse=True)
    first = catalog.latest_uploads("flights", limit=2)
    second = catalog.latest_uploads("flights", limit=2, after=first.next)
    third = catalog.latest_uploads("flights", limit=2, after=second.next)
    assert [*first.items, *second.items, *third.items] == newest
    assert (len(first.items), len(second.items), third.next) == (2, 2, None)
    assert catalog.latest_uploads("flights") == Page(tuple(newest))
    assert catalog.latest_uploads("planes") == Page(())


def test_a_page_that_is_just_full_has_no_next_one(catalog: Catalog) -> None:
    for number in (1, 2):
        catalog.register(a_version(number))
    assert catalog.latest_versions("late-orders", limit=2).next is None
    assert catalog.latest_versions("late-orders", limit=1).next is not None


def test_a_page_continues_where_it_ended_though_newer_items_came(catalog: Catalog) -> None:
    for number in (1, 2, 3):
        catalog.register(a_version(number))
    page = catalog.latest_versions("late-orders", limit=2)
    catalog.register(a_version(4))
    rest = catalog.latest_versions("late-orders", limit=2, after=page.next)
    assert [version.version for version in (*page.items, *rest.items)] == [3, 2, 1]


def test_runs_and_releases_come_newest_first_and_as_they_are_now(catalog: Catalog) -> None:
    for minute, name in enumerate(("b", "a")):
        catalog.begin_run(a_run(id=name, at=NOON + timedelta(minutes=minute)))
        catalog.save_release(a_release(id=name, at=NOON + timedelta(minutes=minute)))
    catalog.save_run(a_run(id="b", status="rejected"))
    runs = catalog.latest_runs("late-orders").items
    assert [(run.id, run.status) for run in runs] == [("a", "running"), ("b", "rejected")]
    assert [release.id for release in catalog.latest_releases("late-orders").items] == ["a", "b"]
    assert catalog.latest_releases("late-orders", limit=1).items == (a_release(id="a", at=NOON + timedelta(minutes=1)),)


def test_arrivals_say_which_upload_an_object_was(catalog: Catalog) -> None:
    catalog.note_arrival("flights", "raw/flights/a.csv", "v1", "u1")
    catalog.note_arrival("flights", "raw/flights/b.csv", None, "u1")
    assert catalog.arrival("flights", "raw/flights/a.csv@v1") == "u1"
    assert catalog.arrival("flights", "raw/flights/b.csv@") == "u1"
    assert catalog.arrival("flights", "raw/flights/a.csv@v2") is None
    assert catalog.arrival("planes", "raw/flights/a.csv@v1") is None


def test_the_last_look_at_a_source_is_known_by_dataset(catalog: Catalog) -> None:
    assert catalog.acquisition("flights") is None
    look = Acquisition("flights", "s3://acme/x/", "run1", NOON, seen=3, copied=2, refused=1, after="x/b", error="no")
    catalog.save_acquisition(look)
    assert catalog.acquisition("flights") == look
    catalog.save_acquisition(replace(look, run="run2", after=None))
    assert catalog.acquisition("flights") == replace(look, run="run2", after=None)
    assert catalog.acquisition("planes") is None
    assert catalog.head("flights") == DatasetHead("flights")
    assert list(catalog.parts("flights")) == []


def test_markers_of_copied_objects_come_in_the_order_of_their_keys_bytes(catalog: Catalog) -> None:
    markers = {
        key: Acquired("flights", "acme", key, "e1", NOON, f"raw/flights/{number}.csv", NOON, "c1", "run1")
        for number, key in enumerate(("a/z", "a/é", "a/B", "b"))
    }
    for marker in markers.values():
        catalog.note_acquired(marker)
    catalog.note_acquired(replace(markers["b"], bucket="other"))
    catalog.note_acquired(replace(markers["b"], dataset="planes"))
    assert [item.key for item in catalog.acquired("flights", "acme", "a/", "b")] == ["a/B", "a/z", "a/é", "b"]
    assert list(catalog.acquired("flights", "acme", "a/B", "a/z")) == [markers["a/B"], markers["a/z"]]
    assert list(catalog.acquired("flights", "acme", "c", "d")) == []
    catalog.note_acquired(replace(markers["b"], etag="e2"))
    assert [item.etag for item in catalog.acquired("flights", "acme", "b", "b")] == ["e2"]


def test_a_profile_is_the_one_that_has_seen_the_most_data(catalog: Catalog) -> None:
    assert catalog.profile("late-orders", "orders") is None
    for profile, kept in ((a_profile_made(2), True), (a_profile_made(1), False), (a_profile_made(2, id="p9"), True)):
        assert catalog.save_profile(profile) is kept
    assert catalog.profile("late-orders", "orders") == a_profile_made(2, id="p9")
    assert catalog.profile("returns", "orders") is None


def test_a_training_set_is_found_by_its_id(catalog: Catalog) -> None:
    catalog.save_training_set(a_training_set())
    assert catalog.training_set("late-orders", "set1") == a_training_set()
    with pytest.raises(NotFound):
        catalog.training_set("late-orders", "set2")


def test_a_run_begins_once(catalog: Catalog) -> None:
    assert catalog.begin_run(a_run())
    assert not catalog.begin_run(a_run(cause="features"))
    assert catalog.run("late-orders", "r1").cause == "call"
    catalog.save_run(a_run(status="rejected", best=a_trial()))
    assert [run.status for run in catalog.runs("late-orders")] == ["rejected"]


def test_a_version_number_and_a_run_register_once(catalog: Catalog) -> None:
    assert catalog.register(a_version(1))
    assert not catalog.register(a_version(1, run="r9"))
    assert not catalog.register(a_version(2, run="r1"))
    assert catalog.register(a_version(2))
    assert [version.version for version in catalog.versions("late-orders")] == [1, 2]
    assert catalog.version_of_run("late-orders", "r2") == a_version(2)
    assert catalog.version_of_run("late-orders", "r9") is None
    with pytest.raises(NotFound):
        catalog.version("late-orders", 3)


def test_a_training_that_waits_is_known_by_its_newest_token(catalog: Catalog) -> None:
    assert catalog.waiting("late-orders", "r1") is None
    for token in ("first", "second"):
        catalog.save_waiting(Waiting("late-orders", "r1", token))
    assert catalog.waiting("late-orders", "r1") == Waiting("late-orders", "r1", "second")
    assert catalog.waiting("late-orders", "r2") is None


def test_who_asks_first_for_a_run_or_a_release_is_who_asked(catalog: Catalog) -> None:
    def known(run: str) -> str | None:
        entry = catalog.entry("people", "late-orders", asked_for("training asked for", "late-orders", f"run {run}"))
        return None if entry is None else entry.by

    assert known("r1") is None
    for by in ("ana", "bo"):
        catalog.note_effect(asked_for_training("late-orders", "r1", "now", an_asking(by=by)))
    assert (known("r1"), known("r2")) == ("ana", None)


def test_an_approval_changes_from_the_revision_before_and_from_no_other(catalog: Catalog) -> None:
    put = asked("late-orders", "rel2", 2, "Shall it?", {"errors": 1.5}, "digest", NOON)
    assert catalog.save_approval(put)
    assert not catalog.save_approval(put)
    reminded, answered = put.reminded(NOON + timedelta(days=1)), put.answered(Answer("approve", "ana", "t1", NOON))
    assert catalog.save_approval(answered)
    assert not catalog.save_approval(reminded)
    assert catalog.approval("late-orders", put.id) == answered
    later = asked("late-orders", "rel3", 3, "Shall it?", {}, "other", NOON + timedelta(days=1))
    assert catalog.save_approval(later)
    assert catalog.latest_approvals("late-orders").items == (later, answered)
    with pytest.raises(NotFound, match="no approval 'x' about late-orders"):
        catalog.approval("late-orders", "x")


def test_what_was_measured_of_a_run_is_kept_and_replaced(catalog: Catalog) -> None:
    measured = Measurements("late-orders", "r1", calibration=(Bin(0.3, Estimate(0.32, 200, 14, 0.3, 0.34)),))
    assert catalog.measurements("late-orders", "r1") is None
    catalog.save_measurements(replace(measured, metric="brier"))
    catalog.save_measurements(measured)
    assert catalog.measurements("late-orders", "r1") == measured
    assert catalog.measurements("late-orders", "r2") is None


def test_a_version_is_withdrawn_once_and_the_first_reason_stays(catalog: Catalog) -> None:
    first = Withdrawal("late-orders", 1, "it knows the answer", "ana", NOON)
    assert catalog.withdrawal("late-orders", 1) is None
    assert catalog.withdraw(first)
    assert not catalog.withdraw(replace(first, why="another"))
    assert catalog.withdrawal("late-orders", 1) == first
    assert catalog.withdrawal("late-orders", 2) is None


def test_a_published_version_is_remembered(catalog: Catalog) -> None:
    assert catalog.published("late-orders", 1) is None
    catalog.save_published(a_published())
    assert catalog.published("late-orders", 1) == a_published()


def test_releases_and_their_steps_are_in_order(catalog: Catalog) -> None:
    catalog.save_release(a_release(id="b", at=NOON + timedelta(minutes=1)))
    catalog.save_release(a_release(id="a"))
    assert [release.id for release in catalog.releases("late-orders")] == ["a", "b"]
    golden = ReleaseStep("a", "golden", NOON + timedelta(seconds=2), "ok")
    begin = ReleaseStep("a", "begin", NOON, "lease 1")
    catalog.add_step("late-orders", golden)
    catalog.add_step("late-orders", begin)
    catalog.add_step("late-orders", replace(begin, found="again"))
    assert list(catalog.steps("late-orders", "a")) == [begin, golden]


def test_a_release_that_has_ended_is_not_opened_again_by_who_comes_late(catalog: Catalog) -> None:
    for status in ("waiting", "running", "held", "running"):
        assert catalog.save_release(a_release(status=status))
    ended = a_release(status="rolled_back", reason="it failed")
    assert catalog.save_release(ended)
    assert not catalog.save_release(a_release(status="held"))
    assert not catalog.save_release(a_release(status="live"))
    assert catalog.release("late-orders", "rel1") == ended
    assert catalog.save_release(replace(ended, announced=True))
    assert catalog.release("late-orders", "rel1").announced


def test_the_first_plan_of_a_release_holds(catalog: Catalog) -> None:
    assert catalog.plan("late-orders", "rel1") is None
    plan = a_plan(alarms=("late",), learnt_until=NOON)
    assert catalog.save_plan(plan) == plan
    assert catalog.save_plan(a_plan(weights=(50,))) == plan == catalog.plan("late-orders", "rel1")


def test_weights_and_judgements_are_remembered_once_and_in_order(catalog: Catalog) -> None:
    ten, fifty = (Shift("rel1", weight, NOON, NOON + timedelta(seconds=weight)) for weight in (10, 50))
    for shift in (fifty, ten, replace(ten, moved=NOON)):
        catalog.add_shift("late-orders", shift)
    assert list(catalog.shifts("late-orders", "rel1")) == [ten, fifty]
    assert catalog.last_judged("late-orders", "rel1") is None
    judged = [a_judged(number) for number in (2, 1, 11)]
    assert all(catalog.add_judged("late-orders", item) for item in judged)
    assert not catalog.add_judged("late-orders", a_judged(2, outcome="pass"))
    assert list(catalog.judged("late-orders", "rel1")) == [a_judged(1), a_judged(2), a_judged(11)]
    assert catalog.last_judged("late-orders", "rel1") == a_judged(11)


def test_what_has_ended_stays_as_it_ended(catalog: Catalog) -> None:
    catalog.begin_run(a_run())
    assert catalog.save_run(a_run(status="rejected"))
    assert not catalog.save_run(a_run(status="failed"))
    assert not catalog.save_run(a_run())
    assert catalog.save_run(a_run(status="rejected", reason="again"))
    assert (catalog.run("late-orders", "r1").status, catalog.run("late-orders", "r1").reason) == ("rejected", "again")


def test_a_version_is_registered_together_with_its_run_or_not_at_all(catalog: Catalog) -> None:
    catalog.begin_run(a_run())
    registered = a_run(status="registered", version=1)
    assert catalog.register(a_version(1), registered)
    assert catalog.run("late-orders", "r1") == registered
    catalog.begin_run(a_run(id="r2"))
    catalog.save_run(a_run(id="r2", status="failed"))
    assert not catalog.register(a_version(2), a_run(id="r2", status="registered", version=2))
    assert (catalog.version_of_run("late-orders", "r2"), catalog.run("late-orders", "r2").status) == (None, "failed")


def test_what_a_run_has_measured_is_kept_whole(catalog: Catalog) -> None:
    measured = [RunMetric("log_loss", 0.5, "holdout", 9, 2, 0.4, 0.6, f"shop={n}", at=NOON) for n in range(1201)]
    catalog.save_metrics("late-orders", "r1", measured)
    assert list(catalog.metrics("late-orders", "r1")) == measured
    assert not catalog.metrics("late-orders", "r")


def test_summaries_come_newest_first_and_trials_by_their_run(catalog: Catalog) -> None:
    for number in (2, 1, 11):
        catalog.save_summary(a_summary(trial_run("r1", number), parent="r1"))
    catalog.save_summary(a_summary("r1", at=NOON + timedelta(hours=1)))
    catalog.save_summary(a_summary("r10.001", parent="r10"))
    assert catalog.latest_summaries("late-orders").items[0].id == "r1"
    assert [item.id for item in catalog.trial_summaries("late-orders", "r1")] == ["r1.001", "r1.002", "r1.011"]


def test_one_run_has_the_lease_on_the_trainings_of_a_model(catalog: Catalog) -> None:
    assert catalog.training_lease("late-orders") is None
    first = TrainingLease("late-orders", "r1", NOON)
    assert catalog.save_training_lease(first)
    assert not catalog.save_training_lease(replace(first, run="r2"))
    later = TrainingLease("late-orders", "r2", NOON + timedelta(hours=1), 2)
    assert catalog.save_training_lease(later)
    assert not catalog.save_training_lease(replace(later, run="r3"))
    assert catalog.training_lease("late-orders") == later
    assert catalog.training_lease("returns") is None
