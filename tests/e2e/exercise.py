"""What the walk leaves undone and some role is there for: a dead release, events nobody could take, every route."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import boto3
import httpx
import polars as pl
from moto.events.models import Rule, events_backends

from infra.local.delivery.message import Message
from infra.local.services.events import router
from infra.local.services.events.router import Router
from infra.local.wiring import ACCOUNT, wiring
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import Put, RecordTable
from serin.adapters.endpoint import LambdaEndpoint
from serin.adapters.s3 import S3ObjectStore
from serin.adapters.workflows import StepFunctionsWorkflows
from serin.data.files.corrections import to_csv
from serin.domain.approvals import Waiting, asked_of_training
from serin.domain.errors import Unavailable
from serin.domain.records import as_record
from serin.domain.release_course import Course
from serin.domain.releases import Intent, Parked, Release
from serin.domain.shadows import Pair, ShadowAnswer
from serin.pages.console.others import PAGES_OF_MODEL
from serin.services.steps.shadow_files import keep
from serin.services.tokens import create_token
from serin.services.train_model import Checked
from serin_cli.asked import first_flights
from serin_cli.batch import begin, ended, fetch
from serin_cli.quarantine import set_aside
from serin_cli.walk import MODEL, STAGE
from tests.contracts.endpoints import packed
from tests.e2e.access import WEATHER
from tests.e2e.conftest import Walked
from tests.e2e.watched import look
from tests.unit.http.browsing import Html

RECONCILED = timedelta(hours=6, minutes=1)
ABANDONED, WAITING = "abandoned", "waiting"
EVENING = datetime(2013, 7, 1, 2, 30, tzinfo=UTC)
FLIGHT = ("time_hour", "carrier", "flight")


def exercise(walked: Walked) -> None:
    """Everything, one after the other."""
    walked.client.all("/uploads", dataset="flights")
    walked.client.all("/runs", model=MODEL)
    walked.client.get("/runs/compare", model=MODEL)
    walked.client.profile("flights")
    for path in ("/openapi.json", "/datasets", "/datasets/flights", "/sources", "/models", f"/models/{MODEL}/versions"):
        walked.client.get(path)
    assert walked.client.get(f"/models/{MODEL}/health")["versions"]
    assert walked.client.get(f"/models/{MODEL}/cost")["usd"] > 0
    walked.client.get(f"/models/{MODEL}/versions/1/lineage")
    assert walked.client.get(f"/models/{MODEL}/ping")["ready"]
    walked.client.get(f"/models/{MODEL}/v2")
    described = walked.client.get(f"/models/{MODEL}/v2/models/{MODEL}")
    assert [tensor["name"] for tensor in described["inputs"]][:2] == ["time_hour", "sched_dep_utc"]
    walked.client.get(f"/models/{MODEL}/versions/1/card")
    assert {"upload accepted", "training ended", "release ended"} <= {
        entry["what"] for entry in walked.client.all("/audit", model=MODEL)
    }
    assert walked.client.get("/audit")["items"]
    _answer_what_is_asked(walked)
    upload = walked.client.all("/uploads", dataset="flights")[0]
    walked.client.all("/runs", model=MODEL, upload=upload["id"])
    for release in walked.client.all(f"/models/{MODEL}/releases"):
        walked.client.release(MODEL, release["id"])
    _correct_a_row(walked)
    _correct_a_row_in_the_console(walked)
    _look_a_prediction_up(walked)
    _fail_an_upload(walked)
    _log_what_a_shadow_says(walked)
    _score_a_file(walked)
    walked.client.post("/get-online-features", WEATHER)
    assert walked.client.get(f"/models/{MODEL}/plan")["carrier"] == "whole"
    assert walked.client.get(f"/models/{MODEL}/maturity")["test_score"] >= 0
    _join_truth(walked)
    _look_at_the_model(walked)
    _fill_features(walked)
    _repeat_the_first_training(walked)
    _begin_by_features_again(walked)
    _release_two_at_once(walked)
    _abandon_a_release(walked)
    _let_an_alarm_go_off(walked)
    walked.platform.cloud.advance(RECONCILED)
    walked.platform.cloud.settle()
    assert {view["state"] for view in walked.client.get(f"/models/{MODEL}/views")["items"]} == {"filled"}
    assert _catalog(walked).release(MODEL, ABANDONED).status == "rolled_back"
    walked.client.post(f"/models/{MODEL}/versions/1/withdraw", {"why": "the newer one knows more"})
    with targets_that_do_not_answer():
        for rule in _rules(walked):
            wiring().part(Router).fire(rule, _event(walked))
        walked.platform.cloud.settle()


def _let_an_alarm_go_off(walked: Walked) -> None:
    """By hand, as one tries what it tells: CloudWatch looks at it again at its next moment."""
    alarms, name = _client(walked, "cloudwatch"), f"serin-{walked.platform.connection.stage}-throttles-{MODEL}"
    for state in ("ALARM", "OK"):
        alarms.set_alarm_state(AlarmName=name, StateValue=state, StateReason="tried by hand")
        walked.platform.cloud.settle()
    told = [entry for entry in walked.client.all("/audit", model=MODEL) if entry["about"] == f"alarm {name}"]
    assert [entry["what"] for entry in told] == ["alarm went off", "alarm is over"], told


def _repeat_the_first_training(walked: Walked) -> None:
    """From the lake and the kept code, months of virtual time and five uploads later."""
    first = next(run for run in walked.client.all("/runs", model=MODEL) if run["status"] == "registered")
    rerun = walked.client.post(f"/models/{MODEL}/train", {"repeat": first["id"]})["run"]
    ended = walked.client.run_ended(MODEL, rerun)
    assert (ended["status"], ended["parent"]) == ("repeated", first["id"]), ended
    assert (ended["repeat"]["predictions"], ended["repeat"]["changed"]) == (0, []), ended
    # Whether the files are the same to the bit is said too; tests/functions holds that where nothing else runs beside.
    assert set(ended["repeat"]["artifacts"]) == {"estimator", "layer"}, ended
    _repeat_it_in_pieces(walked, first["id"], ended["provenance"]["rows"])


def _repeat_it_in_pieces(walked: Walked, first: str, rows: str) -> None:
    """As a set is made that no function has room for: by a distributed map over pieces, and the same to the bit."""
    ended = _trained(walked, "in-pieces", "rerun", parent=first, in_pieces=True)
    assert (ended["status"], ended["provenance"]["rows"]) == ("repeated", rows), ended


def _begin_by_features_again(walked: Walked) -> None:
    """As of uploads that come at once each begins a first training."""
    ended = _trained(walked, "by-features", "features")
    assert (ended["status"], ended["reason"].partition(";")[0]) == ("skipped", "the first version exists"), ended


def _trained(walked: Walked, run: str, cause: str, **given: Any) -> Mapping[str, Any]:
    """A run that the workflow was asked for, as it ended."""
    states = _client(walked, "stepfunctions")
    machines = states.list_state_machines()["stateMachines"]
    (machine,) = [one["stateMachineArn"] for one in machines if one["name"].endswith(f"training-{MODEL}")]
    asked = {"model": MODEL, "run": run, "cause": cause, "correlation": run, **given}
    states.start_execution(stateMachineArn=machine, name=run, input=json.dumps(asked))
    return walked.client.run_ended(MODEL, run)


def _answer_what_is_asked(walked: Walked) -> None:
    """The walk's trainings ask nobody: what a person is asked is put here, as one that waits would."""
    question = asked_of_training(MODEL, "run", "Shall it?", {}, "shown", walked.platform.cloud.clock.now(), ())
    assert _catalog(walked).save_approval(question)
    _catalog(walked).save_waiting(Waiting(MODEL, "run", "of nobody"))
    assert question.id in [found["id"] for found in walked.client.all("/approvals", model=MODEL)]
    walked.client.post(f"/models/{MODEL}/approvals/{question.id}", {"answer": "reject"})
    _ask_about_a_training(walked)


