"""One DynamoDB table of records: a partition key, a sort key, and the record as JSON.

Attributes that conditions look at stand beside the record; nothing else reads them.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from serin.adapters.bare_calls import OK, BareCalls
from serin.domain.paging import Page
from serin.domain.records import as_record

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

Attributes = Mapping[str, str | int]
MOMENT = "moment"
BY_MOMENT = "by-moment"
"""The local index of a table's items that have a moment: lists read no more than they show."""

LOST_RACE = {"ConditionalCheckFailed", "TransactionConflict", "None"}


class RecordTable:
    """Reads and conditional writes of records.

    What is read is asked the short way first, by `calls`; botocore's client writes, and reads what had no plain answer.
    It may be given as what makes it: whoever only reads starts none.
    """

    def __init__(
        self, client: DynamoDBClient | Callable[[], DynamoDBClient], table: str, calls: BareCalls | None = None
    ) -> None:
        self._given = client
        self._table = table
        self._calls = calls

    @cached_property
    def _client(self) -> DynamoDBClient:
        return self._given() if callable(self._given) else self._given

    def get(self, pk: str, sk: str) -> Any | None:
        """The record, or None; always the newest, never a stale replica's."""
        item = self._asked("GetItem", {"Key": _key(pk, sk)}).get("Item")
        return None if item is None else _record(item)

    def query(self, pk: str, prefix: str = "") -> Sequence[Any]:
        """All records of a partition whose sort key begins with `prefix`, by sort key."""
        names = {"#pk": "pk", "#sk": "sk"}
        return self._records(
            KeyConditionExpression="#pk = :pk AND begins_with(#sk, :sk)" if prefix else "#pk = :pk",
            ExpressionAttributeNames=names if prefix else {"#pk": "pk"},
            ExpressionAttributeValues=_encoded({":pk": pk, ":sk": prefix} if prefix else {":pk": pk}),
        )

    def between(self, pk: str, first: str, last: str) -> Sequence[Any]:
        """All records of a partition whose sort keys lie from `first` to `last`, by sort key."""
        return self._records(
            KeyConditionExpression="#pk = :pk AND #sk BETWEEN :first AND :last",
            ExpressionAttributeNames={"#pk": "pk", "#sk": "sk"},
            ExpressionAttributeValues=_encoded({":pk": pk, ":first": first, ":last": last}),
        )

    def newest(self, pk: str, limit: int, after: str | None, *, by_moment: bool) -> Page[Any]:
        """Records of a partition from the last to the first, by sort key or by the moment they were written with."""
        key = MOMENT if by_moment else "sk"
        pages = self._pages(
            KeyConditionExpression="#pk = :pk" if after is None else "#pk = :pk AND #key < :after",
            ExpressionAttributeNames={"#pk": "pk"} if after is None else {"#pk": "pk", "#key": key},
            ExpressionAttributeValues=_encoded({":pk": pk} if after is None else {":pk": pk, ":after": after}),
            ScanIndexForward=False,
            # One more than is wanted tells whether there is more.
            Limit=limit + 1,
            **({"IndexName": BY_MOMENT} if by_moment else {}),
        )
        items: list[Any] = []
        while len(items) <= limit and (page := next(pages, None)) is not None:
            items += page
        shown = tuple(_record(item) for item in items[:limit])
        return Page(shown, items[limit - 1][key]["S"] if len(items) > limit else None)

    def _records(self, **query: Any) -> list[Any]:
        return [_record(item) for page in self._pages(**query) for item in page]

    def _pages(self, **query: Any) -> Iterator[Sequence[Mapping[str, Any]]]:
        """The items of a query, as many at a time as one answer holds."""
        while True:
            answer = self._asked("Query", query)
            yield answer["Items"]
            if "LastEvaluatedKey" not in answer:
                return
            query["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def _asked(self, operation: Literal["GetItem", "Query"], parameters: Mapping[str, Any]) -> Mapping[str, Any]:
        """What the table answers. A read may be asked twice, so botocore is asked what had no plain answer."""
        asked: dict[str, Any] = {"TableName": self._table, **parameters, "ConsistentRead": True}
        reply = None if self._calls is None else self._calls.ask(operation, asked)
        if reply is not None and reply.status == OK:
            return reply.record
        return self._client.get_item(**asked) if operation == "GetItem" else self._client.query(**asked)

    def put(self, item: Put) -> bool:
        """Write one item; False when its condition does not hold."""
        try:
            self._client.put_item(TableName=self._table, **item.arguments())
        except self._client.exceptions.ConditionalCheckFailedException:
            return False
        return True

    def delete(self, pk: str, sk: str) -> None:
        """Delete one item; nothing happens when there is none."""
        self._client.delete_item(TableName=self._table, Key=_key(pk, sk))

    def put_together(self, items: Sequence[Put]) -> bool:
        """Write all items or none; False when a condition does not hold or somebody else is writing the same."""
        from botocore.exceptions import ClientError

        writes: list[Any] = [{"Put": {"TableName": self._table, **item.arguments()}} for item in items]
        try:
            self._client.transact_write_items(TransactItems=writes)
        except ClientError as error:
            reasons = {reason["Code"] for reason in error.response.get("CancellationReasons", ())}
            if reasons and reasons <= LOST_RACE:
                return False
            raise
        return True


class Put:
    """An item to write: `only_if` is a condition over the attributes, with `values` for its placeholders."""

    def __init__(
        self,
        pk: str,
        sk: str,
        record: Any,
        attributes: Attributes | None = None,
        only_if: str = "",
        **values: str | int,
    ) -> None:
        self._item = {**_key(pk, sk), "record": {"S": json.dumps(as_record(record))}, **_encoded(attributes or {})}
        self._only_if = only_if
        self._values = values

    def arguments(self) -> Any:
        """What DynamoDB calls need, apart from the table."""
        arguments: dict[str, Any] = {"Item": self._item}
        if self._only_if:
            words = {word.strip("()") for word in self._only_if.replace("(", " ").split()}
            names = sorted(word for word in words if word.startswith("#"))
            arguments["ConditionExpression"] = self._only_if
            if names:
                arguments["ExpressionAttributeNames"] = {name: name[1:] for name in names}
        if self._values:
            encoded = _encoded(self._values)
            arguments["ExpressionAttributeValues"] = {f":{name}": value for name, value in encoded.items()}
        return arguments


NEW = "attribute_not_exists(pk)"


def _key(pk: str, sk: str) -> dict[str, Any]:
    return {"pk": {"S": pk}, "sk": {"S": sk}}


def _encoded(values: Attributes) -> dict[str, Any]:
    return {name: {"N": str(item)} if isinstance(item, int) else {"S": item} for name, item in values.items()}


def _record(item: Mapping[str, Any]) -> Any:
    return json.loads(item["record"]["S"])
