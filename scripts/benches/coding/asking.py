"""The function `predict` in this process: its own handler, asked with the events that API Gateway sends."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from contextlib import redirect_stdout
from dataclasses import dataclass, field
from typing import Any

from benches.hostile.handlers import event_of, load
from benches.hostile.requests import Sent
from serin.domain.charter import Charter
from serin.services.predict import Predictor


@dataclass(frozen=True)
class Answered:
    """Status, body and log lines of one request; `raised` where the handler itself fell."""

    status: int
    body: Mapping[str, Any]
    lines: tuple[Mapping[str, Any], ...] = ()
    raised: str | None = None


@dataclass
class _Platform:
    """What the handler asks of its platform beside the predictor."""

    clock: Any
    model: str
    stage: str = "fuzz"


@dataclass
class Endpoint:
    """One released version."""

    charter: Charter
    predictor: Predictor
    clock: Any
    _handler: Any = field(default_factory=lambda: load("predict"))

    def __post_init__(self) -> None:
        self._handler.predictor = lambda: self.predictor
        self._handler.platform = lambda: _Platform(self.clock, self.charter.model)

    def ask(self, instances: Sequence[object], request: str = "asked") -> Answered:
        """The answer to one request; a number that is no JSON in it raises ValueError."""
        path = f"/models/{self.charter.model}/predict"
        body = json.dumps({"instances": list(instances)}).encode()
        event: Any = event_of(Sent("model code", f"POST {path}", path, body=body), f"predict:{self.charter.model}")
        event["requestContext"]["requestId"] = request
        printed = io.StringIO()
        try:
            with redirect_stdout(printed):
                answer = self._handler.handle(event, None)
        except (Exception, SystemExit) as error:  # noqa: BLE001 it is what is looked for
            return Answered(500, {}, (), f"{type(error).__name__}: {error}")
        lines = [_strict(line) for line in printed.getvalue().splitlines() if line.startswith("{")]
        return Answered(answer["statusCode"], _strict(answer["body"]), tuple(lines))


def _strict(text: str) -> Any:
    return json.loads(text, parse_constant=_constant)


def _constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")
