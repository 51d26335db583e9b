"""Running training jobs: input, program, output, and every status on the way."""

from __future__ import annotations

import math
import shutil
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from moto.sagemaker.models import sagemaker_backends

from infra.local.clock.threads import ClockThread
from infra.local.iam.sessions import service_session
from infra.local.services.sagemaker.container import Container
from infra.local.services.sagemaker.errors import Refused, ResourceInUse, ResourceLimitExceeded
from infra.local.services.sagemaker.logs import keep_log
from infra.local.services.sagemaker.process import Ending, JobProcess
from infra.local.services.sagemaker.record import TrainingJob
from infra.local.services.sagemaker.requests import SUBMITTED, Asked, Place, asked_for
from infra.local.services.sagemaker.storage import Storage
from infra.local.session import Session, base_interpreter
from infra.local.wiring import ACCOUNT, wiring

_NO_MEMORY = (
    "ClientError: Please use an instance type with more memory, or reduce the size of training data processed on an "
    "instance, exit code: 137"
)


@dataclass(eq=False)
class _Run:
    """A job that is not over."""

    job: TrainingJob
    asked: Asked
    process: JobProcess | None = None
    stopping: bool = False
    lock: threading.Lock = field(default_factory=threading.Lock)


class TrainingJobs:
    """All jobs of the running cloud. `image` is what the image brings; `instances` may run of each type at once."""

    def __init__(self, session: Session, image: Path, environment: Mapping[str, str], instances: int) -> None:
        self._session = session
        self.folder = session.folder / "jobs"
        self._image = image
        self._environment = environment
        self._instances = instances
        self._runs: dict[str, _Run] = {}
        self._lock = threading.Lock()

    def create(self, request: Mapping[str, Any], region: str) -> TrainingJob:
        """Begin a job; raises what SageMaker answers where it does not."""
        asked = asked_for(request, region)
        known: dict[str, Any] = sagemaker_backends[ACCOUNT][region].training_jobs
        with self._lock:
            if asked.name in known:
                raise ResourceInUse(
                    "Training job names must be unique within an AWS account and region, and a training job with this "
                    f"name already exists ({known[asked.name].arn})"
                )
            self._refuse_more_than_the_quota(asked)
            if not wiring().guard.service_may_assume("sagemaker.amazonaws.com", asked.role):
                raise Refused(
                    f"Could not assume role {asked.role}. Please ensure that the role exists and allows principal "
                    "'sagemaker.amazonaws.com' to assume the role."
                )
            job = known[asked.name] = TrainingJob.begun(request, region)
            run = self._runs[asked.name] = _Run(job, asked)
        job.become("Starting")
        ClockThread(wiring().clock, target=self._go, args=(run,), name=f"job {asked.name}", daemon=True).start()
        return job

    def stop(self, name: str) -> None:
        """Ask a job to stop; nothing happens to one that is over."""
        run = self._runs.get(name)
        if run is None:
            return
        with run.lock:
            if run.stopping or run.job.is_over:
                return
            run.stopping = True
            run.job.become("Stopping", "Stopping")
            if run.process is not None:
                run.process.ask("Stopped")

    def interrupt(self, name: str) -> bool:
        """Take a spot machine away, as AWS does when it needs it: the job begins anew on another one."""
        run = self._runs.get(name)
        if run is None or not run.asked.spot or run.process is None:
            return False
        run.process.ask("Interrupted")
        return True

    def end(self) -> None:
        """Kill what runs; the cloud ends."""
        for run in list(self._runs.values()):
            if run.process is not None:
                run.process.kill()

    def _refuse_more_than_the_quota(self, asked: Asked) -> None:
        running = sum(run.asked.machine == asked.machine for run in self._runs.values())
        if running + 1 > self._instances:
            usage = "spot training job usage" if asked.spot else "training job usage"
            raise ResourceLimitExceeded(
                f"The account-level service limit '{asked.machine.name} for {usage}' is {self._instances} Instances, "
                f"with current utilization of {running} Instances and a request delta of 1 Instances. Please use AWS "
                "Service Quotas to request an increase for this quota. If AWS Service Quotas is not available, contact "
                "AWS support to request an increase for this quota."
            )

    def _go(self, run: _Run) -> None:
        try:
            while self._once(run):
                pass
        finally:
            with self._lock:
                del self._runs[run.asked.name]

    def _once(self, run: _Run) -> bool:
        """Run it on one machine; whether it needs another."""
        job, folder = run.job, self.folder / run.asked.name
        storage, container = Storage(service_session(job.region, run.asked.name, run.asked.role)), None
        try:
            container = Container(folder, run.asked)
            job.become("Downloading", job.training_job_status)
            self._download(run, storage, container)
            ending = self._train(run, container)
            job.seconds += max(math.ceil(ending.seconds), 1)
            keep_log(job, container.log)
            if ending.why == "Interrupted":
                job.become("Interrupted")
                job.become("Starting")
                return True
            self._upload(job, storage, container, ending)
            _end(job, ending, container.failure())
        except (ClientError, BotoCoreError, OSError) as error:
            job.become("Failed", "Failed", f"ClientError: Data access failed: {error}")
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return False

    def _download(self, run: _Run, storage: Storage, container: Container) -> None:
        for name, place in run.asked.channels.items():
            storage.download(place, container.channel(name))
        submitted = container.root / "submitted.tar.gz"
        storage.fetch(Place.of(run.asked.hyperparameters[SUBMITTED].strip('"')), submitted)
        container.extract(submitted)

    def _train(self, run: _Run, container: Container) -> Ending:
        job = run.job
        keys = service_session(job.region, run.asked.name, run.asked.role)
        # No site-packages: neither those of a virtual environment nor those of the interpreter under it.
        command = [base_interpreter(), "-S", "-s", *container.arguments()]
        environment = {**self._environment, **container.environment(keys, job.region, self._image)}
        with run.lock:
            if run.stopping:
                return Ending("Stopped", 0, 0.0)
            job.become("Training")
            run.process = JobProcess(command, container.code, environment, container.log, self._session)
        return run.process.wait(run.asked.limit_s - job.seconds, run.asked.machine.memory_mb, wiring().clock)

    def _upload(self, job: TrainingJob, storage: Storage, container: Container, ending: Ending) -> None:
        """The model of a job that did not fail, and what else it wrote of any."""
        job.become("Uploading", job.training_job_status)
        model = Place.of(job.model)
        failed = ending.why == "memory" or (ending.why == "exit" and ending.code)
        if not failed and (packed := container.packed(container.model, "model.tar.gz")):
            storage.upload(packed, model)
        if packed := container.packed(container.data, "output.tar.gz"):
            storage.upload(packed, Place(model.bucket, model.key.replace("model.tar.gz", "output.tar.gz")))


def _end(job: TrainingJob, ending: Ending, failure: str) -> None:
    if ending.why == "memory":
        job.become("Failed", "Failed", _NO_MEMORY)
    elif ending.why == "exit" and ending.code:
        job.become("Failed", "Failed", f"AlgorithmError: {failure}, exit code: {ending.code}")
    elif ending.why == "exit":
        job.become("Completed", "Completed")
    else:
        job.become(ending.why, "Stopped")
