"""What only Lambda can get wrong: settings, layers, and a deploy that comes in between."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from benches.rules.cases import changes_take
from infra.local.services.awslambda.api.settling import CHANGE_S
from serin.adapters.cloudwatch import CloudWatchMetrics
from serin.adapters.endpoint import ALIAS
from serin.domain.errors import Corrupt, Unavailable
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.models import Artifact
from tests.contracts.endpoints import FUNCTION, GOOD, LAYERS, MODEL, OnLambda, on_lambda


@pytest.fixture
def place(tmp_path: Path) -> Iterator[OnLambda]:
    with on_lambda(tmp_path) as made:
        yield made


def layers_of(place: OnLambda, number: str) -> list[str]:
    return [layer["Arn"] for layer in place.held(number).get("Layers", ())]


@pytest.mark.slow
def test_a_function_version_holds_the_deployed_layers_and_its_own_model(place: OnLambda) -> None:
    first, second = (place.endpoint.publish(place.version(number), None) for number in (1, 2))
    assert layers_of(place, "2") == [place.base, first.layer_arn]
    assert layers_of(place, "3") == [place.base, second.layer_arn], "never what the release before left"
    assert place.held("3")["Environment"]["Variables"] == {
        "STAGE": "dev",
        "SERIN_MODEL_VERSION": "2",
        "SERIN_MODEL_SHA256": place.version(2).estimator.sha256,
    }


def test_publishing_waits_until_lambda_has_made_the_change_and_the_version(place: OnLambda) -> None:
    with changes_take(CHANGE_S):
        number = place.endpoint.publish(place.version(1), None).function_version
        assert place.endpoint.ask(MODEL, number, [GOOD]).status == 200


def test_a_deploy_of_other_layers_is_published_anew(place: OnLambda) -> None:
    first = place.endpoint.publish(place.version(1), None)
    other = place.layer("other")
    place.parameters.put_parameter(Name=LAYERS, Value=f"{place.base},{other}", Type="String", Overwrite=True)
    again = place.endpoint.publish(place.version(1), first)
    assert layers_of(place, again.function_version) == [place.base, other, again.layer_arn]
    assert again.layers == (place.base, other)


def test_a_layer_that_is_not_the_registered_one_is_not_published(place: OnLambda) -> None:
    version = place.version(1)
    changed = replace(version, layer=Artifact(version.layer.key, "0" * 64))
    with pytest.raises(Corrupt, match="the registry recorded 000000000000"):
        place.endpoint.publish(changed, None)
    assert place.numbers() == ["1"]
    assert layers_of(place, "$LATEST") == []


def once(place: OnLambda, moment: str, change: Callable[[], object], call: int = 1) -> None:
    """Somebody changes something at that moment of the adapter's n-th such call."""
    calls = 0

    def intrude(**_: Any) -> None:
        nonlocal calls
        calls += 1
        if calls == call:
            change()

    place.functions.meta.events.register(moment, intrude)


READ, PUBLISH = "after-call.lambda.GetFunctionConfiguration", "before-call.lambda.PublishVersion"
INTRUSIONS: dict[str, tuple[str, int, Callable[[OnLambda], object]]] = {
    "code, before the model is in": (READ, 1, lambda place: place.deploy()),
    "code, once the model is in": (PUBLISH, 1, lambda place: place.deploy()),
    "memory, once the model is in": (PUBLISH, 1, lambda place: place.configure(MemorySize=512)),
    "layers, as the model goes in": (
        "before-call.lambda.GetFunctionConfiguration",
        2,
        lambda place: place.configure(Layers=[]),
    ),
    "variables, as the model goes in": (
        "before-call.lambda.GetFunctionConfiguration",
        2,
        lambda place: place.configure(Environment={"Variables": {"STAGE": "prod"}}),
    ),
}


@pytest.mark.parametrize("name", INTRUSIONS)
def test_what_a_deploy_changes_meanwhile_is_not_published(place: OnLambda, name: str) -> None:
    moment, call, change = INTRUSIONS[name]
    once(place, moment, lambda: change(place), call)
    with pytest.raises(Unavailable, match="changed while version 1 was being published"):
        place.endpoint.publish(place.version(1), None)
    assert place.numbers() == ["1"]
    again = place.endpoint.publish(place.version(1), None)
    assert layers_of(place, again.function_version) == [place.base, again.layer_arn]


def test_a_version_is_asked_as_the_gateway_asks_and_says_that_it_was_the_release(place: OnLambda) -> None:
    place.endpoint.publish(place.version(1), None)
    body: Any = place.endpoint.ask(MODEL, "2", [{"order_id": 1}]).body
    assert body["variables"]["SERIN_MODEL_VERSION"] == "1"
    context = body["event"]["requestContext"]
    assert context["routeKey"] == body["event"]["routeKey"] == f"POST /models/{MODEL}/predict"
    assert context["authorizer"] == {"lambda": {"owner": "release", "scopes": f"predict:{MODEL}"}}
    assert context["requestId"] == GOLDEN_REQUEST


def test_a_function_without_room_is_asked_later(place: OnLambda) -> None:
    place.endpoint.publish(place.version(1), None)
    place.others.put_function_concurrency(FunctionName=FUNCTION, ReservedConcurrentExecutions=0)
    with pytest.raises(Unavailable, match="no room"):
        place.endpoint.replay(MODEL, "2", [GOOD], "c1")
    with pytest.raises(Unavailable, match="no room"):
        place.endpoint.ask(MODEL, "2", [{}])


def test_what_lambda_counts_of_the_alias_is_what_the_metrics_say(place: OnLambda) -> None:
    for payload in (b"{}", b"{}", b'{"replay": []}'):
        place.others.invoke(FunctionName=FUNCTION, Qualifier=ALIAS, Payload=payload)
    metrics, minute = CloudWatchMetrics(place.counts, "dev"), timedelta(minutes=1)
    end = place.now() + minute
    for version, calls, failed in (("1", 3, 2), ("2", 0, 0), (None, 3, 2)):
        counted = [metrics.sums(MODEL, name, version, end - 3 * minute, end) for name in ("Invocations", "Errors")]
        assert counted == [calls, failed]