def _ask_about_a_training(walked: Walked) -> None:
    """The judge's function, called as by the workflow of a charter that wants somebody's word."""
    catalog = _catalog(walked)
    run = next(run for run in catalog.runs(MODEL) if run.status == "registered")
    assert run.training_set is not None
    given = {
        "step": "ask",
        "model": MODEL,
        "run": run.id,
        "correlation": run.id,
        "training_set": as_record(catalog.training_set(MODEL, run.training_set)),
        "trials": [],
        "checked": as_record(Checked()),
        "roles": ["data_scientist"],
    }
    assert _judged(walked, given) == {"agreed": False}
    # The question is open, so the workflow waits: by a token that nobody holds here.
    _judged(walked, {"step": "await", "model": MODEL, "run": run.id, "correlation": run.id, "token": "of nobody"})


def _judged(walked: Walked, given: dict[str, Any]) -> Any:
    function = f"serin-{walked.platform.connection.stage}-evaluate-model"
    answer = _client(walked, "lambda").invoke(FunctionName=function, Payload=json.dumps(given).encode())
    assert "FunctionError" not in answer, answer
    return json.loads(answer["Payload"].read())


def _correct_a_row(walked: Walked) -> None:
    upload, rows = set_aside(walked.client, "flights", None)[0]
    file = walked.folder / "one-row.csv"
    file.write_bytes(to_csv([rows.head(1).with_columns(arr_time=pl.lit("0"))], {}))
    assert walked.client.upload("flights", file)["corrected"] == 1, upload


