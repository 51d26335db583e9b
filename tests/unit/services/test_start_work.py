from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.world import MemoryWorkflows
from serin.domain.auditing.effects import asked_for_training
from serin.domain.errors import Conflict, NotFound, Unavailable
from serin.domain.models import Artifact
from serin.domain.people import People
from serin.services.start_work import start_newest, start_release, start_rerun, start_rollback, start_training
from serin.services.steps.approvals import requesters
from serin.services.withdraw_version import withdraw_version
from tests.builders import a_run, a_training_set, a_verdict, an_asking
from tests.unit.services.releasing import MODEL, World, with_live

NOBODY = People()


def rollback_target(world: World) -> int:
    workflows = MemoryWorkflows()
    release_id = start_rollback(MODEL, an_asking(), catalog=world.catalog, control=world.control, workflows=workflows)
    model, version, cause = workflows.releases[release_id]
    assert (model, cause) == (MODEL, "rollback")
    return version


def released(*versions: int) -> World:
    world = World()
    for number, version in enumerate(versions):
        world.release(f"rel{number}", version)
    return world


def test_a_training_that_is_asked_for_begins_under_a_name_of_its_own() -> None:
    workflows = MemoryWorkflows()
    ids = [
        start_training(MODEL, an_asking(), NOBODY, catalog=MemoryCatalog(), workflows=workflows),
        start_training(MODEL, an_asking("c2"), NOBODY, catalog=MemoryCatalog(), workflows=workflows),
    ]
    assert workflows.trainings == dict.fromkeys(ids, (MODEL, "call"))
    assert [workflows.correlations[name] for name in ids] == ["c1", "c2"]


def test_a_training_that_is_asked_for_again_is_the_same_one() -> None:
    workflows = MemoryWorkflows()
    ids = [
        start_training(MODEL, an_asking(f"c{n}", "ana's key"), NOBODY, catalog=MemoryCatalog(), workflows=workflows)
        for n in (1, 2)
    ]
    ids.append(
        start_training(MODEL, an_asking("c3", "ana's next key"), NOBODY, catalog=MemoryCatalog(), workflows=workflows)
    )
    assert ids[0] == ids[1] != ids[2]
    assert list(workflows.trainings) == [ids[0], ids[2]]
    assert workflows.correlations[ids[0]] == "c1"


def test_a_registered_version_can_be_released() -> None:
    workflows = MemoryWorkflows()
    release_id = start_release(
        MODEL, 2, an_asking(), NOBODY, catalog=World().catalog, control=World().control, workflows=workflows
    )
    assert workflows.releases == {release_id: (MODEL, 2, "call")}
    assert workflows.correlations == {release_id: "c1"}


def test_the_newest_version_is_not_released_again_unless_its_number_is_said() -> None:
    world, workflows = released(3), MemoryWorkflows()
    ports: Any = {"catalog": world.catalog, "control": world.control, "workflows": workflows}
    newest = world.catalog.latest_versions(MODEL, limit=1).items[0].version
    assert newest == 3
    with pytest.raises(Conflict, match="Version 3 of late-orders, the newest, is live already"):
        start_newest(MODEL, an_asking("c1", "a key"), NOBODY, **ports)
    assert start_release(MODEL, 3, an_asking(), NOBODY, **ports) in workflows.releases
    older = released(1)
    assert start_newest(MODEL, an_asking(), NOBODY, catalog=older.catalog, control=older.control, workflows=workflows)


def test_a_withdrawn_version_is_neither_released_nor_rolled_back_to() -> None:
    world, workflows = released(1, 3), MemoryWorkflows()
    withdraw_version(MODEL, 1, "it knows the answer", "ana", catalog=world.catalog, clock=world.clock)
    with pytest.raises(Conflict, match=r"Version 1 of .* was withdrawn by ana .*: it knows the answer"):
        start_release(MODEL, 1, an_asking(), NOBODY, catalog=world.catalog, control=world.control, workflows=workflows)
    with pytest.raises(Conflict, match="it knows the answer"):
        rollback_target(world)
    with pytest.raises(Conflict, match="it knows the answer"):
        world.release("again", 1)
    assert workflows.releases == {}
    with pytest.raises(Conflict, match="withdrawn already: it knows the answer"):
        withdraw_version(MODEL, 1, "another", "bo", catalog=world.catalog, clock=world.clock)


