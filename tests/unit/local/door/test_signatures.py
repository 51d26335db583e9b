"""What botocore signs is believed, in every form it has, and nothing that was changed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

import pytest
from botocore.auth import HmacV1QueryAuth, S3SigV4Auth, S3SigV4QueryAuth, SigV4Auth, SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from infra.local.door import sigv2, sigv4
from infra.local.door.payloads import UNSIGNED, is_as_signed, stands_for_the_body
from infra.local.door.sigv4 import Claim, Received, claim_of, signature_of_text

KEYS = Credentials("AKIAANA", "s3cr3t", "the-session")
BODY = b'{"a": 1}'
URLS = (
    "http://127.0.0.1:4566/",
    "http://127.0.0.1:4566/lake/a%20b/%C3%A4//../x+y~z%2525?list-type=2&prefix=a%2Fb&uploads",
    "http://127.0.0.1:4566/2015-03-31/functions/arn%3Aaws%3Alambda%3Af/invocations?b=2&a=1&a=0",
)


def received(request: AWSRequest, body: bytes = BODY) -> Received:
    split = urlsplit(request.url)
    headers = {name.lower(): value for name, value in request.headers.items()}
    return Received(request.method, split.path, split.query, {"host": split.netloc, **headers})


def believed(what: Received, body: bytes = BODY, secret: str = KEYS.secret_key) -> bool:
    claim = claim_of(what)
    if claim is None or not sigv4.signs_enough(claim, what):
        return False
    signed = sigv4.is_signed_by(claim, what, stands_for_the_body(claim, what, body), secret)
    return signed and is_as_signed(claim, what, body, secret)


def signed(signer: type[Any], service: str, url: str, *more: Any) -> Received:
    request = AWSRequest("POST", url, {"X-Amz-Meta-Thing": "a   b", "Content-Type": "text/plain"}, BODY)
    if signer in (SigV4QueryAuth, S3SigV4QueryAuth):
        request = AWSRequest("POST", url, data=BODY)
    signer(KEYS, service, "us-east-1", *more).add_auth(request)
    return received(request)


@pytest.mark.parametrize("url", URLS)
@pytest.mark.parametrize(
    ("signer", "service"), [(SigV4Auth, "dynamodb"), (S3SigV4Auth, "s3"), (S3SigV4QueryAuth, "s3")]
)
def test_what_botocore_signs_is_believed_and_nothing_else(signer: type[Any], service: str, url: str) -> None:
    given = signed(signer, service, url)
    assert believed(given)
    assert not believed(given, secret="other")
    assert not believed(replace(given, method="PUT"))
    assert not believed(replace(given, path=given.path + "x"))
    assert not believed(replace(given, query=given.query + "&x=1"))
    assert not believed(replace(given, query=given.query + "#"))
    assert not believed(replace(given, headers={**given.headers, "host": "localhost:4566"}))
    assert not believed(replace(given, headers={**given.headers, "x-amz-copy-source": "/other/thing"}))
    if signer is not S3SigV4QueryAuth:
        assert not believed(given, b'{"a": 2}')


def test_a_presigned_url_of_another_service_holds_its_body() -> None:
    given = signed(SigV4QueryAuth, "sts", "http://127.0.0.1:4566/?Action=GetCallerIdentity")
    # botocore moves what it presigns into the query and signs an empty body.
    assert believed(given, b"")
    assert not believed(given, b"Action=AssumeRole")


@pytest.mark.parametrize(
    "wrong",
    [
        "X-Amz-Signature=0",
        "X-Amz-Expires=604801",
        "X-Amz-Expires=-1",
        "X-Amz-Algorithm=AWS4-ECDSA-P256-SHA256",
        "X-Amz-Credential=AKIAANA",
        "X-Amz-Date=20130401T000000Z",
    ],
)
def test_a_presigned_url_says_everything_once(wrong: str) -> None:
    given = signed(S3SigV4QueryAuth, "s3", URLS[0])
    assert not believed(replace(given, query=f"{given.query}&{wrong}"))
    name = wrong.partition("=")[0]
    kept = "&".join(pair for pair in given.query.split("&") if not pair.startswith(name))
    assert not believed(replace(given, query=f"{kept}&{wrong}"))


@pytest.mark.parametrize("path", ["/lake/a%20b", "/lake/%C3%A4"])
@pytest.mark.parametrize("query", ["", "?versionId=1&response-content-type=text%2Fplain", "?partNumber=1&uploadId=x"])
def test_the_older_presigned_urls_are_believed_and_nothing_that_was_changed(path: str, query: str) -> None:
    request = AWSRequest("PUT", f"http://127.0.0.1:4566{path}{query}", {"x-amz-meta-a": "1"})
    HmacV1QueryAuth(KEYS).add_auth(request)
    split = urlsplit(request.url)
    given = Received("PUT", split.path, split.query, {"host": split.netloc})
    claim = sigv2.claim_of(given)
    assert claim is not None
    assert (claim.access_key_id, claim.token) == (KEYS.access_key, KEYS.token)
    assert sigv2.is_signed_by(claim, given, KEYS.secret_key)
    assert not sigv2.is_signed_by(claim, given, "other")
    for changed in (
        replace(given, method="GET"),
        replace(given, path="/lake/other"),
        replace(given, headers={**given.headers, "x-amz-copy-source": "/other/thing"}),
        replace(given, query=f"{given.query}&acl"),
        replace(given, headers={"host": "other.localhost:4566"}),
    ):
        assert not sigv2.is_signed_by(claim, changed, KEYS.secret_key)


# https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html, and -trailers.html
EXAMPLE = "AWS4-HMAC-SHA256 Credential=AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request,"
SECRET = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
SIZES = (65536, 1024, 0)
SEED = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
CHUNKS = (
    "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
    "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
    "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
)


def aws_example() -> tuple[Received, bytes]:
    """The documentation's request: 66,560 times the letter a, in pieces of 64 KB."""
    headers = {
        "content-encoding": "aws-chunked",
        "content-length": "66824",
        "host": "s3.amazonaws.com",
        "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "x-amz-date": "20130524T000000Z",
        "x-amz-decoded-content-length": "66560",
        "x-amz-storage-class": "REDUCED_REDUNDANCY",
    }
    names = ";".join(headers)
    headers["authorization"] = f"{EXAMPLE} SignedHeaders={names}, Signature={SEED}"
    pieces = [f"{size:x};chunk-signature={made}\r\n{'a' * size}\r\n" for size, made in zip(SIZES, CHUNKS, strict=True)]
    return Received("PUT", "/examplebucket/chunkObject.txt", "", headers), "".join(pieces).encode()


