"""What a model's trainings cost a month, each with the release of its version, if it makes one."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from infra.cost.assumptions import Assumptions
from infra.cost.functions import calls, memory_of
from infra.cost.lines import DAYS, Line, Template, Term, resources_of
from serin.domain import prices
from serin.domain.charter import Charter
from serin.domain.training_machines import MACHINES

YARDSTICKS = 2
"""A trivial and a linear model are fitted beside the trials."""
_RELEASE_CALL_MS = 500.0


def trainings_of(templates: Sequence[Template], charter: Charter, assumed: Assumptions) -> list[Line]:
    """The functions, the steps, and the looks of a release after each training."""
    often = trainings_a_month(charter)
    memory = memory_of(templates, f"train-model-{charter.model}")
    steps = often * steps_of(_machine(templates, f"training-{charter.model}"), charter)
    seconds = often * assumed.training_seconds * memory / 1024
    looks = often * assumed.release_looks
    release = calls(looks, _RELEASE_CALL_MS, memory_of(templates, "release-model"))
    # A look is a wait, a call and a choice.
    return [
        *_jobs(charter, often, assumed),
        Line(
            "trainings",
            f"trainings, {often:.2g} a month",
            charter.model,
            (Term(seconds, "GB-s", prices.LAMBDA_GB_SECOND), Term(steps, "steps", prices.STATE_TRANSITION)),
        ),
        Line(
            "trainings",
            f"releases, {often:.2g} a month",
            charter.model,
            (*release, Term(3 * looks, "steps", prices.STATE_TRANSITION)),
        ),
    ]


def _jobs(charter: Charter, often: float, assumed: Assumptions) -> list[Line]:
    """What goes to machines whatever its size, at most: on the largest, for as long as in functions."""
    terms = charter.training.job
    if terms is None or not terms.always:
        return []
    machine = MACHINES[terms.largest]
    seconds = Term(often * assumed.training_seconds, f"s of {machine.name}", machine.usd_hour / 3600)
    return [Line("trainings", f"training jobs, {often:.2g} trainings a month, at most", charter.model, (seconds,))]


def trainings_a_month(charter: Charter) -> float:
    """By `retraining.every`, as far as the budget goes; where nothing is due by itself, one by hand."""
    every = charter.retraining.every
    if every is None:
        return 1.0
    return min(DAYS / (every.total_seconds() / 86_400), float(charter.retraining.trainings_per_month))


def steps_of(definition: Mapping[str, Any], charter: Charter) -> int:
    """Steps of one training at most: each state once, and those of a trial for each trial."""
    states: Mapping[str, Any] = definition["States"]
    inner = sum(len(state["ItemProcessor"]["States"]) for state in states.values() if "ItemProcessor" in state)
    return len(states) + inner * (charter.training.search.trials + YARDSTICKS)


def _machine(templates: Sequence[Template], name: str) -> Mapping[str, Any]:
    for properties in resources_of(templates, "AWS::StepFunctions::StateMachine"):
        if str(properties["StateMachineName"]).endswith(f"-{name}"):
            text = properties["DefinitionString"]
            parts = [text] if isinstance(text, str) else text["Fn::Join"][1]
            definition: Mapping[str, Any] = json.loads("".join(x if isinstance(x, str) else "x" for x in parts))
            return definition
    raise KeyError(name)
