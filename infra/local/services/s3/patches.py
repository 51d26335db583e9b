"""S3: events as AWS shapes them, on the default bus, copies of what is meant, and one thread at a time at objects."""

from __future__ import annotations

import itertools
import threading
import uuid
from collections.abc import Callable, Mapping
from types import SimpleNamespace
from typing import Any
from urllib.parse import parse_qs, unquote, urlparse

from moto.iam.access_control import PermissionResult
from moto.s3 import notifications
from moto.s3.exceptions import PreconditionFailed
from moto.s3.models import FakeBucket, S3Backend
from moto.s3.responses import S3Response

from infra.local.delivery.envelope import event
from infra.local.delivery.registry import emit
from infra.local.iam.documents import check
from infra.local.moto_patches.registry import replace, wrap
from infra.local.wiring import connected
from serin.domain.errors import Invalid

_lock = threading.RLock()
_sequencer = itertools.count(0x65F0000000000000)

_CREATED = {
    "s3:ObjectCreated:Put": "PutObject",
    "s3:ObjectCreated:Post": "POST Object",
    "s3:ObjectCreated:Copy": "CopyObject",
    "s3:ObjectCreated:CompleteMultipartUpload": "CompleteMultipartUpload",
}
_DELETED = {
    "s3:ObjectRemoved:Delete": "Permanently Deleted",
    "s3:ObjectRemoved:DeleteMarkerCreated": "Delete Marker Created",
}


@replace(notifications, "_send_event_bridge_message")
def send_event_bridge_message(account_id: str, bucket: FakeBucket, event_name: Any, key: Any) -> None:
    """moto writes `eTag`, no real reason or sequencer, sends to every bus, and swallows what goes wrong."""
    name = str(getattr(event_name, "value", event_name))
    if connected() is None or name not in {**_CREATED, **_DELETED}:
        return
    emit(_event(account_id, bucket, name, key))


def _event(account_id: str, bucket: FakeBucket, name: str, key: Any) -> dict[str, Any]:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html"""
    item: dict[str, Any] = {"key": key.name, "sequencer": f"{next(_sequencer):016X}"}
    if bucket.is_versioned:
        item["version-id"] = key.version_id
    detail: dict[str, Any] = {
        "version": "0",
        "bucket": {"name": bucket.name},
        "object": item,
        "request-id": uuid.uuid4().hex[:16].upper(),
        "requester": account_id,
        "source-ip-address": "127.0.0.1",
    }
    if name in _CREATED:
        item |= {"size": key.size, "etag": key.etag.replace('"', "")}
        detail["reason"] = _CREATED[name]
    else:
        detail |= {"reason": "DeleteObject", "deletion-type": _DELETED[name]}
    kind = "Object Created" if name in _CREATED else "Object Deleted"
    return event("aws.s3", kind, detail, region=bucket.region_name, resources=[bucket.arn])


@wrap(FakeBucket, "set_notification_configuration")
def set_notification_configuration(
    original: Callable[..., None], bucket: FakeBucket, wanted: Mapping[str, Any] | None
) -> None:
    """moto sends to functions and queues without asking their policies."""
    # The XML's own attributes are among them.
    direct = sorted({name for name in wanted or {} if not name.startswith("@")} - {"EventBridgeConfiguration"})
    if direct:
        raise Invalid(
            f"Bucket {bucket.name} sends notifications by {', '.join(direct)}.",
            "Turn on EventBridge for the bucket and write a rule.",
        )
    original(bucket, wanted)


@wrap(S3Response, "copy_object")
def copy_object(original: Callable[..., Any], response: S3Response) -> Any:
    """moto copies whatever stands there now, also where only what was listed is wanted (If-Match of the source)."""
    wanted = response.headers.get("x-amz-copy-source-if-match")
    with _lock:
        if wanted is not None and _source_etag(response) not in (None, wanted.strip('"')):
            raise PreconditionFailed("x-amz-copy-source-If-Match")
        return original(response)


def _source_etag(response: S3Response) -> str | None:
    """The ETag of what would be copied; None where nothing is, which moto says itself."""
    source = urlparse(response.headers["x-amz-copy-source"])
    bucket, key = unquote(source.path).lstrip("/").split("/", 1)
    version = parse_qs(source.query).get("versionId", [None])[0]
    origin = response.backend.get_object(bucket, key, version_id=version)
    return None if origin is None else str(origin.etag).strip('"')


def _alone(original: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """moto reads a key's versions, adds one and writes them back, and lists versions that others delete meanwhile."""
    with _lock:
        return original(*args, **kwargs)


# Copies and completed uploads are put by `put_object`.
for _name in ("put_object", "delete_object", "list_object_versions"):
    wrap(S3Backend, _name)(_alone)


@wrap(S3Backend, "list_objects")
def list_objects(
    original: Callable[..., Any], backend: S3Backend, bucket: Any, prefix: str | None, *args: Any, **kwargs: Any
) -> Any:
    """moto lists keys that others delete meanwhile, and reads all objects of a bucket to find those of a prefix."""
    with _lock:
        if prefix and type(bucket) is FakeBucket:
            names = [name for name in tuple(bucket.keys) if name.startswith(prefix)]
            bucket = SimpleNamespace(keys={name: bucket.keys[name] for name in names})
        return original(backend, bucket, prefix, *args, **kwargs)


@wrap(S3Backend, "put_bucket_policy")
def put_bucket_policy(original: Callable[..., None], backend: S3Backend, bucket_name: str, policy: bytes) -> None:
    """moto evaluates only statements for everybody, and those without their conditions."""
    check(f"of bucket {bucket_name}", policy.decode())
    original(backend, bucket_name, policy)


@replace(FakeBucket, "get_permission")
def get_permission(_bucket: FakeBucket, _action: str, _resource: str) -> PermissionResult:
    """moto ignores conditions, so a bucket that only denies plain HTTP would refuse what the guard has let in."""
    return PermissionResult.NEUTRAL
