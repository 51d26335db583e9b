"""S3 as a job's role reaches it: input that is downloaded before the program runs, output that is uploaded after."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

from infra.local.deploy.assets import Assets
from infra.local.iam.credentials import Credentials
from infra.local.services.sagemaker.requests import Place
from infra.local.wiring import wiring


class Storage:
    """One role's view of S3."""

    def __init__(self, credentials: Credentials) -> None:
        running = wiring()
        self._client = _client(running.endpoint_url, running.region, credentials)

    def download(self, place: Place, folder: Path) -> None:
        """Every object whose key begins so, by the rest of its key; raises botocore's errors.

        A folder of the cloud assembly is never zipped here: what stands for its zip is a link to it.
        """
        pages = self._client.get_paginator("list_objects_v2").paginate(Bucket=place.bucket, Prefix=place.key)
        for key in (item["Key"] for page in pages for item in page.get("Contents", [])):
            target = folder / (key.removeprefix(place.key).lstrip("/") or key.rpartition("/")[2])
            target.parent.mkdir(parents=True, exist_ok=True)
            content: bytes = self._client.get_object(Bucket=place.bucket, Key=key)["Body"].read()
            published = wiring().part(Assets).published(place.bucket, key)
            if published is None:
                target.write_bytes(content)
            else:
                target.symlink_to(published.folder)

    def fetch(self, place: Place, target: Path) -> None:
        """One object."""
        target.write_bytes(self._client.get_object(Bucket=place.bucket, Key=place.key)["Body"].read())

    def upload(self, source: Path, place: Place) -> None:
        """One file."""
        self._client.put_object(Bucket=place.bucket, Key=place.key, Body=source.read_bytes())


@cache
def _client(endpoint_url: str, region: str, keys: Credentials) -> Any:
    return boto3.session.Session().client(
        "s3",
        region_name=region,
        endpoint_url=endpoint_url,
        aws_access_key_id=keys.access_key_id,
        aws_secret_access_key=keys.secret_access_key,
        aws_session_token=keys.session_token,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}),
    )
