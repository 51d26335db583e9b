"""Delivery: both systems take the same steps, a role is lent to one repository and environment alone."""

from __future__ import annotations

import json
import os
import re
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from infra.local.iam.conditions import conditions_of
from infra.local.iam.evaluation import Asked, Caller, Policies, Policy, evaluate
from serin.domain.errors import Conflict, Invalid
from serin.files.models import read_models
from serin_cli.deploying.smoke import smoke
from serin_cli.pipeline import PLACES, pipeline
from tests.unit.files.written_model import write_model
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "scripts/pipeline"
JOBS: Mapping[str, Any] = yaml.safe_load((FOLDER / "github-actions.yaml").read_text())["jobs"]
STEPS = {
    "check": ["./scripts/check"],
    "test": ["./scripts/test"],
    "synthesise": [f"./scripts/pipeline/step synthesise {stage}" for stage in ("staging", "prod")],
    "staging": [f"./scripts/pipeline/step {step} staging" for step in ("difference", "deploy", "smoke")],
    "production": [f"./scripts/pipeline/step {step} prod" for step in ("difference", "deploy", "smoke")],
}
ISSUER = "token.actions.githubusercontent.com"
SUBJECT = "repo:acme/models:environment:staging"
PROVIDER = f"arn:aws:iam::111111111111:oidc-provider/{ISSUER}"


def test_both_systems_take_the_same_steps_in_the_same_order() -> None:
    github = {name: [step["run"] for step in job["steps"] if "run" in step] for name, job in JOBS.items()}
    assert github == STEPS
    text = (FOLDER / "Jenkinsfile").read_text()
    assert re.findall(r"sh '([^']+)'", text) == [step for steps in STEPS.values() for step in steps]
    stages = re.findall(r"stage\('(\w+)'\)", text)
    assert stages == ["check", "test", "synthesise", "staging", "approval", "production"]
    known = json.loads((ROOT / "cdk.json").read_text())["context"]["stages"]
    assert {"staging", "prod"} <= set(known)


def test_production_comes_after_staging_and_after_people_have_agreed() -> None:
    assert JOBS["staging"]["needs"] == ["check", "test", "synthesise"]
    assert JOBS["production"]["needs"] == ["staging"]
    assert {name: job.get("environment") for name, job in JOBS.items() if "environment" in job} == {
        "staging": "staging",
        "production": "production",
    }


def test_only_what_deploys_may_ask_for_a_role_and_no_key_is_kept() -> None:
    for name, job in JOBS.items():
        deploys = name in ("staging", "production")
        assert (job.get("permissions", {}).get("id-token") == "write") == deploys
        assert (job.get("if") == "github.event_name == 'push'") == deploys
        lent = [step["with"] for step in job["steps"] if "configure-aws" in step.get("uses", "")]
        assert [one["audience"] for one in lent] == (["sts.amazonaws.com"] if deploys else [])
    for name in ("github-actions.yaml", "Jenkinsfile"):
        assert not re.search(r"secrets\.|aws_secret|access[-_]key", (FOLDER / name).read_text(), re.IGNORECASE)


