"""A whole file is scored: with the endpoint's answers, by training's features, each row once, and none is lost."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import Any

import polars as pl
import pytest

from serin.data.features.joins import training_rows
from serin.data.scoring.asked_files import pieces
from serin.domain.batches import WORK, markers, plan_at, result_at, rows_at
from serin.domain.contracts import Rule
from serin.domain.errors import NotFound, Rejected, Unavailable
from serin.services import plan_batch as planning
from serin.services.finish_batch import finish_batch
from serin.services.plan_batch import known_plan
from serin.services.predict import Predictor, Request
from serin.services.show_batch import show_batch
from serin.services.start_batch import start_batch
from serin.services.steps.batch_features import part_features
from serin.services.steps.batch_version import BatchVersion
from serin.serving.package import find_package
from tests.builders import NOON
from tests.unit.services.batches import CODE, CONTRACTS, MODEL, World, charter_of_batches, columns_of_batches, csv_of
from tests.unit.serving.released import Released, on_path, release

Rows = list[dict[str, Any]]
GOOD: Rows = [
    {"order_id": number, "at": (NOON + timedelta(hours=1, minutes=minute)).isoformat(), "shop": shop, "amount": amount}
    for number, (minute, shop, amount) in enumerate(
        [
            (0, "north", 20.5),
            (5, "south", None),
            (7, "east", 0.0),
            (9, "nowhere", 300),
            (11, None, 45.25),
            (20, "north", 7),
        ]
    )
]
FAILING = {"order_id": 7, "at": (NOON + timedelta(minutes=73)).isoformat(), "shop": "north", "amount": 1}
WRONG: Rows = [
    {"order_id": "x", "at": GOOD[0]["at"], "shop": "north", "amount": 1},
    {"order_id": 1, "at": "yesterday", "shop": "north", "amount": 1},
    {"order_id": 1, "at": GOOD[0]["at"], "shop": "n" * 300, "amount": 1},
    {"order_id": 1, "at": GOOD[0]["at"], "shop": "north", "amount": -1},
    {"order_id": None, "at": GOOD[0]["at"], "shop": "north", "amount": 1},
]


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Released:
    return release(tmp_path_factory.mktemp("layer"), charter_of_batches(), columns_of_batches(), CODE)


@pytest.fixture
def world(released: Released) -> World:
    return World(released, charter_of_batches())


@pytest.fixture
def predictor(world: World) -> Iterator[Predictor]:
    with on_path(world.released.folder):
        ports: Any = {"online": world.online, "clock": world.clock, "function_version": "1"}
        yield Predictor(find_package(), 1, world.released.sha256, **ports)


def asked(predictor: Predictor, rows: Rows) -> dict[str, Any]:
    """The endpoint's answer to these rows, as they are in a request."""
    body = json.dumps({"instances": rows}).encode()
    return dict(predictor.predict(Request("r1", body, (f"predict:{MODEL}",))).body)


@pytest.mark.parametrize("runtime", ["compiled", "scikit-learn"])
def test_a_batch_answers_as_the_endpoint_does_whatever_scores_it(
    world: World, predictor: Predictor, runtime: Any
) -> None:
    """Moments that are still to come are asked about now, as the endpoint is."""
    rows = [*GOOD, FAILING]
    found = world.answers(world.result(csv_of(rows), runtime))
    answered = asked(predictor, rows)["predictions"]
    assert [row["row"] for row in found] == list(range(1, len(rows) + 1))
    for row, answer in zip(found, answered, strict=True):
        error = answer.get("error", {})
        assert (row["label"], row["probability"]) == (answer.get("label"), answer.get("probability"))
        assert (row["error"], row["error_kind"], row["field"]) == tuple(
            error.get(name) for name in ("message", "kind", "field")
        )
        guesses = {mark: (row[mark] or "").split(", ") for mark in ("missing", "stale", "unknown")}
        assert guesses == {mark: answer.get(mark, [""]) for mark in guesses}
    assert found[-1]["error_kind"] == "model_failed"