def _correct_a_row_in_the_console(walked: Walked) -> None:
    """As a browser does: a session, the form of the page, and the row as it stands there, which is set aside again."""
    cloud, path = walked.platform.cloud, "/console/datasets/flights"
    scopes = ("read", f"correct:{MODEL}")
    control = DynamoControl(_table(walked, "control"))
    token = create_token("data-platform", scopes, timedelta(hours=1), [MODEL], control=control, clock=cloud.clock)
    with httpx.Client(base_url=cloud.api_url, timeout=60) as browser:
        signed = browser.post("/console/sign-in", data={"token": token.secret, "then": path})
        browser.headers["cookie"] = signed.headers["set-cookie"].partition(";")[0]
        for page in ("/", *(f"/console/models/{MODEL}/{name}" for name, _ in PAGES_OF_MODEL)):
            assert browser.get(page).status_code == 200, page
        form = next(form for form in Html(browser.get(path).text).forms if form.action == f"{path}/correct")
        assert browser.post(form.action, data=form.fields).status_code == 303
    cloud.settle()
    assert walked.client.all("/uploads", dataset="flights")[-1]["file"].startswith("corrected-")


def _look_a_prediction_up(walked: Walked) -> None:
    answer = walked.client.predict(MODEL, first_flights(walked.folder / "2013-07.csv", 1))
    walked.platform.cloud.settle()
    name = answer["predictions"][0]["prediction_id"]
    said = walked.client.post(f"/models/{MODEL}/feedback", {"instances": [{"prediction_id": name, "label": True}]})
    assert said["kept"] == 1, said
    function = f"serin-{walked.platform.connection.stage}-join-truth-{MODEL}"
    joined = _client(walked, "lambda").invoke(FunctionName=function, Payload=b"{}")
    assert json.loads(joined["Payload"].read())["facts"] > 0
    (known,) = walked.client.get(f"/predictions/{name}")["truth"]
    assert known["joined"], known


