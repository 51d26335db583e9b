"""Where a charter allows training jobs, its training's machine may run them, and they reach what its function does."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.app import use_packaged_node
from infra.packaging.job_code import packed_program
from infra.settings import Settings, target_for
from infra.stacks.training_states import Trainer, training_definition
from serin.domain.charter import JobTerms
from serin.domain.training_machines import IMAGE
from tests.builders import a_charter
from tests.infra.templates import TinyPackages, flat

TERMS = JobTerms("ml.m5.4xlarge", timedelta(hours=4), spot=True, shards=4)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Any]:
    use_packaged_node()
    import aws_cdk as cdk

    from infra.constructs.stack import Deployment
    from infra.stacks.training import TrainingStack

    folder = Path(tmp_path_factory.mktemp("jobs"))
    charter = replace(a_charter(), training=replace(a_charter().training, job=TERMS))
    target = target_for(Settings(), "aws")
    app = cdk.App(outdir=str(folder / "out"), context={"aws:cdk:disable-asset-staging": True})
    deployment = Deployment(Settings(), target, TinyPackages(folder, target), (charter.model,))
    TrainingStack(app, deployment, charter)
    app.synth()
    (path,) = (folder / "out").glob("*.template.json")
    read: Mapping[str, Any] = json.loads(path.read_text())["Resources"]
    return read


def of_type(template: Mapping[str, Any], kind: str) -> list[Any]:
    return [resource["Properties"] for resource in template.values() if resource["Type"] == kind]


def allowed(template: Mapping[str, Any], role: str) -> dict[str, list[str]]:
    """Action → resources of the role whose logical id begins so."""
    may: dict[str, list[str]] = {}
    for policy in of_type(template, "AWS::IAM::Policy"):
        if policy["Roles"][0]["Ref"].startswith(role):
            for statement in policy["PolicyDocument"]["Statement"]:
                actions, resources = ([one] if isinstance(one, str | dict) else one
                                      for one in (statement["Action"], statement["Resource"]))  # fmt: skip
                for action in actions:
                    may.setdefault(action, []).extend(flat(resource) for resource in resources)
    return may


def test_a_job_is_asked_for_on_awss_own_image_with_the_size_and_time_that_the_trainer_says(
    template: Mapping[str, Any],
) -> None:
    (machine,) = of_type(template, "AWS::StepFunctions::StateMachine")
    states = json.loads(flat(machine["DefinitionString"]))["States"]
    asked = states["RefitJob"]["Parameters"]
    assert asked["AlgorithmSpecification"]["TrainingImage"].endswith(f"/{IMAGE}")
    assert asked["ResourceConfig"]["InstanceType.$"] == "$.refit.answer.job.machine"
    assert asked["EnableManagedSpotTraining"] is True
    assert set(asked["StoppingCondition"]) == {"MaxRuntimeInSeconds.$", "MaxWaitTimeInSeconds.$"}
    names = [channel["ChannelName"] for channel in asked["InputDataConfig"]]
    assert names == ["function", "core", "science", "kernel", "charters", "code"]
    assert asked["Environment"]["SERIN_MODEL"] == "late-orders"
    assert states["RefitWhere"]["Default"] == states["RefitAnswer"]["Next"] == "Repeats"
    assert [caught["Next"] for caught in states["RefitJob"]["Catch"]] == ["RefitAnswer"]
    assert [caught["Next"] for caught in states["RefitAnswer"]["Catch"]] == ["RecordFailure"]
    trial = states["Trials"]["ItemProcessor"]["States"]["TrialAnswer"]
    assert [caught["Next"] for caught in trial["Catch"]] == ["NoteFailure"]


def test_who_may_what_of_jobs_is_named(template: Mapping[str, Any]) -> None:
    machine, job = allowed(template, "Machinetraining"), allowed(template, "Jobs")
    (jobs,) = machine["sagemaker:CreateTrainingJob"]
    assert jobs.endswith(":training-job/serin-dev-late-orders-*")
    assert [name.partition("late")[0] for name in machine["iam:PassRole"]] == ["<Jobs", "<PieceJobs"]
    assert machine["events:PutRule"][0].endswith("rule/StepFunctionsGetEventsForSageMakerTrainingJobsRule")
    own = ("/runs/late-orders/*", "/models/late-orders/*")
    assert all("serin-dev-artifacts-" in name and name.endswith(own) for name in job["s3:PutObject"])
    assert [action for action, on in job.items() if "*" in on] == ["ecr:GetAuthorizationToken"]
    # Which shards were fitted before the machine was taken back.
    assert any("serin-dev-artifacts-" in name for name in job["s3:ListBucket"])
    assert {action.partition(":")[0] for action in job} == {"s3", "logs", "ecr"}
    shares = allowed(template, "PieceJobs")
    assert [name.partition("/")[2] for name in shares["s3:PutObject"]] == ["cut/late-orders/*"]
    assert {action.partition(":")[0] for action in shares} == {"s3", "logs", "ecr", "dynamodb"}
    assert not [action for action in shares if action in ("dynamodb:PutItem", "s3:DeleteObject")]


def test_jobs_that_share_pieces_bring_what_makes_training_sets_and_say_why_they_failed(
    template: Mapping[str, Any],
) -> None:
    (machine,) = of_type(template, "AWS::StepFunctions::StateMachine")
    states = json.loads(flat(machine["DefinitionString"]))["States"]
    share = states["Shares"]["ItemProcessor"]["States"]["Share"]
    names = [channel["ChannelName"] for channel in share["Parameters"]["InputDataConfig"]]
    assert names == ["function", "core", "data", "charters", "code"]
    assert share["Parameters"]["ResourceConfig"]["InstanceType.$"] == "$.share.answer.job.machine"
    assert share["Catch"][0]["Next"] == "ShareAnswer"
    assert [choice["Next"] for choice in states["Enough"]["Choices"]] == ["Skipped", "Shares", "Pieces"]
    assert (states["Shares"]["Next"], states["Shares"]["Catch"][0]["Next"]) == ("Build", "RecordFailure")


def test_without_the_charters_word_nothing_of_jobs_is_deployed() -> None:
    training = a_charter().training
    text = json.dumps(training_definition("build", Trainer("train"), "evaluate", training))
    assert "sagemaker" not in text
    assert "checked.$" not in json.dumps(training_definition("b", Trainer("t"), "e", training)["States"]["Contest"])


def test_the_program_of_jobs_is_one_archive_whatever_the_day(tmp_path: Path) -> None:
    first, second = packed_program(tmp_path / "a"), packed_program(tmp_path / "b")
    assert first.read_bytes() == second.read_bytes()
    with tarfile.open(first) as archive:
        assert archive.getnames() == ["job_program.py"]
