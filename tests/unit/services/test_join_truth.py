from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl

from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.charter import Charter, DatasetUse, Derivation, Truth
from serin.domain.names import digest
from serin.domain.shadows import ShadowAnswer
from serin.services.join_truth import TruthJoined, join_truth
from serin.services.steps.released_code import ReleasedCode
from serin.services.steps.shadow_files import kept_truth
from tests.builders import NOON, a_charter, a_contract, a_part, an_upload_of
from tests.unit.services.shadowing import MODEL, Shadowing

HOUR = timedelta(hours=1)
Order = tuple[int, bool | None]


class Joining(Shadowing):
    """A shadow whose truth arrives."""

    def arrives(self, *orders: Order, at: Any = NOON + HOUR, seen: Any = None) -> None:
        """Orders are accepted at that moment; `seen` is what their own column says."""
        table = pl.DataFrame(
            {"order_id": [number for number, _ in orders], "late": [late for _, late in orders]},
            schema={"order_id": pl.Int64, "late": pl.Boolean},
        ).with_columns(pl.lit(seen, dtype=TIMESTAMP).alias("at"), shop=pl.lit("north"))
        content = to_parquet(table)
        key = f"datasets/orders/{digest(content)[:32]}.parquet"
        self.lake.put(key, content)
        before = self.catalog.head("orders")
        upload = replace(an_upload_of("orders", content, key, len(table), before.sequence + 1), at=at)
        assert self.catalog.record_accepted(upload, a_part(upload, before.sequence + 1), before)

    def join(self, at: Any = NOON + 9 * HOUR) -> TruthJoined:
        return join_truth(MODEL, "rel1", {"orders": a_contract()}, ReleasedCode, **self.ports, clock=MemoryClock(at))

    def labels(self) -> dict[str, Any]:
        """Prediction → the right answer."""
        return {known.prediction_id: known.label for known in kept_truth(MODEL, "rel1", lake=self.lake)}


def asked(charter: Charter | None = None, **parts: Any) -> Joining:
    """Orders 0, 1 and 2 were asked about at noon, and their shadow is over."""
    charter = charter or a_charter()
    world = Joining(live=charter, candidate=charter, **parts)
    world.answer = ShadowAnswer(0.8, label=True)
    world.logged(3)
    world.round()
    return world


def test_a_pair_has_the_label_that_came_after_its_question_and_the_shadow_its_losses() -> None:
    world = asked()
    assert (world.join(), world.stored().losses) == (TruthJoined(3), {})
    world.arrives((0, True), (1, False), (7, True), (2, None))
    assert world.join() == TruthJoined(3, 2)
    assert world.labels() == {"p0-011200": True, "p1-011200": False}
    # The live version said 0.1 for all of them, and the candidate .8.
    assert world.stored().losses == {round(0.2**2 - 0.9**2, 9): 1, round(0.8**2 - 0.1**2, 9): 1}


def test_joining_again_adds_only_what_has_come_since_and_changes_nothing() -> None:
    world = asked()
    world.arrives((0, True))
    assert world.join() == TruthJoined(3, 1)
    world.arrives((0, False), (1, True), at=NOON + 2 * HOUR)
    assert world.join() == TruthJoined(2, 1)
    assert world.labels() == {"p0-011200": True, "p1-011200": True}


def test_what_was_known_when_the_question_was_asked_or_is_not_known_yet_is_no_truth() -> None:
    world = asked()
    world.arrives((0, True), at=NOON)
    world.arrives((1, True), at=NOON + 10 * HOUR)
    world.arrives((2, True))
    world.join()
    assert world.labels() == {"p2-011200": True}


def test_where_the_charter_names_a_created_time_that_is_when_a_label_came_to_be_known() -> None:
    world = asked(a_charter(truth=Truth("orders", "order", "late", "at")))
    world.arrives((0, True), at=NOON - HOUR, seen=NOON + HOUR)
    world.arrives((1, True), seen=NOON + 10 * HOUR)
    world.arrives((2, True), seen=NOON - HOUR)
    world.join()
    assert world.labels() == {"p0-011200": True}


def test_requests_that_a_version_can_have_learnt_from_are_not_joined() -> None:
    world = asked(of_candidate={"learnt_until": NOON})
    world.arrives((0, True), (1, True))
    assert world.join() == TruthJoined(0)


def test_a_label_is_derived_by_the_code_that_the_candidate_came_with() -> None:
    dataset = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:late"))
    world = asked(
        replace(a_charter(), datasets=(dataset, a_charter().datasets[1]), truth=Truth("orders", "order", "very"))
    )
    world.arrives((0, True))
    assert world.join() == TruthJoined(3, 1)
    assert world.labels() == {"p0-011200": 7}


def test_truth_that_cannot_be_read_stops_no_release_and_says_why() -> None:
    dataset = DatasetUse("orders", "contracts/orders.yaml", Derivation("features:breaks"))
    world = asked(replace(a_charter(), datasets=(dataset, a_charter().datasets[1])))
    world.arrives((0, True))
    joined = world.join()
    assert (joined.waiting, joined.joined) == (3, 0)
    assert "features:breaks failed over rows of orders" in (joined.reason or "")
