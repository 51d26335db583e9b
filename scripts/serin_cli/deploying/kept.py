"""What a template keeps when its stack goes, and whether there is any of it: buckets and tables."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

IDENTIFIERS = {"AWS::S3::Bucket": "BucketName", "AWS::DynamoDB::Table": "TableName"}
Template = Mapping[str, Any]


@dataclass(frozen=True)
class Kept:
    """A resource of a template, by its logical id there and its own name."""

    logical_id: str
    type: str
    name: str

    @property
    def as_import(self) -> dict[str, Any]:
        """As CloudFormation is told what to import."""
        identifier = {IDENTIFIERS[self.type]: self.name}
        return {"ResourceType": self.type, "LogicalResourceId": self.logical_id, "ResourceIdentifier": identifier}


def kept_by(template: Template, account: str, region: str) -> Iterator[Kept]:
    """Everything the template keeps when its stack is deleted."""
    for logical_id, resource in template["Resources"].items():
        if str(resource.get("DeletionPolicy", "")).startswith("Retain"):
            name = resource["Properties"][IDENTIFIERS[resource["Type"]]]
            yield Kept(logical_id, resource["Type"], _filled(name, account, region))


def _filled(name: Any, account: str, region: str) -> str:
    if isinstance(name, str):
        return name
    values = {"AWS::AccountId": account, "AWS::Region": region}
    separator, parts = name["Fn::Join"]
    return str(separator).join(part if isinstance(part, str) else values[part["Ref"]] for part in parts)


def is_there(one: Kept, s3: Any, dynamodb: Any) -> bool:
    """Whether the account has it."""
    try:
        if one.type == "AWS::S3::Bucket":
            s3.head_bucket(Bucket=one.name)
        else:
            dynamodb.describe_table(TableName=one.name)
    except ClientError as error:
        if error.response["Error"]["Code"] in ("404", "NoSuchBucket", "ResourceNotFoundException"):
            return False
        raise
    return True
