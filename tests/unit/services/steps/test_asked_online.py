"""What a training set that is made in pieces says of a row is what is known online at the row's own time."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from benches.scaling import online, peers
from benches.scaling.costs import cost_of, planned
from benches.scaling.online import Asked, asked_online
from benches.scaling.sizes import VIEWS, charter, generate, opened
from serin.data.features.as_of import MOMENT
from serin.data.features.views import with_view
from serin.domain import cut_sizes
from serin.services.steps.cut_making import next_round
from serin.services.steps.cut_rounds import CutSource, run_piece

ROOM = 60_000


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> CutSource:
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cut_sizes, "ROOM", ROOM)
        generate(4_000, folder)
        source = opened(folder)
        while unfinished := next_round(source):
            for piece in unfinished.pieces:
                run_piece(source, piece)
    return source


@pytest.fixture
def made(once: CutSource, monkeypatch: pytest.MonkeyPatch) -> CutSource:
    monkeypatch.setattr(cut_sizes, "ROOM", ROOM)
    return once


@pytest.mark.slow
def test_sampled_rows_have_online_the_values_of_the_training_set(made: CutSource, tmp_path: Path) -> None:
    figures = asked_online(made, 40, tmp_path)
    assert (figures["equal"], figures["different"], figures["too_many"]) == (40, 0, 0), figures["first_different"]
    assert figures["known"] > 40


@pytest.mark.slow
def test_a_value_that_is_another_is_found(made: CutSource, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sampled = online._sampled

    def altered(source: CutSource, rows: int, seed: int) -> list[Asked]:
        first, *others = sampled(source, rows, seed)
        return [Asked(first.instance, first.moment, {**first.values, "flow.n": -1}), *others]

    monkeypatch.setattr(online, "_sampled", altered)
    assert asked_online(made, 10, tmp_path)["different"] == 1


def test_what_a_terabyte_costs_is_the_plans_own_sum() -> None:
    size = 10**11
    told, plan = cost_of(size), planned(size)
    terms = [float(term.rpartition("$")[2].replace(",", "")) for terms in told["rounds"].values() for term in terms]
    assert sum(terms) == pytest.approx(plan.usd, abs=0.005 * len(terms))
    assert told["usd"] == pytest.approx(plan.usd, abs=0.005)


def test_what_a_peer_wrote_is_held_to_the_library_value_by_value(tmp_path: Path) -> None:
    generate(4_000, tmp_path)
    events = pl.read_parquet(tmp_path / "shops-0.parquet").with_columns(pl.col("seen_at").alias("known_at"))
    asked = pl.read_parquet(tmp_path / "orders-0.parquet").select(
        "order_id", "shop", (pl.col("at") - charter().features.moment.before).alias(MOMENT)
    )
    for view in VIEWS:
        asked = with_view(asked, view, events, ["shop"])
    written = asked.select("order_id", **{theirs: pl.col(ours) for theirs, ours in peers._NAMES.items()})
    written = written.with_columns(pl.col("n").fill_null(0))
    written.write_parquet(tmp_path / "own.parquet")
    figures = peers.compared(tmp_path, "own", 500)
    assert (figures["rows"], figures["equal"]) == (500, 500), figures["first_different"]
    assert figures["known"] > 500
    written.with_columns(pl.col("top") + 1).write_parquet(tmp_path / "other.parquet")
    altered = peers.compared(tmp_path, "other", 500)
    assert altered["equal"] < 500
    assert altered["first_different"]
