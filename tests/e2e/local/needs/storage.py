"""S3, DynamoDB and SQS: several at once lose nothing, and see nothing half done."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from datetime import UTC, datetime
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.table import Table
from moto.s3.models import s3_backends
from moto.s3.utils import _VersionedKeyStore
from moto.sqs.models import Queue, sqs_backends

from infra.local.cloud import LocalCloud
from infra.local.wiring import ACCOUNT, wiring
from tests.e2e.local.needs.model import Meanwhile, needed
from tests.e2e.local.needs.world import arn_of, aws, bodies, bucket, is_now, name_of, parts, queue, table

_S3 = "moto.s3.models.S3Backend"
_DYNAMODB = "moto.dynamodb.models.DynamoDBBackend"
_MOVES = (("start", ""), ("list", "s"), ("cancel", ""))


class _Keys(_VersionedKeyStore):
    """A bucket's keys, where somebody stops after reading and before writing."""

    meanwhile: Meanwhile

    def setlist(self, key: Any, list_: Any) -> Any:
        self.meanwhile.here()
        return super().setlist(key, list_)

    def _self_iterable(self) -> dict[str, Any]:
        found = super()._self_iterable()
        self.meanwhile.here()
        return found


def _stopping(name: str, meanwhile: Meanwhile) -> None:
    found = s3_backends[ACCOUNT]["aws"].buckets[name]
    keys = _Keys(found.keys)
    keys.meanwhile = meanwhile
    found.keys = keys


@needed(f"{_S3}.put_object")
def of_two_objects_put_at_once_under_one_key_both_are_versions(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud, versioned=True) as name:
        other = Meanwhile(lambda: s3.put_object(Bucket=name, Key="k", Body=b"2"))
        _stopping(name, other)
        s3.put_object(Bucket=name, Key="k", Body=b"1")
        other.over()
        assert len(s3.list_object_versions(Bucket=name)["Versions"]) == 2


