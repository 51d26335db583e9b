"""The training workflow in States Language: references travel, data never does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from infra.constructs.training_job import fit
from infra.constructs.workflow import State, answer_at, call, call_and_wait, distributed
from serin.domain.approvals import REMIND_EVERY
from serin.domain.charter import Training

RUN = {"model.$": "$.model", "run.$": "$.run", "correlation.$": "$.correlation"}
RUN_OF_SET = {**RUN, "training_set.$": "$.built.answer.training_set"}
RUN_OF_TRIAL = {**RUN_OF_SET, "trial.$": "$.selected.answer.trial"}
RERUN = {"Variable": "$.parent", "IsPresent": True}
CATCH = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "RecordFailure"}]


@dataclass(frozen=True)
class Trainer:
    """Who fits: the function, by its ARN, and where a charter allows jobs what they have in common, and on spot."""

    function: str
    job: State | None = None
    spot: bool = False

    def states(self, name: str, step: State | str, at: str, catch: Sequence[State], then: str) -> dict[str, Any]:
        """A step, whose answer is kept `at` a path: the function takes it, or says by which job it is to be taken."""
        if self.job is None:
            return {name: call(self.function, step, **answer_at(at), Catch=catch, Next=then)}
        handed = {"Variable": f"{at}.answer.job", "IsPresent": True, "Next": f"{name}Job"}
        collect = {"step": "collect", **RUN, "of.$": at}
        failed = [{**CATCH[0], "ResultPath": f"{at}.failed", "Next": f"{name}Answer"}]
        return {
            name: call(self.function, step, **answer_at(at), Catch=catch, Next=f"{name}Where"),
            f"{name}Where": {"Type": "Choice", "Choices": [handed], "Default": then},
            f"{name}Job": fit(self.job, at, self.spot, Catch=failed, Next=f"{name}Answer"),
            f"{name}Answer": call(self.function, collect, **answer_at(at), Catch=catch, Next=then),
        }

    def where(self) -> dict[str, str]:
        """What says to a step on which machine it is to be taken: the check's answer."""
        return {} if self.job is None else {"checked.$": "$.checked.answer"}


def training_definition(
    build: str,
    train: Trainer,
    evaluate: str,
    training: Training,
    roles: Sequence[str] = (),
    lake: str = "lake",
    share: State | None = None,
) -> dict[str, Any]:
    """Build ⇄ pieces → check → trials ⇄ select → contest → judge → refit → register; any failure is recorded first.

    A rerun, which has a `parent`, takes the same states and ends by a comparison in place of a version.

    Others than the trainer are ARNs of functions, `lake` is the bucket that pieces are listed in; `roles` are those
    whose word a training waits for before its trials. Jobs that `share` pieces have this in common, where the charter
    allows any. Where the charter asks for it, what each view costs is measured afterwards.
    """
    return {
        "Comment": "From built features to a registered version",
        "StartAt": "Build",
        "States": {
            "Build": call(build, "$", **answer_at("$.built"), Catch=CATCH, Next="Enough"),
            "Enough": _enough(shared=share is not None),
            "Skipped": {"Type": "Succeed"},
            "Pieces": _pieces(build, lake),
            **({} if share is None else {"Shares": _shares(build, share, train.spot)}),
            **_check(train, then="Ask" if roles else "Trials"),
            **(_asking(evaluate, roles) if roles else {}),
            "Trials": _trials(train, evaluate, training.search.concurrency),
            **_evaluation(train, evaluate),
            **_registration(train, evaluate, measured=training.measure_views),
            **_failure(evaluate),
        },
    }


def _enough(*, shared: bool) -> dict[str, Any]:
    skip = "$.built.answer.skip"
    skipped = [{"Variable": skip, "IsPresent": True}, {"Variable": skip, "IsNull": False}]
    pieces = {"Variable": "$.built.answer.pieces", "IsPresent": True, "Next": "Pieces"}
    shares = [{"Variable": "$.built.answer.pieces.jobs", "IsPresent": True, "Next": "Shares"}] if shared else []
    return {"Type": "Choice", "Choices": [{"And": skipped, "Next": "Skipped"}, *shares, pieces], "Default": "Check"}


