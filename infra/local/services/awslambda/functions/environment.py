"""What a process finds around it: what Lambda sets and the function's own variables, nothing of this machine."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from infra.local.services.awslambda.model import FunctionVersion, Logging

_PYTHON = f"python{sys.version_info.major}.{sys.version_info.minor}"


def environment_of(
    version: FunctionVersion, *, runtime: Path, scratch: Path, stream: str, extra: Mapping[str, str], start: str
) -> dict[str, str]:
    """The variables of one process; the function's own win over `extra`, Lambda's reserved ones over both."""
    return {
        **_defaults(scratch),
        **extra,
        **version.environment,
        **_reserved(version, stream, start),
        **_logging(version.logging),
        "PYTHONPATH": python_path(version, runtime),
    }


def python_path(version: FunctionVersion, runtime: Path) -> str:
    """The function's code, then its layers, then the runtime.

    A later layer comes before an earlier one: on Lambda it overwrites the earlier one's files.
    """
    layers = [
        folder
        for layer in reversed(version.layers)
        for folder in (layer / "python" / "lib" / _PYTHON / "site-packages", layer / "python")
        if folder.is_dir()
    ]
    return ":".join(str(folder) for folder in (version.code, *layers, runtime))


def _logging(logging: Logging) -> dict[str, str]:
    """https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-logformat.html"""
    if logging.application_level is None:
        return {}
    return {"AWS_LAMBDA_LOG_FORMAT": logging.format, "AWS_LAMBDA_LOG_LEVEL": logging.application_level}


def _defaults(scratch: Path) -> dict[str, str]:
    return {
        "PATH": "/usr/local/bin:/usr/bin:/bin:/opt/bin",
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        # Lambda's own /tmp is private and ends with the process, and nobody's ~/.aws is there to be read.
        "TMPDIR": str(scratch),
        "HOME": str(scratch),
    }


def _reserved(version: FunctionVersion, stream: str, start: str) -> dict[str, str]:
    return {
        "_HANDLER": version.handler,
        "LAMBDA_TASK_ROOT": str(version.code),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{_PYTHON}",
        "AWS_LAMBDA_INITIALIZATION_TYPE": start,
        "AWS_LAMBDA_FUNCTION_NAME": version.name,
        "AWS_LAMBDA_FUNCTION_VERSION": version.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(version.memory_mb),
        "AWS_LAMBDA_LOG_GROUP_NAME": version.log_group,
        "AWS_LAMBDA_LOG_STREAM_NAME": stream,
        "AWS_REGION": version.region,
        "AWS_DEFAULT_REGION": version.region,
        "AWS_ACCESS_KEY_ID": version.credentials.access_key_id,
        "AWS_SECRET_ACCESS_KEY": version.credentials.secret_access_key,
        "AWS_SESSION_TOKEN": version.credentials.session_token,
        # /var/task and /opt are read-only on Lambda.
        "PYTHONDONTWRITEBYTECODE": "1",
    }
