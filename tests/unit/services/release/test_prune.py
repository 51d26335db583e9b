"""What a release leaves behind: what answers and what can be gone back to, and nothing else."""

from __future__ import annotations

from serin.domain.errors import Unavailable
from tests.unit.services.releasing import BASIC, MODEL, with_live


def test_the_last_versions_stay_and_older_ones_go_with_their_layers() -> None:
    world = with_live(BASIC)
    for number in range(2, 9):
        world.endpoint.deploy = f"code-{number}"
        world.release(f"rel{number}", 2 + number % 2, "call")
    assert list(world.endpoint.function_versions(MODEL)) == ["1", "6", "7", "8", "9"]
    assert list(world.endpoint.layer_versions(MODEL)) == ["layer:8", "layer:9"]
    assert world.release("back", 3, "rollback").status == "live"
    assert world.endpoint.alias(MODEL).function_version == "8"


def test_what_serves_beside_a_candidate_stays_whatever_else_goes() -> None:
    world = with_live(BASIC)
    world.release("rel2", 2)
    world.until("rel3", 3, "finish")
    assert {"2", "3", "4"} <= set(world.endpoint.function_versions(MODEL))
    world.abandon("rel3")
    assert (world.serving(), world.live()) == (2, 2)


def test_a_version_whose_function_version_is_gone_can_be_released_again() -> None:
    world = with_live(BASIC)
    for number in range(2, 9):
        world.endpoint.deploy = f"code-{number}"
        world.release(f"rel{number}", 2 + number % 2, "call")
    world.endpoint.deploy = "code-1"
    assert world.release("again", 1, "call").status == "live"
    assert world.serving() == 1


def test_an_endpoint_that_cannot_be_pruned_is_pruned_by_the_next_release() -> None:
    world = with_live(BASIC)
    course = world.until("rel2", 2, "prune")

    def throttled(model: str) -> None:
        raise Unavailable(f"Lambda has no time for {model}.", "Try again.")

    world.endpoint.function_versions, known = throttled, world.endpoint.function_versions
    try:
        world.step("rel2", course)
    except Unavailable:
        # The workflow goes on to the end all the same.
        world.endpoint.function_versions = known
    assert world.step("rel2", course).next == "finish"
    assert world.walk("rel2", course).next == "end"
    assert world.live() == 2