@pytest.mark.parametrize("system", PLACES)
def test_the_file_is_written_where_its_system_looks_and_nobodys_own_is_overwritten(
    system: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(2):
        written = pipeline(system).result["written"]
    assert Path(written).read_text() == (FOLDER / PLACES[system][0]).read_text()
    for mine in (b"mine", b"", b"\xff\xfemine"):
        Path(written).write_bytes(mine)
        with pytest.raises(Conflict, match="is there already"):
            pipeline(system)
        assert Path(written).read_bytes() == mine


def test_what_is_in_the_way_is_named_and_stays(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path(".github").write_text("mine")
    with pytest.raises(Conflict, match=r"serin\.yaml cannot be written: Not a directory"):
        pipeline("github")
    assert Path(".github").read_text() == "mine"
    Path("Jenkinsfile").symlink_to("nowhere")
    with pytest.raises(Conflict, match="is there already"):
        pipeline("jenkins")
    Path("Jenkinsfile").unlink()
    Path("Jenkinsfile").mkdir()
    with pytest.raises(Conflict, match="is there already"):
        pipeline("jenkins")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose programs only write down what they are asked."""
    for name in ("scripts/setup", "scripts/deploy", "bin/npx", ".venv/bin/python"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text('#!/usr/bin/env bash\necho "$(basename "$0") $*" >>"$SAID"\n')
        path.chmod(0o755)
    for name in ("scripts/pipeline/step", "scripts/requirements/aws-cdk"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes((ROOT / name).read_bytes())
    (tmp_path / "scripts/pipeline/step").chmod(0o755)
    return tmp_path


@pytest.mark.parametrize(
    ("step", "last"),
    [
        ("synthesise", r"npx --yes aws-cdk@\S+ synth --quiet -c stage=staging"),
        ("difference", r"npx --yes aws-cdk@\S+ diff -c stage=staging"),
        ("deploy", "deploy -c stage=staging"),
        ("smoke", "python -m serin_cli.deploying.smoke staging"),
    ],
)
def test_a_step_runs_one_program_for_its_stage(step: str, last: str, checkout: Path) -> None:
    assert re.fullmatch(last, ran(checkout, step, "staging")[-1])


def test_an_unknown_step_runs_nothing(checkout: Path) -> None:
    assert ran(checkout, "guess", "staging") == []
    assert ran(checkout, "deploy") == []


def ran(checkout: Path, *words: str) -> list[str]:
    said, path = checkout / "said", f"{checkout / 'bin'}{os.pathsep}{os.environ['PATH']}"
    subprocess.run(
        [checkout / "scripts/pipeline/step", *words],
        env={"PATH": path, "SAID": str(said)},
        capture_output=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return said.read_text().splitlines() if said.exists() else []


class _Cloudformation(yaml.SafeLoader):
    """Reads a template's short forms: what a stack of these parameters would be."""


def role(stage: str, account: str, subject: str = SUBJECT) -> Any:
    """The properties of the role that the template makes there."""
    values = {"Stage": stage, "Subject": subject, "Provider": PROVIDER, "Qualifier": "hnb659fds"}
    values |= {"AWS::Partition": "aws", "AWS::AccountId": account, "AWS::Region": "us-east-1"}

    def filled(text: str) -> str:
        return re.sub(r"\$\{([^}]+)\}", lambda match: values[match[1]], text)

    _Cloudformation.add_constructor("!Sub", lambda _, node: filled(node.value))
    _Cloudformation.add_constructor("!Ref", lambda _, node: values[node.value])
    _Cloudformation.add_constructor("!GetAtt", lambda _, node: node.value)
    return yaml.load((FOLDER / "deploy-role.yaml").read_text(), _Cloudformation)["Resources"]["DeployRole"][
        "Properties"
    ]


def is_lent(subject: str, audience: str = "sts.amazonaws.com") -> bool:
    """Whether a token of that subject gets the role of staging."""
    (statement,) = role("staging", "111111111111")["AssumeRolePolicyDocument"]["Statement"]
    token = {f"{ISSUER}:sub": (subject,), f"{ISSUER}:aud": (audience,)}
    return all(condition.met(token) for condition in conditions_of(statement["Condition"]))


def test_a_role_is_lent_to_one_environment_of_one_repository() -> None:
    assert is_lent(SUBJECT)
    for other in (
        "repo:acme/models:environment:production",
        "repo:acme/other:environment:staging",
        "repo:acme/models:ref:refs/heads/main",
        "repo:acme/models:pull_request",
        f"{SUBJECT}x",
        "",
    ):
        assert not is_lent(other), other
    assert not is_lent(SUBJECT, audience="https://github.com/acme")


def test_no_subject_with_a_wildcard_can_be_named_and_no_condition_matches_by_one() -> None:
    _Cloudformation.add_multi_constructor("!", lambda _loader, _tag, node: node.value)
    parameters = yaml.load((FOLDER / "deploy-role.yaml").read_text(), _Cloudformation)["Parameters"]
    pattern = parameters["Subject"]["AllowedPattern"]
    assert re.fullmatch(pattern, SUBJECT)
    for wide in (
        "repo:acme/*:environment:staging",
        "repo:acme/models:*",
        "repo:acme/models:environment:*",
        "*",
        "repo:*",
    ):
        assert not re.fullmatch(pattern, wide), wide
    (statement,) = role("staging", "111111111111")["AssumeRolePolicyDocument"]["Statement"]
    assert set(statement["Condition"]) == {"StringEquals"}
    assert set(statement["Condition"]["StringEquals"]) == {f"{ISSUER}:aud", f"{ISSUER}:sub"}
    assert statement["Principal"] == {"Federated": PROVIDER}


def test_only_listing_stacks_names_no_resource() -> None:
    (policy,) = role("staging", "111111111111")["Policies"]
    wide = [one["Sid"] for one in policy["PolicyDocument"]["Statement"] if "*" in str([one["Resource"], one["Action"]])]
    assert wide == ["StacksAreListed"]


@pytest.mark.parametrize("account", ["111111111111", "222222222222"])
def test_stagings_role_cannot_become_productions(account: str) -> None:
    """In production's account nothing of staging is trusted; in one account its own policy does not name it."""
    (inline,) = role("staging", "111111111111")["Policies"]
    policies = (Policy.read("deploy", json.dumps(inline["PolicyDocument"])),)
    staging = "arn:aws:iam::111111111111:role/serin-deploy-staging"
    caller = Caller("role", f"{staging}/session", "111111111111", staging)
    deploys = "arn:aws:iam::111111111111:role/cdk-hnb659fds-deploy-role-111111111111-us-east-1"
    assert evaluate(caller, Asked("sts:AssumeRole", deploys), Policies(policies)).allowed
    for other in (
        f"arn:aws:iam::{account}:role/serin-deploy-prod",
        f"arn:aws:iam::{account}:role/cdk-serinprod-deploy-role-{account}-us-east-1",
        "arn:aws:iam::222222222222:role/cdk-hnb659fds-deploy-role-222222222222-us-east-1",
    ):
        assert not evaluate(caller, Asked("sts:AssumeRole", other), Policies(policies)).allowed, other
    for table in ("serin-prod-catalog", "serin-prod-control"):
        asked = Asked("dynamodb:PutItem", f"arn:aws:dynamodb:us-east-1:{account}:table/{table}")
        assert not evaluate(caller, asked, Policies(policies)).allowed


class Stage:
    """A stage of one model whose answers have this probability; None: no version is live."""

    def __init__(self, probability: float | None, model: str = "trip-delay") -> None:
        self._probability, self._model = probability, model

    def get(self, _path: str) -> Any:
        return {"items": [{"model": self._model, "live": None if self._probability is None else 1}]}

    def predict(self, _model: str, instances: Any, _access: str) -> Any:
        return {"predictions": [{"probability": self._probability, "version": 1} for _ in instances]}


def test_a_smoke_test_asks_each_live_model_its_golden_rows(tmp_path: Path) -> None:
    write_model(tmp_path)
    models = read_models(tmp_path / "models")

    def said(stage: Any) -> list[str]:
        return list(smoke(stage, models))

    assert said(Stage(0.5)) == ["trip-delay answered its 1 golden rows."]
    assert said(Stage(None)) == ["trip-delay is deployed; no version of it is live yet."]
    with pytest.raises(Invalid, match=r"golden row 1: probability 0\.9500 is not within 0 and 0\.9"):
        said(Stage(0.95))
    with pytest.raises(Invalid, match="trip-delay is not among the models"):
        said(Stage(0.5, model="other"))
