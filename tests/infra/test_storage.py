from __future__ import annotations

from tests.infra.templates import Assembly, Resource

BUCKETS = {"uploads", "lake", "artifacts"}


def named(resource: Resource) -> str:
    parts = resource["BucketName"]["Fn::Join"][1]
    return str(parts[0]).removeprefix("serin-dev-").rstrip("-")


def test_the_three_buckets_are_private_encrypted_versioned_and_kept(aws: Assembly) -> None:
    buckets = [item for _, item in aws.everything() if item["Type"] == "AWS::S3::Bucket"]
    assert {named(item["Properties"]) for item in buckets} == BUCKETS
    for bucket in buckets:
        properties = bucket["Properties"]
        assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
        assert properties["VersioningConfiguration"] == {"Status": "Enabled"}
        assert "ServerSideEncryptionByDefault" in str(properties["BucketEncryption"])
        assert "AbortIncompleteMultipartUpload" in str(properties["LifecycleConfiguration"])
        assert (bucket["DeletionPolicy"], bucket["UpdateReplacePolicy"]) == ("RetainExceptOnCreate", "Retain")


def test_nothing_in_a_bucket_expires_but_what_a_charter_gives_an_age_or_was_worked_on(aws: Assembly) -> None:
    rules = [rule for bucket in aws.resources("AWS::S3::Bucket") for rule in bucket["LifecycleConfiguration"]["Rules"]]
    prefixes = {rule["Prefix"] for rule in rules if "Expiration" in str(rule)}
    assert prefixes >= {"batch-work/", "cut/"}
    assert all("late-orders/" in prefix or "raw/" in prefix for prefix in prefixes - {"batch-work/", "cut/"})


def test_only_uploads_tells_event_bridge_and_it_does_so_itself(aws: Assembly) -> None:
    telling = [item for item in aws.resources("AWS::S3::Bucket") if "NotificationConfiguration" in item]
    assert [named(item) for item in telling] == ["uploads"]
    assert not [place for place, item in aws.everything() if item["Type"].startswith("Custom::")]


def test_buckets_and_queues_refuse_calls_without_tls(aws: Assembly) -> None:
    policies = [*aws.resources("AWS::S3::BucketPolicy"), *aws.resources("AWS::SQS::QueuePolicy")]
    for policy in policies:
        denied = [item for item in policy["PolicyDocument"]["Statement"] if item["Effect"] == "Deny"]
        assert [item["Condition"] for item in denied] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert len(aws.resources("AWS::SQS::QueuePolicy")) == len(aws.resources("AWS::SQS::Queue"))
    assert len(aws.resources("AWS::S3::BucketPolicy")) == len(BUCKETS)


def test_queues_are_encrypted(aws: Assembly) -> None:
    assert all(queue["SqsManagedSseEnabled"] for queue in aws.resources("AWS::SQS::Queue"))


def test_a_queue_has_dead_letters_or_holds_them_for_two_weeks(aws: Assembly) -> None:
    for queue in aws.resources("AWS::SQS::Queue"):
        assert "RedrivePolicy" in queue or queue["MessageRetentionPeriod"] == 14 * 24 * 3600


def test_catalog_and_control_can_be_restored_to_any_moment_and_are_kept(aws: Assembly) -> None:
    tables = [item for _, item in aws.everything() if item["Type"] == "AWS::DynamoDB::Table"]
    by_name = {table["Properties"]["TableName"]: table for table in tables}
    for name in ("serin-dev-catalog", "serin-dev-control"):
        properties = by_name[name]["Properties"]
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert [key["AttributeName"] for key in properties["KeySchema"]] == ["pk", "sk"]
    assert all(table["DeletionPolicy"] == "RetainExceptOnCreate" for table in tables)


def test_online_features_expire_and_have_one_key(aws: Assembly) -> None:
    tables = aws.resources("AWS::DynamoDB::Table")
    table = next(item for item in tables if item["TableName"] == "serin-dev-online-features")
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires", "Enabled": True}
    assert [key["AttributeName"] for key in table["KeySchema"]] == ["pk"]
