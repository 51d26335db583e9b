"""What DynamoDB, S3 and SQS refuse to take."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from infra.local.cloud import LocalCloud
from tests.e2e.local.needs.model import needed
from tests.e2e.local.needs.world import aws, queue, table

_SQS = "moto.sqs.models.SQSBackend"


@needed("moto.dynamodb.responses.DynamoHandler.call_action")
def a_value_that_is_none_is_not_kept(cloud: LocalCloud) -> None:
    with table(cloud) as name, pytest.raises(ClientError, match="more than 38 significant digits"):
        aws(cloud, "dynamodb").put_item(TableName=name, Item={"pk": {"S": "a"}, "n": {"N": "1" * 39}})


@needed(f"{_SQS}._validate_message")
def an_empty_message_is_not_sent(cloud: LocalCloud) -> None:
    with queue(cloud) as url, pytest.raises(ClientError, match="MissingParameter"):
        aws(cloud, "sqs").send_message(QueueUrl=url, MessageBody="")


@needed("moto.sqs.responses.validate_message_attributes")
def eleven_attributes_are_not_sent(cloud: LocalCloud) -> None:
    said = {f"a{at}": {"DataType": "String", "StringValue": "v"} for at in range(11)}
    with queue(cloud) as url, pytest.raises(ClientError, match="exceeds the allowed maximum"):
        aws(cloud, "sqs").send_message(QueueUrl=url, MessageBody="m", MessageAttributes=said)


@needed(f"{_SQS}.change_message_visibility")
def a_message_that_nobody_works_on_is_not_hidden(cloud: LocalCloud) -> None:
    sqs = aws(cloud, "sqs")
    with queue(cloud) as url:
        sqs.send_message(QueueUrl=url, MessageBody="m")
        handle = sqs.receive_message(QueueUrl=url, VisibilityTimeout=0)["Messages"][0]["ReceiptHandle"]
        with pytest.raises(ClientError, match="MessageNotInflight"):
            sqs.change_message_visibility(QueueUrl=url, ReceiptHandle=handle, VisibilityTimeout=10)


@needed("moto.s3.models.S3Backend.create_bucket")
def a_bucket_is_called_as_an_address_may_be(cloud: LocalCloud) -> None:
    with pytest.raises(ClientError, match="InvalidBucketName"):
        aws(cloud, "s3").create_bucket(Bucket="Bad_Name")
