"""Requests about people: found by what stands for them, wherever they are asked about, and logged as that alone."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest

from serin.adapters.memory.salts import MemorySalts
from serin.adapters.memory.world import MemoryClock, MemoryOnlineFeatures
from serin.data.contract.protected import NOT_KEPT
from serin.data.files.parquet import from_parquet
from serin.data.files.table import TEXT
from serin.domain.charter import Charter
from serin.domain.compliance import Compliance
from serin.domain.features import OnlineValues
from serin.domain.personal import UNKNOWN
from serin.services.online_features import Answer, Question, read_online
from serin.services.predict import Predictor, Request
from serin.services.steps.pseudonyms import known_pseudonyms, made_pseudonyms
from serin.serving.package import find_package
from tests.builders import NOON
from tests.definitions import item_key
from tests.unit.learning.orders import order_columns
from tests.unit.services.batches import CODE as BATCH_CODE
from tests.unit.services.batches import CONTRACTS, ORDERS, World, charter_of_batches, columns_of_batches, csv_of
from tests.unit.serving.released import Released, on_path, orders_charter, release

ORDER = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}
HASHED = Compliance(personal_data={"shop": "hash"})


def charter() -> Charter:
    return replace(orders_charter(), compliance=HASHED)


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Released]:
    made = release(tmp_path_factory.mktemp("layer"), charter(), order_columns())
    with on_path(made.folder):
        yield made


@pytest.fixture
def salts() -> MemorySalts:
    return MemorySalts()


@pytest.fixture
def online(salts: MemorySalts) -> MemoryOnlineFeatures:
    """What is known of `north`."""
    store = MemoryOnlineFeatures()
    digest = made_pseudonyms("shop", ["north"], salts=salts)["north"]
    store.write([OnlineValues(item_key("queue", digest), {"length": 9}, NOON)])
    return store


@pytest.fixture
def ask(
    released: Released, online: MemoryOnlineFeatures, salts: MemorySalts
) -> Callable[[Mapping[str, Any]], tuple[dict[str, Any], dict[str, Any]]]:
    def digests(column: str, values: Collection[str]) -> Mapping[str, str]:
        return known_pseudonyms(column, values, salts=salts)

    ports: dict[str, Any] = {"online": online, "clock": MemoryClock(NOON), "function_version": "8", "digests": digests}
    predictor = Predictor(find_package(), 7, released.sha256, **ports)

    def answer(order: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        body = json.dumps({"instances": [order]}).encode()
        reply = predictor.predict(Request("request-1", body, ("predict:late-orders",)))
        assert reply.status == 200
        (line,) = reply.log
        assert str(order["shop"]) not in line or order["shop"] is None
        return dict(reply.body["predictions"][0]), json.loads(line)

    return answer


def test_a_person_is_found_by_what_stands_for_them_and_logged_as_that(ask: Any, salts: MemorySalts) -> None:
    prediction, line = ask(ORDER)
    digest = known_pseudonyms("shop", ["north"], salts=salts)["north"]
    assert "missing" not in prediction
    assert line["features"]["queue.length"] == 9
    assert line["inputs"]["shop"] == line["features"]["shop"] == digest


def test_asking_about_somebody_unknown_makes_nobody_known(ask: Any, salts: MemorySalts) -> None:
    known = dict(salts.salts)
    prediction, line = ask({**ORDER, "shop": "nowhere"})
    assert prediction["missing"] == ["queue"]
    assert line["inputs"]["shop"] == UNKNOWN
    assert salts.salts == known
    _, line = ask({**ORDER, "shop": None})
    assert line["inputs"]["shop"] is None


def test_whose_salt_is_destroyed_is_unknown_to_the_next_request(ask: Any, salts: MemorySalts) -> None:
    before, _ = ask(ORDER)
    salts.salts.clear()
    after, line = ask(ORDER)
    stranger, _ = ask({**ORDER, "shop": "nowhere"})
    assert line["inputs"]["shop"] == UNKNOWN
    assert after["probability"] == stranger["probability"]
    assert (after["missing"], "missing" in before) == (["queue"], False)


def test_before_any_file_came_everybody_is_unknown(ask: Any, salts: MemorySalts) -> None:
    salts.made = None
    assert ask(ORDER)[1]["inputs"]["shop"] == UNKNOWN


def test_features_are_read_by_the_same_digest_and_the_key_is_repeated_as_it_was_sent(
    online: MemoryOnlineFeatures, salts: MemorySalts
) -> None:
    def read(asked: Charter) -> Answer:
        question = Question({"shop": ["north", "nowhere"]}, ("queue:length",))
        ports: dict[str, Any] = {"online": online, "clock": MemoryClock(NOON), "salts": lambda: salts}
        return read_online(question, {asked.model: asked}, **ports)

    found = read(charter()).columns
    assert [one.status for one in found["length"]] == ["PRESENT", "NOT_FOUND"]
    assert [one.value for one in found["shop"]] == ["north", "nowhere"]
    # A charter that keeps values looks for values.
    assert [one.status for one in read(orders_charter()).columns["length"]] == ["NOT_FOUND", "NOT_FOUND"]


def test_a_file_to_be_scored_is_cut_into_rows_without_values(tmp_path_factory: pytest.TempPathFactory) -> None:
    personal = replace(charter_of_batches(), compliance=HASHED)
    folder = tmp_path_factory.mktemp("batches")
    shop = replace(next(column for column in ORDERS.columns if column.name == "shop"), missing=("nobody",))
    orders = replace(ORDERS, columns=tuple(shop if column.name == "shop" else column for column in ORDERS.columns))
    agreed = {**CONTRACTS, "orders": orders}
    world = World(release(folder, personal, columns_of_batches(), BATCH_CODE), personal, contracts=agreed)
    digest = made_pseudonyms("shop", ["north"], salts=world.salts)["north"]
    rows = [ORDER, {**ORDER, "shop": "nowhere"}, {**ORDER, "shop": None}, {**ORDER, "shop": "nobody"}]
    content = csv_of(rows) + b"9,north\n"
    plan = world.planned(world.begun(content), world.opened())
    (key,) = [key for key in world.lake.keys("batch-work/") if key.endswith(".parquet")]
    piece = from_parquet(world.lake.get(key))
    assert piece["shop"].to_list() == [digest, UNKNOWN, None, None, None]
    assert piece[TEXT].to_list() == [None, None, None, None, NOT_KEPT]
    assert len(plan.parts) == 1
