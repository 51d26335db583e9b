"""The commands as the library reads them: words in, one function with its arguments out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from inspect import BoundArguments
from itertools import pairwise
from typing import Any

from cyclopts import App, CycloptsError, Parameter

from serin_cli.command_line.index import Actions, commands
from serin_cli.command_line.manual import text_of
from serin_cli.command_line.words import OPTIONAL_VALUES
from serin_cli.command_line.wrong_calls import nothing_named, wrong_call

NAME = "serin"


@dataclass(frozen=True)
class Call:
    """What was typed: a function and what it is given."""

    function: Callable[..., Any]
    given: BoundArguments

    @property
    def as_json(self) -> bool:
        """Whether the result is for another program."""
        arguments = self.given.arguments
        return bool(arguments.get("as_json", arguments.get("_json", False)))

    def run(self) -> Any:
        """What the function returns; raises what it raises."""
        return self.function(*self.given.args, **self.given.kwargs)


def app(described: str | None = None) -> App:
    """All commands; a function is imported once its name is typed. `described` is one whose actions are listed."""
    made = App(
        name=NAME,
        version_flags=[],
        help_format="plaintext",
        # A flag says what it does by its own name; its default is that nothing of it happens.
        default_parameter=Parameter(negative=(), show_default=False),
    )
    for name, command in commands().items():
        if isinstance(command, Actions):
            group = App(name=name, help=command.text, version_flags=[])
            for number, (action, place) in enumerate(command.places.items()):
                # The library has no text of what is not imported; an action's own page has more than this.
                text = {"help": text_of(place)} if name == described else {}
                group.command(f"serin_cli.{place}", name=action, sort_key=number, **text)
            made.command(group)
        else:
            made.command(f"serin_cli.{command}", name=name)
    return made


def read(words: Sequence[str]) -> Call:
    """What these words ask for; raises WrongCall for what cannot be asked for so."""
    given = _with_usual(_with_empty_values(words))
    lists_actions = given[1:] in (["--help"], ["-h"])
    made = app(described=given[0] if lists_actions else None)
    if not given or (len(given) == 1 and isinstance(commands().get(given[0]), Actions)):
        raise nothing_named(given)
    if not {"--help", "-h"}.isdisjoint(given):
        # Nothing but a page of help is printed by the library.
        from serin_cli.story import out

        made.console = out
    try:
        function, bound, _ = made.parse_args(given, exit_on_error=False, print_error=False)
    except CycloptsError as error:
        raise wrong_call(error, made) from error
    return Call(function, bound)


def result_of(*words: str) -> Any:
    """What the function returns that these words ask for; raises what it raises, and WrongCall."""
    return read(words).run()


def _with_empty_values(words: Sequence[str]) -> list[str]:
    """Options that may stand alone, with a value where they do."""
    return [
        f"{word}=" if word in OPTIONAL_VALUES and after.startswith("-") else word
        for word, after in pairwise([*words, "--"])
    ]


def _with_usual(words: Sequence[str]) -> list[str]:
    """The words with the action that is meant where none is named."""
    command = commands().get(words[0]) if words else None
    named = words[1:2]
    if not isinstance(command, Actions) or command.usual is None or named in (["--help"], ["-h"]):
        return list(words)
    if named and not named[0].startswith("-"):
        return list(words)
    return [words[0], command.usual, *words[1:]]
