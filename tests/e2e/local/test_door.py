"""What is served at the AWS endpoint's port is served to nobody but who signs, and to no page; by plain requests."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from botocore.config import Config
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from infra.local.iam.keys import new_owner, session_by
from serin_cli.clock import Signed
from serin_cli.signing import signed
from tests.e2e.connections import connection_to
from tests.e2e.identities import session, user
from tests.e2e.local.clock.april import running
from tests.e2e.local.templates import allow, aws, resource

NOTHING = "AWS4-HMAC-SHA256 Credential={}/20130401/us-east-1/{}/aws4_request, SignedHeaders=host, Signature=" + "0" * 64
PAGES = ({"Origin": "http://127.0.0.1:1"}, {"Origin": "null"}, {"Sec-Fetch-Site": "same-site"}, {"Host": "evil.test"})
BESIDE_AWS = (
    "/moto-api/",
    "/moto-api/reset",
    "/moto-api/data.json",
    "/moto-api/seed?a=1",
    "/moto-api/state-manager/get-transition",
    "/latest/meta-data/iam/security-credentials/",
    "/latest/api/token",
    "/favicon.ico",
)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with running(Path(tmp_path_factory.mktemp("cloud")), {"Lake": resource("S3::Bucket", BucketName="lake")}) as made:
        aws(made, "s3").put_object(Bucket="lake", Key="ä b", Body=b"hello")
        yield made


def owner(cloud: LocalCloud) -> Credentials:
    return Credentials(cloud.credentials.access_key_id, cloud.credentials.secret_access_key)


def own_headers(cloud: LocalCloud, method: str, path: str, service: str, at: datetime | None = None) -> dict[str, str]:
    """Signed by the administrator."""
    url, plain = f"{cloud.endpoint_url}{path}", {"x-amz-content-sha256": "UNSIGNED-PAYLOAD"} if service == "s3" else {}
    return signed(method, url, b"", plain, owner(cloud), cloud.region, at or datetime.now(UTC), service)


@pytest.mark.parametrize("page", PAGES, ids=str)
@pytest.mark.parametrize("path", ["/", "/lake/x", "/_serin/clock", *BESIDE_AWS])
def test_no_page_is_answered_whatever_it_asks_for(cloud: LocalCloud, path: str, page: dict[str, str]) -> None:
    for method in ("GET", "POST", "PUT", "OPTIONS"):
        answer = httpx.request(method, f"{cloud.endpoint_url}{path}", headers=page, content=b"x=1")
        assert answer.status_code == 403
        assert "text/plain" in answer.headers["content-type"]
        assert not [name for name in answer.headers if name.startswith("access-control-")]


@pytest.mark.parametrize("page", PAGES, ids=str)
def test_a_page_with_the_administrators_signature_is_not_answered_either(
    cloud: LocalCloud, page: dict[str, str]
) -> None:
    headers = own_headers(cloud, "GET", "/", "s3")
    assert httpx.get(f"{cloud.endpoint_url}/", headers=headers).status_code == 200
    assert httpx.get(f"{cloud.endpoint_url}/", headers={**headers, **page}).status_code == 403


@pytest.mark.parametrize("path", BESIDE_AWS)
def test_what_moto_serves_beside_aws_is_closed_to_everybody(cloud: LocalCloud, path: str) -> None:
    for service in ("s3", "motoapi", "cloudformation"):
        for method in ("GET", "POST"):
            headers = own_headers(cloud, method, path, service)
            answer = httpx.request(method, f"{cloud.endpoint_url}{path}", headers=headers)
            assert (answer.status_code, "moto's own" in answer.text) == (403, True)
    assert "lake" in [one["Name"] for one in aws(cloud, "s3").list_buckets()["Buckets"]]


def test_no_answer_gives_pages_leave_to_read_it(cloud: LocalCloud) -> None:
    for method in ("GET", "PUT", "DELETE", "OPTIONS", "HEAD"):
        for path in ("/", "/lake", "/nowhere/x"):
            headers = own_headers(cloud, method, path, "s3")
            answer = httpx.request(method, f"{cloud.endpoint_url}{path}", headers=headers)
            assert not [name for name in answer.headers if name.startswith("access-control-")], (method, path)


def client(cloud: LocalCloud, service: str, keys: Credentials, **config: Any) -> Any:
    return boto3.client(
        service,  # type: ignore[call-overload]
        endpoint_url=cloud.endpoint_url,
        region_name=cloud.region,
        aws_access_key_id=keys.access_key,
        aws_secret_access_key=keys.secret_key,
        aws_session_token=keys.token,
        config=Config(**config),
    )


CALLS: dict[str, tuple[str, tuple[int, str], tuple[int, str]]] = {
    "s3": ("list_buckets", (403, "InvalidAccessKeyId"), (403, "SignatureDoesNotMatch")),
    "dynamodb": ("list_tables", (400, "UnrecognizedClientException"), (400, "InvalidSignatureException")),
    "lambda": ("list_functions", (403, "UnrecognizedClientException"), (403, "InvalidSignatureException")),
    "cloudformation": ("describe_stacks", (403, "InvalidClientTokenId"), (403, "SignatureDoesNotMatch")),
    "sts": ("get_caller_identity", (403, "InvalidClientTokenId"), (403, "SignatureDoesNotMatch")),
}


def refused(made: Any, call: str) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        getattr(made, call)()
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


@pytest.mark.parametrize("service", CALLS)
def test_a_key_nobody_has_and_a_wrong_secret_are_refused_in_each_services_form(cloud: LocalCloud, service: str) -> None:
    call, unknown, wrong = CALLS[service]
    assert refused(client(cloud, service, Credentials("serin", "serin")), call) == unknown
    assert refused(client(cloud, service, Credentials("ASIANOBODY", "x", "y")), call) == unknown
    guess = Credentials(owner(cloud).access_key, "serin")
    assert refused(client(cloud, service, guess), call) == wrong
    getattr(client(cloud, service, owner(cloud)), call)()


UNSIGNED = {
    "S3": ({}, b"", (403, "AccessDenied")),
    "JSON": ({"X-Amz-Target": "DynamoDB_20120810.ListTables"}, b"{}", (400, "MissingAuthenticationTokenException")),
    "query": (
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"Action=DescribeStacks&Version=2010-05-15",
        (403, "MissingAuthenticationToken"),
    ),
    "without a token for the role": (
        {"Content-Type": "application/x-www-form-urlencoded"},
        b"Action=AssumeRoleWithSAML&Version=2011-06-15",
        (403, "MissingAuthenticationToken"),
    ),
    "a form": ({"Content-Type": "multipart/form-data; boundary=x"}, b"--x--", (403, "AccessDenied")),
}


@pytest.mark.parametrize("form", UNSIGNED)
def test_an_unsigned_request_is_nobodys(cloud: LocalCloud, form: str) -> None:
    headers, body, (status, code) = UNSIGNED[form]
    answer = httpx.post(f"{cloud.endpoint_url}/", headers=headers, content=body)
    assert (answer.status_code, code in answer.text) == (status, True), answer.text


def test_an_invented_signature_is_refused(cloud: LocalCloud) -> None:
    for key in ("AKIAANYBODY", cloud.credentials.access_key_id):
        headers = {"Authorization": NOTHING.format(key, "cloudformation")}
        assert httpx.post(f"{cloud.endpoint_url}/", headers=headers).status_code == 403


def test_the_hour_of_a_signature_is_the_machines(cloud: LocalCloud) -> None:
    """The cloud lives in 2013, and the tools that sign do not know it."""
    now, url = datetime.now(UTC), f"{cloud.endpoint_url}/"
    for minutes, service, status in (
        (0, "s3", 200),
        (14, "s3", 200),
        (16, "s3", 403),
        (-16, "s3", 403),
        (6, "sts", 403),
    ):
        headers = own_headers(cloud, "GET", "/", service, now - timedelta(minutes=minutes))
        answer = httpx.get(url, headers=headers)
        assert answer.status_code == status, (minutes, service, answer.text)
        assert ("RequestTimeTooSkewed" in answer.text) == (status == 403 and service == "s3")
    assert httpx.get(url, headers=own_headers(cloud, "GET", "/", "s3", cloud.clock.now())).status_code == 403


@pytest.mark.parametrize("version", [None, "s3v4"])
def test_presigned_urls_work_until_they_end_and_for_what_they_were_made(cloud: LocalCloud, version: str | None) -> None:
    s3 = client(cloud, "s3", owner(cloud), signature_version=version)
    given = {"Bucket": "lake", "Key": "ä b"}
    url = s3.generate_presigned_url("get_object", Params={**given, "ResponseContentType": "text/x"})
    assert httpx.get(url).text == "hello"
    assert httpx.get(url.replace("text%2Fx", "text%2Fy")).status_code == 403
    assert httpx.put(url, content=b"mine").status_code == 403
    assert httpx.get(url, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    put = s3.generate_presigned_url("put_object", Params={"Bucket": "lake", "Key": "put"})
    assert httpx.put(put, content=b"put").status_code == 200
    ended = s3.generate_presigned_url("get_object", Params=given, ExpiresIn=0)
    assert "Request has expired" in httpx.get(ended).text


@pytest.mark.parametrize("version", [None, "s3v4"])
def test_a_presigned_url_reaches_no_other_service(cloud: LocalCloud, version: str | None) -> None:
    """moto takes a path `/lambda_us-east-1/…` for one of Lambda's where nothing else names a service."""
    keys = session(cloud, f"reads-{version}", allow("s3:*"))
    s3 = client(cloud, "s3", keys, signature_version=version)
    url = s3.generate_presigned_url("get_object", Params={"Bucket": "lambda_us-east-1", "Key": "2015-03-31/functions/"})
    assert "NoSuchBucket" in httpx.get(url).text


