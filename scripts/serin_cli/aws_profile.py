"""The profile with which people's own tools (aws, cdk, boto3) reach the local cloud, in a file of this checkout.

A file and not variables: the keys are new at every start, and what is exported lands in logs and histories.
"""

from __future__ import annotations

import shlex
from pathlib import Path

from infra.local.cloud import LocalCloud
from serin_cli.private import write_private

FILE = Path(".serin/aws")
_TEXT = """# Written by serin up, removed at its end. Keys of the local cloud only; they open nothing on AWS.
[default]
region = {region}
endpoint_url = {endpoint}
aws_access_key_id = {key}
aws_secret_access_key = {secret}
"""


def save_profile(cloud: LocalCloud, file: Path = FILE) -> None:
    """Write it for a cloud that has started."""
    owner = cloud.credentials
    write_private(
        file,
        _TEXT.format(
            region=cloud.region,
            endpoint=cloud.endpoint_url,
            key=owner.access_key_id,
            secret=owner.secret_access_key,
        ),
    )


def forget_profile(cloud: LocalCloud) -> None:
    """That cloud is gone; the profile of one that was started since stays."""
    if FILE.exists() and cloud.credentials.access_key_id in FILE.read_text(encoding="utf-8"):
        FILE.unlink(missing_ok=True)


def variables(file: Path = FILE) -> dict[str, str]:
    """What makes the tools read the profile, now and after the next start."""
    path = str(file.absolute())
    return {"AWS_CONFIG_FILE": path, "AWS_SHARED_CREDENTIALS_FILE": path, "AWS_PROFILE": "default"}


def export_line() -> str:
    """The same for a shell."""
    return f"export {' '.join(f'{name}={shlex.quote(value)}' for name, value in variables().items())}"