def _join_truth(walked: Walked) -> None:
    """As of a shadow that was asked about the last flights of June before they landed, which the versions never saw."""
    release = _catalog(walked).releases(MODEL)[-1]
    lake = S3ObjectStore(_client(walked, "s3"), walked.platform.connection.lake_bucket)
    asked = [ShadowAnswer(0.5, label=True), ShadowAnswer(0.5, label=True)]
    pairs = [
        Pair(f"flight-{number}", EVENING, tuple(flight[name] for name in FLIGHT), *asked, "nobody")
        for number, flight in enumerate(first_flights(walked.folder / "2013-06.csv", 10**6)[-300:])
    ]
    keep(MODEL, release.id, "pairs", pairs, EVENING, lake=lake)
    name = f"serin-{walked.platform.connection.stage}-join-truth-{MODEL}"
    event = {"release": release.id, "correlation": "exercise"}
    answer = _client(walked, "lambda").invoke(FunctionName=name, Payload=json.dumps(event).encode())
    joined = json.loads(answer["Payload"].read())
    # The walk's own release has pairs too, whose truth has not come.
    assert 0 < joined.get("joined", 0) < len(pairs) <= joined["waiting"], joined


def _score_a_file(walked: Walked) -> None:
    """As the command does; then by scikit-learn, as where a version has no compiled model: the answers are the same."""
    flights = first_flights(walked.folder / "2013-07.csv", 20)
    file = walked.folder / "asked.csv"
    pl.DataFrame([*flights, {**flights[0], "distance": -1}], infer_schema_length=None).write_csv(file)
    compiled = _answers(walked, file, "compiled")
    assert compiled["row"].to_list() == list(range(1, 22))
    assert compiled["error"][-1].startswith("inputs.distance: found -1"), compiled["error"][-1]
    assert compiled["error"].null_count() == len(flights)
    functions, name = _client(walked, "lambda"), f"serin-{walked.platform.connection.stage}-score-batch-{MODEL}"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    for runtime in ("scikit-learn", "compiled"):
        functions.update_function_configuration(
            FunctionName=name, Environment={"Variables": {**variables, "SERIN_RUNTIME": runtime}}
        )
        functions.get_waiter("function_updated_v2").wait(FunctionName=name)
        if runtime == "scikit-learn":
            fitted = _answers(walked, file, runtime)
    assert fitted["label"].equals(compiled["label"])
    assert (fitted["probability"] - compiled["probability"]).abs().max() < 1e-9


def _answers(walked: Walked, file: Path, runtime: str) -> pl.DataFrame:
    shown = ended(walked.client, MODEL, begin(walked.client, MODEL, str(file)))
    assert shown["status"] == "done", shown
    result = shown["result"]
    assert (result["rows"], result["scored"], result["errors"], result["runtimes"]) == (21, 20, 1, [runtime]), shown
    fetch(walked.client, shown, walked.folder / f"{runtime}.parquet")
    return pl.read_parquet(walked.folder / f"{runtime}.parquet")


def _look_at_the_model(walked: Walked) -> None:
    lake = S3ObjectStore(_client(walked, "s3"), walked.platform.connection.lake_bucket)
    look(walked, partial(_client, walked), _catalog(walked), _table(walked, "catalog"), lake)


def _fail_an_upload(walked: Walked) -> None:
    """A message nobody can read is tried again within two minutes, then it waits longer; it is thrown away at last."""
    sqs, cloud = _client(walked, "sqs"), walked.platform.cloud
    queue = sqs.get_queue_url(QueueName=f"serin-{walked.platform.connection.stage}-uploads")["QueueUrl"]
    message = sqs.send_message(QueueUrl=queue, MessageBody="{")["MessageId"]
    tries = []
    for wait in (31, 121, 121):
        cloud.settle()
        cloud.advance(timedelta(seconds=wait))
        cloud.settle()
        tries.append(_times_failed(walked, message))
    assert tries[0] >= 2
    assert tries[1:] == [3, 3]
    sqs.purge_queue(QueueUrl=queue)


