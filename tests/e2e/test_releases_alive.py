"""Releases by evidence on the deployed template, with callers who ask over HTTP: each ends by itself as it should."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from benches.own_cloud import Place
from benches.releasing.live.cases import Begun, Case, ask_first, begun, release, share_p
from benches.releasing.live.place import MODEL, parcels, place
from serin.ports import AliasState
from serin_cli.traffic import Driven, Traffic
from tests.e2e.hands import Hands

pytestmark = pytest.mark.slow
SEED, PER_MINUTE = 20130503, 60
LEAST_P = 1e-6
Record = Callable[[str, object], None]


@pytest.fixture(scope="module")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("alive")) as found:
        ask_first(found, SEED)
        yield found


def what_serves(alive: Place) -> tuple[str, dict[str, float]]:
    alias = Hands(alive).alias()
    return alias.function_version, dict(alias.weights)


def taken_back(alive: Place, case: Case, record: Record, requests: int = PER_MINUTE) -> Driven:
    """The candidate of the case, which the judge must fail by itself; callers have the version before it again."""
    before = what_serves(alive)
    driven = release(alive, case, requests, SEED)
    assert driven.judged[-1]["outcome"] == "fail", driven.release
    assert what_serves(alive) == before
    with Traffic(alive.connection, MODEL, parcels(SEED)) as traffic:
        assert traffic.ask(5).failed == 0
    costs = {"requests": driven.tally.requests, "failed": driven.tally.failed}
    record(case.name, {**costs, "sentence": driven.judged[-1]["sentence"]})
    return driven


def weights(driven: Driven) -> list[int]:
    return [shift["weight"] for shift in driven.release["shifts"]]


def test_a_good_candidate_goes_through_shadow_and_every_step_and_no_request_fails(alive: Place) -> None:
    driven = release(alive, Case("good"), PER_MINUTE, SEED)
    assert driven.status == "live", driven.release
    assert weights(driven) == [20, 50, 100]
    assert list(dict.fromkeys(judged["phase"] for judged in driven.judged)) == ["shadow", "canary", "bake"]
    assert driven.tally.failed == 0, driven.tally
    assert set(driven.tally.versions) == {1, 2}
    assert min(share_p(driven.judged).values()) >= LEAST_P, f"seed {SEED}: {driven.judged}"


@pytest.mark.parametrize("behaviour", ["raises", "slow"])
def test_what_its_shadow_shows_of_a_bad_candidate_costs_no_caller_anything(
    alive: Place, record_property: Record, behaviour: str
) -> None:
    driven = taken_back(alive, Case(behaviour), record_property)
    assert (driven.status, weights(driven), driven.tally.requests) == ("failed", [], 0)


# `./scripts/bench release --live` has candidates that time out and that answer nonsense too; each takes twenty seconds.
@pytest.mark.parametrize(("behaviour", "requests"), [("killed", 24)])
def test_a_candidate_that_is_bad_in_traffic_alone_is_taken_back_after_few_requests(
    alive: Place, record_property: Record, behaviour: str, requests: int
) -> None:
    driven = taken_back(alive, Case(behaviour, in_traffic=True), record_property, requests)
    assert (driven.status, weights(driven)) == ("rolled_back", [20])
    assert driven.tally.requests <= 8 * requests
    assert min(share_p(driven.judged).values()) >= LEAST_P, f"seed {SEED}: {driven.judged}"


def at_a_fifth(shown: Mapping[str, Any]) -> bool:
    return [shift["weight"] for shift in shown["shifts"]] == [20]


def after(minutes: int, one: Begun) -> Mapping[str, Any]:
    """What the API shows of the release some minutes later; nobody asks meanwhile."""
    left = iter(range(minutes))
    release: Mapping[str, Any] = one.drive(0, lambda _: next(left, None) is None).release
    return release


def test_a_person_holds_a_release_and_the_alias_moved_by_hand_freezes_it_and_a_deploy_waits_for_its_end(
    alive: Place,
) -> None:
    hands, path = Hands(alive), f"/models/{MODEL}/releases"
    with begun(alive, Case("good"), SEED) as one:
        one.drive(0, at_a_fifth)
        alive.client.post(f"{path}/{one.release}/hold")
        assert after(2, one)["release"]["status"] == "held"
        alive.client.post(f"{path}/{one.release}/resume")
        assert after(2, one)["release"]["status"] == "running"

        shared = hands.alias()
        hands.move(AliasState(shared.function_version, {}, ""))
        frozen = after(2, one)["release"]
        assert (frozen["status"], "Somebody else has changed the alias" in frozen["reason"]) == ("held", True)
        assert hands.alias().weights == {}, "what somebody did by hand is left alone"
        hands.move(shared)
        assert after(2, one)["release"]["status"] == "running"

        hands.deploy_other_code()
        alive.cloud.settle()
        deployed = alive.client.get(path)["items"][0]
        assert (deployed["cause"], deployed["status"]) == ("deployed", "waiting")

        alive.client.post(f"{path}/{one.release}/abort")
        alive.cloud.settle()
        aborted = one.drive(0).release["release"]
        assert (aborted["status"], aborted["reason"].startswith("Aborted by")) == ("rolled_back", True)
        started = Begun(alive, deployed["id"], one.traffic).drive(0, at_a_fifth).release["release"]
    assert (started["status"], started["version"]) == ("running", started["previous"])
    assert what_serves(alive)[1] != {}

    hands.stop_execution()
    alive.cloud.settle()
    stopped = alive.client.release(MODEL, deployed["id"])
    assert (stopped["status"], stopped["reason"]) == ("rolled_back", "its workflow aborted")
    assert what_serves(alive) == (shared.function_version, {})


def test_a_rollback_waits_for_nothing_and_no_request_fails_while_it_goes_on(alive: Place) -> None:
    with Traffic(alive.connection, MODEL, parcels(SEED)) as traffic, ThreadPoolExecutor(1) as callers:
        asked = callers.submit(traffic.ask, PER_MINUTE)
        started = alive.client.post(f"/models/{MODEL}/releases", {"action": "rollback"})["release"]
        ended = alive.client.release_ended(MODEL, release=started)
        assert (ended["status"], ended["version"], ended["previous"]) == ("live", 1, 2)
        assert asked.result().failed == 0
        assert set(traffic.ask(5).versions) == {1}
