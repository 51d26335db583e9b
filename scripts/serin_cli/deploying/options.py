"""The options of `cdk deploy` that say which stage is meant, and where it is."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from infra.settings import Settings, read_settings
from serin_cli.prepare import CDK_JSON


@dataclass(frozen=True)
class Options:
    """The stage's settings, and the profile if one is named."""

    settings: Settings
    profile: str | None


def read_options(words: Sequence[str] | None = None) -> Options:
    """From the options of a command line, all others left alone; raises Invalid for a stage that does not exist."""
    given = sys.argv[1:] if words is None else words
    contexts = [value for name in ("-c", "--context") for value in _values(given, name)]
    stages = [value.partition("=")[2] for value in contexts if value.startswith("stage=")]
    profiles = _values(given, "--profile")
    return Options(read_settings(CDK_JSON, stages[-1] if stages else None), profiles[-1] if profiles else None)


def _values(words: Sequence[str], name: str) -> list[str]:
    """What an option is given each time, apart from it or after a sign of equality."""
    apart = [value for word, value in pairwise(words) if word == name]
    return [*apart, *(word.removeprefix(f"{name}=") for word in words if word.startswith(f"{name}="))]
