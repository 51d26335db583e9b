"""After a deploy: the stage answers, and each model that is live answers its own golden rows as it must."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from serin.domain.errors import Invalid, SerinError
from serin.files.models import ModelFolder, read_models
from serin.services.release.publish import golden_fault
from serin_cli import story
from serin_cli.aws import connect
from serin_cli.checkout import MODELS
from serin_cli.client import Client
from serin_cli.connection import load, own_token


def smoke(client: Client, models: Sequence[ModelFolder]) -> Iterator[str]:
    """A line for each model; raises Invalid for one that is not deployed, or does not answer as it must."""
    deployed = {shown["model"]: shown for shown in client.get("/models")["items"]}
    for model in models:
        name = model.charter.model
        if name not in deployed:
            raise Invalid(f"{name} is not among the models of the stage.", "Deploy it: ./scripts/deploy.")
        if deployed[name].get("live") is None:
            yield f"{name} is deployed; no version of it is live yet."
            continue
        rows: Sequence[Mapping[str, Any]] = model.golden
        answers = client.predict(name, [row["instance"] for row in rows], model.charter.access)["predictions"]
        _check(name, rows, answers)
        yield f"{name} answered its {len(rows)} golden rows."


def _check(name: str, rows: Sequence[Mapping[str, Any]], answers: Sequence[Mapping[str, Any]]) -> None:
    """By the same rule as a release before it opens."""
    for number, (row, answer) in enumerate(zip(rows, answers, strict=True), 1):
        if fault := golden_fault(number, row["expect"], answer):
            raise Invalid(f"{name}: {fault}", f"See how its versions do: ./scripts/serin health {name}.")


def main() -> int:
    """Connect to the stage that is named and ask; 1 when it does not answer as it must."""
    try:
        if len(sys.argv) > 1:
            connect(stage=sys.argv[1])
        client = Client(load(), own_token())
        try:
            for line in smoke(client, read_models(MODELS)):
                story.say(line)
        finally:
            client.close()
    except SerinError as error:
        story.show_error(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
