"""Deploying a cloud assembly: assets first, then each stack through CloudFormation, in order."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from time import perf_counter

from moto.cloudformation.models import CloudFormationBackend, cloudformation_backends
from moto.s3.models import s3_backends
from moto.ssm.models import ssm_backends

from infra.local.assembly import Assembly, FileAsset, Stack
from infra.local.assets import Assets
from infra.local.wiring import ACCOUNT
from serin.domain.errors import Invalid, SerinError

BOOTSTRAP_PARAMETER = "/cdk-bootstrap/hnb659fds/version"
_BOOTSTRAP_VERSION = "30"

Progress = Callable[[str, float | None], None]
"""Called with a stack's name and None when it begins, and its seconds when it is done."""


def silent(_stack: str, _seconds: float | None) -> None:
    """Progress nobody watches."""


def deploy(assembly: Assembly, assets: Assets, progress: Progress = silent) -> None:
    """Create every stack; raises with the stack, the resource and the reason at the first that fails."""
    bootstrap(assembly.region)
    for stack in assembly.stacks:
        progress(stack.name, None)
        began = perf_counter()
        for asset in stack.assets:
            _upload(asset, assembly.region, assets)
        create(stack, assembly.region)
        progress(stack.name, perf_counter() - began)


def bootstrap(region: str) -> None:
    """What `cdk bootstrap` leaves in an account that templates ask for."""
    parameters = ssm_backends[ACCOUNT][region]
    if parameters.get_parameter(BOOTSTRAP_PARAMETER) is None:
        parameters.put_parameter(
            name=BOOTSTRAP_PARAMETER,
            description="",
            value=_BOOTSTRAP_VERSION,
            parameter_type="String",
            allowed_pattern="",
            keyid="",
            overwrite=True,
            tags=[],
            data_type="text",
            tier=None,
            policies=None,
        )


def create(stack: Stack, region: str) -> None:
    """Create one stack; raises with the resource and the reason when it fails."""
    # The rules only check the bootstrap version once more.
    template = {key: value for key, value in stack.template.items() if key != "Rules"}
    backend = cloudformation_backends[ACCOUNT][region]
    try:
        backend.create_stack(stack.name, json.dumps(template), dict(stack.parameters or {}))
    except SerinError as error:
        _mark_failed(backend, stack.name, error.message)
        error.message = f"Stack {stack.name}: {error.message}"
        raise


def _mark_failed(backend: CloudFormationBackend, name: str, reason: str) -> None:
    for stack in backend.stacks.values():
        if stack.name == name:
            stack.status = "CREATE_FAILED"
            stack._add_stack_event("CREATE_FAILED", resource_status_reason=reason)


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