def test_a_users_key_may_what_its_policies_say(cloud: LocalCloud) -> None:
    keys = user(cloud, "reader", allow("s3:ListAllMyBuckets"))
    assert client(cloud, "s3", keys).list_buckets()["Buckets"]
    assert refused(client(cloud, "dynamodb", keys), "list_tables") == (400, "AccessDeniedException")
    without = Credentials(keys.access_key, "guess")
    assert refused(client(cloud, "s3", without), "list_buckets") == (403, "SignatureDoesNotMatch")


def test_a_session_signs_with_its_own_secret_and_token_until_it_ends(cloud: LocalCloud) -> None:
    keys = session(cloud, "lists", allow("s3:ListAllMyBuckets"))
    assert client(cloud, "s3", keys).list_buckets()["Buckets"]
    for wrong in (Credentials(keys.access_key, "guess", keys.token), Credentials(keys.access_key, keys.secret_key)):
        assert refused(client(cloud, "s3", wrong), "list_buckets")[0] == 403
    held = session_by(keys.access_key)
    assert held is not None
    held.expiration = datetime.now(UTC).replace(tzinfo=None)
    assert refused(client(cloud, "s3", keys), "list_buckets") == (403, "InvalidAccessKeyId")


def test_the_clock_is_the_administrators(cloud: LocalCloud) -> None:
    url, before = f"{cloud.endpoint_url}/_serin/clock", cloud.clock.now()
    walk = json.dumps({"advance_s": 86400 * 30}).encode()
    keys = session(cloud, "everything", allow("*"))
    of_role = signed("POST", url, walk, {}, keys, cloud.region, datetime.now(UTC), "serin")
    elsewhere = signed("POST", url, walk, {}, owner(cloud), cloud.region, datetime.now(UTC), "s3")
    for headers in ({}, of_role, elsewhere, {"Authorization": NOTHING.format("serin", "serin")}):
        answer = httpx.post(url, content=walk, headers=headers)
        assert (answer.status_code, answer.json()["error"]["kind"]) == (403, "denied")
    assert cloud.clock.now() - before < timedelta(days=1)
    assert httpx.get(url, auth=Signed(connection_to(cloud))).json()["now"]


def test_every_start_has_a_key_of_its_own(cloud: LocalCloud) -> None:
    made = {new_owner() for _ in range(100)} | {cloud.credentials}
    assert len(made) == len({one.secret_access_key for one in made}) == 101
    assert all(len(one.access_key_id) == 20 and len(one.secret_access_key) == 40 for one in made)
    assert cloud.credentials.secret_access_key not in repr(cloud.credentials)
