"""`serin completion`: what a shell needs to know to complete a command while it is typed."""

from __future__ import annotations

from typing import Annotated, Literal

from cyclopts import Parameter

from serin_cli.documents import print_document

Shell = Literal["bash", "zsh", "fish"]


def completion(shell: Annotated[Shell, Parameter(help="for which shell")], /) -> None:
    """Print what completes commands, options and names in bash, zsh or fish.

    Names of models, datasets and stages are looked up in this folder while a key is pressed; ids of versions, runs,
    releases and uploads only where a local cloud is connected.
    """
    print_document(script_of(shell))


def script_of(shell: Shell) -> str:
    """The library's script, which asks for names the command that is being typed."""
    from serin_cli.command_line.app import NAME, app

    script = app().generate_completion(prog_name=NAME, shell=shell)
    # Of fish it would ask what is so called on the PATH; ours is typed with its folder.
    return script.replace(f"({NAME} __complete ", "(env (commandline -pco)[1] __complete ")
