"""The salts of personal values in the control table: one item each, and the secret they are found by."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from serin.adapters.batch_reads import BatchReads
from serin.domain.personal import BYTES

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

    from serin.adapters.bare_calls import BareCalls

SECRET = "PERSONAL#SECRET"
_SALT = "PERSONAL#SALT#"
_WRITES_AT_ONCE = 16


class DynamoSalts:
    """Whoever is first makes a salt, and all others get it: it is made and read in one conditional write."""

    def __init__(self, client: Callable[[], DynamoDBClient], table: str, calls: BareCalls | None = None) -> None:
        self._made_client, self._table = client, table
        self._reads = BatchReads(lambda: self._client, table, calls)
        self._secret: bytes | None = None

    @cached_property
    def _client(self) -> DynamoDBClient:
        """botocore's, which is not started before it is needed."""
        return self._made_client()

    def secret(self) -> bytes | None:
        if self._secret is None:
            self._secret = self._read([SECRET]).get(SECRET)
        return self._secret

    def make_secret(self) -> bytes:
        if self.secret() is None:
            self._secret = self._made(SECRET)
        assert self._secret is not None
        return self._secret

    def read(self, names: Sequence[str]) -> Mapping[str, bytes]:
        found = self._read([_SALT + name for name in names])
        return {pk.removeprefix(_SALT): salt for pk, salt in found.items()}

    def make(self, names: Sequence[str]) -> Mapping[str, bytes]:
        from concurrent.futures import ThreadPoolExecutor

        known = self.read(names)
        new = [name for name in names if name not in known]
        if not new:
            return known
        with ThreadPoolExecutor(_WRITES_AT_ONCE) as writers:
            made = writers.map(lambda name: self._made(_SALT + name), new)
            return {**known, **dict(zip(new, made, strict=True))}

    def destroy(self, name: str) -> None:
        self._client.delete_item(TableName=self._table, Key=_key(_SALT + name))

    def _read(self, keys: Sequence[str]) -> dict[str, bytes]:
        # A salt that was destroyed must not be found on a replica that has not heard of it.
        items = self._reads.items([_key(key) for key in keys], consistent=True)
        return {item["pk"]["S"]: _bytes(item) for item in items}

    def _made(self, key: str) -> bytes:
        answer = self._client.update_item(
            TableName=self._table,
            Key=_key(key),
            UpdateExpression="SET #salt = if_not_exists(#salt, :new)",
            ExpressionAttributeNames={"#salt": "salt"},
            ExpressionAttributeValues={":new": {"B": secrets.token_bytes(BYTES)}},
            ReturnValues="ALL_NEW",
        )
        return _bytes(answer["Attributes"])


def _key(key: str) -> dict[str, Any]:
    return {"pk": {"S": key}, "sk": {"S": "SALT"}}


def _bytes(item: Mapping[str, Any]) -> bytes:
    """Of an item of botocore's, or of one that was asked the short way and says bytes in base64."""
    value = item["salt"]["B"]
    if isinstance(value, bytes):
        return value
    from base64 import b64decode

    return b64decode(value)
