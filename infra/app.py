"""The CDK app: settings and charters in, stacks out.

`cdk` runs `python -m infra.app`, also to deploy into a local cloud that runs (infra.endpoint); the
local cloud itself calls `synthesise`. Nothing is imported from aws_cdk before node has been found,
because that import starts it.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from infra.assembly_cache import inputs_digest, made_unless_known, written_unless_known
from infra.endpoint import cloud_for, endpoint_of_profile
from infra.packaging.built import BuiltPackages
from infra.packaging.compilers import note
from infra.packaging.node import node_program
from infra.packaging.packages import Packages
from infra.quotas import calls_a_second, refuse_more_than_fits
from infra.settings import Cloud, Settings, Target, read_settings, target_for
from serin.domain.charter import Charter
from serin.domain.errors import SerinError
from serin.files.commits import commit_of
from serin.files.models import read_models

if TYPE_CHECKING:
    import aws_cdk as cdk

ROOT = Path(__file__).resolve().parent.parent
_BURST = 2
"""So many seconds' calls may come at once, where charters let in fewer than the stage does."""
IN_PLACE: dict[str, object] = {"aws:cdk:disable-asset-staging": True}
"""Context that lets the assembly name folders where they lie, instead of copying hundreds of megabytes."""


def synthesise(settings: Settings, cloud: Cloud, outdir: Path, root: Path = ROOT) -> Path:
    """The cloud assembly of a working copy, at `outdir`; an assembly made of the same is kept as it is.

    The assembly names the built folders of code and layers where they are instead of copying
    them. Raises SerinError for a charter, a handler or a size that cannot be deployed.
    """
    target = target_for(settings, cloud)

    def make(folder: Path) -> None:
        app_of(root, settings, target, folder, IN_PLACE).synth()

    return made_unless_known(outdir, inputs_digest(root, settings, target), make)


def app_of(
    root: Path,
    settings: Settings,
    target: Target,
    outdir: Path | None = None,
    context: dict[str, object] | None = None,
) -> cdk.App:
    """The app of a working copy, with its real charters, code and layers."""
    models = read_models(root / "models")
    refuse_more_than_fits([model.charter for model in models])
    packages = BuiltPackages(root, target, models)
    charters = [model.charter for model in models]
    return build_app(settings, target, charters, packages, outdir, context, commit_of(root) or "")


def build_app(
    settings: Settings,
    target: Target,
    charters: Sequence[Charter],
    packages: Packages,
    outdir: Path | None = None,
    context: dict[str, object] | None = None,
    commit: str = "",
) -> cdk.App:
    """All stacks of a stage; without `outdir`, written where the `cdk` command wants them."""
    use_packaged_node()
    import aws_cdk as cdk

    from infra.constructs.region import region_of
    from infra.constructs.stack import Deployment
    from infra.stacks.order import add_stacks

    app = cdk.App(outdir=str(outdir) if outdir else None, analytics_reporting=False, context=context)
    rate = calls_a_second(charters, settings.requests_per_second)
    settings = replace(settings, requests_per_second=rate, burst=min(settings.burst, _BURST * rate))
    models = tuple(charter.model for charter in charters)
    traced = frozenset(charter.model for charter in charters if charter.monitoring.traced)
    deployment = Deployment(settings, target, packages, models, traced, commit, region_of(charters))
    add_stacks(app, deployment, charters)
    return app


def use_packaged_node() -> None:
    """Let jsii use the node that came from PyPI, unless the environment names another."""
    if node := node_program():
        os.environ.setdefault("JSII_NODE", str(node))


def main() -> None:
    """What `cdk` runs: the stage is that of cdk.json, or of `cdk -c stage=…`; the cloud is where `cdk` deploys to.

    What `cdk synth` or `cdk diff` has made of the same is there still when `cdk deploy` asks for it.
    """
    said = os.environ.get("CDK_CONTEXT_JSON", "{}")
    context = json.loads(said)
    try:
        settings = read_settings(ROOT / "cdk.json", context.get("stage"))
        target = target_for(settings, cloud_for(os.environ, context.get("cloud"), endpoint_of_profile()))
        if byte_code := note(target):
            sys.stderr.write(f"{byte_code}\n")
        _write(settings, target, f"{said}{byte_code}")
    except SerinError as error:
        sys.exit(str(error))


def _write(settings: Settings, target: Target, said: str) -> None:
    """The assembly where `cdk` wants it; `said` is what else decides how it comes out."""

    def make() -> None:
        app_of(ROOT, settings, target, context=IN_PLACE if target.cloud == "local" else None).synth()

    if outdir := os.environ.get("CDK_OUTDIR"):
        written_unless_known(Path(outdir), inputs_digest(ROOT, settings, target, said), make)
    else:
        make()


if __name__ == "__main__":
    main()
