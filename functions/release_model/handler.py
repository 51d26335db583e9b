"""A state of the release workflow, or an event about one → the step of that name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from serin.bootstrap import platform
from serin.domain.aws_events import EXECUTION_ENDED, end_of_execution, model_of_stack, named_in_execution
from serin.domain.records import as_record
from serin.domain.workflow_errors import reason_of
from serin.logs import logged
from serin.services.release.abandon import abandon
from serin.services.release.begin import begin
from serin.services.release.carry_on import carry_on
from serin.services.release.context import JudgedRelease
from serin.services.release.deployed import release_deployed
from serin.services.release.evidence import evidence_of
from serin.services.release.finish import finish
from serin.services.release.judge import judge, shadow
from serin.services.release.open import open_release
from serin.services.release.prune import prune
from serin.services.release.publish import golden, publish
from serin.services.release.shift import promote, shift
from serin.services.shadow_release import shadow_round
from serin.services.steps.notices import tell_people


@logged("release_model", lambda: platform().clock)
def handle(event: Mapping[str, Any], context: object) -> Any:
    """Take one step of a release; where it goes next, or what became of it."""
    if event.get("detail-type") == EXECUTION_ENDED:
        return after_execution(event["detail"])
    if event["step"] == "deployed":
        return as_record(deployed(model_of_stack(event["stack"], platform().stage), event["release"]))
    return as_record(step_of(event)[event["step"]]())


def step_of(event: Mapping[str, Any]) -> Mapping[str, Callable[[], object]]:
    """Every step of the release that the event names."""
    model, rounds = event["model"], event.get("round", 0)
    release = release_of(model, event["release"])
    return {
        "begin": lambda: begin(release, event["version"], event["cause"], event["correlation"]),
        "publish": lambda: publish(release, rounds),
        "golden": lambda: golden(release, platform().golden(model)),
        "open": lambda: open_release(release, rounds),
        "shadow": lambda: shadow(release, rounds),
        "shift": lambda: shift(release),
        "judge": lambda: judge(release, rounds),
        "promote": lambda: promote(release),
        "bake": lambda: judge(release, rounds),
        "prune": lambda: prune(release),
        "finish": lambda: finish(release),
        "continue": lambda: carry_on(release, event["then"], event["seconds"]),
        "abandon": lambda: abandon(release, reason_of(event["error"])),
        "roll_back": lambda: abandon(release, event["reason"]),
    }


def after_execution(detail: Mapping[str, Any]) -> Any:
    """What a workflow did not come to do itself: no catcher sees every end of an execution."""
    named = named_in_execution(detail, "model", "release")
    return None if named is None else as_record(abandon(release_of(*named), end_of_execution(detail)))


def deployed(model: str, release_id: str) -> bool:
    """The endpoint of a model has been deployed."""
    world = platform()
    return release_deployed(
        model,
        release_id,
        catalog=world.catalog,
        control=world.control,
        endpoint=world.endpoint,
        workflows=world.workflows,
    )


def release_of(model: str, release_id: str) -> JudgedRelease:
    """A release with its ports and its charter's terms."""
    world, charter = platform(), platform().charters[model]
    return JudgedRelease(
        model=model,
        id=release_id,
        policy=charter.release.policy,
        people=charter.people,
        latency_ms=charter.objectives.latency_p95_ms,
        catalog=world.catalog,
        control=world.control,
        endpoint=world.endpoint,
        events=world.events,
        workflows=world.workflows,
        metrics=world.metrics,
        clock=world.clock,
        # Each look reads all of a release's files, and most of them were there at the look before.
        gather=partial(
            evidence_of,
            lake=world.lake_read_once,
            artifacts=world.artifacts_read_once,
            catalog=world.catalog,
            metrics=world.metrics,
        ),
        ask_shadow=partial(
            shadow_round,
            lake=world.lake_read_once,
            artifacts=world.artifacts_read_once,
            catalog=world.catalog,
            endpoint=world.endpoint,
        ),
        tell=partial(tell_people, catalog=world.catalog, notices=world.notices),
    )
