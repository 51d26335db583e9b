"""`serin feedback`: say what was right about predictions, or rate them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model
from serin_cli.predicting import instances_in


def feedback(
    model: Model,
    file: Annotated[
        Path,
        Parameter(
            allow_leading_hyphen=True,
            help='a JSON file {"instances": [{"prediction_id", "label", "rating"}]}, or - for standard input',
        ),
    ],
    /,
    *,
    as_json: Json = False,
) -> Any:
    """Say what was right about predictions, or rate them from 1 to 5."""
    instances = instances_in(file)
    with connected() as client:
        answer = client.post(f"/models/{model}/feedback", {"instances": instances})
    return answer if as_json else [_row(item) for item in answer["answers"]]


def _row(item: Mapping[str, Any]) -> dict[str, Any]:
    error = item.get("error") or {}
    said = {name: error.get(name) for name in ("message", "remedy")}
    return {"prediction_id": item["prediction_id"], "kept": item["kept"], **said}
