"""What S3 answers about somebody's bucket, as a person reads it; moto gives none of these answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.exceptions import ConnectTimeoutError
from botocore.stub import Stubber

from serin.adapters.sources import S3Sources
from serin.domain.errors import Conflict, Denied, NotFound, Rejected, SerinError, Unavailable
from serin.domain.sources import SourceObject
from tests.builders import NOON
from tests.tables import REGION

FOUND = SourceObject("shop/a.csv", "e1", NOON, 10)
CALLS: dict[str, Callable[[S3Sources], object]] = {
    "list_objects_v2": lambda sources: sources.listing("acme", "shop/", None),
    "copy_object": lambda sources: sources.copy("acme", FOUND, "raw/orders/a.csv"),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    ("code", "status", "kind", "remedy"),
    [
        ("NoSuchBucket", 404, NotFound, "Correct the source"),
        ("AccessDenied", 403, Denied, "s3:ListBucket on the bucket and s3:GetObject on its objects"),
        ("AllAccessDisabled", 403, Denied, "bucket's policy"),
        ("KMS.DisabledException", 400, Denied, "kms:Decrypt"),
        ("PermanentRedirect", 301, Rejected, "region"),
        ("AuthorizationHeaderMalformed", 400, Rejected, "region"),
        ("InvalidRequest", 400, Rejected, "encrypted"),
        ("SlowDown", 503, Unavailable, "Nothing is lost"),
        ("RequestTimeout", 400, Unavailable, "Nothing is lost"),
        ("InternalError", 500, Unavailable, "Nothing is lost"),
    ],
)
def test_an_answer_is_told_with_the_place_and_what_to_do(
    call: str, code: str, status: int, kind: type[SerinError], remedy: str
) -> None:
    error = refused(call, code, status)
    assert type(error) is kind
    assert "acme" in error.message
    assert remedy in error.remedy


@pytest.mark.parametrize("code", ["ObjectNotInActiveTierError", "InvalidObjectState"])
def test_an_archived_object_is_to_be_restored(code: str) -> None:
    error = refused("copy_object", code, 403)
    assert (type(error), error.message) == (Rejected, "s3://acme/shop/a.csv is archived.")


@pytest.mark.parametrize(("code", "status"), [("PreconditionFailed", 412), ("NoSuchKey", 404)])
def test_an_object_that_is_another_now_is_no_fault(code: str, status: int) -> None:
    assert type(refused("copy_object", code, status)) is Conflict


def test_a_connection_that_fails_is_passing_trouble() -> None:
    class Silent:
        def list_objects_v2(self, **_: Any) -> Any:
            raise ConnectTimeoutError(endpoint_url="https://s3")

    sources: Any = S3Sources(Silent(), "uploads")  # type: ignore[arg-type]
    with pytest.raises(Unavailable, match="S3 did not answer for s3://acme/shop/"):
        sources.listing("acme", "shop/", None)


def test_what_is_asked_is_the_object_as_listed_without_its_tags() -> None:
    client: Any = boto3.client("s3", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        wanted = {"Bucket": "uploads", "Key": "raw/orders/a.csv", "CopySource": {"Bucket": "acme", "Key": "shop/a.csv"}}
        stub.add_response(
            "copy_object", {"VersionId": "v1"}, {**wanted, "CopySourceIfMatch": '"e1"', "TaggingDirective": "REPLACE"}
        )
        assert S3Sources(client, "uploads").copy("acme", FOUND, "raw/orders/a.csv") == "v1"


def refused(call: str, code: str, status: int) -> SerinError:
    """What becomes of an answer."""
    client: Any = boto3.client("s3", region_name=REGION, aws_access_key_id="x", aws_secret_access_key="x")
    with Stubber(client) as stub:
        stub.add_client_error(call, code, "S3's words", status)
        with pytest.raises(SerinError) as caught:
            CALLS[call](S3Sources(client, "uploads"))
    return caught.value
