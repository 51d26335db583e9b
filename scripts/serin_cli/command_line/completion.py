"""`serin completion`: what a shell needs to know to complete a command while it is typed."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from serin_cli.documents import print_document


def completion(
    shell: Annotated[Literal["bash", "zsh", "fish"], Parameter(help="for which shell")],
    /,
) -> None:
    """Print what completes commands, options and names in bash, zsh or fish.

    Names of models, datasets and stages are looked up in this folder while a key is pressed; ids of versions, runs,
    releases and uploads only where a local cloud is connected.
    """
    from serin_cli.command_line.app import NAME, app

    print_document(app().generate_completion(prog_name=NAME, shell=shell))
