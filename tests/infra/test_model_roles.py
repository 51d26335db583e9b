"""What a model's own code may ask of AWS with the role it runs with: its own things, and nobody else's.

The statements are the template's; each request is made by boto3, read as the local endpoint reads it and judged as its
guard judges.
"""

from __future__ import annotations

import json
from ast import literal_eval
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

import pytest
from moto.dynamodb.models import dynamodb_backends

from infra.local.iam.evaluation import Asked, Policies, Policy, evaluate
from infra.local.iam.requests.permissions import permissions_of
from infra.local.iam.requests.reading import read, signature_of
from infra.local.services.all import every_service
from tests.infra.templates import Assembly, flat
from tests.unit.local.iam.asking import ACCOUNT, SESSION
from tests.unit.local.iam.sending import sent

REGION = "us-east-1"
MINE, OTHER = "returns", "late-orders"
CATALOG, ONLINE, CONTROL, BUS = "serin-dev-catalog", "serin-dev-online-features", "serin-dev-control", "serin-dev"
LAKE, ARTIFACTS = (f"serin-dev-{name}-{ACCOUNT}-{REGION}" for name in ("lake", "artifacts"))
Call = tuple[str, str, dict[str, Any]]


def put(pk: str, table: str = CATALOG) -> Call:
    return "dynamodb", "put_item", {"TableName": table, "Item": _key(pk, table)}


def get(pk: str, table: str = CATALOG) -> Call:
    return "dynamodb", "get_item", {"TableName": table, "Key": _key(pk, table)}


def query(pk: str, table: str = CATALOG) -> Call:
    values = {":pk": {"S": pk}, ":sk": {"S": "a"}}
    arguments = {"KeyConditionExpression": "begins_with(#sk, :sk) AND #pk = :pk", "ExpressionAttributeValues": values}
    names = {"#pk": "pk", "#sk": "sk"}
    return "dynamodb", "query", {"TableName": table, "ExpressionAttributeNames": names, **arguments}


def newest(pk: str) -> Call:
    values = {":pk": {"S": pk}}
    arguments = {"KeyConditionExpression": "pk = :pk", "ExpressionAttributeValues": values, "IndexName": "by-moment"}
    return "dynamodb", "query", {"TableName": CATALOG, **arguments}


def online(*pks: str) -> Call:
    keys = [{"pk": {"S": pk}} for pk in pks]
    return "dynamodb", "batch_get_item", {"RequestItems": {ONLINE: {"Keys": keys}}}


def together(*pks: str) -> Call:
    writes = [{"Put": {"TableName": CATALOG, "Item": _key(pk, CATALOG)}} for pk in pks]
    return "dynamodb", "transact_write_items", {"TransactItems": writes}


def event(*sources_and_names: tuple[str, str]) -> Call:
    entries = [{"Source": source, "DetailType": name, "EventBusName": BUS} for source, name in sources_and_names]
    return "events", "put_events", {"Entries": entries}


def s3(operation: str, bucket: str, key: str) -> Call:
    return "s3", operation, {"Bucket": bucket, "Key": key, **({"Body": b"x"} if operation == "put_object" else {})}


def _key(pk: str, table: str) -> dict[str, Any]:
    return {"pk": {"S": pk}} if table == ONLINE else {"pk": {"S": pk}, "sk": {"S": "a"}}


