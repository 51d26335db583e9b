"""The training workflow in States Language: references travel, data never does."""

from __future__ import annotations

from typing import Any

from infra.constructs.workflow import answer_at, call

RUN = {"model.$": "$.model", "run.$": "$.run", "correlation.$": "$.correlation"}
RUN_OF_SET = {**RUN, "training_set.$": "$.built.answer.training_set"}
RUN_OF_TRIAL = {**RUN_OF_SET, "trial.$": "$.selected.answer.trial"}
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "RecordFailure"}]


def training_definition(build: str, train: str, evaluate: str, concurrency: int) -> dict[str, Any]:
    """Build → check → trials ⇄ select → contest → judge → refit → register; any failure is recorded first.

    The three are ARNs of functions.
    """
    return {
        "Comment": "From built features to a registered version",
        "StartAt": "Build",
        "States": {
            "Build": call(build, "$", **answer_at("$.built"), Catch=CATCH, Next="Enough"),
            "Enough": _enough(),
            "Skipped": {"Type": "Succeed"},
            "Check": _check(train),
            "Trials": _trials(train, evaluate, concurrency),
            **_evaluation(train, evaluate),
            **_registration(train, evaluate),
            **_failure(evaluate),
        },
    }


def _enough() -> dict[str, Any]:
    skip = "$.built.answer.skip"
    skipped = [{"Variable": skip, "IsPresent": True}, {"Variable": skip, "IsNull": False}]
    return {"Type": "Choice", "Choices": [{"And": skipped, "Next": "Skipped"}], "Default": "Check"}


def _check(train: str) -> dict[str, Any]:
    check = {"step": "check", **RUN_OF_SET, "trials.$": "$.built.answer.trials"}
    return call(train, check, **answer_at("$.checked"), Catch=CATCH, Next="Trials")


def _trials(train: str, evaluate: str, concurrency: int) -> dict[str, Any]:
    """Fit so many trials at once; each is noted when it is over, and one that fails fails alone."""
    of_trial = {**RUN, "trial.$": "$.trial", "training_set.$": "$.training_set", "step": "note"}
    failed = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "NoteFailure"}]
    end = {"OutputPath": "$.Payload", "End": True}
    return {
        "Type": "Map",
        "ItemsPath": "$.built.answer.trials",
        "ItemSelector": {"step": "trial", **RUN_OF_SET, "trial.$": "$$.Map.Item.Value"},
        "MaxConcurrency": concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Trial",
            "States": {
                "Trial": call(train, "$", **answer_at("$.tried"), Catch=failed, Next="Note"),
                "Note": call(evaluate, {**of_trial, "result.$": "$.tried.answer"}, **end),
                "NoteFailure": call(evaluate, {**of_trial, "error.$": "$.error"}, **end),
            },
        },
        "ResultPath": "$.results",
        "Catch": CATCH,
        "Next": "Select",
    }


def _evaluation(train: str, evaluate: str) -> dict[str, Any]:
    select = {"step": "select", **RUN_OF_SET, "results.$": "$.results", "checked.$": "$.checked.answer"}
    champion = {"champion.$": "$.selected.answer.champion"}
    contest = {"step": "contest", **RUN_OF_TRIAL, **champion}
    judge = {"step": "judge", **RUN_OF_TRIAL, **champion, "scores.$": "$.contest.answer"}
    passed = {"Variable": "$.judged.answer.verdict", "StringEquals": "pass", "Next": "Refit"}
    more = {"Variable": "$.selected.answer.more[0]", "IsPresent": True, "Next": "MoreDays"}
    return {
        "Select": call(evaluate, select, **answer_at("$.selected"), Catch=CATCH, Next="More"),
        "More": {"Type": "Choice", "Choices": [more], "Default": "Contest"},
        "MoreDays": {
            "Type": "Pass",
            "InputPath": "$.selected.answer.more",
            "ResultPath": "$.built.answer.trials",
            "Next": "Trials",
        },
        "Contest": call(train, contest, **answer_at("$.contest"), Catch=CATCH, Next="Judge"),
        "Judge": call(evaluate, judge, **answer_at("$.judged"), Catch=CATCH, Next="Better"),
        "Better": {"Type": "Choice", "Choices": [passed], "Default": "NotBetter"},
        "NotBetter": {"Type": "Succeed"},
    }


def _registration(train: str, evaluate: str) -> dict[str, Any]:
    refit = {"step": "refit", **RUN_OF_TRIAL}
    register = {"step": "register", **RUN_OF_TRIAL, "refit.$": "$.refit.answer"}
    return {
        "Refit": call(train, refit, **answer_at("$.refit"), Catch=CATCH, Next="Register"),
        "Register": call(evaluate, register, OutputPath="$.Payload", Catch=CATCH, End=True),
    }


def _failure(evaluate: str) -> dict[str, Any]:
    failed = {"step": "failed", **RUN, "error.$": "$.error"}
    return {
        "RecordFailure": call(evaluate, failed, ResultPath=None, Next="Failed"),
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }
