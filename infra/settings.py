"""What may differ between stages, and the machine the functions are built for."""

from __future__ import annotations

import json
import platform
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

from infra.names import Names
from serin.domain.compilation import RUNTIMES, Runtime
from serin.domain.errors import Invalid

STAGE = re.compile(r"[a-z][a-z0-9]{0,11}\Z")
PYTHON = re.compile(r"3\.(\d{1,2})\Z")
OLDEST_AWS_MINOR = 12
MAIL = re.compile(r"[^@\s,]+@[^@\s,]+\Z")
# Any origin at all is never meant here: anybody's page would have what the token of its reader may.
ORIGIN = re.compile(r"https?://[a-z0-9.-]+(:[0-9]{1,5})?\Z")
_LISTED: Mapping[str, tuple[re.Pattern[str], str]] = {
    "notices": (MAIL, 'Name e-mail addresses in a list, such as ["team@example.com"].'),
    "cors_origins": (ORIGIN, 'Name origins in a list, as browsers do, such as ["https://shop.example.com"].'),
}
_WORDS: Mapping[str, tuple[str, ...]] = {"architecture": ("arm64", "x86_64"), "runtime": RUNTIMES}
LOG_RETENTIONS = (7, 30, 90, 180, 365, 731)

Architecture = Literal["arm64", "x86_64"]
Cloud = Literal["aws", "local"]


@dataclass(frozen=True)
class Settings:
    """One stage. `python` and `architecture` are AWS's; the local cloud uses those at hand.

    `notices` are the addresses that get mail of alarms and releases, once whoever reads them has confirmed it.
    `cors_origins` are the origins whose pages may call the API from a browser; none may, unless they are named.
    `runtime` is `compiled`, or `scikit-learn` for a stage whose models shall all be served by that: the same answers,
    at many times the cost. It holds from the next release of a version on.
    """

    stage: str = "dev"
    python: str = "3.14"
    architecture: Architecture = "arm64"
    requests_per_second: int = 50
    burst: int = 100
    log_retention_days: int = 30
    reconcile_minutes: int = 5
    notices: tuple[str, ...] = ()
    cors_origins: tuple[str, ...] = ()
    runtime: Runtime = "compiled"

    def __post_init__(self) -> None:
        if not STAGE.match(self.stage):
            raise _wrong("stage", self.stage, "Use at most 12 lower-case letters and digits, a letter first.")
        minor = PYTHON.match(self.python)
        if not minor or int(minor[1]) < OLDEST_AWS_MINOR:
            raise _wrong("python", self.python, f"Name a Lambda runtime from 3.{OLDEST_AWS_MINOR} on, such as 3.14.")
        for name, words in _WORDS.items():
            if getattr(self, name) not in words:
                raise _wrong(name, getattr(self, name), f"Use {' or '.join(words)}.")
        if self.log_retention_days not in LOG_RETENTIONS:
            raise _wrong("log_retention_days", self.log_retention_days, f"CloudWatch keeps {LOG_RETENTIONS} days.")
        for name in ("requests_per_second", "burst", "reconcile_minutes"):
            value = getattr(self, name)
            if type(value) is not int or value < 1:
                raise _wrong(name, value, "Use a whole number from 1 on.")
        self._check_lists()

    def _check_lists(self) -> None:
        for name, (pattern, remedy) in _LISTED.items():
            for value in getattr(self, name):
                if not isinstance(value, str) or not pattern.match(value):
                    raise _wrong(name, value, remedy)

    @property
    def names(self) -> Names:
        """The names of this stage."""
        return Names(self.stage)


@dataclass(frozen=True)
class Target:
    """The machine the functions run on: Python minor such as `3.14`, Lambda's word for the architecture."""

    cloud: Cloud
    python: str
    architecture: Architecture


def target_for(settings: Settings, cloud: Cloud) -> Target:
    """The target of a stage on AWS, or on this machine."""
    if cloud == "aws":
        return Target("aws", settings.python, settings.architecture)
    return Target("local", this_python(), this_architecture())


def this_python() -> str:
    """The interpreter at hand, as `3.14`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def this_architecture() -> Architecture:
    """The processor at hand in Lambda's words."""
    return "arm64" if platform.machine().lower() in ("arm64", "aarch64") else "x86_64"


def read_settings(cdk_json: Path, stage: str | None = None) -> Settings:
    """The settings of a stage from the context of `cdk.json`; without `stage`, of the stage named there."""
    context = json.loads(cdk_json.read_text())["context"]
    chosen = stage or context["stage"]
    stages: Mapping[str, Mapping[str, Any]] = context["stages"]
    if chosen not in stages:
        raise _wrong("stage", chosen, f"Use one of {', '.join(sorted(stages))}, or add it to {cdk_json.name}.")
    known = {field.name for field in fields(Settings)}
    if unknown := sorted(set(stages[chosen]) - known):
        raise _wrong(unknown[0], stages[chosen][unknown[0]], f"The settings are {', '.join(sorted(known))}.")
    lists = {name: _listed(name, stages[chosen].get(name, [])) for name in _LISTED}
    return Settings(**{**stages[chosen], "stage": chosen, **lists})


def _listed(name: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise _wrong(name, values, _LISTED[name][1])
    return tuple(values)


def _wrong(name: str, value: object, remedy: str) -> Invalid:
    return Invalid(f"The setting {name} cannot be {value!r}.", remedy, name)
