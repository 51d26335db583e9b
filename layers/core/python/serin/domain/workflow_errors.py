"""What a Step Functions workflow says when a state of it fails."""

from __future__ import annotations

import json
from collections.abc import Mapping

_MEMORY = "It took all memory of its function: use fewer rows (training.window) or columns, or a smaller model."
_ENDED: Mapping[str, str] = {
    "Task timed out": "Let it end: use fewer rows (training.window) or a smaller model, and let no code wait.",
    "signal: killed": _MEMORY,
    "Runtime.OutOfMemory": _MEMORY,
}
"""What Lambda says of a function that it has ended, which could say no more itself → what to do."""


def reason_of(error: Mapping[str, str]) -> str:
    """An error that a state caught (`Error`, `Cause`) as one line, with a remedy where the function could name none.

    The cause of a function's error is JSON with the error's message; any other cause is a text of Step Functions' own.
    https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
    """
    cause = error.get("Cause", "")
    try:
        message = json.loads(cause)["errorMessage"]
    except (ValueError, KeyError, TypeError, RecursionError):
        message = cause
    reason = f"{error.get('Error', 'Error')}: {message}"
    remedy = next((remedy for said, remedy in _ENDED.items() if said in reason), None)
    return reason if remedy is None else f"{reason} Remedy: {remedy}"
