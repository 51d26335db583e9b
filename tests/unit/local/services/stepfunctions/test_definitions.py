"""What AWS refuses of a definition, in its words."""

from __future__ import annotations

from typing import Any

import pytest

from infra.local.services.stepfunctions.definitions import flaws

END: dict[str, Any] = {"Type": "Pass", "End": True}


def to(target: str) -> dict[str, Any]:
    return {"Type": "Pass", "Next": target}


CHOICE = {"Type": "Choice", "Choices": [{"Variable": "$.a", "IsNull": True, "Next": "No"}], "Default": "Never"}
CAUGHT = {"Type": "Task", "Resource": "r", "End": True, "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "No"}]}
MISSING = "MISSING_TRANSITION_TARGET: Missing 'Next' target:"
NO_END = "MISSING_END_STATE: Workflow has no terminal state at null"


@pytest.mark.parametrize(
    ("states", "expected"),
    [
        ({"A": to("B"), "B": END}, []),
        (
            {"A": to("C"), "B": END},
            [f"{MISSING} C at /States/A/Next", 'MISSING_TRANSITION_TARGET: State "B" is not reachable. at /States/B'],
        ),
        ({"A": to("B"), "B": to("A")}, [NO_END]),
        ({"A": to("B"), "B": to("A"), "C": to("A")}, [NO_END]),
        ({"A": to("No")}, [f"{MISSING} No at /States/A/Next", NO_END]),
        (
            {"A": CHOICE, "Z": CAUGHT},
            [
                f"{MISSING} No at /States/A/Choices[0]/Next",
                f"{MISSING} Never at /States/A/Default",
                f"{MISSING} No at /States/Z/Catch[0]/Next",
                'MISSING_TRANSITION_TARGET: State "Z" is not reachable. at /States/Z',
            ],
        ),
        (
            {"A": {**END, "Type": "Map", "TimeoutSeconds": 3}},
            ["SCHEMA_VALIDATION_FAILED: Field 'TimeoutSeconds' is not supported at /States/A"],
        ),
        (
            {"A": {**END, "Retry": []}},
            ["SCHEMA_VALIDATION_FAILED: Field 'Retry' is not supported at /States/A"],
        ),
    ],
)
def test_a_flaw_is_told_in_awss_words(states: dict[str, Any], expected: list[str]) -> None:
    assert flaws({"StartAt": "A", "States": states}) == expected


def test_a_branch_leads_nowhere_outside_and_names_are_there_once() -> None:
    branch = {"StartAt": "Done", "States": {"Done": to("Out"), "In": END}}
    states = {"A": {"Type": "Parallel", "Branches": [branch], "Next": "Done"}, "Done": END, "Out": END}
    found = flaws({"StartAt": "A", "States": states})
    assert f"{MISSING} Out at /States/A/Branches[0]/States/Done/Next" in found
    assert [line for line in found if line.startswith("DUPLICATE_STATE_NAME: Duplicate State name: Done")]


def test_a_start_that_is_not_there_is_told() -> None:
    found = flaws({"StartAt": "Nobody", "States": {"A": END}})
    assert found[0] == f"{MISSING} Nobody at /StartAt"
