"""What is put into a bucket is kept as it was sent, and refused where it is not what its checksum says."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly
from tests.e2e.local.templates import aws

BODIES = (b"a=1&b=%20+2", b'--x\r\nContent-Disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n', b"\x00\xff{", b"")
TYPES = ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "application/json", "text/html", "a/b")


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with LocalCloud.start(Assembly("us-east-1", ()), scratch=tmp_path_factory.mktemp("bodies")) as started:
        aws(started, "s3").create_bucket(Bucket="bodies")
        yield started


def put(cloud: LocalCloud, **more: Any) -> Any:
    return aws(cloud, "s3").put_object(**{"Bucket": "bodies", "Key": "k", "Body": b"abc", **more})


def base64_of(digest: bytes) -> str:
    return base64.b64encode(digest).decode()


@pytest.mark.parametrize("kind", TYPES)
def test_a_body_is_kept_as_it_was_sent_whatever_its_type(cloud: LocalCloud, kind: str) -> None:
    for body in BODIES:
        put(cloud, Body=body, ContentType=kind)
        found = aws(cloud, "s3").get_object(Bucket="bodies", Key="k")
        assert (found["Body"].read(), found["ContentType"]) == (body, kind)


SHA256 = hashlib.sha256(b"abc").digest()
MISMATCH = "The {} you specified did not match the calculated checksum."


@pytest.mark.parametrize(
    ("said", "code", "message"),
    [
        ({"ChecksumSHA256": base64_of(hashlib.sha256(b"x").digest())}, "BadDigest", MISMATCH.format("SHA256")),
        ({"ChecksumCRC32": "AAAAAA=="}, "BadDigest", MISMATCH.format("CRC32")),
        ({"ChecksumSHA256": "AAAA"}, "InvalidRequest", "Value for x-amz-checksum-sha256 header is invalid."),
        ({"ChecksumCRC32C": "AAAAAA=="}, "InvalidRequest", "The local cloud does not verify CRC32C"),
        (
            {"ContentMD5": base64_of(hashlib.md5(b"x").digest())},
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        ),
        ({"ContentMD5": "AAAA"}, "InvalidDigest", "The Content-MD5 you specified was invalid."),
    ],
)
def test_a_body_that_is_not_what_its_checksum_says_is_refused_and_nothing_is_written(
    cloud: LocalCloud, said: dict[str, str], code: str, message: str
) -> None:
    put(cloud, Body=b"before", ChecksumSHA256=base64_of(hashlib.sha256(b"before").digest()))
    with pytest.raises(ClientError) as refused:
        put(cloud, **said)
    answer = refused.value.response
    assert (answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]) == (code, 400)
    assert message in answer["Error"]["Message"]
    assert aws(cloud, "s3").get_object(Bucket="bodies", Key="k")["Body"].read() == b"before"


def test_a_presigned_url_is_for_what_was_signed_and_for_nothing_else(cloud: LocalCloud) -> None:
    signed = {"Bucket": "bodies", "Key": "mine"}
    url = aws(cloud, "s3").generate_presigned_url("put_object", Params=signed, ExpiresIn=60)
    assert httpx.put(url, content=b"abc").status_code == 200
    for other in (url.replace("/mine?", "/yours?"), url.replace("Expires=", "Expires=9")):
        answer = httpx.put(other, content=b"abc")
        assert answer.status_code == 403
        assert "<Code>" in answer.text
