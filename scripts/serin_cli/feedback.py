"""`serin feedback`: say what was right about predictions, or rate them."""

from __future__ import annotations

from argparse import Namespace
from collections.abc import Mapping
from typing import Any

from serin_cli.commands import connected, instances_in


def feedback(arguments: Namespace) -> Any:
    """Send what a file says; what became of each item, one a row."""
    instances = instances_in(arguments.file)
    with connected() as client:
        answer = client.post(f"/models/{arguments.model}/feedback", {"instances": instances})
    return answer if arguments.print_json else [_row(item) for item in answer["answers"]]


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    error = item.get("error") or {}
    said = {name: error.get(name) for name in ("message", "remedy")}
    return {"prediction_id": item["prediction_id"], "kept": item["kept"], **said}
