"""SageMaker's training jobs: what a program finds, how jobs end, who may begin one, and who waits for them."""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from infra.local.account import Account
from infra.local.cloud import LocalCloud
from infra.local.services.sagemaker.jobs import TrainingJobs
from infra.local.wiring import wiring
from infra.stacks.training_states import Trainer
from serin.adapters.memory.objects import MemoryObjectStore
from serin.domain.errors import Denied, TooLarge
from serin.domain.records import as_record
from serin.domain.training_jobs import TrainingJob, answer_in
from serin.domain.training_machines import MACHINES, Machine
from serin.services.training_job import collect
from tests.e2e.local.clock.april import START
from tests.e2e.local.needs.training_jobs import SLEEPS, job_request, task
from tests.e2e.local.needs.world import at_rest, aws, begun, described, ended, heard, machine, queue, role, walk
from tests.e2e.local.templates import assembly
from tests.waiting import wait_until

FITS = """
import json, os, sys
import boto3

with open(os.path.join(os.environ["SM_CHANNEL_ROWS"], "rows.csv")) as rows:
    total = sum(int(row) for row in rows)
with open(os.environ["SM_MODEL_DIR"] + "/model.json", "w") as model:
    json.dump({"total": total, "told": sys.argv[1:], "as": boto3.client("sts").get_caller_identity()["Arn"]}, model)
with open(os.environ["SM_OUTPUT_DATA_DIR"] + "/notes", "w") as notes:
    notes.write("done")
print("fitted")
"""
FAILS = """
import os
with open(os.environ["SM_OUTPUT_DIR"] + "/failure", "w") as failure:
    failure.write("no rows")
raise SystemExit(2)
"""
KEEPS_WHAT_IT_HAS = """
import os, signal, sys, time
def end(*_):
    open(os.environ["SM_MODEL_DIR"] + "/half", "w").close()
    sys.exit(0)
signal.signal(signal.SIGTERM, end)
print("here", flush=True)
time.sleep(600)
"""
DEAF = SLEEPS.replace("import time", "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)")
HUNGRY = "import time\nheld = bytearray(200_000_000)\ntime.sleep(600)"
TWICE = """
import os, sys, time, boto3
s3, bucket = boto3.client("s3"), sys.argv[sys.argv.index("--bucket") + 1]
if not s3.list_objects_v2(Bucket=bucket, Prefix="begun").get("KeyCount"):
    s3.put_object(Bucket=bucket, Key="begun")
    time.sleep(600)
open(os.environ["SM_MODEL_DIR"] + "/model", "w").close()
"""
MANAGED = {
    "EnableManagedSpotTraining": True,
    "StoppingCondition": {"MaxRuntimeInSeconds": 60, "MaxWaitTimeInSeconds": 60},
}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    account = Account(training_instances=1)
    scratch = Path(tmp_path_factory.mktemp("jobs"))
    with LocalCloud.start(assembly(), clock=START, scratch=scratch, account=account) as cloud:
        yield cloud


def job_of(cloud: LocalCloud, request: dict[str, Any]) -> dict[str, Any]:
    return dict(aws(cloud, "sagemaker").describe_training_job(TrainingJobName=request["TrainingJobName"]))


def statuses(job: dict[str, Any]) -> list[str]:
    return [transition["Status"] for transition in job["SecondaryStatusTransitions"]]


def run(cloud: LocalCloud, request: dict[str, Any]) -> dict[str, Any]:
    """The job after its end."""
    aws(cloud, "sagemaker").create_training_job(**request)
    at_rest(cloud)
    return job_of(cloud, request)


def left(cloud: LocalCloud, request: dict[str, Any], name: str = "model.tar.gz") -> dict[str, bytes]:
    """What is in an archive that it has left."""
    bucket_name = request["OutputDataConfig"]["S3OutputPath"].split("/")[2]
    key = f"out/{request['TrainingJobName']}/output/{name}"
    packed = aws(cloud, "s3").get_object(Bucket=bucket_name, Key=key)["Body"].read()
    with tarfile.open(fileobj=io.BytesIO(packed)) as archive:
        files = {member.name: archive.extractfile(member) for member in archive}
        return {name: file.read() for name, file in files.items() if file is not None}


