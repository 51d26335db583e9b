"""Which of a function's own lines Lambda sends on: all in plain text, in JSON those of its level and above.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-log-level.html
"""

from __future__ import annotations

import json
from collections.abc import Callable

from infra.local.services.awslambda.model import Logging

_LEVELS = ("TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL")
_UNSAID = "INFO"


def sends(logging: Logging) -> Callable[[str], bool]:
    """Whether a line goes to the log; one without a level, or with one Lambda does not know, counts as INFO."""
    least = logging.application_level
    if least is None:
        return lambda _: True
    return lambda line: _LEVELS.index(_level(line)) >= _LEVELS.index(least)


def _level(line: str) -> str:
    try:
        record = json.loads(line)
    except ValueError:
        return _UNSAID
    level = str(record.get("level")).upper() if isinstance(record, dict) else _UNSAID
    return level if level in _LEVELS else _UNSAID
