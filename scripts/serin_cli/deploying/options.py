"""The options of `cdk deploy` that say which stage is meant, and where it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from infra.settings import Settings, read_settings
from serin_cli.prepare import CDK_JSON
from serin_cli.terminal import Parser


@dataclass(frozen=True)
class Options:
    """The stage's settings, and the profile if one is named."""

    settings: Settings
    profile: str | None


def read_options(arguments: Sequence[str] | None = None) -> Options:
    """From the options of a command line, all others left alone; raises Invalid for a stage that does not exist."""
    parser = Parser(add_help=False)
    parser.add_argument("-c", "--context", action="append", default=[])
    parser.add_argument("--profile")
    options, _ = parser.parse_known_args(arguments)
    stages = [value.partition("=")[2] for value in options.context if value.startswith("stage=")]
    return Options(read_settings(CDK_JSON, stages[-1] if stages else None), options.profile)
