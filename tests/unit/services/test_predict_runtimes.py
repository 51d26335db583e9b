"""One model, asked compiled and forced to scikit-learn: the same answers, whatever is asked."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from typing import Any

import pytest

from benches.hostile.bodies import predict_requests
from benches.hostile.handlers import Handlers
from benches.hostile.requests import Sent
from benches.hostile.runtimes import difference, odd_requests
from benches.hostile.world import World, world_of
from serin.domain.compilation import RUNTIMES
from serin.domain.features import OnlineValues
from serin.services.predict import Predictor
from serin.serving.package import find_package
from tests.builders import NOON, contracts_of_orders
from tests.definitions import item_key
from tests.unit.learning.orders import order_columns
from tests.unit.serving.released import on_path, orders_charter, release

GOOD = {"order_id": 1, "at": "2013-04-01T12:00:00Z", "shop": "north", "amount": 20.0}
SCOPES = ("predict:late-orders",)
ROUTE, PATH = "POST /models/late-orders/predict", "/models/late-orders/predict"
SEED = 20130401


@pytest.fixture(scope="module")
def world() -> World:
    world = world_of(orders_charter(), contracts_of_orders())
    world.online.write([OnlineValues(item_key("queue", "north"), {"length": 9}, NOON)])
    return world


@pytest.fixture(scope="module")
def predictors(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Predictor]]:
    released = release(tmp_path_factory.mktemp("layer"), orders_charter(), order_columns())
    with on_path(released.folder):
        ports: Any = {"online": world.online, "clock": world.clock, "function_version": "8"}
        yield [Predictor(find_package(), 7, released.sha256, **ports, runtime=runtime) for runtime in RUNTIMES]


@pytest.fixture(scope="module")
def handlers(world: World, predictors: list[Predictor]) -> list[Handlers]:
    return [Handlers(world, predictor, SCOPES) for predictor in predictors]


def asked() -> Iterator[Sent]:
    """Odd rows that may be sent, and requests that may not."""
    bodies = islice(odd_requests(orders_charter().inputs, GOOD, SEED), 150)
    yield from (Sent("odd", ROUTE, PATH, body) for body in bodies)
    yield from islice(predict_requests("late-orders", GOOD, SEED), 150)


@pytest.mark.slow
def test_every_odd_request_is_answered_alike_and_none_with_a_server_error(handlers: list[Handlers]) -> None:
    statuses: Counter[int] = Counter()
    for sent in asked():
        compiled, fitted = (handler.send(sent) for handler in handlers)
        assert difference(compiled, fitted) is None, (sent.body[:500], difference(compiled, fitted))
        statuses[compiled.status] += 1
    assert sum(count for status, count in statuses.items() if status >= 500) == 0, statuses
    assert statuses[200] > 60, "hardly anything was answered: nothing behind the checks was compared"


def test_the_log_the_replay_and_the_shadow_go_the_same_way(handlers: list[Handlers], predictors: Any) -> None:
    row = {"prediction_id": "p", "at": NOON.isoformat(), "inputs": GOOD, "features": {"amount": 20.0, "shop": "north"}}
    for runtime, handler, predictor in zip(RUNTIMES, handlers, predictors, strict=True):
        answer = handler.send(Sent("good", ROUTE, PATH, json.dumps({"instances": [GOOD]}).encode()))
        line = json.loads(answer.log.splitlines()[0])
        assert line["runtime"] == runtime
        assert "instead" not in line
        assert predictor.replay([line["features"]])["scores"] == [line["score"]]
        shadow = predictor.shadow({"release": "rel1", "rows": [row]}, "i", "s")
        assert json.loads(shadow.log[0])["runtime"] == runtime
        assert shadow.body["answers"][0]["score"] == line["score"]