OWN: Mapping[str, tuple[Call, ...]] = {
    "build-features": (
        *(get("DATASET#orders"), query("DATASET#orders"), get("UPLOAD#orders"), query(f"RELEASE#{MINE}")),
        *(get(f"MODEL#{MINE}"), get(f"FILL#{MINE}"), put(f"FILL#{MINE}"), newest(f"RUN#{MINE}")),
        *(put(f"{MINE}#abc@1359331200#d", ONLINE), s3("get_object", LAKE, "datasets/orders/a.parquet")),
        *(s3("get_object", ARTIFACTS, f"models/{MINE}/r/layer.zip"), event((f"serin.{MINE}", "Features Built"))),
        event(*((f"serin.{MINE}", name) for name in ("Backfill Wanted", "Features Built", "Features Refused"))),
    ),
    "profile-dataset": (
        *(get("DATASET#orders"), query("DATASET#orders"), get(f"PROFILE#{MINE}"), put(f"PROFILE#{MINE}")),
        *(s3("put_object", LAKE, f"reports/profiles/{MINE}/a"), s3("get_object", LAKE, "datasets/orders/a.parquet")),
    ),
    "build-training-set": (
        *(get("DATASET#orders"), query("DATASET#orders"), get("UPLOAD#orders"), query(f"RUN#{MINE}")),
        *(put(f"RUN#{MINE}"), newest(f"RUN#{MINE}")),
        *(put(f"TRAINING-SET#{MINE}"), s3("put_object", LAKE, f"training-sets/{MINE}/a"), put(f"TRAINING#{MINE}")),
        s3("get_object", LAKE, f"training-sets/{MINE}/sources/a.zip"),
    ),
    "join-truth": (
        *(get("DATASET#orders"), query("DATASET#orders"), get("UPLOAD#orders"), get(f"RELEASE#{MINE}")),
        *(get(f"MODEL#{MINE}"), s3("get_object", ARTIFACTS, f"models/{MINE}/r/layer.zip")),
        *(s3("get_object", LAKE, "datasets/orders/a.parquet"), s3("get_object", LAKE, f"shadow/{MINE}/r/pairs-a")),
        *(s3("put_object", LAKE, f"shadow/{MINE}/r/truth-a"), s3("put_object", LAKE, f"truth/{MINE}/facts/d/a")),
        *(s3("get_object", LAKE, f"truth/{MINE}/inbox/d/a"), s3("get_object", LAKE, f"predictions/{MINE}/d/a")),
        *(s3("put_object", LAKE, f"truth/{MINE}/asked/a"), get(f"TRUTH#{MINE}"), put(f"TRUTH#{MINE}")),
    ),
    "train-model": (
        *(s3("put_object", ARTIFACTS, f"models/{MINE}/r/a"), s3("put_object", ARTIFACTS, f"runs/{MINE}/a")),
        s3("get_object", LAKE, f"training-sets/{MINE}/a"),
    ),
    "predict": (online(f"{MINE}#abc#d"), online(f"{MINE}#abc#d", f"{MINE}#abc#e")),
}
"""Every role that a model's own code runs with, and what it does."""

KINDS = (
    "PROFILE",
    "FILL",
    "RUN",
    "TRAINING-SET",
    "TRAINING",
    "MODEL",
    "VERSION-OF-RUN",
    "PUBLISHED",
    "RELEASE",
    "STEP",
)
EVENTS = ("Upload Accepted", "Upload Rejected", "Model Registered", "Release Finished")
FORBIDDEN: tuple[Call, ...] = (
    *(put(f"{kind}#{OTHER}") for kind in KINDS),
    *(get(f"{kind}#{OTHER}") for kind in KINDS),
    *(query(f"{kind}#{OTHER}") for kind in KINDS),
    *(newest(pk) for pk in (f"RUN#{OTHER}", f"RELEASE#{MINE}", "UPLOAD#orders")),
    # What the platform alone says of a model, and of data.
    *(put(f"{kind}#{MINE}") for kind in ("MODEL", "VERSION-OF-RUN", "PUBLISHED", "RELEASE", "STEP")),
    *(put(f"{kind}#orders") for kind in ("DATASET", "UPLOAD", "ARRIVAL")),
    *(put(pk) for pk in (f"RUN#{MINE}-2", f"RUN#{MINE}#x", f"FILL#{MINE}*", "", "*")),
    together(f"FILL#{MINE}", f"FILL#{OTHER}"),
    together(f"RUN#{OTHER}", f"RUN#{MINE}"),
    *(put(pk, ONLINE) for pk in (f"{OTHER}#abc#d", f"{MINE}", f"{MINE}-2#abc#d", "abc#d")),
    *(online(*pks) for pks in [(f"{OTHER}#abc#d",), (f"{MINE}#abc#d", f"{OTHER}#abc#d"), (f"{MINE}-2#a#d",)]),
    ("dynamodb", "delete_item", {"TableName": ONLINE, "Key": {"pk": {"S": f"{OTHER}#abc#d"}}}),
    ("dynamodb", "batch_write_item", {"RequestItems": {CATALOG: [{"PutRequest": {"Item": {"pk": {"S": "x"}}}}]}}),
    *(("dynamodb", "scan", {"TableName": table}) for table in (CATALOG, ONLINE, CONTROL)),
    ("dynamodb", "query", {"TableName": CATALOG}),
    ("dynamodb", "execute_statement", {"Statement": f'SELECT * FROM "{CATALOG}"'}),
    *(get(pk, CONTROL) for pk in ("TOKEN", f"LIVE#{MINE}")),
    put(f"LIVE#{MINE}", CONTROL),
    *(event((source, name)) for name in EVENTS for source in ("serin", f"serin.{MINE}", f"serin.{OTHER}")),
    *(event((source, "Features Built")) for source in ("serin", f"serin.{OTHER}", "aws.s3")),
    *(event((source, "Backfill Wanted")) for source in ("serin", f"serin.{OTHER}")),
    event((f"serin.{MINE}", "Features Built"), ("serin", "Model Registered")),
    ("events", "put_events", {"Entries": [{"EventBusName": BUS}]}),
    *(s3("put_object", ARTIFACTS, f"{below}/{OTHER}/a") for below in ("models", "runs")),
    *(s3("get_object", ARTIFACTS, f"{below}/{OTHER}/a") for below in ("models", "runs")),
    *(s3("put_object", LAKE, f"{below}/{OTHER}/a") for below in ("training-sets", "reports/profiles", "predictions")),
    *(s3("put_object", LAKE, f"{below}/orders/a") for below in ("datasets", "quarantine")),
    *(
        s3("put_object", LAKE, f"shadow/{name}")
        for name in (f"{OTHER}/r/truth-a", f"{MINE}/r/pairs-a", f"{MINE}/r/calls-a")
    ),
    *(s3("put_object", LAKE, f"truth/{name}/d/a") for name in (f"{MINE}/inbox", f"{OTHER}/facts", f"{OTHER}/asked")),
    ("lambda", "update_alias", {"FunctionName": f"serin-dev-predict-{MINE}", "Name": "live", "FunctionVersion": "1"}),
    ("lambda", "invoke", {"FunctionName": f"serin-dev-train-model-{OTHER}"}),
    ("lambda", "publish_layer_version", {"LayerName": f"serin-dev-model-{MINE}", "Content": {"ZipFile": b"x"}}),
    ("stepfunctions", "start_execution", {"stateMachineArn": f"arn:aws:states:{REGION}:{ACCOUNT}:stateMachine:m"}),
    ("sts", "assume_role", {"RoleArn": f"arn:aws:iam::{ACCOUNT}:role/r", "RoleSessionName": "s"}),
)


