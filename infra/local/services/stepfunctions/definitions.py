"""What Step Functions refuses of a definition before anything executes it, in its words.

Where a state may lead, whether it can be reached, whether there is an end, and which fields a type of state has:
https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
The words of a missing or unreachable state, of a missing end and of a field that is not supported are AWS's own; of
a name that is there twice its code and its sentence are, not where it says that the second one is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

State = Mapping[str, Any]

_ERROR_HANDLING = {"Task", "Parallel", "Map"}
_SUPPORTED_BY = {"TimeoutSeconds": {"Task"}, "Retry": _ERROR_HANDLING, "Catch": _ERROR_HANDLING}


def flaws(definition: State) -> list[str]:
    """Each flaw as `CODE: sentence at place`; empty for a definition AWS takes."""
    return [*_duplicates(definition), *_flaws(definition, "")]


def _flaws(program: State, place: str) -> Iterator[str]:
    """Of one map of states, and of those inside its states, which lead nowhere outside."""
    states: Mapping[str, State] = program["States"]
    targets = {f"{place}/StartAt": program["StartAt"]}
    for name, state in states.items():
        targets.update(_targets(state, f"{place}/States/{name}"))
    for where, target in targets.items():
        if target not in states:
            yield f"MISSING_TRANSITION_TARGET: Missing 'Next' target: {target} at {where}"
    if not any(_ends(state) for state in states.values()):
        yield "MISSING_END_STATE: Workflow has no terminal state at null"
    else:
        for name in states.keys() - set(targets.values()):
            yield f'MISSING_TRANSITION_TARGET: State "{name}" is not reachable. at {place}/States/{name}'
    for name, state in states.items():
        for field in (field for field, kinds in _SUPPORTED_BY.items() if field in state and state["Type"] not in kinds):
            yield f"SCHEMA_VALIDATION_FAILED: Field '{field}' is not supported at {place}/States/{name}"
        for inside, inner in _programs(state):
            yield from _flaws(inner, f"{place}/States/{name}/{inside}")


def _targets(state: State, place: str) -> Iterator[tuple[str, str]]:
    """Where a state says that it leads to."""
    if "Next" in state:
        yield f"{place}/Next", state["Next"]
    for field in ("Choices", "Catch"):
        for at, one in enumerate(state.get(field, [])):
            yield f"{place}/{field}[{at}]/Next", one["Next"]
    if "Default" in state:
        yield f"{place}/Default", state["Default"]


def _ends(state: State) -> bool:
    return state["Type"] in {"Succeed", "Fail"} or bool(state.get("End"))


def _programs(state: State) -> Iterator[tuple[str, State]]:
    for field in ("ItemProcessor", "Iterator"):
        if field in state:
            yield field, state[field]
    for at, branch in enumerate(state.get("Branches", [])):
        yield f"Branches[{at}]", branch


def _duplicates(definition: State) -> Iterator[str]:
    seen: set[str] = set()
    for place, name in _names(definition, ""):
        if name in seen:
            yield f"DUPLICATE_STATE_NAME: Duplicate State name: {name} at {place}"
        seen.add(name)


def _names(program: State, place: str) -> Iterator[tuple[str, str]]:
    for name, state in program["States"].items():
        yield f"{place}/States/{name}", name
        for inside, inner in _programs(state):
            yield from _names(inner, f"{place}/States/{name}/{inside}")
