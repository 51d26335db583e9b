"""All commands on one page, by who uses them."""

from __future__ import annotations

import ast
import shutil
from collections.abc import Iterator
from pathlib import Path
from textwrap import wrap

from serin_cli.command_line.index import GROUPS, Actions, Place
from serin_cli.connection import FILE, TOKEN_VARIABLE

PACKAGE = Path(__file__).parents[1]
_NAME = 12
_WIDEST = 120


def manual() -> str:
    """The page, as wide as the terminal, within reason."""
    return "\n".join(_lines(min(shutil.get_terminal_size().columns, _WIDEST))) + "\n"


def text_of(command: Place | Actions) -> str:
    """What a command does, in one sentence: of a function the first of its docstring.

    It is read and not imported: to import all commands takes a second, which a page of help is not worth.
    """
    if isinstance(command, Actions):
        return command.text
    module, _, name = command.partition(":")
    source = (PACKAGE / f"{module.replace('.', '/')}.py").read_text(encoding="utf-8")
    (function,) = (node for node in ast.parse(source).body if isinstance(node, ast.FunctionDef) and node.name == name)
    return " ".join((ast.get_docstring(function) or "").partition("\n\n")[0].split())


def _lines(width: int) -> Iterator[str]:
    yield "Usage: serin COMMAND [ARGUMENTS]"
    yield ""
    yield "Serin: models described in one file, released by evidence."
    yield ""
    for group, commands in GROUPS.items():
        yield f"{group}:"
        for name, command in commands.items():
            first, *more = wrap(text_of(command), max(width - _NAME - 2, 20))
            yield f"  {name:{_NAME}}{first}"
            yield from (f"  {'':{_NAME}}{line}" for line in more)
        yield ""
    closing = (
        "serin COMMAND --help says what a command is given; --json prints a result for another program. A command ends "
        "with 0 when what was asked for is done, with 1 when it is not, with 2 when it was typed wrong, and with 130 "
        "after Ctrl-C."
    )
    yield from wrap(closing, max(width, 20))
    yield ""
    own = (
        f"Calls over the API carry this folder's token ({FILE}), or your own where the environment variable "
        f"{TOKEN_VARIABLE} holds one, as an answer to `serin approve` needs: the answer keeps whose it was."
    )
    yield from wrap(own, max(width, 20))