def _pieces(build: str, lake: str) -> dict[str, Any]:
    """Run the pieces of a round of a training set that no function has room for, and ask again what is next.

    A piece that fails for good ends the training: what others have written stays for the next one.
    """
    piece = {"step": "piece", **RUN, "task.$": "$.built.answer.pieces.task", "piece.$": "$$.Map.Item.Value.piece"}
    return distributed(
        "Pieces",
        lake,
        "$.built.answer.pieces.items",
        "States.Format('cut/{}/maps/{}', $.model, $.run)",
        ItemSelector=piece,
        ItemProcessor={
            "ProcessorConfig": {"Mode": "DISTRIBUTED", "ExecutionType": "STANDARD"},
            "StartAt": "Piece",
            "States": {"Piece": call(build, "$", OutputPath="$.Payload", End=True)},
        },
        ResultPath=None,
        Catch=CATCH,
        Next="Build",
    )


def _shares(build: str, share: State, spot: bool) -> dict[str, Any]:
    """The same by jobs, each with its share of the pieces; one that fails says why, as a piece would."""
    failed = [{**CATCH[0], "ResultPath": "$.share.failed", "Next": "ShareAnswer"}]
    collect = {"step": "collect", **RUN, "of.$": "$.share"}
    return {
        "Type": "Map",
        "ItemsPath": "$.built.answer.pieces.jobs",
        "ItemSelector": {**RUN, "share.$": "$$.Map.Item.Value"},
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Share",
            "States": {
                "Share": fit(share, "$.share", spot, Catch=failed, Next="ShareAnswer"),
                "ShareAnswer": call(build, collect, OutputPath="$.Payload", End=True),
            },
        },
        "ResultPath": None,
        "Catch": CATCH,
        "Next": "Build",
    }


def _check(train: Trainer, then: str) -> dict[str, Any]:
    check = {"step": "check", **RUN_OF_SET, "trials.$": "$.built.answer.trials"}
    return train.states("Check", check, "$.checked", CATCH, then)


def _asking(evaluate: str, roles: Sequence[str]) -> dict[str, Any]:
    """People are asked, and again once somebody has answered or a day has gone by: then they are reminded."""
    shown = {"trials.$": "$.built.answer.trials", "checked.$": "$.checked.answer"}
    ask = {"step": "ask", **RUN_OF_SET, **shown, "roles": list(roles)}
    wait = {"step": "await", **RUN, "token.$": "$$.Task.Token"}
    agreed = {"Variable": "$.asked.answer.agreed", "BooleanEquals": True, "Next": "Trials"}
    again = [{"ErrorEquals": ["States.Timeout", "Answered"], "ResultPath": None, "Next": "Ask"}]
    day = round(REMIND_EVERY.total_seconds())
    return {
        "Ask": call(evaluate, ask, **answer_at("$.asked"), Catch=CATCH, Next="Agreed"),
        "Agreed": {"Type": "Choice", "Choices": [agreed], "Default": "Await"},
        "Await": call_and_wait(evaluate, wait, TimeoutSeconds=day, ResultPath=None, Catch=[*again, *CATCH], Next="Ask"),
    }


def _trials(train: Trainer, evaluate: str, concurrency: int) -> dict[str, Any]:
    """Fit so many trials at once; each is noted when it is over, and one that fails fails alone."""
    of_trial = {**RUN, "trial.$": "$.trial", "training_set.$": "$.training_set", "step": "note"}
    failed = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "NoteFailure"}]
    end = {"OutputPath": "$.Payload", "End": True}
    return {
        "Type": "Map",
        "ItemsPath": "$.built.answer.trials",
        "ItemSelector": {"step": "trial", **RUN_OF_SET, **train.where(), "trial.$": "$$.Map.Item.Value"},
        "MaxConcurrency": concurrency,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Trial",
            "States": {
                **train.states("Trial", "$", "$.tried", failed, "Note"),
                "Note": call(evaluate, {**of_trial, "result.$": "$.tried.answer"}, **end),
                "NoteFailure": call(evaluate, {**of_trial, "error.$": "$.error"}, **end),
            },
        },
        "ResultPath": "$.results",
        "Catch": CATCH,
        "Next": "Select",
    }