def test_the_documentations_body_in_signed_pieces_is_believed() -> None:
    given, body = aws_example()
    assert believed(given, body, SECRET)


@pytest.mark.parametrize("cut", [-2, -90, 65536 + 90, 10])
def test_a_body_in_pieces_that_was_cut_or_changed_is_not(cut: int) -> None:
    given, body = aws_example()
    changed = body[:200] + b"b" + body[201:]
    assert not believed(given, changed, SECRET)
    assert not believed(given, body[:cut] if cut != -2 else body[:-88], SECRET)


def test_a_trailer_is_signed_too() -> None:
    given, _ = aws_example()
    claim = claim_of(given)
    assert claim is not None
    headers = {**given.headers, "x-amz-content-sha256": "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"}
    last = piece(claim, claim.signature, b"")
    text = "x-amz-checksum-crc32c:sOO8/Q==\n"
    trailer = sign(claim, "TRAILER", last, hashlib.sha256(text.encode()).hexdigest())
    body = f"0;chunk-signature={last}\r\n{text.strip()}\r\nx-amz-trailer-signature:{trailer}\r\n\r\n".encode()
    assert is_as_signed(claim, replace(given, headers=headers), body, SECRET)
    assert not is_as_signed(claim, replace(given, headers=headers), body.replace(b"sOO8", b"sOO9"), SECRET)
    assert not is_as_signed(claim, replace(given, headers=headers), body.replace(b"x-amz-trailer", b"x-a"), SECRET)


def piece(claim: Claim, before: str, content: bytes) -> str:
    return sign(claim, "PAYLOAD", before, hashlib.sha256(b"").hexdigest(), hashlib.sha256(content).hexdigest())


def sign(claim: Claim, what: str, *parts: str) -> str:
    text = "\n".join([f"AWS4-HMAC-SHA256-{what}", claim.moment, claim.scope, *parts])
    return signature_of_text(claim, text, SECRET)


@pytest.mark.parametrize("stands", [UNSIGNED, "STREAMING-UNSIGNED-PAYLOAD-TRAILER"])
def test_only_s3_takes_a_body_that_is_not_signed(stands: str) -> None:
    claim = claim_of(aws_example()[0])
    assert claim is not None
    given = Received("PUT", "/", "", {"x-amz-content-sha256": stands})
    assert is_as_signed(claim, given, b"any", SECRET)
    assert not is_as_signed(replace(claim, service="lambda"), given, b"any", SECRET)
