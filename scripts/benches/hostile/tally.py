"""What is wrong with an answer, counted."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import normpath
from typing import Any

from benches.hostile.requests import Answered, Sent

EXAMPLES = 20
# What only somebody inside should see: tracebacks, paths of modules, names of classes in memory.
_INTERNALS = re.compile(
    rb'Traceback|File \\?"|\.py\b|site-packages|/var/task|/opt/python|<class |object at 0x|serin\.[a-z]+\.'
)


@dataclass
class Tally:
    """Counts by way and route, by kind and by status, and the first examples of each fault."""

    requests: int = 0
    server_errors: int = 0
    shapeless: int = 0
    leaks: int = 0
    broken_logs: int = 0
    routes: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str] = field(default_factory=Counter)
    statuses: Counter[str] = field(default_factory=Counter)
    examples: list[dict[str, str]] = field(default_factory=list)

    def add(self, way: str, sent: Sent, answered: Answered) -> None:
        """Count one answer."""
        self.requests += 1
        self.routes[f"{way} {sent.route}"] += 1
        self.kinds[f"{way} {sent.kind}"] += 1
        self.statuses[str(answered.status)] += 1
        if answered.status >= 500:
            self.server_errors += 1
            self._example("server error", sent, answered)
        elif answered.status >= 400 and not (_is_page(sent, answered) or is_refusal(answered.body, way)):
            self.shapeless += 1
            self._example("not the error's shape", sent, answered)
        if answered.status >= 400 and _INTERNALS.search(_without_echo(answered.body)):
            self.leaks += 1
            self._example("internals", sent, answered)
        if not _is_log(answered):
            self.broken_logs += 1
            self._example("log", sent, answered)

    @property
    def faults(self) -> int:
        """Everything that must be none."""
        return self.server_errors + self.shapeless + self.leaks + self.broken_logs

    def figures(self) -> dict[str, Any]:
        """The counts as JSON has them."""
        counts = {name: dict(sorted(getattr(self, name).items())) for name in ("statuses", "routes", "kinds")}
        names = ("requests", "server_errors", "shapeless", "leaks", "broken_logs")
        return {**{name: getattr(self, name) for name in names}, **counts, "examples": self.examples}

    def _example(self, fault: str, sent: Sent, answered: Answered) -> None:
        if len(self.examples) < EXAMPLES:
            self.examples.append(
                {
                    "fault": fault,
                    "request": f"{sent.method} {sent.path[:200]}?{sent.query[:200]} {sent.body[:300]!r}",
                    "answer": f"{answered.status} {answered.body[:500]!r}",
                }
            )


def is_refusal(body: bytes, way: str) -> bool:
    """Whether a body is the one error shape; what API Gateway refuses itself has a shape of its own."""
    try:
        document = json.loads(body)
    except ValueError:
        return False
    if way == "http" and set(document) == {"message"}:
        return True
    error = document.get("error") if isinstance(document, dict) else None
    if not isinstance(error, dict) or not {"kind", "message", "remedy"} <= set(error) <= {
        "kind",
        "message",
        "remedy",
        "field",
    }:
        return False
    return all(isinstance(text, str) and text and _is_one_line(text) for text in error.values())


def _is_one_line(text: str) -> bool:
    return not re.search(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]", text)


def _without_echo(body: bytes) -> bytes:
    """The answer without what it repeats of the request, which may look like anything."""
    return re.sub(rb"'[^']*'", b"", body)


def _is_log(answered: Answered) -> bool:
    """One JSON object a line, and of a prediction as many as there are predictions."""
    lines = answered.log.split("\n")[:-1] if answered.log else []
    try:
        records = [json.loads(line) for line in lines]
    except ValueError:
        return False
    if not all(isinstance(record, dict) and line.isascii() for record, line in zip(records, lines, strict=True)):
        return False
    predictions = [record for record in records if "prediction_id" in record]
    return len(predictions) == (_answers(json.loads(answered.body)) if predictions else 0)


def _answers(body: Mapping[str, Any]) -> int:
    """How many rows are answered, in a list or in tensors."""
    return int(body["outputs"][0]["shape"][0]) if "outputs" in body else len(body.get("predictions", ()))


def _is_page(sent: Sent, answered: Answered) -> bool:
    """Whether people are answered: a client resolves `/predictions/..`, and the root is the console's."""
    path = normpath(sent.path)
    return (path == "/" or f"{path}/".startswith("/console/")) and answered.body.startswith(b"<!DOCTYPE html>")
