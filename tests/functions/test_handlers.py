from __future__ import annotations

import base64
import gzip
import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import polars as pl
import pytest

from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.files.parquet import to_parquet
from serin.domain.errors import ModelFailed, Unavailable
from serin.domain.golden_request import GOLDEN_REQUEST
from serin.domain.releases import Intent, Live
from serin.services.compact_dataset import FAN_IN
from serin.services.predict import Reply
from serin.services.tokens import create_token
from tests.builders import NOON, a_contract_of, a_part, a_version, an_upload_of
from tests.definitions import item_key
from tests.functions.handlers import NAMES, ROOT, handler, saved_event
from tests.functions.worlds import World, in_world

CSV = b"order_id,at,shop,amount,late\n1,2013-01-01T10:00:00Z,north,10,true\n"
SHOPS = {"shop": pl.String, "seen_at": TIMESTAMP, "length": pl.Int64}


PROBE = """
import importlib.util, os, sys
os.environ.clear()
class Forbidden(dict):
    def __getitem__(self, name): raise AssertionError(f"read {name}")
    def get(self, name, default=None):
        if name.startswith(("SERIN", "AWS")): raise AssertionError(f"read {name}")
        return default
os.environ = Forbidden()
for name in sys.argv[2:]:
    spec = importlib.util.spec_from_file_location("handler", f"{sys.argv[1]}/{name}/handler.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert callable(module.handle), name
    loaded = sorted({"boto3", "botocore", "joblib", "sklearn.ensemble"} & set(sys.modules))
    assert name in ("evaluate_model", "train_model") or not loaded, (name, loaded)
    assert not {"boto3", "botocore", "serin_model", "model_code", "serin_charters"} & set(sys.modules), name
"""
LEARNS = {"evaluate_model", "train_model"}


class Context:
    """What Lambda says of a call."""

    aws_request_id = "request-1"


