from __future__ import annotations

from datetime import timedelta

import pytest

from serin.files.source_urls import every, source_url


@pytest.mark.parametrize(
    ("text", "bucket", "prefix"),
    [
        ("s3://acme-exports/flights", "acme-exports", "flights/"),
        ("s3://acme-exports/flights/", "acme-exports", "flights/"),
        ("s3://acme.exports.2013/a/dt=2013-01-01/b_c", "acme.exports.2013", "a/dt=2013-01-01/b_c/"),
        ("s3://abc", "abc", ""),
        ("s3://abc/", "abc", ""),
        ("s3://abc/..a", "abc", "..a/"),
    ],
)
def test_a_source_is_a_bucket_and_a_folder_of_it(text: str, bucket: str, prefix: str) -> None:
    assert source_url(text) == (bucket, prefix)


@pytest.mark.parametrize(
    "text",
    [None, 3, "", "acme-exports/flights", "https://acme.s3.amazonaws.com/x", "gs://acme/x", "S3://acme/x", "file:///x"],
)
def test_what_is_no_place_in_s3_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="objects of S3 are all"):
        source_url(text)


@pytest.mark.parametrize(
    "bucket",
    ["", "ab", "Acme", "acme_exports", "-acme", "acme-", "a..b", "10.0.0.1", "xn--acme", "a" * 64, "acme?x", "acme*",
     "acme-s3alias", "acme--use1-az4--x-s3", "arn:aws:s3:::acme", "acme\n"],
)  # fmt: skip
def test_what_is_no_bucket_of_the_general_kind_is_refused(bucket: str) -> None:
    with pytest.raises(ValueError, match="general purpose bucket"):
        source_url(f"s3://{bucket}/flights")


@pytest.mark.parametrize("stage", ["dev", "prod"])
@pytest.mark.parametrize("name", ["uploads", "lake", "artifacts"])
def test_a_bucket_of_serins_own_is_refused_for_it_would_go_in_circles(stage: str, name: str) -> None:
    with pytest.raises(ValueError, match="copied in again"):
        source_url(f"s3://serin-{stage}-{name}-123456789012-us-east-1/raw/flights")


@pytest.mark.parametrize(
    "bucket",
    [
        "cdk-hnb659fds-assets-123456789012-us-east-1",
        "cdk-team7-assets-123456789012-eu-west-1",
        "cdk-my-own-assets-123456789012-eu-west-1",
        "cdk-shop-staging-123456789012-us-east-1",
        "cdktoolkit-stagingbucket-1a2b3c",
    ],
)
@pytest.mark.parametrize("prefix", ["", "/", "/a"])
def test_a_bucket_of_the_cdks_own_is_refused_for_code_lies_there(bucket: str, prefix: str) -> None:
    with pytest.raises(ValueError, match="the CDK's own"):
        source_url(f"s3://{bucket}{prefix}")


def test_a_bucket_that_only_sounds_like_one_of_ours_may_be_a_source() -> None:
    assert source_url("s3://serinus-dev-lake/x") == ("serinus-dev-lake", "x/")


@pytest.mark.parametrize(
    "prefix", ["/", "a//b", "//", "a/../b", ".", "a*", "a?", "${aws:username}", "a b", "a/b\n", "é", "a" * 201]
)
def test_a_prefix_that_a_policy_would_read_otherwise_or_that_is_no_folder_is_refused(prefix: str) -> None:
    with pytest.raises(ValueError, match="prefix as folders"):
        source_url(f"s3://acme/{prefix}")


def test_a_prefix_has_a_longest() -> None:
    assert source_url(f"s3://acme/{'a/' * 255}a")
    with pytest.raises(ValueError, match="512 characters"):
        source_url(f"s3://acme/{'a/' * 256}aa")


@pytest.mark.parametrize(("text", "minutes"), [("15m", 15), ("1h", 60), ("31d", 31 * 1440)])
def test_it_is_looked_at_from_every_quarter_of_an_hour_to_every_month(text: str, minutes: int) -> None:
    assert every(text) == timedelta(minutes=minutes)


@pytest.mark.parametrize("text", ["14m", "1m", "32d", "900d"])
def test_a_shorter_or_longer_span_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="from 15m to 31d"):
        every(text)


@pytest.mark.parametrize("text", ["daily", 15, None, "rate(1 day)"])
def test_a_schedule_that_is_no_span_is_refused(text: object) -> None:
    with pytest.raises(ValueError, match="30m, 2h or 7d"):
        every(text)
