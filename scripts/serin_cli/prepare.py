"""Build once what every start of the local cloud needs: the layers for this machine, and AWS's runtime client.

scripts/setup runs it, so that the first start is as quick as any other.
"""

from __future__ import annotations

import sys
from pathlib import Path

from infra.app import ROOT, synthesise
from infra.local.cloud import BUILD
from infra.local.services.awslambda.functions.runtime_folder import runtime_folder
from infra.packaging.built import BuiltPackages
from infra.settings import read_settings, target_for
from serin.domain.errors import SerinError
from serin_cli.story import show_error

ASSEMBLY = BUILD / "local-assembly"
CDK_JSON = Path("cdk.json")


def prepare(stage: str | None = None) -> Path:
    """The cloud assembly for this machine; made again only when something it is made of has changed.

    Without a stage, that of the one which cdk.json names.
    """
    runtime_folder(BUILD)
    settings = read_settings(CDK_JSON, stage)
    BuiltPackages(ROOT, target_for(settings, "local"), ()).layer("kernel")
    folder = ASSEMBLY if stage is None else ASSEMBLY.with_name(f"{ASSEMBLY.name}-{stage}")
    return synthesise(settings, "local", folder)


if __name__ == "__main__":
    try:
        prepare()
    except SerinError as error:
        show_error(error)
        sys.exit(1)
