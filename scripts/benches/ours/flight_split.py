"""Where the CPU of `predict` goes: `flight_split.py REQUESTS before|after`, with the function's variables.

REQUESTS is a JSON file of size → events; the first event is the process's first. `before` asks DynamoDB by botocore's
client and counts each row's views by itself, as it was before models were compiled; what scores is by SERIN_RUNTIME.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import handler  # type: ignore[import-not-found]

SPENT: dict[str, float] = {}


def counted(part: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, whose CPU is added to a part's."""

    def count(*arguments: Any, **named: Any) -> Any:
        began = time.process_time()
        try:
            return function(*arguments, **named)
        finally:
            SPENT[part] = SPENT.get(part, 0.0) + time.process_time() - began

    return count


def split_up() -> None:
    """Count by itself what can be told from the rest: of this, reading and answering remain."""
    from serin.services.predict import Predictor
    from serin.serving import answered
    from serin.serving.answered import Answers
    from serin.serving.features import FeaturePlan, FeatureQuestion
    from serin.serving.log import Call

    parts: Sequence[tuple[Any, str, str]] = (
        (Predictor, "_looked_up", "lookup"),
        (FeatureQuestion, "features", "features"),
        (FeaturePlan, "ask", "lookup"),
        (answered, "scored", "model"),
        (Answers, "logged", "log"),
        (Call, "lines", "log"),
        (handler, "printed", "log"),
    )
    for owner, name, part in parts:
        setattr(owner, name, counted(part, vars(owner)[name]))


def as_before() -> None:
    """The look-up as it was: botocore's client, and nothing is shared by rows."""
    from serin.adapters import bare_calls
    from serin.serving.features import AskedView

    client: Any = bare_calls
    client.bare_calls = lambda _: None

    def known(self: AskedView, online: Mapping[Any, Any]) -> list[Any]:
        return [self.of_entity(self.keys_of[entity], online) for entity in self.entities]

    view: Any = AskedView
    view.known = known


def asked(event: Mapping[str, Any]) -> float:
    """The CPU of a request, in seconds."""
    began = time.process_time()
    reply = handler.handle(event, None)
    took = time.process_time() - began
    assert reply["statusCode"] == 200, reply
    assert '"error"' not in reply["body"], reply["body"][:500]
    return took


def main() -> None:
    """Print the CPU, in ms, of the first answer and of each request of each size, part by part."""
    requests = json.loads(Path(sys.argv[1]).read_text())
    if sys.argv[2] == "before":
        as_before()
    asked(requests["1"][0])
    first = time.process_time()
    split_up()
    figures: dict[str, Any] = {"first_ms": first * 1000}
    for size, events in requests.items():
        warm = max(len(events) // 5, 1)
        for event in events[:warm]:
            asked(event)
        SPENT.clear()
        whole = sum(map(asked, events[warm:]))
        parts = {**SPENT, "request": whole - sum(SPENT.values()), "whole": whole}
        figures[size] = {part: spent / len(events[warm:]) * 1000 for part, spent in parts.items()}
    print(json.dumps(figures))


if __name__ == "__main__":
    main()
