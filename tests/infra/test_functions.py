from __future__ import annotations

import pytest

from serin.data.files.table import CAPS
from tests.infra.conftest import MODELS
from tests.infra.templates import Assembly, flat
from tests.infra.test_permissions import TRACING

LAYERS = {
    "accept-upload": ["core", "data", "charters"],
    "acquire": ["core", "charters"],
    "collect-predictions": ["core"],
    "evaluate-model": ["core", "science", "charters"],
    "release-model": ["core", "charters"],
    "reconcile": ["core", "charters"],
    "api": ["core", "web", "data", "charters"],
    "authorize": ["core"],
    "watch-model": ["core", "data", "charters"],
    "build-features-returns": ["core", "data", "charters", "code-returns"],
    "profile-dataset-returns": ["core", "data", "charters", "code-returns"],
    "build-training-set-returns": ["core", "data", "charters", "code-returns"],
    "join-truth-returns": ["core", "data", "charters", "code-returns"],
    "score-batch-returns": ["core", "data", "kernel", "charters"],
    "train-model-returns": ["core", "science", "kernel", "charters", "code-returns"],
    "predict-returns": ["core", "science", "kernel"],
    "build-features-late-orders": ["core", "data", "charters", "code-late-orders"],
    "profile-dataset-late-orders": ["core", "data", "charters", "code-late-orders"],
    "build-training-set-late-orders": ["core", "data", "charters", "code-late-orders"],
    "join-truth-late-orders": ["core", "data", "charters", "code-late-orders"],
    "score-batch-late-orders": ["core", "data", "kernel", "charters"],
    "train-model-late-orders": ["core", "science", "kernel", "charters", "code-late-orders"],
    "predict-late-orders": ["core", "science", "kernel"],
}
CALLED_WITHOUT_WAITING = {
    "acquire",
    *("join-truth-returns", "join-truth-late-orders"),
    *("build-features-returns", "build-features-late-orders"),
    *("profile-dataset-returns", "profile-dataset-late-orders"),
    *("collect-predictions", "evaluate-model", "reconcile", "release-model", "watch-model"),
}
GATEWAY_SECONDS = 30


def stack_of(aws: Assembly, name: str) -> str:
    wanted = f"serin-dev-{name}"
    found = [place for place, item in aws.everything() if item.get("Properties", {}).get("FunctionName") == wanted]
    return found[0].partition("/")[0]


def test_the_functions_are_those_of_the_plan_one_for_each_model_where_it_says_so(aws: Assembly) -> None:
    assert aws.functions().keys() == LAYERS.keys()


@pytest.mark.parametrize("name", LAYERS)
def test_a_function_loads_what_it_uses_and_no_more(name: str, aws: Assembly) -> None:
    resources = aws.templates[stack_of(aws, name)]["Resources"]
    layers = [resources[layer["Ref"]]["Properties"]["LayerName"] for layer in aws.function(name)["Layers"]]
    prefix = f"serin-dev-{stack_of(aws, name)}-"
    assert layers == [f"{prefix}{layer}" for layer in LAYERS[name]]


def test_polars_and_scikit_learn_are_never_in_one_function(aws: Assembly) -> None:
    assert not [name for name in aws.functions() if {"data", "science"} <= set(LAYERS[name])]


def test_whoever_is_called_without_waiting_keeps_what_it_failed_on(aws: Assembly) -> None:
    """With Lambda's record of it: of a model's own functions in the model's own queue."""
    kept = {}
    for place, config in aws.everything():
        if config["Type"] == "AWS::Lambda::EventInvokeConfig":
            called = aws.templates[place.partition("/")[0]]["Resources"][config["Properties"]["FunctionName"]["Ref"]]
            queue = flat(config["Properties"]["DestinationConfig"]["OnFailure"]["Destination"]).rpartition(":")[2]
            kept[called["Properties"]["FunctionName"].removeprefix("serin-dev-")] = queue
    assert kept.keys() == CALLED_WITHOUT_WAITING
    queues = {queue["QueueName"] for queue in aws.resources("AWS::SQS::Queue")}
    for name, queue in kept.items():
        model = next((model for model in MODELS if name.endswith(f"-{model}")), None)
        assert queue == f"serin-dev-failed{f'-{model}' if model else ''}"
        assert queue in queues


def test_nobody_else_is_called_without_waiting(aws: Assembly) -> None:
    """Rules call functions, and so do log subscriptions; both do not wait."""
    called = set()
    for place, rule in aws.everything():
        if rule["Type"] == "AWS::Events::Rule":
            resources = aws.templates[place.partition("/")[0]]["Resources"]
            for target in rule["Properties"]["Targets"]:
                properties = resources[next(iter(target["Arn"].values()))[0]]["Properties"] if _is_att(target) else {}
                called.add(properties.get("FunctionName", ""))
    for subscription in aws.resources("AWS::Logs::SubscriptionFilter"):
        called.add(flat(subscription["DestinationArn"]).rpartition(":")[2])
    assert {name.removeprefix("serin-dev-") for name in called if name} == CALLED_WITHOUT_WAITING


