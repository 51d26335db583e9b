"""What is said of a call that cannot be read: what was found, and the nearest name that is right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import get_close_matches

from cyclopts import (
    App,
    CycloptsError,
    MissingArgumentError,
    UnknownCommandError,
    UnknownOptionError,
    UnusedCliTokensError,
)

from serin.domain.errors import Invalid
from serin_cli.command_line.index import Actions, commands

SHOWN = 60
"""So much of a word that was typed, or pasted, is repeated."""


class WrongCall(Invalid):
    """What was typed is no call of a command; the program ends with 2."""


def nothing_named(words: Sequence[str]) -> WrongCall:
    """The error for words that end before it is said what to do."""
    command = commands().get(words[0]) if words else None
    if isinstance(command, Actions):
        actions = ", ".join(command.places)
        return WrongCall(
            f"`{words[0]}` is not told what to do.", f"Write `{words[0]} ACTION …`, with one of: {actions}."
        )
    return WrongCall("No command is named.", "`serin --help` lists the commands.")


def wrong_call(error: CycloptsError, app: App) -> WrongCall:
    """The error of the library in our words; `app` has all commands."""
    named = " ".join(error.command_chain or ())
    look = f"`serin {named} --help` says what it is given."
    if isinstance(error, UnknownCommandError):
        return _unknown_command(error.command_chain or (), (error.unused_tokens or [""])[0])
    if isinstance(error, UnknownOptionError):
        return _unknown_option(error, app, look)
    if isinstance(error, UnusedCliTokensError):
        more = " ".join(error.unused_tokens or ())
        return WrongCall(f"`{named}` takes nothing more; found {more[:SHOWN]!r}.", f"Leave it out. {look}")
    if isinstance(error, MissingArgumentError) and error.argument is not None:
        name = error.keyword or error.argument.name
        has_no_value = name.startswith("-") and error.keyword
        return WrongCall(f"`{named}`: {name} {'has no value' if has_no_value else 'is missing'}.", look, name)
    return WrongCall(f"`{named}`: {error}", look)


def _unknown_command(chain: Sequence[str], word: str) -> WrongCall:
    command, found = commands().get(chain[0]) if chain else None, word[:SHOWN]
    if word.startswith("-"):
        place, order = (f"an action of `{chain[0]}`", f"{chain[0]} ACTION") if chain else ("a command", "COMMAND")
        return WrongCall(f"{found} stands where {place} is named.", f"Write it after: `serin {order} … {found}`.")
    if isinstance(command, Actions):
        actions = list(command.places)
        remedy = _nearest(word, actions, f"There are: {', '.join(actions)}.")
        return WrongCall(f"`{chain[0]}` has no action {found!r}.", remedy)
    remedy = _nearest(word, (*commands(), "--help"), "`serin --help` lists the commands.")
    return WrongCall(f"There is no command {found!r}.", remedy)


def _unknown_option(error: UnknownOptionError, app: App, look: str) -> WrongCall:
    chain = error.command_chain or ()
    option = (error.token.keyword or error.token.value or "").partition("=")[0]
    message = f"`{' '.join(chain)}` takes no option {option[:SHOWN]}."
    if readers := [" ".join(other) for other in _beside(chain) if option in _options(app[other[0]][other[1]])]:
        written = " or ".join(f"`{reader}`" for reader in readers)
        return WrongCall(message, f"Leave it out, or write {written}.", option)
    known = [name for argument in error.argument_collection for name in argument.names if name.startswith("--")]
    return WrongCall(message, _nearest(option, known, look), option)


def _beside(chain: Sequence[str]) -> list[tuple[str, str]]:
    """The actions of the same command."""
    command = commands().get(chain[0]) if chain else None
    return [(chain[0], action) for action in command.places] if isinstance(command, Actions) else []


def _options(command: App) -> set[str]:
    return {name for argument in command.assemble_argument_collection() for name in argument.names}


def _nearest(word: str, known: Iterable[str], otherwise: str) -> str:
    nearest = get_close_matches(word, known, n=1)
    return f"Did you mean {nearest[0]}? {otherwise}" if nearest else otherwise
