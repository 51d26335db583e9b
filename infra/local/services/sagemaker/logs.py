"""What a job prints, in CloudWatch, as its role.

https://docs.aws.amazon.com/sagemaker/latest/dg/logging-cloudwatch.html
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from moto.logs.models import logs_backends

from infra.local.iam.errors import AccessDenied
from infra.local.services.sagemaker.record import TrainingJob
from infra.local.wiring import ACCOUNT, wiring

GROUP = "/aws/sagemaker/TrainingJobs"
_LINES = 1_000
"""The last ones of a job that prints more."""


def keep_log(job: TrainingJob, printed: Path) -> None:
    """Write what it printed to its stream; a role that may not write loses it, and nobody is told."""
    if not printed.is_file():
        return
    lines = printed.read_text(errors="replace").splitlines()[-_LINES:]
    guard, role, now_ms = wiring().guard, str(job.request["RoleArn"]), wiring().clock.now_ms()
    stream = f"{job.training_job_name}/algo-1-{int(job.creation_time.timestamp())}"
    on = f"arn:aws:logs:{job.region}:{ACCOUNT}:log-group:{GROUP}:log-stream:{stream}"
    backend = logs_backends[ACCOUNT][job.region]
    with suppress(AccessDenied):
        if GROUP not in backend.groups:
            guard.role_may(role, "logs:CreateLogGroup", on)
            backend.ensure_log_group(GROUP)
        if stream not in backend.groups[GROUP].streams:
            guard.role_may(role, "logs:CreateLogStream", on)
            backend.groups[GROUP].create_log_stream(stream)
        guard.role_may(role, "logs:PutLogEvents", on)
        events = [{"timestamp": now_ms, "message": line} for line in lines if line]
        if events:
            backend.groups[GROUP].put_log_events(stream, events)
