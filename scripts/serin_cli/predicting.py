"""`serin predict`: the live version is asked what a file asks."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.errors import Invalid, NotFound
from serin_cli.checkout import access_of
from serin_cli.client import connected
from serin_cli.command_line.words import Json, Model


def predict(
    model: Model,
    file: Annotated[
        Path, Parameter(allow_leading_hyphen=True, help='a JSON file {"instances": [{…}]}, or - for standard input')
    ],
    /,
    *,
    explain: Annotated[bool, Parameter(help="say of each score what every column has added to it")] = False,
    _json: Json = False,
) -> Any:
    """Ask the live version."""
    instances = instances_in(file)
    with connected() as client:
        return client.predict(model, instances, access_of(model), explain=explain)


def instances_in(file: Path) -> Any:
    """The instances of a JSON file, or of standard input for `-`; NotFound or Invalid where there are none."""
    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8")
        return json.loads(text)["instances"]
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error
    except (ValueError, KeyError, TypeError) as error:
        raise Invalid(f'{file} is not {{"instances": […]}}.', "Look at README.md for an example.") from error