def _times_failed(walked: Walked, message: str) -> int:
    group = f"/aws/lambda/serin-{walked.platform.connection.stage}-accept-upload"
    found = _client(walked, "logs").filter_log_events(logGroupName=group, filterPattern=f'"{message}"')["events"]
    return sum(json.loads(event["message"])["outcome"] == "failed" for event in found)


def _log_what_a_shadow_says(walked: Walked) -> None:
    """In the log of a process that has answered, as a release has it asked."""
    logs, group = _client(walked, "logs"), f"/aws/lambda/serin-{walked.platform.connection.stage}-predict-{MODEL}"
    now = walked.platform.cloud.clock.now()
    line = {"model": MODEL, "prediction_id": "p", "invocation": "i", "at": now.isoformat(), "shadow": "exercised"}
    logs.put_log_events(
        logGroupName=group,
        logStreamName=logs.describe_log_streams(logGroupName=group)["logStreams"][0]["logStreamName"],
        logEvents=[{"timestamp": int(now.timestamp() * 1000), "message": json.dumps(line)}],
    )


def _fill_features(walked: Walked) -> None:
    """By hand, while a version that serves was trained with another charter; then a record is lost, for the sweep."""
    catalog, table = _catalog(walked), _table(walked, "catalog")
    newest = catalog.versions(MODEL)[-1]
    place = f"MODEL#{MODEL}", f"{newest.version:09d}"
    table.put(Put(*place, replace(newest, charter="another")))
    walked.client.post(f"/models/{MODEL}/views", {"view": "plane"})
    walked.platform.cloud.settle()
    table.put(Put(*place, newest))
    lost = next(fill for fill in catalog.fills(MODEL) if fill.view == "plane")
    assert (lost.items, lost.begun) == (3322, 0)
    key = {"pk": {"S": f"FILL#{MODEL}"}, "sk": {"S": lost.definition}}
    _client(walked, "dynamodb").delete_item(TableName=f"serin-{walked.platform.connection.stage}-catalog", Key=key)


def _client(walked: Walked, service: str) -> Any:
    return boto3.client(service, **walked.platform.cloud.client)  # type: ignore[call-overload]


def _table(walked: Walked, name: str) -> RecordTable:
    return RecordTable(_client(walked, "dynamodb"), f"serin-{walked.platform.connection.stage}-{name}")


def _catalog(walked: Walked) -> DynamoCatalog:
    return DynamoCatalog(_table(walked, "catalog"))


def _release_two_at_once(walked: Walked) -> None:
    """Back to the old version, then two at once to the new one, beside what is kept warm and what nobody needs."""
    functions, cloud = _client(walked, "lambda"), walked.platform.cloud
    function, layer = (f"serin-{walked.platform.connection.stage}-{name}-{MODEL}" for name in ("predict", "model"))
    live = DynamoControl(_table(walked, "control")).live(MODEL)
    assert live is not None
    _keep_warm(walked, live.function_version)
    functions.update_function_configuration(FunctionName=function, Description="by hand")
    functions.get_waiter("function_updated_v2").wait(FunctionName=function)
    orphan = functions.publish_version(FunctionName=function)["Version"]
    functions.publish_layer_version(LayerName=layer, Content={"ZipFile": packed("old.txt", "old")})
    walked.client.post(f"/models/{MODEL}/releases", {"action": "rollback"})
    _walk_five_minutes(walked)
    machine = f"arn:aws:states:{cloud.region}:{ACCOUNT}:stateMachine:serin-{walked.platform.connection.stage}-release"
    workflows = StepFunctionsWorkflows(_client(walked, "stepfunctions"), "", machine)
    # As rollbacks, which ask for no evidence; one waits already when the other begins, however fast that is.
    now = cloud.clock.now()
    _catalog(walked).save_release(Release("another", MODEL, live.version, "rollback", 0, "waiting", now))
    DynamoControl(_table(walked, "control")).park(Parked(MODEL, "another", live.version, "rollback", now, "exercise"))
    workflows.start_release(MODEL, live.version, "one", "rollback", "exercise")
    _walk_five_minutes(walked)
    _look_up_the_truth(walked, machine)
    assert [release.status for release in _catalog(walked).releases(MODEL)][-3:] == ["live"] * 3
    kept = functions.list_versions_by_function(FunctionName=function)["Versions"]
    assert orphan not in {version["Version"] for version in kept}


