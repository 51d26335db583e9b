"""What leaves as it is, for another program or as a file's text: it is written without what draws on a terminal."""

from __future__ import annotations

import json
import sys
from contextlib import AbstractContextManager, redirect_stdout
from typing import Any

from serin.domain.printable import visible


def print_json(result: Any) -> None:
    """The result for another program: JSON in ASCII, at once, for a command may go on after it."""
    sys.stdout.write(json.dumps(result, indent=2, default=str) + "\n")
    sys.stdout.flush()


def print_document(text: str) -> None:
    """A file's text as it is, for a person to read or a shell to write; only what could not be seen is escaped."""
    sys.stdout.write(visible(text))


def prints_aside() -> AbstractContextManager[object]:
    """While it lasts, what a model's own code prints does not stand before a result that is to be read as JSON."""
    return redirect_stdout(sys.stderr)