def test_a_version_nobody_registered_starts_nothing() -> None:
    workflows = MemoryWorkflows()
    with pytest.raises(NotFound, match="version 9"):
        start_release(
            MODEL, 9, an_asking(), NOBODY, catalog=World().catalog, control=World().control, workflows=workflows
        )
    assert workflows.releases == {}


def test_a_rollback_goes_to_the_version_that_was_live_before() -> None:
    assert rollback_target(released(1, 3)) == 1


def test_a_rollback_after_a_rollback_goes_further_back() -> None:
    world = released(1, 2, 3)
    world.release("back1", 2, "rollback")
    assert rollback_target(world) == 1


def test_a_rollback_after_going_forward_again_goes_back_again() -> None:
    world = released(1, 2)
    world.release("back", 1, "rollback")
    world.release("forth", 2, "call")
    assert rollback_target(world) == 1


@pytest.mark.parametrize("until", ["shadow", "judge", "bake"])
def test_while_a_version_is_released_a_rollback_is_an_abort(until: str) -> None:
    """It would wait for the end of the release, for an hour or a day, and then go back behind what was live."""
    world = with_live()
    world.release("rel2", 2)
    course = world.until("rel3", 3, until)
    says = "has all callers and is watched until .*bake" if until == "bake" else "is being released.*live is version 2"
    with pytest.raises(Conflict, match=f"release of late-orders is under way: version 3 {says}") as caught:
        rollback_target(world)
    assert "`release abort`" in caught.value.remedy
    world.walk("rel3", course)
    assert rollback_target(world) == 2


def test_a_rollback_that_is_asked_for_twice_is_no_release_that_stops_it() -> None:
    world = released(1, 2)
    course = world.begin("back", 1, "rollback")
    assert rollback_target(world) == 1
    world.walk("back", course)


def test_a_release_that_failed_is_not_gone_back_to() -> None:
    world = released(1, 2)
    world.until("failed", 3, "finish")
    world.abandon("failed")
    assert rollback_target(world) == 1


def test_the_first_version_that_went_live_has_nothing_before_it() -> None:
    world = released(1)
    with pytest.raises(Conflict, match="Version 1 of late-orders is the first that went live"):
        rollback_target(world)


def test_after_a_rollback_to_the_first_version_there_is_nothing_before_it() -> None:
    world = released(1, 2)
    world.release("back", 1, "rollback")
    with pytest.raises(Conflict, match="nothing before it"):
        rollback_target(world)


def test_without_a_live_version_there_is_nothing_to_roll_back() -> None:
    with pytest.raises(Conflict, match="No version of late-orders is live"):
        rollback_target(World())


def test_a_rerun_begins_under_a_new_id_with_the_run_it_repeats() -> None:
    catalog, workflows = MemoryCatalog(), MemoryWorkflows()
    catalog.begin_run(a_run(verdict=a_verdict(), training_set="set1"))
    catalog.save_training_set(a_training_set(source=Artifact("training-sets/late-orders/sources/a.zip", "a")))
    rerun = start_rerun(MODEL, "r1", an_asking(), NOBODY, catalog=catalog, workflows=workflows)
    assert rerun != "r1"
    assert (workflows.trainings[rerun], workflows.repeats[rerun]) == ((MODEL, "rerun"), "r1")


def test_a_run_whose_code_was_not_kept_cannot_be_repeated() -> None:
    catalog, workflows = MemoryCatalog(), MemoryWorkflows()
    catalog.begin_run(a_run(verdict=a_verdict(), training_set="set1"))
    catalog.save_training_set(a_training_set())
    with pytest.raises(Conflict, match="older than the keeping of a training's code"):
        start_rerun(MODEL, "r1", an_asking(), NOBODY, catalog=catalog, workflows=workflows)
    with pytest.raises(NotFound):
        start_rerun(MODEL, "r9", an_asking(), NOBODY, catalog=catalog, workflows=workflows)


