from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, get_args

import pytest

from infra.stacks.training_states import Trainer, training_definition
from serin.domain.release_course import Next
from tests.builders import a_charter
from tests.functions.handlers import ROOT
from tests.infra.templates import Assembly, flat

TROUBLES = {
    "Lambda.ServiceException",
    "Lambda.AWSLambdaException",
    "Lambda.SdkClientException",
    "Lambda.TooManyRequestsException",
}
MACHINES = ("training-returns", "training-late-orders", "release")


# What a release does without where it cannot be had.
ON_ALL_THE_SAME = {"Prune": "Finish", "Truth": "Next"}


def tasks(definition: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, state in definition["States"].items():
        if state["Type"] == "Task":
            yield name, state
        elif state["Type"] == "Map":
            yield from tasks(state["ItemProcessor"])


def payload(definition: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found: Mapping[str, Any] = dict(tasks(definition))[name]["Parameters"]["Payload"]
    return found


@pytest.mark.parametrize("machine", MACHINES)
def test_every_task_retries_what_passes(machine: str, aws: Assembly) -> None:
    found = list(tasks(aws.machine(machine)))
    assert found
    for _, task in found:
        retried = {error for retry in task["Retry"] for error in retry["ErrorEquals"]}
        assert retried >= TROUBLES | {"Unavailable"}


@pytest.mark.parametrize("machine", MACHINES)
def test_every_task_waits_for_minutes_where_lambda_has_no_room(machine: str, aws: Assembly) -> None:
    for _, task in tasks(aws.machine(machine)):
        (retry,) = [one for one in task["Retry"] if "Lambda.TooManyRequestsException" in one["ErrorEquals"]]
        waits = [retry["IntervalSeconds"] * retry["BackoffRate"] ** at for at in range(retry["MaxAttempts"])]
        assert 300 < sum(waits) < 600


def test_a_step_of_a_release_is_repeated_unless_it_was_refused_for_good(aws: Assembly) -> None:
    steps = {name: task for name, task in tasks(aws.machine("release")) if name != "Truth"}
    assert len(steps) > 10
    for name, task in steps.items():
        final, again = task["Retry"][-2:]
        assert ("Conflict" in final["ErrorEquals"], final["MaxAttempts"]) == (True, 0), name
        assert (again["ErrorEquals"], again["MaxAttempts"]) == (["States.ALL"], 5), name


@pytest.mark.parametrize(("machine", "last"), [("training-returns", "RecordFailure"), ("release", "Abandon")])
def test_every_state_that_can_fail_leads_to_the_one_that_records_it(machine: str, last: str, aws: Assembly) -> None:
    states = aws.machine(machine)["States"]
    can_fail = {name: state for name, state in states.items() if state["Type"] in {"Task", "Map"} and name != last}
    assert can_fail
    for name, state in can_fail.items():
        caught = [(item["ErrorEquals"], item["Next"]) for item in state["Catch"]]
        assert caught == [(["States.ALL"], ON_ALL_THE_SAME.get(name, last))], name
    assert states[states[last]["Next"]]["Type"] == "Fail"


def test_the_steps_of_a_training(aws: Assembly) -> None:
    definition = aws.machine("training-returns")
    steps = {name: task["Parameters"].get("Payload", {}).get("step") for name, task in tasks(definition)}
    assert steps == {
        "Build": None,
        "Piece": None,
        "Check": "check",
        "Trial": None,
        "Note": "note",
        "NoteFailure": "note",
        "Select": "select",
        "Contest": "contest",
        "Judge": "judge",
        "Refit": "refit",
        "Register": "register",
        "Compare": "compare",
        "CompareFits": "compare",
        "RecordFailure": "failed",
    }
    assert definition["States"]["Trials"]["ItemSelector"]["step"] == "trial"
    check = definition["States"]["Check"]
    assert (definition["States"]["Enough"]["Default"], check["Next"]) == ("Check", "Trials")
    assert [catch["Next"] for catch in check["Catch"]] == ["RecordFailure"]


def test_where_the_charter_asks_what_views_cost_is_measured_once_a_version_is_registered() -> None:
    training = replace(a_charter().training, measure_views=True)
    states = training_definition("build", Trainer("train"), "evaluate", training)["States"]
    assert [states[name].get("Next") for name in ("Register", "Measure", "Keep")] == ["Measure", "Keep", None]
    for name in ("Measure", "Keep"):
        assert [caught["Next"] for caught in states[name]["Catch"]] == ["NotMeasured"]
    assert payload({"States": states}, "Measure")["trial.$"] == "$.selected.answer.trial"


def test_trials_run_as_many_at_once_as_the_charter_says(aws: Assembly) -> None:
    assert aws.machine("training-returns")["States"]["Trials"]["MaxConcurrency"] == 2


def test_a_trial_that_fails_fails_alone(aws: Assembly) -> None:
    states = aws.machine("training-returns")["States"]["Trials"]["ItemProcessor"]["States"]
    assert [(catch["ErrorEquals"], catch["Next"]) for catch in states["Trial"]["Catch"]] == [
        (["States.ALL"], "NoteFailure")
    ]
    assert payload({"States": states}, "NoteFailure")["error.$"] == "$.error"


def test_a_search_goes_on_with_more_days_while_there_is_a_rung_left(aws: Assembly) -> None:
    states = aws.machine("training-returns")["States"]
    (more,) = states["More"]["Choices"]
    assert (more["Variable"], more["IsPresent"], more["Next"]) == ("$.selected.answer.more[0]", True, "MoreDays")
    on = states["MoreDays"]
    assert (on["InputPath"], on["ResultPath"]) == ("$.selected.answer.more", states["Trials"]["ItemsPath"])
    assert (on["Next"], states["More"]["Default"]) == ("Trials", "Contest")


def test_only_a_pass_is_refitted_and_only_what_repeats_no_run_is_registered(aws: Assembly) -> None:
    states = aws.machine("training-returns")["States"]
    better, rerun = states["Better"], {"Variable": "$.parent", "IsPresent": True}
    assert better["Default"] == "NotBetter"
    passed = {"Variable": "$.judged.answer.verdict", "StringEquals": "pass", "Next": "Refit"}
    assert better["Choices"] == [passed, {**rerun, "Next": "Compare"}]
    assert states["Refit"]["Next"] == "Repeats"
    assert (states["Repeats"]["Choices"], states["Repeats"]["Default"]) == (
        [{**rerun, "Next": "CompareFits"}],
        "Register",
    )
    assert all(states[name]["End"] for name in ("Compare", "CompareFits"))


def test_the_contest_is_told_where_the_selected_trial_has_kept_its_scores(aws: Assembly) -> None:
    contest = payload(aws.machine("training-returns"), "Contest")
    assert (contest["trial.$"], contest["scored.$"]) == ("$.selected.answer.trial", "$.selected.answer.scored")


def test_the_refit_and_its_record_are_about_the_selected_trial(aws: Assembly) -> None:
    definition = aws.machine("training-returns")
    assert payload(definition, "Refit")["trial.$"] == "$.selected.answer.trial"
    assert payload(definition, "Register")["refit.$"] == "$.refit.answer"


def test_a_release_takes_whatever_step_the_one_before_names(aws: Assembly) -> None:
    definition = aws.machine("release")
    states = definition["States"]
    led_to = {choice["StringEquals"]: choice["Next"] for choice in states["Next"]["Choices"]}
    courses = {name for part in get_args(Next) for name in get_args(part)}
    assert set(led_to) == courses, "a course that leads nowhere ends the execution by an error"
    for course, name in led_to.items():
        if states[name]["Type"] == "Task":
            steps = {"abandon": "roll_back"}.get(course, course)
            assert (payload(definition, name)["step"], course in courses) == (steps, True)
    assert payload(definition, "Abandon")["error.$"] == "$.error"
    assert [states["Start"]["Default"], states["Begin"]["Next"]] == ["Begin", "Onward"]


def test_the_steps_of_the_machine_are_steps_of_the_function(aws: Assembly) -> None:
    named = {task["Parameters"]["Payload"].get("step") for _, task in tasks(aws.machine("release"))} - {None}
    source = (ROOT / "functions" / "release_model" / "handler.py").read_text()
    assert named
    assert not [step for step in named if f'"{step}": lambda' not in source]


def rules(aws: Assembly, event: str) -> list[Mapping[str, Any]]:
    """All rules on an event, each with one target; those that send it on to other buses are left out."""
    found = [item for item in aws.resources("AWS::Events::Rule") if event in str(item.get("EventPattern"))]
    each = [{**item, "Targets": [target]} for item in found for target in item["Targets"]]
    called = [item for item in each if "<Bus" not in flat(item["Targets"][0]["Arn"])]
    assert called, f"no rule on {event}"
    return called


def target_of(rule: Mapping[str, Any]) -> str:
    """The logical id of what a rule starts, without what the CDK adds to it."""
    return re.sub(r"^<|(Machine|Function)?[0-9A-F]{8}(\.Arn)?>$", "", flat(rule["Targets"][0]["Arn"]))


@pytest.mark.parametrize("machine", MACHINES)
def test_every_step_is_told_what_it_all_began_with(machine: str, aws: Assembly) -> None:
    definition = aws.machine(machine)
    items = [state["ItemSelector"] for state in definition["States"].values() if state["Type"] == "Map"]
    payloads = [task["Parameters"].get("Payload") for _, task in tasks(definition)]
    # A task without a payload of its own is given the execution's input, or the item, as it is.
    told = [*items, *(found for found in payloads if found is not None)]
    assert len(told) >= 5
    assert {found["correlation.$"] for found in told} == {"$.correlation"}


@pytest.mark.parametrize("event", ["Features Built", "Model Registered"])
def test_what_an_event_starts_is_told_what_the_event_came_of(event: str, aws: Assembly) -> None:
    for found in rules(aws, event):
        transformer = found["Targets"][0]["InputTransformer"]
        assert transformer["InputPathsMap"]["detail-correlation"] == "$.detail.correlation"
        assert '"correlation":<detail-correlation>' in transformer["InputTemplate"]


def test_built_features_start_the_training_of_their_own_model_and_of_no_other(aws: Assembly) -> None:
    """Each model has a rule of its own; one that looked at the dataset alone would train every model that reads it."""
    found = {target_of(item): item for item in rules(aws, "Features Built")}
    assert set(found) == {"Machinetraininglateorders", "Machinetrainingreturns"}
    for model in ("late-orders", "returns"):
        own = found[f"Machinetraining{model.replace('-', '')}"]
        assert own["EventPattern"]["detail"] == {"model": [model], "dataset": ["orders"], "training": ["due"]}
        template = own["Targets"][0]["InputTransformer"]["InputTemplate"]
        assert template.startswith(f'{{"model":"{model}","run":<id>,"cause":"features",')


@pytest.mark.parametrize(
    ("event", "functions", "detail"),
    [
        ("Upload Accepted", {"BuildFeatures", "ProfileDataset"}, lambda model: {"dataset": ["orders", "shops"]}),
        ("Backfill Wanted", {"BuildFeatures"}, lambda model: {"model": [model]}),
    ],
)
def test_each_model_has_its_own_functions_behind_an_event(
    event: str, functions: set[str], detail: Any, aws: Assembly
) -> None:
    found = {target_of(item): item["EventPattern"]["detail"] for item in rules(aws, event)}
    assert {name: detail for name, detail in found.items() if not name.startswith("JoinTruth")} == {
        f"{function}{model.replace('-', '')}": detail(model)
        for function in functions
        for model in ("late-orders", "returns")
    }


def test_truth_is_joined_when_its_dataset_grows_and_daily_where_callers_say_it(aws: Assembly) -> None:
    accepted = {target_of(item): item["EventPattern"]["detail"] for item in rules(aws, "Upload Accepted")}
    assert {name: detail for name, detail in accepted.items() if name.startswith("JoinTruth")} == {
        "JoinTruthlateorders": {"dataset": ["orders"]},
        "JoinTruthreturns": {"dataset": ["orders"]},
    }
    (daily,) = [item for item in aws.resources("AWS::Events::Rule") if item["Description"].startswith("Join what")]
    (target,) = daily["Targets"]
    assert flat(target["Arn"]).endswith(":function:serin-dev-join-truth-late-orders")
    assert daily["ScheduleExpression"] == "rate(1 day)"


BUSES = {"Upload Accepted": {"-accepted", "-truth"}, "Backfill Wanted": {"-backfill"}}


@pytest.mark.parametrize("event", ["Upload Accepted", "Backfill Wanted", "Features Built", "Model Registered"])
def test_our_own_events_are_taken_from_our_buses_and_from_nobody_else(event: str, aws: Assembly) -> None:
    assert {item["EventBusName"] for item in rules(aws, event)} == {f"serin-dev{bus}" for bus in BUSES.get(event, {""})}
    for found in rules(aws, event):
        assert set(found["EventPattern"]["source"]) <= {"serin", "serin.late-orders", "serin.returns"}
        assert found["EventPattern"]["detail-type"] == [event]


def test_our_bus_sends_on_what_models_listen_to_on_other_buses(aws: Assembly) -> None:
    for event, kinds in BUSES.items():
        (sent,) = [
            item
            for item in aws.resources("AWS::Events::Rule")
            if item.get("EventPattern") == {"detail-type": [event]} and item["EventBusName"] == "serin-dev"
        ]
        assert {target_of({"Targets": [target]}) for target in sent["Targets"]} == {
            f"Bus{kind.removeprefix('-')}" for kind in kinds
        }
        assert all("DeadLetterConfig" in target for target in sent["Targets"])


def test_a_registered_version_starts_its_release(aws: Assembly) -> None:
    (found,) = rules(aws, "Model Registered")
    transformer = found["Targets"][0]["InputTransformer"]
    assert target_of(found) == "Machinerelease"
    assert transformer["InputPathsMap"] == {
        "detail-correlation": "$.detail.correlation",
        "detail-model": "$.detail.model",
        "detail-version": "$.detail.version",
        "id": "$.id",
    }
    assert '"cause":"registered"' in transformer["InputTemplate"]


def test_a_raw_file_reaches_the_queue_and_no_other_object_does(aws: Assembly) -> None:
    (found,) = rules(aws, "Object Created")
    assert target_of(found) == "UploadQueue"
    assert "EventBusName" not in found, "S3 speaks on the account's own bus"
    assert found["EventPattern"]["source"] == ["aws.s3"]
    detail = found["EventPattern"]["detail"]
    assert [flat(name) for name in detail["bucket"]["name"]] == ["serin-dev-uploads-<AWS::AccountId>-<AWS::Region>"]
    assert detail["object"] == {"key": [{"prefix": "raw/"}]}


def test_the_sweeper_runs_every_five_minutes(aws: Assembly) -> None:
    rules = aws.resources("AWS::Events::Rule")
    (sweeper,) = [item for item in rules if item["Description"].startswith("Compare what is live")]
    assert sweeper["ScheduleExpression"] == "rate(5 minutes)"


def test_machines_are_traced_as_their_models_and_log_every_event_without_data(aws: Assembly) -> None:
    for machine in aws.resources("AWS::StepFunctions::StateMachine"):
        traced = not machine["StateMachineName"].endswith("-returns")
        assert machine.get("TracingConfiguration", {"Enabled": False}) == {"Enabled": traced}
        assert machine["LoggingConfiguration"]["Level"] == "ALL"
        assert machine["LoggingConfiguration"]["IncludeExecutionData"] is False
