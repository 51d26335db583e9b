"""`python -m serin_cli`: reads what was typed, runs one command, prints its result or what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from serin.domain.errors import SerinError
from serin_cli.documents import print_document, print_json
from serin_cli.outcome import Outcome

DONE, NOT_DONE, TYPED_WRONG, INTERRUPTED = 0, 1, 2, 130


def main() -> int:
    """Run the command line; what it ends with is said by `serin --help`.

    Each part is imported where it is needed: a page of help asks for no library, and what a program reads is not drawn.
    """
    words = sys.argv[1:]
    if words in (["--help"], ["-h"]):
        from serin_cli.command_line.manual import manual

        print_document(manual())
        return DONE
    try:
        return _run(words)
    except SerinError as error:
        from serin_cli import story
        from serin_cli.command_line.wrong_calls import WrongCall

        story.show_error(error)
        return TYPED_WRONG if isinstance(error, WrongCall) else NOT_DONE
    except KeyboardInterrupt:
        return INTERRUPTED
    except Exception as error:  # noqa: BLE001  # shown whole, but by way of the one border
        from serin_cli import story

        story.show_fault(error)
        return NOT_DONE


def _run(words: Sequence[str]) -> int:
    from serin.bootstrap import take_zones_as_they_are
    from serin_cli.command_line.app import read

    call = read(words)
    take_zones_as_they_are()
    result = call.run()
    outcome = result if isinstance(result, Outcome) else Outcome(result)
    _show(outcome, call.as_json)
    return DONE if outcome.done else NOT_DONE


def _show(outcome: Outcome, as_json: bool) -> None:
    """The result for a program; for a person the lines that are said, or the result where there are none."""
    if outcome.result is not None and as_json:
        print_json(outcome.result)
    elif outcome.said or outcome.result is not None:
        from serin_cli import story

        for line in outcome.said:
            story.say(line)
        if not outcome.said:
            story.show_result(outcome.result)


if __name__ == "__main__":
    sys.exit(main())