def _look_up_the_truth(walked: Walked, machine: str) -> None:
    """As a release does whose next look is one that asks for the truth first: not every release lasts so long."""
    release = {"model": MODEL, "version": 1, "release": "one", "cause": "rollback", "correlation": "exercise"}
    course = {"answer": asdict(Course("end", seconds=1, truth=True))}
    _client(walked, "stepfunctions").start_execution(
        stateMachineArn=machine, name="truth", input=json.dumps({**release, "course": course})
    )
    _walk_five_minutes(walked)


def _walk_five_minutes(walked: Walked) -> None:
    cloud = walked.platform.cloud
    cloud.settle()
    cloud.advance(timedelta(minutes=5))
    cloud.settle()


def _keep_warm(walked: Walked, function_version: str) -> None:
    function = f"serin-{walked.platform.connection.stage}-predict-{MODEL}"
    _client(walked, "lambda").put_provisioned_concurrency_config(
        FunctionName=function, Qualifier=function_version, ProvisionedConcurrentExecutions=1
    )


def _abandon_a_release(walked: Walked) -> None:
    """As a release leaves it whose workflow dies after it has moved the alias and before it is done."""
    control, catalog = DynamoControl(_table(walked, "control")), _catalog(walked)
    functions = LambdaEndpoint(*(_client(walked, name) for name in ("lambda", "ssm", "cloudformation")), STAGE, "")
    now, live = walked.platform.cloud.clock.now() - timedelta(hours=1), control.live(MODEL)
    lease = control.acquire(MODEL, "somebody", now, timedelta(minutes=1))
    assert live is not None
    assert lease is not None
    older = catalog.published(MODEL, live.version - 1)
    assert older is not None
    catalog.save_release(Release(ABANDONED, MODEL, older.version, "call", lease.epoch, "running", now, live.version))
    control.save_intent(Intent(MODEL, ABANDONED, lease.epoch, older.function_version, live.function_version))
    functions.move_alias(MODEL, older.function_version, functions.alias(MODEL))
    control.finish(None, lease)
    _keep_warm(walked, older.function_version)
    catalog.save_release(Release(WAITING, MODEL, live.version, "call", 0, "waiting", now))
    control.park(Parked(MODEL, WAITING, live.version, "call", now, WAITING))
    walked.client.post(f"/models/{MODEL}/releases/{ABANDONED}/hold")


def _rules(walked: Walked) -> list[Rule]:
    buses = events_backends[ACCOUNT][walked.platform.cloud.region].event_buses.values()
    return [rule for bus in buses for rule in bus.rules.values()]


def _event(walked: Walked) -> dict[str, Any]:
    detail = {"model": MODEL, "version": 1, "dataset": "flights", "correlation": "nobody"}
    here = {"account": ACCOUNT, "region": walked.platform.cloud.region, "resources": []}
    return {"version": "0", "id": "0", "source": "serin", "detail-type": "None", "time": "", **here, "detail": detail}


@contextmanager
def targets_that_do_not_answer() -> Iterator[None]:
    """EventBridge may call every target and reaches none; what it then does with the event is real."""
    deliver = router.deliver

    def unanswered(message: Message) -> None:
        if "-undelivered" not in message.arn:
            raise Unavailable(f"{message.arn} does not answer.", "Try again.")
        deliver(message)

    router.deliver = unanswered
    try:
        yield
    finally:
        router.deliver = deliver
