"""What becomes of jobs at a restart: they have failed with the cloud they ran in."""

from __future__ import annotations

from moto.sagemaker.models import sagemaker_backends

from infra.local.services.sagemaker.record import TrainingJob
from infra.local.services.service import Keeping
from infra.local.wiring import ACCOUNT

_REASON = "InternalServerError: The local cloud was restarted while this job was running."


def _end_what_ran(region: str) -> None:
    for job in list(sagemaker_backends[ACCOUNT][region].training_jobs.values()):
        if isinstance(job, TrainingJob) and not job.is_over:
            job.become("Failed", "Failed", _REASON)


KEEPING = Keeping(thawed=_end_what_ran)
