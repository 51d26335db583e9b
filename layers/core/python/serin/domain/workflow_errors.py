"""What a Step Functions workflow says when a state of it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping


def reason_of(error: Mapping[str, str]) -> str:
    """An error that a state caught (`Error`, `Cause`) as one line.

    The cause of a function's error is JSON with the error's message; any other cause is a text of Step Functions' own.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    cause = error.get("Cause", "")
    try:
        message = json.loads(cause)["errorMessage"]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = cause
    return f"{error.get('Error', 'Error')}: {message}"
