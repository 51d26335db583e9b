"""An execution of the release workflow, by the States Language that is deployed: all it uses, and nothing else.

https://states-language.net/spec.html; what it does not know is an error, so that no state is passed over.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Literal

from infra.stacks.release_states import release_definition

RELEASE, TRUTH = "release_model", "join_truth"
RUNTIME = "States.Runtime"
UNSEEN = {"States.DataLimitExceeded", RUNTIME}
"""What States.ALL does not match."""
Status = Literal["RUNNING", "SUCCEEDED", "FAILED", "TIMED_OUT", "ABORTED"]


@cache
def definition() -> Mapping[str, Any]:
    """The workflow as the stack has it."""
    return release_definition(RELEASE, TRUTH)


class Execution:
    """One execution: where it stands, what it knows, and when it goes on. `busy` while a function works for it."""

    def __init__(self, name: str, given: Mapping[str, Any], now: datetime) -> None:
        self.name, self.given = name, given
        self.status: Status = "RUNNING"
        self.error, self.cause = "", ""
        self.due, self.busy = now, False
        self._data: dict[str, Any] = dict(given)
        self._tries: Counter[int] = Counter()
        self._enter(str(definition()["StartAt"]))

    @property
    def running(self) -> bool:
        """Whether it has not ended."""
        return self.status == "RUNNING"

    def go_on(self, now: datetime) -> tuple[str, Mapping[str, Any]] | None:
        """Go through its states until a function is to be called, which it is then busy with; None without one."""
        while self.running and not self.busy and self.due <= now:
            try:
                if self._state["Type"] == "Task":
                    self.busy = True
                    return self._task()
                self._pass(now)
            except KeyError as error:
                self.end("FAILED", RUNTIME, f"{self.at}: nothing at {error}")
        return None

    def answered(self, payload: Any) -> None:
        """The function it called has answered."""
        result = {"Payload": payload}
        if "ResultSelector" in self._state:
            result = _filled(self._state["ResultSelector"], result)
        self._put(self._state["ResultPath"], result)
        self._enter(self._state["Next"])

    def failed(self, error: str, cause: str, now: datetime) -> None:
        """The function it called has failed: it is called again, or the error caught; otherwise this is the end."""
        self.busy = False
        for number, retry in enumerate(self._state["Retry"]):
            if _matches(error, retry["ErrorEquals"]):
                if self._tries[number] < retry["MaxAttempts"]:
                    seconds = retry["IntervalSeconds"] * retry["BackoffRate"] ** self._tries[number]
                    self.due = now + timedelta(seconds=seconds)
                    self._tries[number] += 1
                    return
                break
        for catch in self._state.get("Catch", ()):
            if _matches(error, catch["ErrorEquals"]):
                self._put(catch["ResultPath"], {"Error": error, "Cause": cause})
                self._enter(catch["Next"])
                return
        self.end("FAILED", error, cause)

    def end(self, status: Status, error: str = "", cause: str = "") -> None:
        """It has ended, whatever works for it still."""
        self.status, self.error, self.cause = status, error, cause

    @property
    def _state(self) -> Mapping[str, Any]:
        state: Mapping[str, Any] = definition()["States"][self.at]
        return state

    def _enter(self, state: str) -> None:
        self.at, self.busy = state, False
        self._tries.clear()

    def _task(self) -> tuple[str, Mapping[str, Any]]:
        parameters = self._state["Parameters"]
        return parameters.get("FunctionName", TRUTH), _filled(parameters["Payload"], self._data)

    def _pass(self, now: datetime) -> None:
        state = self._state
        if state["Type"] == "Choice":
            nexts = [rule["Next"] for rule in state["Choices"] if _holds(rule, self._data)]
            self._enter(nexts[0] if nexts else state["Default"])
        elif state["Type"] == "Wait":
            self.due = now + timedelta(seconds=_at(state["SecondsPath"], self._data))
            self._enter(state["Next"])
        elif state["Type"] == "Succeed":
            self.end("SUCCEEDED")
        elif state["Type"] == "Fail":
            self.end("FAILED", _at(state["ErrorPath"], self._data), _at(state["CausePath"], self._data))
        else:
            raise NotImplementedError(state["Type"])

    def _put(self, path: str | None, result: Any) -> None:
        if path is not None:
            self._data = {**self._data, path.removeprefix("$."): result}


def _matches(error: str, names: list[str]) -> bool:
    return error in names or ("States.ALL" in names and error not in UNSEEN)


def _filled(template: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key.removesuffix(".$"): _at(value, data) if key.endswith(".$") else value for key, value in template.items()
    }


def _at(path: str, data: Any) -> Any:
    for part in path.removeprefix("$.").split("."):
        data = data[part]
    return data


def _holds(rule: Mapping[str, Any], data: Mapping[str, Any]) -> bool:
    if "And" in rule:
        return all(_holds(part, data) for part in rule["And"])
    if "Not" in rule:
        return not _holds(rule["Not"], data)
    if "IsPresent" in rule:
        return bool((rule["Variable"].removeprefix("$.") in data) == rule["IsPresent"])
    value = _at(rule["Variable"], data)
    if "StringEquals" in rule:
        return bool(value == rule["StringEquals"])
    if "BooleanEquals" in rule:
        return bool(value == rule["BooleanEquals"])
    return bool(value > rule["NumericGreaterThan"])