PEOPLE = People({"ml_engineer": ("ana", "bo")}, ("ml_engineer",), ("ml_engineer",), ("ml_engineer",))
ALONE = replace(PEOPLE, who={"ml_engineer": ("ana",)})


def test_who_asks_is_remembered_before_anything_begins() -> None:
    world, workflows = World(), MemoryWorkflows()
    ports: Any = {"catalog": world.catalog, "workflows": workflows}
    run = start_training(MODEL, an_asking("c1", "key"), PEOPLE, **ports)
    assert start_training(MODEL, an_asking("c2", "key", by="bo"), PEOPLE, **ports) == run
    release = start_release(MODEL, 2, an_asking("c1", by="bo"), PEOPLE, control=world.control, **ports)
    assert requesters(MODEL, run=run, catalog=world.catalog) == ("ana",)
    assert requesters(MODEL, run="other", release=release, catalog=world.catalog) == ("bo",)
    assert requesters(MODEL, run="other", catalog=world.catalog) == ()


@pytest.mark.parametrize("owner", ["ana", "Ana"])
def test_what_nobody_else_could_agree_to_does_not_begin(owner: str) -> None:
    """It would wait for a week, and then end."""
    world, workflows = World(), MemoryWorkflows()
    ports: Any = {"catalog": world.catalog, "workflows": workflows}
    with pytest.raises(Conflict, match=f"nobody but {owner} is one") as refused:
        start_training(MODEL, an_asking("c1", by=owner), ALONE, **ports)
    assert "four_eyes: false" in refused.value.remedy
    with pytest.raises(Conflict, match="ml_engineer must agree"):
        start_release(MODEL, 2, an_asking("c1", by=owner), ALONE, control=world.control, **ports)
    assert (workflows.trainings, workflows.releases) == ({}, {})
    assert start_training(MODEL, an_asking("c1", by=owner), replace(ALONE, four_eyes=False), **ports)


def test_who_had_a_version_trained_cannot_be_the_one_who_agrees_to_its_release() -> None:
    world, workflows = World(), MemoryWorkflows()
    ports: Any = {"catalog": world.catalog, "control": world.control, "workflows": workflows}
    world.catalog.note_effect(asked_for_training(MODEL, world.catalog.version(MODEL, 2).run, "now", an_asking()))
    with pytest.raises(Conflict, match="nobody but bo and ana"):
        start_release(MODEL, 2, an_asking("c1", by="bo"), PEOPLE, **ports)
    assert start_release(MODEL, 2, an_asking(), PEOPLE, **ports)


def test_who_asks_for_work_is_in_the_audit_before_it_begins() -> None:
    class Down(MemoryWorkflows):
        def start_training(self, *_: Any) -> bool:
            raise Unavailable("Step Functions does not answer.", "Ask again.")

    catalog = MemoryCatalog()
    asking = an_asking("c1", "ana's key")
    for workflows in (Down(), MemoryWorkflows()):
        with suppress(Unavailable):
            start_training(MODEL, asking, NOBODY, catalog=catalog, workflows=workflows)
    (entry,) = catalog.latest_entries("people", MODEL).items
    assert (entry.what, entry.by, entry.token, entry.correlation) == ("training asked for", "ana", "t1", "c1")
    assert entry.about == f"run {next(iter(workflows.trainings))}"


def test_of_a_release_and_a_rollback_the_audit_says_which_version_they_are_to() -> None:
    world = released(1, 2)
    ports: Any = {"catalog": world.catalog, "control": world.control, "workflows": world.workflows}
    start_release(MODEL, 3, an_asking(), NOBODY, **ports)
    start_rollback(MODEL, an_asking("c2"), **ports)
    entries = world.catalog.latest_entries("people", MODEL).items
    assert {(entry.what, entry.said) for entry in entries} == {
        ("release asked for", "version 3"),
        ("release asked for", "back to version 1"),
    }