@pytest.mark.parametrize("wrong", WRONG)
def test_a_row_that_a_request_would_be_refused_for_has_that_error_and_no_other_row_has(
    world: World, predictor: Predictor, wrong: dict[str, Any]
) -> None:
    first, found, last = world.answers(world.result(csv_of([GOOD[0], wrong, GOOD[2]])))
    refused = asked(predictor, [wrong])["error"]
    assert (found["error"], found["error_kind"]) == (refused["message"].replace("instances[0]", "inputs"), "invalid")
    assert (found["label"], found["probability"]) == (None, None)
    assert (first["error"], last["error"]) == (None, None)


def test_features_are_those_that_training_joins_as_of_each_rows_moment(world: World) -> None:
    rows = [{**row, "at": (NOON - timedelta(minutes=35 * number)).isoformat()} for number, row in enumerate(GOOD)]
    version = world.opened()
    plan = world.planned(world.begun(csv_of(rows)), version)
    (piece,) = pieces_of(world, csv_of(rows))
    ports: Any = {"lake": world.lake, "catalog": world.catalog}
    found = part_features(piece, plan, version, CONTRACTS, **ports).table
    truth = pl.DataFrame(
        [{**row, "late": True} for row in rows],
        schema_overrides={"amount": pl.Float64},
    ).with_columns(pl.col("at").str.to_datetime("%+", time_zone="UTC").dt.cast_time_unit("us"))
    with version.code.in_place() as functions:
        trained = training_rows(version.charter, CONTRACTS, {"orders": truth, "shops": world.shops}, functions)
    expected = trained.sort("__key_order_id").select(found.columns)
    assert found.cast(dict(expected.schema)).equals(expected)
    assert found["queue.length"].null_count() < found.height - 1, "nothing was looked up: the test looked at nothing"
    assert found["queue.length"].n_unique() > 2


def pieces_of(world: World, content: bytes) -> list[pl.DataFrame]:
    """The rows as they are cut."""
    key = next(iter(world.uploads.keys("batch/")))
    folder = world.released.folder.parent / "asked"
    folder.write_bytes(world.uploads.get(key))
    return list(pieces("orders.csv", folder, world.charter))


AGREED = {
    "at": {"zone": "America/New_York", "form": "dd/MM/yyyy HH:mm"},
    "shop": {"missing": ("unknown",)},
    "amount": {"missing": ("-999",), "written": "Amount due"},
}


def test_nulls_times_and_names_are_read_as_the_contract_of_the_rows_that_were_learnt_from_has_them(
    released: Released,
) -> None:
    columns = tuple(replace(column, **AGREED.get(column.name, {})) for column in CONTRACTS["orders"].columns)
    regions = Rule("orders.shop.one_of", "one_of", ("shop",), "accuracy", values=("NA", "north"))
    orders = replace(CONTRACTS["orders"], columns=columns, rules=(regions,))
    agreed = World(released, charter_of_batches(), contracts={**CONTRACTS, "orders": orders})
    plain = World(released, charter_of_batches())
    at = "2013-04-01T13:00:00Z"
    written = [(1, "01/04/2013 09:00", "unknown", -999.0), (2, at, "NA", 7), (3, at, "north", "NA")]
    meant = [(1, at, "", ""), (2, at, '"NA"', 7), (3, at, "north", "")]
    asked = [
        f"order_id,at,shop,{amount}\n" + "".join(f"{a},{b},{c},{d}\n" for a, b, c, d in rows)
        for amount, rows in (("Amount due", written), ("amount", meant))
    ]
    found, expected = (
        world.answers(world.result(content.encode())) for world, content in zip((agreed, plain), asked, strict=True)
    )
    assert found == expected
    assert [row["unknown"] for row in found] == [None, "shop", None]
    assert all(row["error"] is None for row in found)