def trains(cloud: LocalCloud, request: dict[str, Any]) -> bool:
    return wait_until(lambda: job_of(cloud, request)["SecondaryStatus"] == "Training")


@pytest.mark.slow
def test_a_job_reads_its_channels_and_leaves_its_model_and_everybody_hears_of_it(cloud: LocalCloud) -> None:
    with job_request(cloud, FITS, HyperParameters={"depth": "3"}) as request, queue(cloud) as url:
        place = request["OutputDataConfig"]["S3OutputPath"].removesuffix("/out")
        aws(cloud, "s3").put_object(Bucket=place.removeprefix("s3://"), Key="in/rows.csv", Body=b"1\n2\n39\n")
        source = {"S3DataSource": {"S3DataType": "S3Prefix", "S3Uri": f"{place}/in/"}}
        request["InputDataConfig"] = [{"ChannelName": "rows", "DataSource": source}]
        pattern = {"source": ["aws.sagemaker"], "detail": {"TrainingJobStatus": ["Completed"]}}
        with heard(cloud, pattern, url) as events, machine(cloud, task(request)) as arn:
            execution = ended(cloud, begun(cloud, arn))
            assert execution["status"] == "SUCCEEDED", execution
            at_rest(cloud)
            (event,) = events()
        answer = json.loads(execution["output"])
        assert answer["TrainingJobStatus"] == "Completed"
        assert (event["detail-type"], event["detail"]["TrainingJobName"]) == (
            "SageMaker Training Job State Change",
            request["TrainingJobName"],
        )
        model = json.loads(left(cloud, request)["model.json"])
        assert (model["total"], model["told"]) == (42, ["--depth", "3"])
        assert f":assumed-role/{request['RoleArn'].rpartition('/')[2]}/" in model["as"]
        assert left(cloud, request, "output.tar.gz") == {"notes": b"done"}
        job = job_of(cloud, request)
        assert statuses(job) == ["Starting", "Downloading", "Training", "Uploading", "Completed"]
        assert job["BillableTimeInSeconds"] >= 1
        lines = aws(cloud, "logs").filter_log_events(logGroupName="/aws/sagemaker/TrainingJobs")["events"]
        assert "fitted" in [line["message"] for line in lines]
        assert aws(cloud, "sagemaker").list_training_jobs()["TrainingJobSummaries"]
        with pytest.raises(ClientError, match="ResourceInUse"):
            aws(cloud, "sagemaker").create_training_job(**request)


@pytest.mark.slow
def test_how_a_job_fails_is_told(cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch) -> None:
    with job_request(cloud, FAILS) as request:
        job = run(cloud, request)
        assert (job["TrainingJobStatus"], job["FailureReason"]) == ("Failed", "AlgorithmError: no rows, exit code: 2")
    with job_request(cloud, SLEEPS, StoppingCondition={"MaxRuntimeInSeconds": 1}) as request:
        job = run(cloud, request)
        assert (job["TrainingJobStatus"], job["SecondaryStatus"]) == ("Stopped", "MaxRuntimeExceeded")
    monkeypatch.setitem(cast("dict[str, Machine]", MACHINES), "ml.m5.large", Machine("ml.m5.large", 100, 2))
    with job_request(cloud, HUNGRY) as request:
        job = run(cloud, request)
        assert job["TrainingJobStatus"] == "Failed"
        assert "use an instance type with more memory" in job["FailureReason"]
    with job_request(cloud, SLEEPS) as request:
        bucket_name = request["OutputDataConfig"]["S3OutputPath"].split("/")[2]
        aws(cloud, "s3").delete_object(Bucket=bucket_name, Key="code/sourcedir.tar.gz")
        assert "Data access failed" in run(cloud, request)["FailureReason"]