def _evaluation(train: Trainer, evaluate: str) -> dict[str, Any]:
    select = {"step": "select", **RUN_OF_SET, "results.$": "$.results", "checked.$": "$.checked.answer"}
    champion = {"champion.$": "$.selected.answer.champion"}
    scored = {"scored.$": "$.selected.answer.scored"}
    contest = {"step": "contest", **RUN_OF_TRIAL, **champion, **scored, **train.where()}
    judge = {"step": "judge", **RUN_OF_TRIAL, **champion, "scores.$": "$.contest.answer"}
    passed = {"Variable": "$.judged.answer.verdict", "StringEquals": "pass", "Next": "Refit"}
    rerun = {**RERUN, "Next": "Compare"}
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
        **train.states("Contest", contest, "$.contest", CATCH, "Judge"),
        "Judge": call(evaluate, judge, **answer_at("$.judged"), Catch=CATCH, Next="Better"),
        "Better": {"Type": "Choice", "Choices": [passed, rerun], "Default": "NotBetter"},
        "NotBetter": {"Type": "Succeed"},
    }


def _registration(train: Trainer, evaluate: str, *, measured: bool) -> dict[str, Any]:
    refit = {"step": "refit", **RUN_OF_TRIAL, **train.where()}
    register = {"step": "register", **RUN_OF_TRIAL, "refit.$": "$.refit.answer"}
    states = {
        **train.states("Refit", refit, "$.refit", CATCH, "Repeats"),
        "Repeats": {"Type": "Choice", "Choices": [{**RERUN, "Next": "CompareFits"}], "Default": "Register"},
        **_comparison(evaluate),
    }
    if not measured:
        return {**states, "Register": call(evaluate, register, OutputPath="$.Payload", Catch=CATCH, End=True)}
    registered = call(evaluate, register, **answer_at("$.registered"), Catch=CATCH, Next="Measure")
    return {**states, "Register": registered, **_measuring(train, evaluate)}


def _comparison(evaluate: str) -> dict[str, Any]:
    """How a rerun ends, without a fit on everything where its gate did not pass, and with one."""
    compare = {"step": "compare", **RUN_OF_SET}
    with_fits = {**compare, "refit.$": "$.refit.answer"}
    return {
        "Compare": call(evaluate, compare, OutputPath="$.Payload", Catch=CATCH, End=True),
        "CompareFits": call(evaluate, with_fits, OutputPath="$.Payload", Catch=CATCH, End=True),
    }


def _measuring(train: Trainer, evaluate: str) -> dict[str, Any]:
    """For the card of a version that is registered by now: without these figures it says that they are not known."""
    catch = [{**CATCH[0], "Next": "NotMeasured"}]
    measure = {"step": "measure", **RUN_OF_TRIAL, **train.where()}
    keep = {"step": "measured", **RUN, "measured.$": "$.measured.answer"}
    return {
        **train.states("Measure", measure, "$.measured", catch, "Keep"),
        "Keep": call(evaluate, keep, OutputPath="$.Payload", Catch=catch, End=True),
        "NotMeasured": {"Type": "Succeed"},
    }


def _failure(evaluate: str) -> dict[str, Any]:
    failed = {"step": "failed", **RUN, "error.$": "$.error"}
    return {
        "RecordFailure": call(evaluate, failed, ResultPath=None, Next="Failed"),
        "Failed": {"Type": "Fail", "ErrorPath": "$.error.Error", "CausePath": "$.error.Cause"},
    }