def test_inputs_for_which_a_file_has_no_column_are_named(world: World) -> None:
    assert world.result(csv_of(GOOD)).absent == ()
    unnamed = [{"ammount" if name == "amount" else name: value for name, value in row.items()} for row in GOOD]
    assert world.result(csv_of(unnamed), name="unnamed.csv").absent == ("amount",)


def test_rows_add_up_and_the_same_rows_in_parquet_have_the_same_answers(world: World) -> None:
    rows = [*GOOD, FAILING, *WRONG[3:]]
    content = csv_of(rows) + b"1,2\n"
    result = world.result(content)
    assert (result.rows, result.scored, result.errors) == (len(rows) + 1, len(GOOD), 4)
    *found, ragged = world.answers(result)
    assert "another number of values" in ragged["error"]
    plain = pl.DataFrame(rows, schema_overrides={"amount": pl.Float64})
    file = world.released.folder.parent / "orders.parquet"
    plain.with_columns(pl.col("at").str.to_datetime("%+", time_zone="UTC")).write_parquet(file)
    again = world.result(file.read_bytes(), name="orders.parquet")
    assert [row["probability"] for row in world.answers(again)] == [row["probability"] for row in found]
    assert [row["error_kind"] for row in world.answers(again)] == [row["error_kind"] for row in found]


def test_a_file_whose_columns_are_called_as_people_call_them_is_scored_as_it_was_learnt_from(world: World) -> None:
    content = csv_of(GOOD)
    by_people = content.replace(b"amount", b"Amount", 1)
    assert by_people != content
    plain, again = world.result(content), world.result(by_people)
    assert (again.scored, again.errors) == (len(GOOD), 0)
    assert [row["probability"] for row in world.answers(again)] == [row["probability"] for row in world.answers(plain)]


def test_no_part_is_scored_twice_and_a_batch_is_not_done_before_all_are(world: World) -> None:
    version = world.opened()
    batch = world.begun(csv_of(GOOD), again="call-1")
    assert world.begun(csv_of(GOOD), again="call-1") == batch
    assert list(world.workflows.batches) == [batch.id]
    plan = world.planned(batch, version)
    assert show_batch(MODEL, batch.id, lake=world.lake, workflows=world.workflows).parts == len(plan.parts) == 1
    with pytest.raises(Unavailable, match="1 of 1 part could not be scored"):
        finish_batch(plan, lake=world.lake, clock=world.clock)
    (part,) = plan.parts
    counts = world.scored(plan, part.name, version)
    # Whoever comes again reads the marker; there are no rows any more.
    del world.lake._versions[rows_at(plan, part.name)]
    assert world.scored(plan, part.name, version) == counts
    assert world.planned(batch, version) == plan == known_plan(MODEL, batch.id, lake=world.lake)
    result = finish_batch(plan, lake=world.lake, clock=world.clock)
    world.clock.advance(timedelta(hours=1))
    assert finish_batch(plan, lake=world.lake, clock=world.clock) == result
    shown = show_batch(MODEL, batch.id, lake=world.lake, workflows=world.workflows)
    assert (shown.status, shown.result, shown.manifest) == ("done", result, result_at(MODEL, batch.id))
    assert markers(world.lake.keys(f"batch/{MODEL}/parts/")) == {part.name}


def test_a_plan_that_was_made_before_rows_had_a_place_of_their_own_is_scored_all_the_same(world: World) -> None:
    version, batch = world.opened("scikit-learn"), world.begun(csv_of(GOOD))
    plan = world.planned(batch, version)
    record = json.loads(world.lake.get(plan_at(MODEL, batch.id)))
    assert record.pop("work") == WORK
    world.lake.put(plan_at(MODEL, batch.id), json.dumps(record).encode())
    older = known_plan(MODEL, batch.id, lake=world.lake)
    assert older is not None
    (part,) = plan.parts
    world.lake.put(f"batch/{MODEL}/rows/{plan.set}/{part.name}.parquet", world.lake.get(rows_at(plan, part.name)))
    del world.lake._versions[rows_at(plan, part.name)]
    assert world.scored(older, part.name, version).scored == len(GOOD)


@pytest.mark.slow
def test_a_file_of_many_parts_has_every_row_once_whatever_order_they_are_scored_in(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`./scripts/bench batch` does the same with ten million rows, and looks at the memory it takes."""
    monkeypatch.setattr(planning, "pieces", partial(pieces, together=37))
    rows = [{**GOOD[number % len(GOOD)], "order_id": number} for number in range(1000)]
    rows[500] = {**rows[500], "amount": -1}
    version = world.opened()
    plan = world.planned(world.begun(csv_of(rows)), version)
    assert len(plan.parts) == 28
    for part in reversed(plan.parts):
        world.scored(plan, part.name, version)
    result = finish_batch(plan, lake=world.lake, clock=world.clock)
    assert (result.rows, result.scored, result.errors) == (1000, 999, 1)
    found = world.answers(result)
    assert [row["row"] for row in found] == list(range(1, 1001))
    assert [row["row"] for row in found if row["error"]] == [501]
    assert len({row["probability"] for row in found[:500]}) == len({row["probability"] for row in found[:6]})


def test_a_file_that_is_cut_otherwise_the_next_time_is_scored_whole_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where nothing is looked up parts of equal content are shared, and those of another cut are no such parts."""
    monkeypatch.setattr(BatchVersion, "looks_up", False)
    content = csv_of([{**GOOD[number % len(GOOD)], "order_id": number} for number in range(100)])
    version = world.opened()
    for together, parts in ((30, 4), (50, 2), (30, 4)):
        monkeypatch.setattr(planning, "pieces", partial(pieces, together=together))
        plan = world.planned(world.begun(content), version)
        assert len(plan.parts) == parts
        for part in plan.parts:
            world.scored(plan, part.name, version)
        assert finish_batch(plan, lake=world.lake, clock=world.clock).rows == 100


def test_a_batch_that_can_only_fail_does_not_begin(world: World) -> None:
    ports = {"uploads": world.uploads, "lake": world.lake, "catalog": world.catalog, "control": world.control}
    with pytest.raises(NotFound, match="no file batch/late-orders/orders"):
        start(world, "orders.csv", None, **ports)
    world.uploads.put(f"batch/{MODEL}/orders.csv", csv_of(GOOD))
    with pytest.raises(NotFound):
        start(world, "orders.csv", 7, **ports)
    assert not world.workflows.batches
    with pytest.raises(Rejected, match="column 'at' is missing"):
        world.planned(world.begun(b"order_id,shop,amount\n1,north,3\n"), world.opened())


def start(world: World, file: str, version: int | None, **ports: Any) -> None:
    start_batch(MODEL, file, version, "ana", "c1", None, **ports, workflows=world.workflows, clock=world.clock)


def test_who_asked_for_a_batch_is_in_the_audit_once(world: World) -> None:
    batch = world.begun(csv_of(GOOD))
    (entry,) = world.catalog.latest_entries("people", MODEL).items
    assert (entry.what, entry.about, entry.by) == ("batch asked for", f"batch {batch.id}", batch.by)


def test_a_batch_that_failed_says_why(world: World) -> None:
    batch = world.begun(csv_of(GOOD))
    world.workflows.batch_failures[batch.id] = "Rejected: orders.csv is damaged."
    shown = show_batch(MODEL, batch.id, lake=world.lake, workflows=world.workflows)
    assert (shown.status, shown.reason, shown.parts) == ("failed", "Rejected: orders.csv is damaged.", None)
    with pytest.raises(NotFound, match="no batch"):
        show_batch(MODEL, "0" * 32, lake=world.lake, workflows=world.workflows)
