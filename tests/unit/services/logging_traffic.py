"""Calls of a predict function as its log tells of them, line by line, and what is collected of the lines."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from serin.adapters.memory.objects import MemoryObjectStore
from serin.services.collect_predictions import collect_predictions
from tests.builders import NOON

MODEL = "late-orders"
LIVE, CANDIDATE = "7", "8"


def moment(second: float) -> datetime:
    """So many seconds after noon."""
    return NOON + timedelta(seconds=second)


def stream(version: str, sandbox: int = 1) -> str:
    """The log stream of a process."""
    return f"2013/04/01/[{version}]{sandbox:032x}"


def told(second: float) -> str:
    """The moment as lines hold it."""
    return moment(second).isoformat().replace("+00:00", "Z")


@dataclass
class Traffic:
    """Writes the log, and has it collected: each line as a batch of its own, as late and as often as a test likes."""

    lake: MemoryObjectStore = field(default_factory=MemoryObjectStore)
    held_back: list[tuple[str, str]] = field(default_factory=list)
    late: bool = False
    _ids: Any = field(default_factory=lambda: count(1))

    def answered(self, version: str, second: float, ms: float = 10.0, *, sandbox: int = 1, **parts: Any) -> str:
        """A request that was answered; the call's id. `init` is how long its process took to start for it."""
        call, init = self._id(), {"init": parts.pop("init")} if "init" in parts else {}
        line = {"prediction_id": f"p-{call}", "request_id": f"gateway-{call}", "invocation": call, "at": told(second)}
        line |= {"model": MODEL, "function_version": version, "score": 0.5, "label": True, "status": "ok", **parts}
        self.say(version, sandbox, line)
        self.report(version, call, second, ms, sandbox=sandbox, **init)
        return call

    def refused(self, version: str, second: float, status: int = 422, **parts: Any) -> str:
        """A request that was answered with an error."""
        call = self._id()
        outcome = "refused" if status < 500 else "failed"
        self.own(version, call, second, status=status, outcome=outcome, kind="a kind", **parts)
        self.report(version, call, second)
        return call

    def raised(self, version: str, second: float, **parts: Any) -> None:
        """An error that left the handler: its line has no HTTP status."""
        call = self._id()
        self.own(version, call, second, outcome="failed", kind="ValueError", **parts)
        self.report(version, call, second)

    def died(self, version: str, second: float, status: str = "error", step: str | None = None) -> None:
        """A process that ended, or ran out of time, before it said anything but what it was about."""
        call = self._id()
        if step:
            self.own(version, call, second, outcome="begun", step=step)
        self.report(version, call, second, status=status, errorType="Runtime.ExitError")

    def replayed(self, version: str, second: float, step: str) -> None:
        """What is no traffic, and went well."""
        call = self._id()
        self.own(version, call, second, outcome="begun", step=step)
        self.report(version, call, second)

    def own(self, version: str, call: str, second: float, **parts: Any) -> None:
        """A line of the function about itself."""
        self.say(version, 1, {"at": told(second), "function": "predict", "request_id": call, **parts})

    def report(
        self, version: str, call: str, second: float, ms: float = 10.0, *, sandbox: int = 1, **parts: Any
    ) -> None:
        """The platform's report; of a cold start where `init` says how long it took."""
        init = {"initDurationMs": parts.pop("init")} if "init" in parts else {}
        end = second + (ms + init.get("initDurationMs", 0.0)) / 1000
        record = {"requestId": call, "status": "success", "metrics": {"durationMs": ms, **init}, **parts}
        self.say(version, sandbox, {"time": told(end), "type": "platform.report", "record": record})

    def could_not_start(self, version: str, second: float, phase: str = "invoke") -> None:
        """What the platform says of a start that failed."""
        record = {"initializationType": "on-demand", "phase": phase, "status": "error", "metrics": {}}
        record |= {"errorType": "Runtime.ImportModuleError"}
        self.say(version, 1, {"time": told(second), "type": "platform.initReport", "record": record})

    def say(self, version: str, sandbox: int, line: dict[str, Any]) -> None:
        """Print one line, which is collected unless it is late."""
        self.held_back.append((stream(version, sandbox), json.dumps(line)))
        if not self.late:
            self.deliver()

    def deliver(self, times: int = 1) -> None:
        """Have all that was held back collected, so many times."""
        for name, line in times * self.held_back:
            collect_predictions(MODEL, name, [line], lake=self.lake)
        self.held_back.clear()

    def _id(self) -> str:
        return f"call-{next(self._ids)}"