@pytest.mark.slow
def test_a_job_is_asked_to_stop_with_its_execution_and_killed_after_two_minutes(cloud: LocalCloud) -> None:
    with job_request(cloud, KEEPS_WHAT_IT_HAS) as request, machine(cloud, task(request)) as arn:
        execution = begun(cloud, arn)
        assert wait_until(lambda: _exists(cloud, request))
        assert trains(cloud, request)
        assert wait_until(lambda: _printed(cloud))
        aws(cloud, "stepfunctions").stop_execution(executionArn=execution)
        at_rest(cloud)
        assert described(cloud, execution)["status"] == "ABORTED"
        assert job_of(cloud, request)["TrainingJobStatus"] == "Stopped"
        assert list(left(cloud, request)) == ["half"]
    with job_request(cloud, DEAF) as request:
        aws(cloud, "sagemaker").create_training_job(**request)
        assert trains(cloud, request)
        assert wait_until(lambda: _printed(cloud))
        aws(cloud, "sagemaker").stop_training_job(TrainingJobName=request["TrainingJobName"])
        at_rest(cloud)
        assert job_of(cloud, request)["TrainingJobStatus"] == "Stopping"
        walk(cloud, seconds=121)
        at_rest(cloud)
        assert job_of(cloud, request)["TrainingJobStatus"] == "Stopped"


@pytest.mark.slow
def test_a_spot_machine_that_is_taken_away_begins_anew(cloud: LocalCloud) -> None:
    with job_request(cloud, TWICE, **MANAGED) as request:
        name = request["OutputDataConfig"]["S3OutputPath"].split("/")[2]
        request["HyperParameters"]["bucket"] = name
        aws(cloud, "sagemaker").create_training_job(**request)
        assert wait_until(lambda: aws(cloud, "s3").list_objects_v2(Bucket=name, Prefix="begun")["KeyCount"])
        assert wiring().part(TrainingJobs).interrupt(request["TrainingJobName"])
        at_rest(cloud)
        job = job_of(cloud, request)
        assert job["TrainingJobStatus"] == "Completed"
        again = ["Starting", "Downloading", "Training"]
        assert statuses(job) == [*again, "Interrupted", *again, "Uploading", "Completed"]


@pytest.mark.slow
def test_what_is_not_there_or_not_allowed_is_refused_by_name(cloud: LocalCloud) -> None:
    sagemaker = aws(cloud, "sagemaker")
    with job_request(cloud, SLEEPS) as request:
        image = {"TrainingImage": "1.dkr.ecr.us-east-1.amazonaws.com/mine:1", "TrainingInputMode": "File"}
        resources = {"InstanceType": "ml.p5.48xlarge", "InstanceCount": 1, "VolumeSizeInGB": 30}
        for changed, said in (
            ({"AlgorithmSpecification": image}, "runs no image 1.dkr"),
            ({"ResourceConfig": resources}, "no training on 'ml.p5.48xlarge'"),
            ({"EnableNetworkIsolation": True}, "EnableNetworkIsolation"),
            ({"EnableManagedSpotTraining": True}, "MaxWaitTimeInSeconds"),
        ):
            with pytest.raises(ClientError, match=said):
                sagemaker.create_training_job(**{**request, **changed})
        with role(cloud, "*", trusts=("lambda",)) as other, pytest.raises(ClientError, match="Could not assume role"):
            sagemaker.create_training_job(**{**request, "RoleArn": other})
        with pytest.raises(ClientError, match="not found"):
            sagemaker.stop_training_job(TrainingJobName="nobody")


@pytest.mark.slow
def test_a_machine_that_may_not_or_an_account_that_has_no_room_says_so(cloud: LocalCloud) -> None:
    states = aws(cloud, "stepfunctions")
    with job_request(cloud, SLEEPS) as request, job_request(cloud, SLEEPS) as second:
        definition = json.dumps({"StartAt": "Fit", "States": task(request)})
        with (
            role(cloud, "sagemaker:*", "iam:PassRole") as deaf,
            pytest.raises(ClientError, match="not authorized to create managed-rule"),
        ):
            states.create_state_machine(name="deaf", definition=definition, roleArn=deaf)
        with (
            role(cloud, "sagemaker:*", "events:*") as may_not_pass,
            machine(cloud, task(request), roleArn=may_not_pass) as arn,
        ):
            execution = ended(cloud, begun(cloud, arn))
            assert "iam:PassRole" in execution["cause"]
        aws(cloud, "sagemaker").create_training_job(**request)
        with machine(cloud, task(second)) as arn:
            execution = ended(cloud, begun(cloud, arn))
            assert execution["error"] == "SageMaker.ResourceLimitExceededException"
            assert "'ml.m5.large for training job usage' is 1 Instances" in execution["cause"]
        aws(cloud, "sagemaker").stop_training_job(TrainingJobName=request["TrainingJobName"])
        at_rest(cloud)


