"""S3 keeps bodies as they are sent, and refuses those that are not what their checksums say."""

from __future__ import annotations

import base64
import hashlib
import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import boto3
import httpx
from botocore.config import Config
from botocore.handlers import validate_bucket_name

from benches.rules.model import Attempt, refused, rule
from infra.local.cloud import LocalCloud

_PUT = "https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html"
_INTEGRITY = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html"
_ERRORS = "https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html"
_SIGNED = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-presigned-url.html"

BODIES = (b"a=1&b=%20+2", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', b"\x00\xff{", b"")
TYPES: Mapping[str, str] = {
    "form": "application/x-www-form-urlencoded",
    "multipart": "multipart/form-data; boundary=x",
    "json": "application/json",
    "page": "text/html",
    "any": "a/b",
}


@contextmanager
def _bucket(cloud: LocalCloud) -> Iterator[tuple[Any, str]]:
    """A client, and a bucket that holds the object `k` at the end, if anything."""
    s3, name = boto3.client("s3", **cloud.client), f"rule-{uuid.uuid4().hex[:12]}"
    s3.create_bucket(Bucket=name)
    try:
        yield s3, name
    finally:
        s3.delete_object(Bucket=name, Key="k")
        s3.delete_bucket(Bucket=name)


def _keeping(name: str, kind: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with _bucket(cloud) as (s3, bucket):
            for body in BODIES:
                s3.put_object(Bucket=bucket, Key="k", Body=body, ContentType=kind)
                kept = s3.get_object(Bucket=bucket, Key="k")
                assert (kept["Body"].read(), kept["ContentType"]) == (body, kind), f"{body!r} is kept otherwise"

    attempt.__name__ = f"body_of_type_{name}"
    return attempt


for _name, _kind in TYPES.items():
    rule(service="s3", says=f"a body is kept as it was sent: {_kind}", source=_PUT)(_keeping(_name, _kind))


def _base64(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


def _mismatch(algorithm: str) -> str:
    return f"The {algorithm} you specified did not match the calculated checksum."


_WRONG: tuple[tuple[str, dict[str, str], str, str], ...] = (
    ("sha256", {"ChecksumSHA256": _base64(hashlib.sha256(b"x").digest())}, "BadDigest", _mismatch("SHA256")),
    ("sha1", {"ChecksumSHA1": _base64(hashlib.sha1(b"x").digest())}, "BadDigest", _mismatch("SHA1")),
    ("crc32", {"ChecksumCRC32": "AAAAAA=="}, "BadDigest", _mismatch("CRC32")),
    (
        "sha256_of_another_length",
        {"ChecksumSHA256": "AAAA"},
        "InvalidRequest",
        "Value for x-amz-checksum-sha256 header is invalid.",
    ),
    (
        "md5",
        {"ContentMD5": _base64(hashlib.md5(b"x").digest())},
        "BadDigest",
        "The Content-MD5 you specified did not match what we received.",
    ),
    ("md5_of_another_length", {"ContentMD5": "AAAA"}, "InvalidDigest", "The Content-MD5 you specified was invalid."),
)


def _refusing(name: str, said: Mapping[str, str], code: str, message: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with _bucket(cloud) as (s3, bucket):
            with refused(code, message=message):
                s3.put_object(Bucket=bucket, Key="k", Body=b"abc", **said)
            assert "Contents" not in s3.list_objects_v2(Bucket=bucket), "it was written all the same"

    attempt.__name__ = f"wrong_{name}"
    return attempt


for _name, _said, _code, _message in _WRONG:
    rule(service="s3", says=f"what is not as it says is not written: {_name}", source=_INTEGRITY)(
        _refusing(_name, _said, _code, _message)
    )


@rule(service="s3", says="a checksum that is right is kept", source=_INTEGRITY)
def right_checksum(cloud: LocalCloud) -> None:
    value = _base64(hashlib.sha256(b"abc").digest())
    with _bucket(cloud) as (s3, bucket):
        s3.put_object(Bucket=bucket, Key="k", Body=b"abc", ChecksumSHA256=value)
        kept = s3.get_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
        assert kept["ChecksumSHA256"] == value


@rule(service="s3", says="a part that is not as it says is not taken", source=_INTEGRITY)
def wrong_part(cloud: LocalCloud) -> None:
    with _bucket(cloud) as (s3, bucket):
        part = {"Bucket": bucket, "Key": "k"}
        part["UploadId"] = s3.create_multipart_upload(**part)["UploadId"]
        with refused("BadDigest", message=_mismatch("CRC32")):
            s3.upload_part(**part, PartNumber=1, Body=b"abc", ChecksumCRC32="AAAAAA==")
        s3.abort_multipart_upload(**part)


@rule(service="s3", says="a presigned URL is for the object that was signed", source=_SIGNED)
def presigned_for_another(cloud: LocalCloud) -> None:
    with _bucket(cloud) as (s3, bucket):
        url = s3.generate_presigned_url("put_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
        assert httpx.put(url, content=b"abc").status_code == httpx.codes.OK
        other = httpx.put(url.replace("/k?", "/other?"), content=b"abc")
        assert (other.status_code, "<Code>SignatureDoesNotMatch</Code>" in other.text) == (403, True), other.text


@rule(service="s3", says="a presigned URL ends when it was said to", source=_SIGNED)
def presigned_for_longer(cloud: LocalCloud) -> None:
    with _bucket(cloud) as (s3, bucket):
        url = s3.generate_presigned_url("get_object", Params={"Bucket": bucket, "Key": "k"}, ExpiresIn=60)
        answer = httpx.get(url.replace("Expires=", "Expires=9"))
        assert (answer.status_code, "<Code>" in answer.text) == (403, True), answer.text


@rule(service="s3", says="a bucket that is not there is told by name", source=_ERRORS)
def no_such_bucket(cloud: LocalCloud) -> None:
    with refused("NoSuchBucket", status=404, message="The specified bucket does not exist"):
        boto3.client("s3", **cloud.client).list_objects_v2(Bucket=f"rule-{uuid.uuid4().hex[:12]}")


def _missing(name: str, operation: str, asked: Mapping[str, Any]) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        with _bucket(cloud) as (s3, bucket):
            s3.put_object(Bucket=bucket, Key="k", Body=b"abc")
            with refused("NotImplemented", 501, f"operation {name}"):
                getattr(s3, operation)(Bucket=bucket, **asked)
            assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"abc", "another operation was done"

    attempt.__name__ = f"{operation}_is_unknown"
    return attempt


_CSV: Mapping[str, Any] = {"CSV": {}}
_SELECTION = {"InputSerialization": _CSV, "OutputSerialization": _CSV, "Expression": "x", "ExpressionType": "SQL"}
for _operation, _method, _asked in (
    ("GetObjectTorrent", "get_object_torrent", {"Key": "k"}),
    ("RenameObject", "rename_object", {"Key": "k", "RenameSource": "x"}),
    ("SelectObjectContent", "select_object_content", {"Key": "k", **_SELECTION}),
    ("ListBucketMetricsConfigurations", "list_bucket_metrics_configurations", {}),
):
    rule(service="s3", says=f"what it does not know is refused by name: {_operation}", source=_ERRORS)(
        _missing(_operation, _method, _asked)
    )


_NAMES = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html"
_KEYS = "https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-keys.html"


@rule(service="s3", says="a bucket is called as an address may be", source=_NAMES)
def bucket_of_a_bad_name(cloud: LocalCloud) -> None:
    for name in ("Bad_Name", "192.168.5.4", "two..dots", "-dash"):
        with refused("InvalidBucketName"):
            _unchecked(cloud).create_bucket(Bucket=name)


@rule(service="s3", says="a key has 1,024 bytes at most", source=_KEYS)
def key_too_long(cloud: LocalCloud) -> None:
    with _bucket(cloud) as (s3, bucket), refused("KeyTooLongError"):
        s3.put_object(Bucket=bucket, Key="k" * 1_025, Body=b"")


@rule(service="s3", says="metadata has 2 KB at most", source=_PUT)
def metadata_too_large(cloud: LocalCloud) -> None:
    with _bucket(cloud) as (s3, bucket), refused("MetadataTooLarge"):
        s3.put_object(Bucket=bucket, Key="k", Body=b"", Metadata={"a": "x" * 2_048})


@rule(service="s3", says="1,000 objects are deleted together at most", source=_ERRORS)
def delete_of_too_many(cloud: LocalCloud) -> None:
    names = [{"Key": str(at)} for at in range(1_001)]
    with _bucket(cloud) as (s3, bucket), refused("MalformedXML"):
        s3.delete_objects(Bucket=bucket, Delete={"Objects": names})


def _unchecked(cloud: LocalCloud) -> Any:
    """A client that sends what it is given."""
    unchecked = Config(parameter_validation=False, s3={"addressing_style": "path"})
    client = boto3.client("s3", config=unchecked, **cloud.client)
    client.meta.events.unregister("before-parameter-build.s3", validate_bucket_name)
    return client