def _is_att(target: dict[str, dict[str, list[str]]]) -> bool:
    return "Fn::GetAtt" in target["Arn"]


def test_every_rule_keeps_the_events_it_could_not_give(aws: Assembly) -> None:
    queues = {queue["QueueName"] for queue in aws.resources("AWS::SQS::Queue")}
    for rule in aws.resources("AWS::Events::Rule"):
        for target in rule["Targets"]:
            assert flat(target["DeadLetterConfig"]["Arn"]).rpartition(":")[2] in queues


def test_every_log_is_kept_for_a_month_but_where_a_charter_wants_its_calls_forgotten_before(aws: Assembly) -> None:
    spans = {log["LogGroupName"]: log["RetentionInDays"] for log in aws.resources("AWS::Logs::LogGroup")}
    assert {name for name, days in spans.items() if days != 30} == {"/aws/lambda/serin-dev-predict-late-orders"}


def test_every_function_has_the_log_lambda_would_write_to(aws: Assembly) -> None:
    names = {log["LogGroupName"] for log in aws.resources("AWS::Logs::LogGroup")}
    assert {f"/aws/lambda/serin-dev-{name}" for name in aws.functions()} <= names


def test_functions_are_traced_where_the_charter_says_so_and_shared_ones_for_the_sake_of_any(aws: Assembly) -> None:
    modes = {name: function.get("TracingConfig") for name, function in aws.functions().items()}
    untraced = {name for name, mode in modes.items() if mode != {"Mode": "Active"}}
    assert untraced == {name for name in modes if name.endswith("-returns")}
    assert not [name for name in untraced if TRACING & aws.actions(name)]
    assert not [name for name in modes.keys() - untraced if not aws.actions(name) >= TRACING]


def test_functions_behind_the_api_answer_within_the_gateways_patience(aws: Assembly) -> None:
    for name in ("api", "authorize", *(f"predict-{model}" for model in MODELS)):
        assert aws.function(name)["Timeout"] <= GATEWAY_SECONDS


def test_a_message_is_hidden_for_six_times_the_functions_own_limit(aws: Assembly) -> None:
    queue = next(item for item in aws.resources("AWS::SQS::Queue") if item["QueueName"] == "serin-dev-uploads")
    assert queue["VisibilityTimeout"] >= 6 * aws.function("accept-upload")["Timeout"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5


def test_the_largest_file_and_what_becomes_of_it_fit_the_disk_of_accept_upload(aws: Assembly) -> None:
    """The file as it came, unpacked, its rows block by block, and the files these become."""
    largest = max(CAPS.stored, CAPS.unpacked)
    assert largest >= 2 * 10**9
    assert aws.function("accept-upload")["EphemeralStorage"]["Size"] * 1024**2 >= 4 * largest
    assert "EphemeralStorage" not in aws.function("api")


def test_the_upload_queue_gives_each_file_a_call_of_its_own_and_never_more_than_five_at_once(aws: Assembly) -> None:
    (mapping,) = aws.resources("AWS::Lambda::EventSourceMapping")
    assert mapping["BatchSize"] == 1
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["ScalingConfig"] == {"MaximumConcurrency": 5}


@pytest.mark.parametrize("model", MODELS)
def test_a_function_of_one_model_knows_which(model: str, aws: Assembly) -> None:
    for name in ("build-features", "profile-dataset", "build-training-set", "join-truth", "train-model", "predict"):
        assert aws.function(f"{name}-{model}")["Environment"]["Variables"]["SERIN_MODEL"] == model


def test_no_function_knows_a_place_it_may_not_reach(aws: Assembly) -> None:
    """A variable that names a table comes with a permission on it."""
    tables = {"SERIN_CATALOG_TABLE", "SERIN_CONTROL_TABLE", "SERIN_FEATURES_TABLE"}
    for name, function in aws.functions().items():
        known = {value for key, value in function["Environment"]["Variables"].items() if key in tables}
        reached = {
            item.partition("table/")[2].partition("/")[0]
            for actions, items in aws.statements(name)
            for item in items
            if any(action.startswith("dynamodb:") for action in actions)
        }
        assert known == reached, name


def test_no_concurrency_is_reserved_because_new_accounts_have_ten(aws: Assembly) -> None:
    assert not [name for name, item in aws.functions().items() if "ReservedConcurrentExecutions" in item]


def test_the_platforms_reports_of_predict_are_json_whichever_call_they_are_of(aws: Assembly) -> None:
    formats = {name: aws.function(name)["LoggingConfig"].get("LogFormat") for name in LAYERS}
    assert {name for name, form in formats.items() if form} == {f"predict-{model}" for model in MODELS}
    config = aws.function("predict-returns")["LoggingConfig"]
    assert (config["LogFormat"], config["SystemLogLevel"]) == ("JSON", "INFO")
