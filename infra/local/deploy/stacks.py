"""Deploying a cloud assembly: assets first, then each stack through CloudFormation, in order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from moto.s3.models import s3_backends

from infra.local.cloudformation.errors import ValidationError
from infra.local.cloudformation.records import Settings
from infra.local.cloudformation.records import Stack as Deployed
from infra.local.cloudformation.service import NO_UPDATES, create_stack, delete_stack, here, update_stack
from infra.local.cloudformation.store import find_stack
from infra.local.deploy.assembly import Assembly, FileAsset, Stack
from infra.local.deploy.assets import Assets
from infra.local.deploy.bootstrap import bootstrap
from infra.local.wiring import ACCOUNT
from serin.domain.errors import Invalid, SerinError

_CAPABILITIES = ("CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND")

_NEVER_MADE = ("CREATE_FAILED", "REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "ROLLBACK_FAILED")
"""Stacks no update begins from; the CDK's command deletes them first as well."""

Progress = Callable[[str, float | None], None]
"""Called with a stack's name and None when it begins, and its seconds when it is done."""


class DeployFailed(SerinError):
    """A stack that could not be brought to what its template says."""

    kind = "deploy_failed"


def silent(_stack: str, _seconds: float | None) -> None:
    """Progress nobody watches."""


def deploy(assembly: Assembly, assets: Assets, progress: Progress = silent) -> None:
    """Create or update every stack; raises with the stack, the resource and the reason at the first that fails."""
    bootstrap(assembly.region)
    for stack in assembly.stacks:
        progress(stack.name, None)
        began = perf_counter()
        for asset in stack.assets:
            _upload(asset, assembly.region, assets)
        bring_up(stack, assembly.region)
        progress(stack.name, perf_counter() - began)


def bring_up(stack: Stack, region: str) -> None:
    """Create the stack, or update it when it is there; raises DeployFailed."""
    body = json.dumps(stack.template)
    settings = Settings(dict(stack.parameters or {}), capabilities=_CAPABILITIES)
    before = find_stack(region, stack.name)
    if before is not None and before.status in _NEVER_MADE:
        delete_stack(region, stack.name, here)
        before = None
    try:
        if before is None:
            brought_up = create_stack(region, stack.name, body, settings, here)
        else:
            brought_up = update_stack(region, stack.name, body, settings, here)
    except ValidationError as error:
        if error.message != NO_UPDATES or before is None:
            remedy = "Correct the template and deploy again."
            raise DeployFailed(f"Stack {stack.name}: {error.message}", remedy) from error
        brought_up = before
    else:
        _refuse_failure(brought_up)
    # As the CDK's command does it: with an operation of its own, when the stack is there.
    brought_up.termination_protection = stack.protected


def _refuse_failure(stack: Deployed) -> None:
    if stack.status not in ("CREATE_COMPLETE", "UPDATE_COMPLETE"):
        reasons = "; ".join(stack.failures) or stack.reason
        raise DeployFailed(f"Stack {stack.name}: {reasons}", f"Correct it and deploy again; it is {stack.status} now.")


def _upload(asset: FileAsset, region: str, assets: Assets) -> None:
    """Put a file as it is; a folder stays where it was synthesised and only its place is put."""
    backend = s3_backends[ACCOUNT]["aws"]
    if asset.bucket not in backend.buckets:
        backend.create_bucket(asset.bucket, region)
    if not asset.source.exists():
        raise Invalid(f"The asset {asset.source} is missing.", "Synthesise again; the cloud assembly is not complete.")
    if asset.source.is_dir():
        assets.publish(asset.bucket, asset.key, asset.source.resolve())
        backend.put_object(asset.bucket, asset.key, _place(asset.source))
    else:
        backend.put_object(asset.bucket, asset.key, asset.source.read_bytes())


def _place(folder: Path) -> bytes:
    return f"The content lies in {folder}\n".encode()