@pytest.fixture(scope="module", autouse=True)
def tables() -> Iterator[None]:
    """The tables as the template makes them: which key comes first is read from them."""
    backend = dynamodb_backends[ACCOUNT][REGION]
    for name, keys in ((CATALOG, ("pk", "sk")), (CONTROL, ("pk", "sk")), (ONLINE, ("pk",))):
        schema = [{"AttributeName": key, "KeyType": kind} for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)]
        attributes = [{"AttributeName": key, "AttributeType": "S"} for key in keys]
        of_one = [{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "moment", "KeyType": "RANGE"}]
        moments = [{"IndexName": "by-moment", "KeySchema": of_one, "Projection": {"ProjectionType": "ALL"}}]
        indexes = moments if name == CATALOG else []
        backend.create_table(
            *(name, schema, None, attributes, [], indexes, None, "PAY_PER_REQUEST", None, [], False, {})
        )
    yield
    backend.reset()


def allowed(aws: Assembly, function: str, call: Call) -> bool:
    """Whether the role of a function of the model may make the whole request."""
    policies, needed = _policies(aws, f"{function}-{MINE}"), _needed(repr(call))
    return bool(needed) and all(evaluate(SESSION, asked, policies).allowed for asked in needed)


@cache
def _needed(call: str) -> tuple[Asked, ...]:
    """The permissions of a call, which are the same whoever makes it; none where it cannot be read."""
    service, operation, arguments = literal_eval(call)
    environ = sent(service, operation, **arguments)
    signature = signature_of(environ)
    assert signature is not None
    request = read(signature, ACCOUNT, environ)
    return () if request is None else permissions_of(request, every_service()) or ()


@cache
def _policies(aws: Assembly, function: str) -> Policies:
    return Policies(identity=(Policy.read("own", json.dumps(_document(aws, function))),))


def _document(aws: Assembly, function: str) -> dict[str, Any]:
    statements = [
        {**statement, "Resource": [_filled(flat(arn)) for arn in _listed(statement["Resource"])]}
        for statement in aws.written_statements(function)
    ]
    return {"Version": "2012-10-17", "Statement": statements}


def _filled(arn: str) -> str:
    for name, value in (("Partition", "aws"), ("Region", REGION), ("AccountId", ACCOUNT)):
        arn = arn.replace(f"<AWS::{name}>", value)
    return arn


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


@pytest.mark.parametrize("function", OWN)
def test_a_models_code_may_what_it_does(function: str, aws: Assembly) -> None:
    refused = [call for call in OWN[function] if not allowed(aws, function, call)]
    assert OWN[function]
    assert refused == []


@pytest.mark.parametrize("function", OWN)
@pytest.mark.parametrize("call", FORBIDDEN, ids=lambda call: f"{call[1]} {json.dumps(call[2], default=str)[:120]}")
def test_a_models_code_reaches_nothing_of_another_model_or_of_the_platform(
    function: str, call: Call, aws: Assembly
) -> None:
    assert not allowed(aws, function, call)


def test_no_function_but_these_holds_a_models_code(aws: Assembly) -> None:
    layers = {name: json.dumps(properties.get("Layers", [])) for name, properties in aws.functions().items()}
    with_code = {name for name, listed in layers.items() if f"code{MINE}" in listed.replace("-", "")}
    # What predict runs of a model comes with the layer that its release adds.
    assert with_code | {f"predict-{MINE}"} == {f"{function}-{MINE}" for function in OWN}