@pytest.mark.slow
def test_importing_a_handler_reads_no_environment_and_makes_no_client() -> None:
    """All in one process: what is imported once is looked at once; those that load the trainer come last."""
    path = str(ROOT / "layers" / "core" / "python")
    arguments = ["-c", f"import sys; sys.path.insert(0, {path!r})\n{PROBE}", str(ROOT / "functions")]
    names = sorted(NAMES, key=lambda name: name in LEARNS)
    ended = subprocess.run([sys.executable, *arguments, *names], capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr


def test_all_handlers_are_looked_at() -> None:
    assert len(NAMES) == 17


# accept_upload


def a_message(key: str, message: str = "m1", size: int = len(CSV)) -> dict[str, Any]:
    return a_record(message, json.dumps({"detail": {"object": {"key": key, "size": size}}}))


def a_record(message: str, body: str, receives: int = 1) -> dict[str, Any]:
    attributes = {"ApproximateReceiveCount": str(receives)}
    return {"messageId": message, "receiptHandle": f"receipt of {message}", "body": body, "attributes": attributes}


def test_an_s3_event_in_a_queue_message_names_the_object_as_it_is() -> None:
    (record,) = saved_event("object_created")["Records"]
    arrival = handler("accept_upload").arrival_from(record)
    assert arrival.key == "raw/flights/2013-01 (1)+x.csv"
    assert (arrival.version_id, arrival.size) == ("IYV3p45BT0ac8hjHg1houSdS1a.Mro8e", 2345678)


def test_an_object_without_a_version_has_none() -> None:
    assert handler("accept_upload").arrival_from(a_message("raw/orders/a.csv")).version_id is None


def test_every_object_of_a_batch_is_taken_in(world: World) -> None:
    for name in ("a", "b"):
        world.uploads.put(f"raw/orders/{name}.csv", CSV + name.encode())
    records = [a_message("raw/orders/a.csv", "m1"), a_message("raw/orders/b.csv", "m2")]
    assert in_world("accept_upload", world).handle({"Records": records}, None) == {"batchItemFailures": []}
    assert len(world.catalog.latest_uploads("orders").items) == 2


def test_what_fails_comes_again_alone_and_the_log_says_why(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.uploads.put("raw/orders/a.csv", CSV)
    broken = a_record("m3", "{")
    records = [a_message("raw/orders/gone.csv", "m1"), a_message("raw/orders/a.csv", "m2"), broken]
    answer = in_world("accept_upload", world).handle({"Records": records}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m1"}, {"itemIdentifier": "m3"}]}
    assert [upload.status for upload in world.catalog.latest_uploads("orders").items] == ["accepted"]
    gone, quality, taken, unreadable = map(json.loads, capsys.readouterr().out.splitlines())
    assert (quality["stage"], quality["dataset"], quality["accuracy"]) == ("dev", "orders", 100)
    assert (gone["outcome"], gone["kind"]) == ("failed", "not_found")
    assert gone["message"] == "There is no object 'raw/orders/gone.csv'."
    assert (taken["outcome"], taken["dataset"]) == ("accepted", "orders")
    assert (unreadable["outcome"], unreadable["correlation"]) == ("failed", "m3")
    assert len({gone["correlation"], taken["correlation"], unreadable["correlation"]}) == 3
    assert world.upload_messages.hidden == [("receipt of m1", 30), ("receipt of m3", 30)]


@pytest.mark.parametrize(("receives", "hidden"), [(2, [("receipt of m", 120)]), (5, [])])
def test_what_fails_on_and_on_comes_again_less_and_less_often(
    world: World, receives: int, hidden: list[tuple[str, int]]
) -> None:
    answer = in_world("accept_upload", world).handle({"Records": [a_record("m", "{", receives)]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    assert world.upload_messages.hidden == hidden


def test_a_message_that_cannot_be_hidden_comes_again_all_the_same(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.upload_messages.failures = 1
    answer = in_world("accept_upload", world).handle({"Records": [a_record("m", "{")]}, None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "m"}]}
    *_, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert (line["outcome"], line["kind"]) == ("failed", "unavailable")


class Unwritable(MemoryObjectStore):
    """A lake that takes everything but segments."""

    def put(self, key: str, content: bytes) -> None:
        if "/segments/" in key:
            raise Unavailable("S3 did not answer.", "Try again.")
        super().put(key, content)


@pytest.mark.parametrize("lake", [MemoryObjectStore(), Unwritable()])
def test_after_some_uploads_their_files_are_joined_and_what_fails_then_fails_no_upload(
    lake: MemoryObjectStore, capsys: pytest.CaptureFixture[str]
) -> None:
    world = World(lake=lake)
    for number in range(FAN_IN):
        world.uploads.put(f"raw/orders/{number}.csv", CSV.replace(b"1,", b"%d," % (number + 1), 1))
        answer = in_world("accept_upload", world).handle({"Records": [a_message(f"raw/orders/{number}.csv")]}, None)
        assert answer == {"batchItemFailures": []}
    *_, line = map(json.loads, capsys.readouterr().out.splitlines())
    joined = world.catalog.layout("orders").upto == FAN_IN
    assert (joined, line["step"], line["outcome"]) in [
        (True, "compact", "compacted"),
        (False, "compact", "failed"),
    ]
    assert joined != isinstance(lake, Unwritable)


# profile_dataset


def test_an_accepted_upload_makes_the_profile_of_its_dataset(world: World, capsys: pytest.CaptureFixture[str]) -> None:
    world.uploads.put("raw/orders/a.csv", CSV)
    in_world("accept_upload", world).handle({"Records": [a_message("raw/orders/a.csv")]}, None)
    (accepted,) = world.events.published
    event = {"detail": {**accepted.detail, "correlation": accepted.correlation}}
    answer = in_world("profile_dataset", world).handle(event, None)
    made = world.catalog.profile("late-orders", "orders")
    assert made is not None
    assert answer == {"profiles": [made.key]}
    assert json.loads(world.lake.get(made.key))["rows"] == 1
    line = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert (line["outcome"], line["correlation"]) == ("ok", accepted.correlation)


# collect_predictions


def a_batch(kind: str, *messages: str) -> dict[str, Any]:
    events = [{"id": str(number), "timestamp": 1, "message": text} for number, text in enumerate(messages)]
    batch = {
        "messageType": kind,
        "owner": "111122223333",
        "logGroup": "/aws/lambda/serin-dev-predict-late-orders",
        "logStream": "2013/04/01/[2]abcdef",
        "subscriptionFilters": ["predictions"],
        "logEvents": events,
    }
    return {"awslogs": {"data": base64.b64encode(gzip.compress(json.dumps(batch).encode())).decode()}}


LINE = json.dumps({"model": "late-orders", "at": "2013-04-01T12:00:00Z", "prediction_id": "p1", "request_id": "r"})


def test_a_batch_of_log_lines_goes_to_the_lake(world: World) -> None:
    answer = in_world("collect_predictions", world).handle(a_batch("DATA_MESSAGE", LINE), None)
    assert answer == {"collected": 1, "foreign": 0, "shadow": 0, "invocations": 1, "unreadable": 0}
    assert len(world.lake.keys("predictions/late-orders/2013-04-01/")) == 1


def test_lines_that_name_another_model_than_their_log_are_left_out_and_told(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    foreign = json.dumps({**json.loads(LINE), "model": "early-orders"})
    answer = in_world("collect_predictions", world).handle(a_batch("DATA_MESSAGE", LINE, foreign), None)
    assert (answer["collected"], answer["foreign"]) == (1, 1)
    assert world.lake.keys("predictions/early-orders/") == []
    assert json.loads(capsys.readouterr().out.splitlines()[-1])["outcome"] == "refused"


def test_a_control_message_of_the_subscription_is_no_prediction(world: World) -> None:
    message = a_batch("CONTROL_MESSAGE", "CWL CONTROL MESSAGE: Checking health of destination Lambda.")
    assert set(in_world("collect_predictions", world).handle(message, None).values()) == {0}
    assert world.lake.keys("") == []


# predict


def test_a_request_is_read_from_the_gateways_event() -> None:
    request = handler("predict").request_from(saved_event("http_predict"), Context())
    assert (request.id, request.body) == ("JKJaXmPLvHcESHA=", b'{"instances": []}')
    assert (request.invocation, request.key) == ("request-1", None)
    assert request.scopes == ("read", "predict:flight-delay")


def test_a_base64_body_is_decoded() -> None:
    event = {**saved_event("http_predict"), "body": base64.b64encode(b"\xff{}").decode(), "isBase64Encoded": True}
    assert handler("predict").request_from(event, None).body == b"\xff{}"


def test_a_compressed_body_is_expanded_and_what_is_asked_is_read_from_the_path() -> None:
    event = saved_event("http_predict")
    event |= {"body": base64.b64encode(gzip.compress(b"{}")).decode(), "isBase64Encoded": True}
    event |= {"rawPath": "/models/flight-delay/v2/models/flight-delay/infer"}
    event["headers"] |= {"content-encoding": "gzip", "inference-header-content-length": "2"}
    request = handler("predict").request_from(event, Context())
    assert (request.body, request.path, request.length) == (b"{}", "v2/models/flight-delay/infer", "2")
    event["headers"] |= {"content-encoding": "br"}
    module: Any = handler("predict")
    module.platform, module.predictor = World, World
    assert module.handle(event, None)["statusCode"] == 415


IAM = {"accessKey": "AKIA1", "accountId": "1", "callerId": "AIDA1", "userArn": "arn:aws:iam::1:user/u", "userId": "u"}
LAMBDA = {"owner": "ana", "scopes": "read predict:flight-delay"}


def scopes(route: object, authorizer: object) -> object:
    return handler("predict").scopes_of({"requestId": "r", "routeKey": route, "authorizer": authorizer})


def test_where_iam_let_the_call_pass_it_may_predict_with_the_routes_model_and_nothing_else() -> None:
    for route in ("POST /models/flight-delay/predict", "POST /models/flight-delay/{proxy+}"):
        assert scopes(route, {"iam": IAM}) == ("predict:flight-delay",)


@pytest.mark.parametrize(
    "route",
    [
        *("POST /models/{model}/predict", "GET /models/a/predict", "POST /models/a/train", "$default", "", None),
        *(
            "POST /models/a/predict/",
            "ANY /models/a/predict",
            "GET /models/a/{proxy+}",
            "POST /models/a/predict\n",
            "POST /models/A b/predict",
            "POST /x/models/a/predict",
        ),
    ],
)
def test_iam_opens_no_other_route(route: str | None) -> None:
    assert scopes(route, {"iam": IAM}) == ()


@pytest.mark.parametrize(
    "authorizer",
    [
        *(None, {}, {"iam": None}, {"iam": {}}, {"lambda": None}, {"lambda": {}}, {"lambda": {"scopes": None}}),
        *({"iam": IAM, "lambda": LAMBDA}, {"lambda": LAMBDA, "jwt": {}}, {"jwt": {"scopes": ["predict:flight-delay"]}}),
    ],
)
def test_who_was_not_authorized_in_exactly_one_known_way_may_nothing(authorizer: object) -> None:
    assert scopes("POST /models/flight-delay/predict", authorizer) == ()


def test_a_caller_cannot_choose_how_it_was_authorized() -> None:
    event = saved_event("http_predict")
    context = {**event["requestContext"], "authorizer": None}
    said = json.dumps({"requestContext": {"authorizer": {"iam": IAM}}, "authorizer": {"lambda": LAMBDA}})
    headers = {"x-amzn-request-context": said, "authorization": "AWS4-HMAC-SHA256 Credential=AKIA1/x"}
    sent = {
        **event,
        "body": said,
        "headers": headers,
        "queryStringParameters": {"iam": said},
        "requestContext": context,
    }
    assert handler("predict").request_from(sent, None).scopes == ()


@pytest.mark.parametrize("body", [{}, {"body": None}, {"body": ""}])
def test_a_request_without_a_body_is_empty(body: dict[str, Any]) -> None:
    event = {"requestContext": {"requestId": "r"}, "rawPath": "/models/m/predict", **body}
    request = handler("predict").request_from(event, None)
    assert (request.body, request.scopes) == (b"", ())


def test_a_reply_is_json_for_the_gateway() -> None:
    answer = handler("predict").http_answer(Reply(422, {"error": {"kind": "invalid"}}, ("line",)))
    assert answer == {
        "statusCode": 422,
        "headers": {"content-type": "application/json"},
        "body": '{"error": {"kind": "invalid"}}',
    }


class Answering:
    """A predictor with one reply."""

    def __init__(self, reply: Reply) -> None:
        self._reply = reply

    def predict(self, request: object) -> Reply:
        return self._reply


SECRET = "order 17 of ana@example.com"


def predict_prints(capsys: pytest.CaptureFixture[str], event: Mapping[str, Any], reply: Reply) -> list[dict[str, Any]]:
    """What the function prints of a call beside the prediction log."""
    module: Any = in_world("predict", World())
    module.predictor = lambda: Answering(reply)
    module.handle(event, Context())
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_a_refusal_carries_the_digest_of_the_clients_key_and_never_the_key(capsys: pytest.CaptureFixture[str]) -> None:
    event = saved_event("http_predict")
    keyed = {**event, "headers": {**event["headers"], "idempotency-key": SECRET}}
    (line,) = predict_prints(capsys, keyed, Reply(422, {"error": {"kind": "invalid"}}))
    assert (line["request_id"], line["status"], len(line["key"])) == ("request-1", 422, 32)
    assert not set(json.dumps(line).split()) & set(SECRET.split())
    (line,) = predict_prints(capsys, event, Reply(422, {"error": {"kind": "invalid"}}))
    assert "key" not in line


def test_rows_that_failed_are_told_in_a_line_of_their_own_though_the_answer_is_one(
    capsys: pytest.CaptureFixture[str],
) -> None:
    reply = Reply(200, {"failed": 1}, (), ModelFailed("1 of 2 rows; the first: shop: KeyError.", "Do."))
    metric, line = predict_prints(capsys, saved_event("http_predict"), reply)
    assert {name: metric[name] for name in ("stage", "model", "failed_answers")} == {
        **{"stage": "dev", "model": "late-orders", "failed_answers": 1}
    }
    assert (line["status"], line["outcome"], line["kind"]) == (200, "failed", "model_failed")


def test_a_fault_of_the_platform_is_answered_in_the_one_shape_and_logged(capsys: pytest.CaptureFixture[str]) -> None:
    module: Any = in_world("predict", World())
    module.predictor = object
    answer = module.handle(saved_event("http_predict"), Context())
    metric, line = map(json.loads, capsys.readouterr().out.splitlines())
    assert metric["failed_answers"] == 1
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["kind"]) == (500, "internal")
    assert line["correlation"] in answer["body"]
    assert (line["status"], line["outcome"], line["kind"]) == (500, "failed", "AttributeError")


@pytest.mark.parametrize(("status", "told"), [(200, ["begun"]), (422, ["begun", "refused"])])
def test_golden_rows_are_told_from_traffic_before_anything_is_done(
    capsys: pytest.CaptureFixture[str], status: int, told: list[str]
) -> None:
    event = saved_event("http_predict")
    golden = {**event, "requestContext": {**event["requestContext"], "requestId": GOLDEN_REQUEST}}
    lines = predict_prints(capsys, golden, Reply(status, {"error": {"kind": "invalid"}}))
    assert [(line["step"], line["outcome"]) for line in lines] == [("golden", outcome) for outcome in told]


def test_what_a_predict_function_prints_is_the_prediction_log(capsys: pytest.CaptureFixture[str]) -> None:
    module: Any = handler("predict")
    module.predictor = lambda: Answering(Reply(200, {"predictions": []}, ("one", "two")))
    assert module.handle(saved_event("http_predict"), None)["statusCode"] == 200
    assert capsys.readouterr().out == "one\ntwo\n"


class Replaying:
    """A predictor that answers a replay and nothing else."""

    def replay(self, rows: list[Any]) -> dict[str, Any]:
        return {"model": "m", "version": 1, "scores": [0.5 for _ in rows]}


def test_whoever_may_invoke_the_function_has_rows_scored_again_without_a_line_in_the_prediction_log(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    module = in_world("predict", world)
    module.predictor = Replaying
    assert module.handle({"replay": [{}, {}], "correlation": "c1"}, None)["scores"] == [0.5, 0.5]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["step"], line["outcome"]) for line in lines] == [("replay", "begun"), ("replay", "ok")]
    assert {line["correlation"] for line in lines} == {"c1"}
    assert not any("prediction_id" in line for line in lines)


@pytest.mark.parametrize("asked", ["replay", "shadow"])
def test_nobody_replays_through_the_gateway(asked: str) -> None:
    module: Any = handler("predict")
    module.predictor = lambda: Answering(Reply(200, {"predictions": []}))
    event = {**saved_event("http_predict"), "body": f'{{"{asked}": [{{}}]}}', "rawQueryString": f"{asked}=1"}
    assert module.handle(event, None)["statusCode"] == 200


class Shadowing:
    """A predictor that answers a shadow and nothing else."""

    def shadow(self, asked: dict[str, Any], invocation: str, sandbox: str) -> Reply:
        body = {"release": asked["release"], "sandbox": sandbox, "answers": [{"score": 0.5, "label": invocation}]}
        return Reply(200, body, ("a line",))


def test_a_release_has_logged_rows_answered_and_the_log_says_that_no_caller_asked(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    module = in_world("predict", world)
    module.predictor = Shadowing
    context = SimpleNamespace(aws_request_id="call-1", log_stream_name="[8]stream")
    answer = module.handle({"shadow": {"release": "rel1", "rows": [{}]}, "correlation": "c1"}, context)
    assert answer["sandbox"] == "[8]stream"
    assert answer["answers"] == [{"score": 0.5, "label": "call-1"}]
    *_, of_row, own = capsys.readouterr().out.splitlines()
    assert of_row == "a line"
    line = json.loads(own)
    assert (line["step"], line["release"], line["correlation"]) == ("shadow", "rel1", "c1")


def before_the_first_release(scopes: str) -> tuple[int, str]:
    """Status and kind of the answer of a function that holds no model."""
    module: Any = handler("predict")
    module.platform = lambda: SimpleNamespace(model="flight-delay", clock=MemoryClock(NOON))
    event = saved_event("http_predict")
    event["requestContext"]["authorizer"]["lambda"]["scopes"] = scopes
    answer = module.handle(event, None)
    return answer["statusCode"], json.loads(answer["body"])["error"]["kind"]


def test_before_the_first_release_who_may_ask_is_told_so() -> None:
    assert before_the_first_release("predict:flight-delay") == (503, "not_released")


@pytest.mark.parametrize("scopes", ["", "read", "predict:other", "train:flight-delay"])
def test_before_the_first_release_nobody_else_is_told_anything(scopes: str) -> None:
    assert before_the_first_release(scopes) == (403, "denied")


# authorize


def test_a_valid_token_is_let_in_with_its_owner_and_scopes(world: World) -> None:
    made = create_token("ana", ["read", "train:*"], timedelta(days=1), (), control=world.control, clock=world.clock)
    answer = in_world("authorize", world).handle({"headers": {"authorization": f"Bearer {made.secret}"}}, None)
    known = {"owner": "ana", "token": made.token.id, "scopes": "read train:*"}
    assert answer == {"isAuthorized": True, "context": known}


@pytest.mark.parametrize("event", [{}, {"headers": {}}, {"headers": {"authorization": "Bearer serin_wrong"}}])
def test_nobody_else_is_let_in(world: World, event: dict[str, Any]) -> None:
    assert in_world("authorize", world).handle(event, None) == {"isAuthorized": False}


# release_model


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        ({"Error": "Conflict", "Cause": '{"errorMessage": "Another release."}'}, "Conflict: Another release."),
        ({"Error": "States.Timeout", "Cause": "too long"}, "States.Timeout: too long"),
        ({"Error": "States.Timeout"}, "States.Timeout: "),
        ({"Error": "E", "Cause": "[1]"}, "E: [1]"),
        ({"Error": "E", "Cause": '{"other": 1}'}, 'E: {"other": 1}'),
        ({}, "Error: "),
    ],
)
def test_what_a_workflow_caught_is_told_in_one_line(error: dict[str, str], reason: str) -> None:
    assert handler("release_model").reason_of(error) == reason


def test_the_steps_of_a_release_are_taken_by_their_names(world: World) -> None:
    world.catalog.register(a_version(1))
    module = in_world("release_model", world)
    given = {"model": "late-orders", "version": 1, "release": "rel1", "cause": "call", "correlation": "c1"}
    course = module.handle({**given, "step": "begin"}, None)
    taken = ["begin"]
    while course["next"] != "end":
        taken.append(course["next"])
        course = json.loads(
            json.dumps(module.handle({**given, "step": course["next"], "round": course["round"]}, None))
        )
    assert taken == ["begin", "publish", "golden", "open", "promote", "prune", "finish"]
    assert world.catalog.release("late-orders", "rel1").status == "live"
    assert world.notices.sent[-1][0] == "Version 1 of late-orders is live"
    assert world.catalog.release("late-orders", "rel1").correlation == "c1"
    assert world.endpoint.alias("late-orders").function_version == "2"


def test_a_release_is_abandoned_with_what_the_workflow_caught(world: World) -> None:
    world.catalog.register(a_version(1))
    module = in_world("release_model", world)
    given = {"model": "late-orders", "version": 1, "release": "rel1", "cause": "call", "correlation": "c1"}
    module.handle({**given, "step": "begin"}, None)
    caught = {"Error": "Invalid", "Cause": '{"errorMessage": "golden row 1"}'}
    answer = module.handle({**given, "step": "abandon", "error": caught}, None)
    assert (answer["status"], answer["reason"]) == ("failed", "Invalid: golden row 1")


def ended(world: World, **detail: Any) -> Any:
    """What release_model does when an execution has ended."""
    event = {"detail-type": "Step Functions Execution Status Change", "source": "aws.states", "detail": detail}
    return in_world("release_model", world).handle(event, None)


def test_a_release_whose_workflow_ended_unseen_is_abandoned(world: World) -> None:
    world.catalog.register(a_version(1))
    given = {"model": "late-orders", "version": 1, "release": "rel1", "cause": "call", "correlation": "c1"}
    in_world("release_model", world).handle({**given, "step": "begin"}, None)
    died = {"status": "FAILED", "input": json.dumps(given), "error": "States.DataLimitExceeded", "cause": "too big"}
    assert ended(world, **died)["reason"] == "its workflow failed: States.DataLimitExceeded: too big"
    assert world.catalog.release("late-orders", "rel1").status == "failed"


@pytest.mark.parametrize("input", [None, "", "{", "[1]", "{}", '{"model": "late-orders", "release": 7}'])
def test_an_execution_that_names_no_release_is_none_of_ours(input: str | None, world: World) -> None:
    assert ended(world, status="TIMED_OUT", input=input) is None


def test_a_deploy_of_an_endpoint_releases_what_is_live_with_its_code(world: World) -> None:
    world.catalog.register(a_version(1))
    given = {"model": "late-orders", "version": 1, "release": "rel1", "cause": "call", "correlation": "c1"}
    module = in_world("release_model", world)
    for step in ("begin", "publish", "golden", "open", "promote", "prune", "finish"):
        module.handle({**given, "step": step}, None)
    stack = "arn:aws:cloudformation:us-east-1:123456789012:stack/serin-dev-endpoint-late-orders/5a1e-77"
    assert not module.handle({"step": "deployed", "stack": stack, "release": "d1"}, None)
    world.endpoint.deploy = "code-2"
    assert module.handle({"step": "deployed", "stack": stack, "release": "d1"}, None)
    assert world.workflows.releases == {"d1": ("late-orders", 1, "deployed")}


# reconcile


def test_every_model_is_reconciled_and_the_log_says_what_was_found(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    lease = world.control.acquire("returns", "rel0", NOON, timedelta(minutes=1))
    assert lease is not None
    world.control.finish(Live("returns", 1, "6", "rel0", 1, NOON), lease)
    world.control.save_intent(Intent("returns", "rel1", 1, "7", "6"))
    answer = in_world("reconcile", world).handle({}, Context())
    expected = {"late-orders": "as intended", "returns": "changed by somebody else"}
    assert {item["model"]: item["found"] for item in answer} == expected
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert {line["model"]: line["outcome"] for line in lines} == expected
    assert {line["correlation"] for line in lines} == {"request-1"}


def test_features_that_lack_uploads_are_asked_for_and_then_filled_step_by_step(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.contracts["shops"] = a_contract_of(SHOPS, dataset="shops")
    seen = datetime(2013, 3, 1, 10, tzinfo=UTC)
    rows = pl.DataFrame({"shop": ["north"], "seen_at": [seen], "length": [7]}, schema=SHOPS)
    world.lake.put("datasets/shops/x.parquet", to_parquet(rows))
    # Nobody has built it for an hour.
    upload = replace(an_upload_of("shops", b"x", "datasets/shops/x.parquet", 1, 1), at=NOON - timedelta(hours=1))
    world.catalog.record_accepted(upload, a_part(upload), world.catalog.head("shops"))
    in_world("reconcile", world).handle({}, Context())
    assert [event.detail["model"] for event in world.events.published] == ["late-orders", "returns"]
    build = in_world("build_features", world)
    answers = []
    while world.events.published:
        event = world.events.published.pop(0)
        if event.detail["model"] != world.model:
            continue  # the bus brings a function its own model's events only
        answers.append(build.handle({"detail": {**event.detail, "correlation": event.correlation}}, Context()))
    assert [set(answer) for answer in answers] == [{"begun"}, {"written"}]
    json.dumps(answers)
    (found,) = world.online.read([item_key("queue", "north")]).values()
    assert (found.values, answers[1]["written"]) == ({"length": 7}, 1)
    assert [fill.upto for fill in world.catalog.fills("late-orders")] == [{"shops": 1}]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [(line["function"], line["outcome"], line["correlation"]) for line in lines] == [
        *2 * [("reconcile", "as intended", "request-1"), ("reconcile", "backfill wanted", "request-1")],
        ("build_features", "ok", "request-1"),
        ("build_features", "ok", "request-1"),
    ]


def test_a_build_tells_cloudwatch_what_the_rows_of_each_view_look_like(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.contracts["shops"] = a_contract_of(SHOPS, dataset="shops")
    rows = pl.DataFrame({"shop": ["north"], "seen_at": [NOON], "length": [None]}, schema=SHOPS)
    world.lake.put("datasets/shops/x.parquet", to_parquet(rows))
    upload = an_upload_of("shops", b"x", "datasets/shops/x.parquet", 1, 1)
    world.catalog.record_accepted(upload, a_part(upload), world.catalog.head("shops"))
    detail = {"dataset": "shops", "upload_id": upload.id, "correlation": "c1"}
    assert in_world("build_features", world).handle({"detail": detail}, Context()) == {"written": 1}
    told = json.loads(capsys.readouterr().out.splitlines()[0])
    assert (told["view"], told["view_rows"], told["view_nulls"], told["view_age"]) == ("queue", 1, 100.0, 0.0)
