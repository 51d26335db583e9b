"""Arguments that several commands take, each with one name, one meaning and one help."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from cyclopts import Parameter

from serin_cli.command_line import known_names as known

Completer = Callable[[Any], Any]
"""Of `known_names`: what a shell offers for a word."""

Json = Annotated[bool, Parameter(name="--json", help="print the result as JSON")]
"""Every command takes it: as `_json` where only whoever runs the command needs to know, else as `as_json`."""

Model = Annotated[str, Parameter(help="the model's name", completer=known.models)]
Dataset = Annotated[str, Parameter(help="the dataset's name in the charter", completer=known.datasets)]
Stage = Annotated[
    str | None,
    Parameter(metavar="S", completer=known.stages, help="the stage of cdk.json (default: the one named there)"),
]
Page = Annotated[str | None, Parameter(metavar="[FILE]", help="write a page with plots to this file")]
OfVersion = Annotated[
    int | None,
    Parameter(metavar="N", completer=known.versions, help="the registered version (default: the one that is live)"),
]
"""`--version N` of a command that is about the live version where none is named."""

OPTIONAL_VALUES = ("--page", "--sagemaker")
"""Options that may stand alone: a file is then named for them."""


def option(metavar: str, text: str, *, name: str | None = None, completer: Completer | None = None) -> Parameter:
    """An option with a value, and what it means; its `name` where that is not its argument's."""
    return Parameter(name, metavar=metavar, help=text, completer=completer)