@pytest.mark.slow
def test_a_training_is_told_by_its_own_states_of_memory_quota_and_a_machine_taken_back(
    cloud: LocalCloud, monkeypatch: pytest.MonkeyPatch
) -> None:
    with job_request(cloud, SLEEPS) as request, _step(cloud, request) as (execution, first):
        assert wait_until(lambda: _exists(cloud, {"TrainingJobName": first.name}))
        with job_request(cloud, SLEEPS) as second, _step(cloud, second) as (refused, job):
            with pytest.raises(Denied, match=r"may not have ml\.m5\.large for a training") as denied:
                _collected(cloud, refused, job)
            assert "Ask AWS for a higher quota" in denied.value.remedy
        aws(cloud, "stepfunctions").stop_execution(executionArn=execution)
        at_rest(cloud)
    monkeypatch.setitem(cast("dict[str, Machine]", MACHINES), "ml.m5.large", Machine("ml.m5.large", 100, 2))
    with (
        job_request(cloud, HUNGRY) as request,
        _step(cloud, request) as (execution, job),
        pytest.raises(TooLarge, match=r"took all memory of ml\.m5\.large"),
    ):
        _collected(cloud, execution, job)
    monkeypatch.undo()
    with job_request(cloud, TWICE) as request, _step(cloud, request, spot=True) as (execution, job):
        name = request["OutputDataConfig"]["S3OutputPath"].split("/")[2]
        assert wait_until(lambda: aws(cloud, "s3").list_objects_v2(Bucket=name, Prefix="begun")["KeyCount"])
        assert wiring().part(TrainingJobs).interrupt(job.name)
        said = ended(cloud, execution)
        fitted_on = _collected(cloud, execution, job)["fitted_on"]
        assert (said["status"], fitted_on["spot"], fitted_on["interruptions"]) == ("SUCCEEDED", True, 1)


@contextmanager
def _step(cloud: LocalCloud, request: dict[str, Any], *, spot: bool = False) -> Iterator[tuple[str, TrainingJob]]:
    """An execution of the states that every step of a training has, once its function has said by which job it is."""
    bucket_name = request["OutputDataConfig"]["S3OutputPath"].split("/")[2]
    job = TrainingJob(request.pop("TrainingJobName"), "refit", "folder", "ml.m5.large", 30, 60, 60, spot)
    common = {name: request[name] for name in ("RoleArn", "AlgorithmSpecification", "OutputDataConfig")}
    common["HyperParameters"] = {**request["HyperParameters"], "bucket": bucket_name}
    trainer = Trainer("of nobody", common, spot)
    failed = {"ErrorEquals": ["States.ALL"], "ResultPath": "$.refit.failed", "Next": "Over"}
    fits = trainer.states("Refit", "$", "$.refit", [], "Over")["RefitJob"]
    states = {"RefitJob": {**fits, "Catch": [failed], "Next": "Over"}, "Over": {"Type": "Succeed"}}
    with machine(cloud, states) as arn:
        execution = begun(cloud, arn, {"refit": {"answer": {"job": as_record(job)}}})
        yield execution, job


def _collected(cloud: LocalCloud, execution: str, job: TrainingJob) -> Any:
    """What the step answers, or raises, after the job's end."""
    artifacts = MemoryObjectStore()
    if (output := json.loads(ended(cloud, execution)["output"])["refit"]).get("ended"):
        artifacts.put(answer_in(job.folder), b'{"answer": {}}')
    return collect(output, artifacts=artifacts)


def _exists(cloud: LocalCloud, request: dict[str, Any]) -> bool:
    listed = aws(cloud, "sagemaker").list_training_jobs(NameContains=request["TrainingJobName"])
    return bool(listed["TrainingJobSummaries"])


def _printed(cloud: LocalCloud) -> bool:
    """Whether the program has come so far as to take a signal."""
    folders = list(wiring().part(TrainingJobs).folder.glob("*/log"))
    return any("here" in log.read_text() for log in folders)
