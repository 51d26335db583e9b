"""scripts/deploy: what it does before and after the CDK's own command, which version of it, and what it asks."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]
SAYS = 'echo "$(basename "$0") $*" >>"$SAID"\n'
CDK = (ROOT / "scripts/requirements/aws-cdk").read_text().strip()


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose Python and npx only write down what they are asked."""
    scripts = tmp_path / "scripts"
    (scripts / "requirements").mkdir(parents=True)
    shutil.copy(ROOT / "scripts/deploy", scripts)
    shutil.copy(ROOT / "scripts/requirements/aws-cdk", scripts / "requirements")
    for name in ("scripts/setup", "bin/npx", ".venv/bin/python"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/usr/bin/env bash\n{SAYS}" + 'case "$*" in *"${FAILS:-nothing}"*) exit 1 ;; esac\n')
        path.chmod(0o755)
    return tmp_path


def asked(checkout: Path, *options: str, fails: str = "nothing") -> list[str]:
    """What was run, in order, without a terminal."""
    said = checkout / "said"
    path = f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [checkout / "scripts/deploy", *options],
        env={"PATH": path, "SAID": str(said), "FAILS": fails},
        stdin=subprocess.DEVNULL,
        timeout=PATIENCE_S,
        check=False,
    )
    return said.read_text().splitlines()


def test_a_deploy_checks_takes_up_deploys_and_tells_of_what_is_left_without_asking_anybody(checkout: Path) -> None:
    assert asked(checkout, "-c", "stage=prod") == [
        "setup ",
        "python -m serin_cli.earlier_rows -c stage=prod",
        "python -m serin_cli.deploying.take_up -c stage=prod",
        f"npx --yes {CDK} deploy --all --require-approval never -c stage=prod",
        "python -m serin_cli.deploying.unused -c stage=prod",
    ]


def test_the_version_of_the_cdks_command_is_pinned() -> None:
    assert len(CDK.removeprefix("aws-cdk@").split(".")) == 3


def test_who_says_what_is_to_be_approved_is_heard_and_our_own_option_is_not_the_cdks(checkout: Path) -> None:
    said = asked(checkout, "--require-approval", "broadening", "--remove-unused")
    assert said[3:] == [
        f"npx --yes {CDK} deploy --all --require-approval broadening",
        "python -m serin_cli.deploying.unused --require-approval broadening --remove-unused",
    ]


@pytest.mark.parametrize(
    ("fails", "last"),
    [("earlier_rows", "python -m serin_cli.earlier_rows"), ("take_up", "python -m serin_cli.deploying.take_up")],
)
def test_what_is_refused_beforehand_deploys_nothing(fails: str, last: str, checkout: Path) -> None:
    assert asked(checkout, fails=fails)[-1].strip() == last


@pytest.mark.parametrize("command", ["bootstrap", "destroy"])
def test_other_commands_are_the_cdks_of_the_same_version(command: str, checkout: Path) -> None:
    assert asked(checkout, command, "--all")[1:] == [f"npx --yes {CDK} {command} --all"]