@needed(f"{_S3}.delete_object", f"{_S3}.list_objects")
def a_bucket_is_listed_while_another_deletes(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        for key in "ab":
            s3.put_object(Bucket=name, Key=key, Body=b"")
        other = Meanwhile(lambda: s3.delete_object(Bucket=name, Key="b"))
        _stopping(name, other)
        assert s3.list_objects_v2(Bucket=name)["KeyCount"] == 2
        other.over()


@needed(f"{_S3}.list_object_versions")
def versions_are_listed_while_another_deletes(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        for key in "ab":
            s3.put_object(Bucket=name, Key=key, Body=b"")
        other = Meanwhile(lambda: s3.delete_object(Bucket=name, Key="b"))
        _stopping(name, other)
        assert len(s3.list_object_versions(Bucket=name)["Versions"]) == 2
        other.over()


@needed("moto.s3.responses.S3Response.copy_object")
def what_was_written_again_since_it_was_listed_is_not_copied(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        listed = s3.put_object(Bucket=name, Key="a", Body=b"1")["ETag"]
        given: dict[str, Any] = {"Bucket": name, "Key": "b", "CopySource": {"Bucket": name, "Key": "a"}}
        s3.copy_object(**given, CopySourceIfMatch=listed)
        s3.put_object(Bucket=name, Key="a", Body=b"2")
        with pytest.raises(ClientError, match="PreconditionFailed"):
            s3.copy_object(**given, CopySourceIfMatch=listed)


def _moto_table(cloud: LocalCloud, name: str) -> Table:
    return dynamodb_backends[ACCOUNT][cloud.region].tables[name]


def _after_reading(found: Table, meanwhile: Meanwhile) -> None:
    """Whoever reads an item of the table, to decide what to write, is interrupted."""
    read = found.get_item

    def interrupted(*args: Any, **kwargs: Any) -> Any:
        item = read(*args, **kwargs)
        meanwhile.here()
        return item

    found.get_item = interrupted  # type: ignore[method-assign]


def _item(**attributes: str) -> dict[str, Any]:
    return {name: {"S": value} for name, value in attributes.items()}


_NEW = {"ConditionExpression": "attribute_not_exists(pk)"}


@needed(f"{_DYNAMODB}.put_item")
def of_two_who_put_a_new_item_one_is_first(cloud: LocalCloud) -> None:
    dynamodb, firsts = aws(cloud, "dynamodb"), []

    def claim(who: str) -> None:
        try:
            dynamodb.put_item(TableName=name, Item=_item(pk="a", by=who), **_NEW)
            firsts.append(who)
        except dynamodb.exceptions.ConditionalCheckFailedException:
            return

    with table(cloud) as name:
        other = Meanwhile(lambda: claim("other"))
        _after_reading(_moto_table(cloud, name), other)
        claim("one")
        other.over()
    assert len(firsts) == 1


@needed(f"{_DYNAMODB}.update_item")
def of_two_who_count_up_a_new_item_both_are_counted(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")

    def count() -> None:
        values = {":one": {"N": "1"}}
        dynamodb.update_item(
            TableName=name, Key=_item(pk="a"), UpdateExpression="ADD n :one", ExpressionAttributeValues=values
        )

    with table(cloud) as name:
        backend, other = dynamodb_backends[ACCOUNT][cloud.region], Meanwhile(count)
        _after_reading(backend.tables[name], other)
        # Past moto's handler, which reads the item too, to no purpose.
        backend.update_item(name, _item(pk="a"), "ADD n :one", {}, {":one": {"N": "1"}})
        other.over()
        assert dynamodb.get_item(TableName=name, Key=_item(pk="a"))["Item"]["n"] == {"N": "2"}


@needed(f"{_DYNAMODB}.delete_item")
def a_conditional_delete_spares_what_took_the_items_place(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name:
        dynamodb.put_item(TableName=name, Item=_item(pk="a", state="done"))
        other = Meanwhile(lambda: dynamodb.put_item(TableName=name, Item=_item(pk="a", state="begun")))
        _after_reading(_moto_table(cloud, name), other)
        dynamodb.delete_item(
            TableName=name,
            Key=_item(pk="a"),
            ConditionExpression="#s = :done",
            ExpressionAttributeNames={"#s": "state"},
            ExpressionAttributeValues=_item(**{":done": "done"}),
        )
        other.over()
        assert dynamodb.get_item(TableName=name, Key=_item(pk="a"))["Item"]["state"] == {"S": "begun"}


@needed(f"{_DYNAMODB}.get_item")
def what_a_failed_transaction_wrote_was_never_to_be_seen(cloud: LocalCloud) -> None:
    dynamodb, seen = aws(cloud, "dynamodb"), []
    with table(cloud) as name:
        dynamodb.put_item(TableName=name, Item=_item(pk="b", text="x"))
        other = Meanwhile(lambda: seen.append(dynamodb.get_item(TableName=name, Key=_item(pk="a")).get("Item")))
        found = _moto_table(cloud, name)
        write = found.put_item

        def then_interrupted(*args: Any, **kwargs: Any) -> Any:
            item = write(*args, **kwargs)
            other.here()
            return item

        found.put_item = then_interrupted  # type: ignore[method-assign]
        adds_to_text = {
            "TableName": name,
            "Key": _item(pk="b"),
            "UpdateExpression": "ADD #text :one",
            "ExpressionAttributeNames": {"#text": "text"},
            "ExpressionAttributeValues": {":one": {"N": "1"}},
        }
        with pytest.raises(ClientError):
            dynamodb.transact_write_items(
                TransactItems=[{"Put": {"TableName": name, "Item": _item(pk="a")}}, {"Update": adds_to_text}]
            )
        other.over()
    assert seen == [None]


class _Items(dict[Any, Any]):
    """The items of a table or of one key, where somebody stops in the middle of looking through them."""

    meanwhile: Meanwhile

    def values(self) -> Any:
        for value in super().values():
            self.meanwhile.here()
            yield value


def _half_read(cloud: LocalCloud, name: str) -> Meanwhile:
    dynamodb, found = aws(cloud, "dynamodb"), _moto_table(cloud, name)
    dynamodb.put_item(TableName=name, Item=_item(pk="a"))
    other = Meanwhile(lambda: dynamodb.put_item(TableName=name, Item=_item(pk="b")))
    items = _Items(found.items)
    items.meanwhile = other
    found.items = items  # type: ignore[assignment]
    return other


@needed(f"{_DYNAMODB}.query")
def a_table_is_queried_while_another_puts(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with parts(cloud) as name:
        dynamodb.put_item(TableName=name, Item=_item(pk="a", part="1"))
        ((key, below),) = _moto_table(cloud, name).items.items()
        items = _Items(below)
        items.meanwhile = Meanwhile(lambda: dynamodb.put_item(TableName=name, Item=_item(pk="a", part="2")))
        _moto_table(cloud, name).items[key] = items
        found = dynamodb.query(
            TableName=name, KeyConditionExpression="pk = :a", ExpressionAttributeValues=_item(**{":a": "a"})
        )
        assert found["Count"] == 1
        items.meanwhile.over()


@needed(f"{_DYNAMODB}.scan")
def a_table_is_scanned_while_another_puts(cloud: LocalCloud) -> None:
    with table(cloud) as name:
        other = _half_read(cloud, name)
        assert aws(cloud, "dynamodb").scan(TableName=name)["Count"] == 1
        other.over()


@needed(f"{_DYNAMODB}.transact_write_items")
def a_failed_transaction_leaves_the_writes_of_others(cloud: LocalCloud) -> None:
    dynamodb, backend = aws(cloud, "dynamodb"), dynamodb_backends[ACCOUNT][cloud.region]
    with table(cloud) as name:
        dynamodb.put_item(TableName=name, Item=_item(pk="a"))
        other, read = Meanwhile(lambda: dynamodb.put_item(TableName=name, Item=_item(pk="b"))), backend.get_item

        def then_interrupted(*args: Any, **kwargs: Any) -> Any:
            item = read(*args, **kwargs)
            other.here()
            return item

        refused = {"Put": {"TableName": name, "Item": _item(pk="a"), **_NEW}}
        with mock.patch.object(backend, "get_item", then_interrupted), pytest.raises(ClientError):
            dynamodb.transact_write_items(TransactItems=[refused])
        other.over()
        assert dynamodb.scan(TableName=name)["Count"] == 2


def _moto_queue(cloud: LocalCloud, url: str) -> Queue:
    return sqs_backends[ACCOUNT][cloud.region].get_queue(name_of(url))


class _Messages(list[Any]):
    """A queue's messages, where the thread that made them this stops when it has looked through all."""

    def __init__(self, messages: list[Any], meanwhile: Meanwhile) -> None:
        super().__init__(messages)
        self._meanwhile = meanwhile
        self._thread = threading.current_thread()

    def __iter__(self) -> Any:
        yield from super().__iter__()
        if threading.current_thread() is self._thread:
            self._meanwhile.here()


@needed("moto.sqs.models.Queue.delete_message")
def a_message_that_arrives_during_a_delete_stays(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    with queue(cloud) as url:
        sqs.send_message(QueueUrl=url, MessageBody="first")
        (received,) = sqs.receive_message(QueueUrl=url)["Messages"]
        found, other = _moto_queue(cloud, url), Meanwhile(lambda: sqs.send_message(QueueUrl=url, MessageBody="second"))
        found._messages = _Messages(found._messages, other)
        found.delete_message(received["ReceiptHandle"])
        other.over()
        assert bodies(cloud, url) == ["second"]


@needed("moto.sqs.models.SQSBackend.receive_message")
def a_message_is_given_to_one_of_two_receivers(cloud: LocalCloud) -> None:
    sqs, second = aws(cloud, "sqs"), []
    with queue(cloud) as url:
        sqs.send_message(QueueUrl=url, MessageBody="m")
        (message,) = _moto_queue(cloud, url)._messages
        other = Meanwhile(lambda: second.extend(bodies(cloud, url)))
        mark = message.mark_received

        def interrupted(visibility_timeout: int | None = None) -> None:
            other.here()
            mark(visibility_timeout)

        message.mark_received = interrupted  # type: ignore[method-assign]
        first = bodies(cloud, url)
        other.over()
        assert first + second == ["m"]


@needed("moto.sqs.models.Message.visible")
def a_message_comes_back_at_the_moment_its_time_out_has_passed(cloud: LocalCloud) -> None:
    sqs, seen = aws(cloud, "sqs"), []
    with queue(cloud) as url:
        sqs.send_message(QueueUrl=url, MessageBody="m")
        (message,) = _moto_queue(cloud, url)._messages
        moment = cloud.clock.time() // 1 + 3600
        message.visible_at = moment * 1000
        wiring().clock.call_at(moment, lambda _moment: seen.append(message.visible))
        cloud.advance(datetime.fromtimestamp(moment, UTC))
    assert seen == [True]


@needed("moto.s3.models.datetime", "moto.core.utils.datetime")
def buckets_and_objects_are_as_old_as_the_clock_says(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        s3.put_object(Bucket=name, Key="k", Body=b"")
        is_now(cloud, s3.head_object(Bucket=name, Key="k")["LastModified"])
        (created,) = [one["CreationDate"] for one in s3.list_buckets()["Buckets"] if one["Name"] == name]
        is_now(cloud, created)


@needed(
    "moto.sqs.models.SQSBackend.send_message",
    *(f"moto.sqs.responses.SQSResponse.{what}_message_move_task{s}" for what, s in _MOVES),
)
def a_dead_letter_goes_back_to_where_it_came_from(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    with queue(cloud) as dead, queue(cloud) as url:
        source = arn_of(cloud, "sqs", name_of(dead))
        redrive = json.dumps({"deadLetterTargetArn": source, "maxReceiveCount": 1})
        sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": redrive})
        sqs.send_message(QueueUrl=url, MessageBody="m")
        for _ in range(2):
            sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)
        handle = sqs.start_message_move_task(SourceArn=source)["TaskHandle"]
        assert [task["Status"] for task in sqs.list_message_move_tasks(SourceArn=source)["Results"]] == ["COMPLETED"]
        with pytest.raises(sqs.exceptions.ResourceNotFoundException, match="Task does not exist"):
            sqs.cancel_message_move_task(TaskHandle=handle)
        assert bodies(cloud, url) == ["m"]


@needed("moto.dynamodb.responses.DynamoHandler.transact_write_items")
def a_transaction_that_is_asked_again_is_done_once(cloud: LocalCloud) -> None:
    dynamodb = aws(cloud, "dynamodb")
    with table(cloud) as name:
        written = {"Put": {"TableName": name, "Item": _item(pk="a"), **_NEW}}
        for _ in range(2):
            dynamodb.transact_write_items(TransactItems=[written], ClientRequestToken=name)


@needed("moto.s3.responses.S3Response.setup_class")
def a_body_of_a_forms_type_is_kept(cloud: LocalCloud) -> None:
    with bucket(cloud) as name:
        put = {"Bucket": name, "Key": "k", "Body": b"a=1", "ContentType": "application/x-www-form-urlencoded"}
        s3 = aws(cloud, "s3")
        s3.put_object(**put)
        assert s3.get_object(Bucket=name, Key="k")["ContentLength"] == len(b"a=1")


@needed("moto.s3.responses.S3Response.put_object")
def an_object_that_is_not_what_its_checksum_says_is_refused(cloud: LocalCloud) -> None:
    with bucket(cloud) as name, pytest.raises(ClientError, match="BadDigest"):
        aws(cloud, "s3").put_object(Bucket=name, Key="k", Body=b"abc", ChecksumCRC32="AAAAAA==")


@needed("moto.s3.responses.S3Response.upload_part")
def a_part_that_is_not_what_its_checksum_says_is_refused(cloud: LocalCloud) -> None:
    s3 = aws(cloud, "s3")
    with bucket(cloud) as name:
        part = {"Bucket": name, "Key": "k", "UploadId": s3.create_multipart_upload(Bucket=name, Key="k")["UploadId"]}
        with pytest.raises(ClientError, match="BadDigest"):
            s3.upload_part(**part, PartNumber=1, Body=b"abc", ChecksumCRC32="AAAAAA==")
        s3.abort_multipart_upload(**part)


@needed("moto.dynamodb.models.dynamo_type.LimitedSizeDict.__setitem__")
def an_item_may_have_400_kilobytes(cloud: LocalCloud) -> None:
    with table(cloud) as name:
        aws(cloud, "dynamodb").update_item(
            TableName=name,
            Key=_item(pk="a"),
            UpdateExpression="SET body = :text",
            ExpressionAttributeValues={":text": {"S": "x" * 409_500}},
        )


@needed("moto.dynamodb.responses.DynamoHandler.batch_write_item")
def more_than_25_items_are_not_written_together(cloud: LocalCloud) -> None:
    dynamodb, puts = aws(cloud, "dynamodb"), [{"PutRequest": {"Item": _item(pk=str(at))}} for at in range(26)]
    with table(cloud) as name, pytest.raises(ClientError, match="less than or equal to 25"):
        dynamodb.batch_write_item(RequestItems={name: puts})


@needed("moto.s3.responses.S3Response._get_checksum")
def a_checksum_is_kept_with_its_object(cloud: LocalCloud) -> None:
    value = base64.b64encode(hashlib.sha256(b"abc").digest()).decode()
    with bucket(cloud) as name:
        s3 = aws(cloud, "s3")
        s3.put_object(Bucket=name, Key="k", Body=b"abc", ChecksumSHA256=value)
        assert s3.head_object(Bucket=name, Key="k", ChecksumMode="ENABLED")["ChecksumSHA256"] == value
