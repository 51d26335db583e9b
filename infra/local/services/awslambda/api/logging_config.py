"""How a function logs: what Lambda takes as LoggingConfig, what it adds, and what it refuses.

https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-advanced.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from infra.local.services.awslambda.api.errors import invalid
from infra.local.services.awslambda.model import Logging, SystemLogLevel

_LEVELS = ("ApplicationLogLevel", "SystemLogLevel")
_DEFAULT_LEVEL = "INFO"


def logging_of(function: Any) -> Logging:
    """How moto's function or version logs."""
    logging: Logging = getattr(function, "logging", Logging())
    return logging


def reconfigured(before: Logging, config: Mapping[str, Any]) -> Logging:
    """What becomes of `before` by a LoggingConfig; what it does not name stays, levels as the format has them."""
    form = config.get("LogFormat") or before.format
    if form == "Text":
        for level in _LEVELS:
            if config.get(level):
                raise invalid(
                    f'{level} is not supported when LogFormat is set to "Text". Remove {level} from your request or '
                    'change the LogFormat to "JSON" and try again.'
                )
        return Logging()
    application = config.get("ApplicationLogLevel") or before.application_level or _DEFAULT_LEVEL
    system = config.get("SystemLogLevel") or before.system_level or _DEFAULT_LEVEL
    return Logging("JSON", application, cast("SystemLogLevel", system))


def described(logging: Logging, group: str) -> dict[str, str]:
    """As the API answers it."""
    levels = {"ApplicationLogLevel": logging.application_level, "SystemLogLevel": logging.system_level}
    return {"LogFormat": logging.format, "LogGroup": group, **{name: level for name, level in levels.items() if level}}
