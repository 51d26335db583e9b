"""What PutEvents takes, and what it says of each entry it does not take."""

from __future__ import annotations

import json
from typing import Any

import boto3

from benches.rules.model import Attempt, refused, rule
from infra.local.cloud import LocalCloud

_PUT = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEvents.html"
_RESULT = "https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsResultEntry.html"
_SIZE = "https://docs.aws.amazon.com/eventbridge/latest/userguide/calculate-putevents-entry-size.html"
_GOOD = {"Source": "mine", "DetailType": "d", "Detail": "{}"}

_REFUSED: tuple[tuple[str, dict[str, str], str, str], ...] = (
    (
        "source_of_aws",
        {"Source": "aws.s3"},
        "NotAuthorizedForSourceException",
        "Not authorized for the source.",
    ),
    ("detail_that_is_a_list", {"Detail": "[1]"}, "MalformedDetail", "Detail is malformed."),
    ("detail_that_is_text", {"Detail": '"a"'}, "MalformedDetail", "Detail is malformed."),
    ("detail_that_is_no_json", {"Detail": "{"}, "MalformedDetail", "Detail is malformed."),
    ("no_source", {"Source": ""}, "InvalidArgument", "Source is a required argument"),
    ("no_detail_type", {"DetailType": ""}, "InvalidArgument", "DetailType is a required argument"),
    ("no_detail", {"Detail": ""}, "InvalidArgument", "Detail is a required argument"),
)


def _put(cloud: LocalCloud, *entries: Any) -> Any:
    client: Any = boto3.client("events", **cloud.client)
    return client.put_events(Entries=list(entries))


def _refusing(name: str, wrong: dict[str, str], code: str, message: str) -> Attempt:
    def attempt(cloud: LocalCloud) -> None:
        answer = _put(cloud, _GOOD, {**_GOOD, **wrong}, _GOOD)
        first, told, last = answer["Entries"]
        assert answer["FailedEntryCount"] == 1, answer
        assert "EventId" in first, "the one before was not taken"
        assert "EventId" in last, "the one after was not taken"
        assert (told["ErrorCode"], message in told["ErrorMessage"]) == (code, True), told

    attempt.__name__ = name
    return attempt


for _name, _wrong, _code, _message in _REFUSED:
    rule(service="events", says=f"an entry is refused and the others are taken: {_name}", source=_RESULT)(
        _refusing(_name, _wrong, _code, _message)
    )


@rule(service="events", says="entries of 256 KB together are too large", source=_SIZE)
def too_large_together(cloud: LocalCloud) -> None:
    large = {**_GOOD, "Detail": json.dumps({"x": "y" * 131_072})}
    with refused("ValidationException", message="Total size of the entries in the request is over the limit"):
        _put(cloud, large, large)


@rule(service="events", says="a request has ten entries at most", source=_PUT)
def too_many(cloud: LocalCloud) -> None:
    with refused("ValidationException", message="Member must have length less than or equal to 10"):
        _put(cloud, *[_GOOD] * 11)
