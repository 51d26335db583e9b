"""Stacks of models that there are no more: `cdk deploy` leaves them as they are, and says nothing of them."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from typing import Any

from infra.names import MODEL_STACKS, Names
from serin.domain.errors import SerinError
from serin.files.models import read_models
from serin_cli import story
from serin_cli.aws_session import session, told
from serin_cli.checkout import MODELS
from serin_cli.deploying.options import read_options
from serin_cli.deploying.take_up import delete_stack

REMOVE = "--remove-unused"


def unused(cloudformation: Any, names: Names, models: Iterable[str]) -> list[str]:
    """The stage's stacks of models that are none of these, each model's endpoint first."""
    used = {names.stack(f"{part}-{model}") for part in MODEL_STACKS for model in models}
    pages = cloudformation.get_paginator("describe_stacks").paginate()
    there = [stack["StackName"] for page in pages for stack in page["Stacks"]]
    return [
        name
        for part in MODEL_STACKS
        for name in sorted(there)
        if name.startswith(names.stack(f"{part}-")) and name not in used
    ]


def remove(cloudformation: Any, stacks: Sequence[str]) -> None:
    """Delete them, one after the other; what models left in the lake and the catalog stays."""
    for stack in stacks:
        delete_stack(cloudformation, stack)
        story.say(f"{stack} is removed.")


def main() -> int:
    """After `cdk deploy`, with its options: tell of such stacks, and with `--remove-unused` delete them."""
    try:
        options = read_options()
        aws = session(options.profile)
        with told(options.settings.stage, aws.region_name):
            cloudformation = aws.client("cloudformation")
            models = [model.charter.model for model in read_models(MODELS)]
            found = unused(cloudformation, options.settings.names, models)
            if REMOVE in sys.argv:
                remove(cloudformation, found)
            elif found:
                story.say(f"No model has these stacks any more: {', '.join(found)}.")
                story.say(f"They still cost and answer. `./scripts/deploy {REMOVE}` removes them.")
    except SerinError as error:
        story.show_error(error)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
