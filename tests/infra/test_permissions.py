from __future__ import annotations

import pytest

from tests.infra.conftest import MODELS, SOURCE
from tests.infra.templates import Assembly

TRACING = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}
LOGGING = {"logs:CreateLogStream", "logs:PutLogEvents"}
REPORTS = "reports/*/????-??-??.json"
"""Of windows, by the day they end before: what lies beside them, as profiles, is named otherwise."""
LOG_DELIVERY = {"logs:CreateLogDelivery", "logs:DescribeLogGroups"}


def resources(aws: Assembly, name: str, service: str) -> set[str]:
    """What a function reaches of one service; the ARNs' partition, region and account left out."""
    found = [resource for actions, items in aws.statements(name) for resource in items if any_of(actions, service)]
    return {shortened(resource) for resource in found}


def any_of(actions: frozenset[str], service: str) -> bool:
    return any(action.startswith(f"{service}:") for action in actions)


def shortened(arn: str) -> str:
    named = arn.replace("-<AWS::AccountId>-<AWS::Region>", "").replace("<AWS::", "<")
    return named.split(":", 5)[-1]


@pytest.mark.parametrize("model", MODELS)
def test_training_code_reaches_its_own_models_prefixes_and_nothing_else(model: str, aws: Assembly) -> None:
    name = f"train-model-{model}"
    assert aws.actions(name) - TRACING == LOGGING | {"s3:GetObject", "s3:PutObject"}
    assert resources(aws, name, "s3") == {
        f"serin-dev-lake/training-sets/{model}/*",
        f"serin-dev-lake/batch-work/{model}/features/*",
        f"serin-dev-artifacts/runs/{model}/*",
        f"serin-dev-artifacts/models/{model}/*",
    }


@pytest.mark.parametrize("model", MODELS)
def test_training_code_cannot_write_training_sets(model: str, aws: Assembly) -> None:
    written = [items for actions, items in aws.statements(f"train-model-{model}") if "s3:PutObject" in actions]
    assert written
    assert not [resource for items in written for resource in items if "training-sets" in resource]


def test_only_those_who_must_reach_the_control_table(aws: Assembly) -> None:
    reach = {name for name in aws.functions() if "table/serin-dev-control" in resources(aws, name, "dynamodb")}
    assert reach == {"authorize", "api", "release-model", "reconcile"}


def test_the_authorizer_only_reads_the_control_table_and_the_api_writes_wishes_of_releases_and_sessions_there(
    aws: Assembly,
) -> None:
    def reach(name: str) -> list[tuple[str, object]]:
        written = [item for item in aws.written_statements(name) if "-control" in str(item["Resource"])]
        return [(item["Action"], item.get("Condition", {}).get("ForAllValues:StringLike")) for item in written]

    # Salts of personal values lie in the same table: nobody here reads more than its own kinds of items.
    assert reach("authorize") == [("dynamodb:GetItem", {"dynamodb:LeadingKeys": ["TOKENS"]})]
    read = {"dynamodb:LeadingKeys": ["DIRECTIVE#*", "LIVE#*", "SESSION#*", "TOKENS"]}
    wishes = {"dynamodb:LeadingKeys": ["DIRECTIVE#*", "DIRECTIVES#*", "SESSION#*"]}
    told = {"dynamodb:LeadingKeys": ["DIRECTIVES#*", "TOKENS"]}
    assert reach("api") == [("dynamodb:GetItem", read), ("dynamodb:PutItem", wishes), ("dynamodb:Query", told)]
    for name in ("release-model", "reconcile"):
        ((_, kinds),) = reach(name)
        assert kinds == {"dynamodb:LeadingKeys": ["DIRECTIVE#*", "LEASE#*", "LIVE#*", "PARKED#*"]}


def test_only_releases_and_the_sweeper_move_the_alias(aws: Assembly) -> None:
    assert {name for name in aws.functions() if "lambda:UpdateAlias" in aws.actions(name)} == {
        "release-model",
        "reconcile",
    }


def test_only_what_was_answered_and_sources_are_listed_and_only_below_their_prefixes(aws: Assembly) -> None:
    listing = [
        statement
        for policy in aws.resources("AWS::IAM::Policy")
        for statement in policy["PolicyDocument"]["Statement"]
        if "s3:ListBucket" in statement["Action"]
    ]
    found = [statement["Condition"]["StringLike"]["s3:prefix"] for statement in listing]
    whole = ["batch/*", "batch/*", "predictions/*", "invocations/*", "predictions/*", "shadow/*"]
    own = [f"{below}/{model}/*" for model in MODELS for below in ("batch", "shadow", "truth", "predictions", "cut")]
    watched = ["predictions/*", "truth/*", "watching/*", "reports/*/*"]
    assert sorted(found) == sorted([*whole, "truth/*", "invocations/*", *own, *watched, f"{SOURCE.prefix}*"])
    lake = "serin-dev-lake"
    read = ("predictions/*", "invocations/*", "reports/profiles/*", "truth/*", "truth/*/inbox/*")
    files = {"serin-dev-uploads", "serin-dev-uploads/batch/*", "serin-dev-uploads/raw/*/corrected-*"}
    own = {lake, *(f"{lake}/{keys}" for keys in (*read, REPORTS, "batch/*", "batch/*/asked/*", "quarantine/*"))}
    assert resources(aws, "api", "s3") == own | files


def test_watching_asks_for_trainings_and_can_neither_release_nor_touch_what_models_are_made_of(aws: Assembly) -> None:
    assert resources(aws, "watch-model", "states") == {"stateMachine:serin-dev-training-*"}
    written = [items for actions, items in aws.statements("watch-model") if "s3:PutObject" in actions]
    own = {"serin-dev-lake/watching/*", f"serin-dev-lake/{REPORTS}"}
    assert {shortened(item) for items in written for item in items} == own
    put = [item for item in aws.written_statements("watch-model") if "dynamodb:PutItem" in item["Action"]]
    keys = [item["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"] for item in put]
    assert keys == [["WATCH#*", "WINDOW#*", "AUDIT#watch#*"]]


@pytest.mark.parametrize("model", MODELS)
def test_a_profile_is_written_to_its_models_own_prefix_and_nowhere_else(model: str, aws: Assembly) -> None:
    name = f"profile-dataset-{model}"
    assert resources(aws, name, "s3") == {"serin-dev-lake/datasets/*", f"serin-dev-lake/reports/profiles/{model}/*"}
    written = [items for actions, items in aws.statements(name) if "s3:PutObject" in actions]
    assert {shortened(item) for items in written for item in items} == {f"serin-dev-lake/reports/profiles/{model}/*"}


def test_the_api_invokes_versions_of_predict_and_no_other_function(aws: Assembly) -> None:
    assert resources(aws, "api", "lambda") == {"function:serin-dev-predict-*:*"}


def test_only_releases_publish(aws: Assembly) -> None:
    publishing = {"lambda:PublishVersion", "lambda:PublishLayerVersion", "lambda:UpdateFunctionConfiguration"}
    assert {name for name in aws.functions() if publishing & aws.actions(name)} == {"release-model"}


def test_predict_reads_online_features_in_batches_and_does_nothing_else(aws: Assembly) -> None:
    assert aws.actions("predict-returns") == LOGGING | {"dynamodb:BatchGetItem"}
    assert resources(aws, "predict-returns", "dynamodb") == {"table/serin-dev-online-features"}


def test_the_api_only_reads_online_features_and_in_batches(aws: Assembly) -> None:
    found = [actions for actions, items in aws.statements("api") if any("online-features" in item for item in items)]
    assert found == [{"dynamodb:BatchGetItem"}]


def test_accepting_an_upload_reads_raw_files_and_writes_datasets_and_quarantine(aws: Assembly) -> None:
    assert resources(aws, "accept-upload", "s3") == {
        "serin-dev-uploads/raw/*",
        "serin-dev-lake/datasets/*",
        "serin-dev-lake/quarantine/*",
    }


def test_acquiring_reads_below_its_sources_and_writes_raw_files_of_their_datasets(aws: Assembly) -> None:
    assert resources(aws, "acquire", "s3") == {
        SOURCE.bucket,
        f"{SOURCE.bucket}/{SOURCE.prefix}*",
        "serin-dev-uploads/raw/orders/*",
    }
    own = TRACING | LOGGING | {"sqs:SendMessage", "dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:Query"}
    assert aws.actions("acquire") - own == {"s3:ListBucket", "s3:GetObject", "s3:PutObject"}
    written = [items for actions, items in aws.statements("acquire") if "s3:PutObject" in actions]
    assert not [item for items in written for item in items if SOURCE.bucket in item]


def test_collecting_predictions_writes_what_the_log_tells_and_nothing_else(aws: Assembly) -> None:
    assert aws.actions("collect-predictions") - TRACING - LOGGING - {"sqs:SendMessage"} == {"s3:PutObject"}
    written = {f"serin-dev-lake/{keys}" for keys in ("predictions/*", "invocations/*", "shadow/*/lines-*")}
    assert resources(aws, "collect-predictions", "s3") == written


def test_the_api_starts_the_three_kinds_of_workflow_and_no_other(aws: Assembly) -> None:
    machines = {f"stateMachine:serin-dev-{name}" for name in ("training-*", "release", "batch")}
    # A task that waits for people is named by its token alone.
    assert resources(aws, "api", "states") == {*machines, "execution:serin-dev-batch:*", "*"}


def test_nobody_may_do_everything(aws: Assembly) -> None:
    for name in aws.functions():
        assert not [action for action in aws.actions(name) if "*" in action]


NOTHING_TO_NAME = (
    {"cloudwatch:GetMetricData", "cloudwatch:DescribeAlarms"},
    {"lambda:ListLayerVersions"},
    {"states:SendTaskSuccess"},
)


def test_only_what_has_no_resources_names_every_resource(aws: Assembly) -> None:
    found = 0
    for policy in aws.resources("AWS::IAM::Policy"):
        for statement in policy["PolicyDocument"]["Statement"]:
            if statement["Resource"] == "*":
                actions = {statement["Action"]} if isinstance(statement["Action"], str) else set(statement["Action"])
                traces = {action.split(":")[0] for action in actions} == {"xray"}
                assert actions >= LOG_DELIVERY or traces or actions in NOTHING_TO_NAME
                found += 1
    assert found


def test_every_function_has_a_role_of_its_own_without_managed_policies(aws: Assembly) -> None:
    roles = [str(function["Role"]) + name.split("-")[0] for name, function in aws.functions().items()]
    assert len(set(roles)) == len(roles)
    assert not [role for role in aws.resources("AWS::IAM::Role") if "ManagedPolicyArns" in role]


def test_every_function_writes_to_its_own_log_only(aws: Assembly) -> None:
    groups = {group["LogGroupName"] for group in aws.resources("AWS::Logs::LogGroup")}
    for name, function in aws.functions().items():
        own = f"/aws/lambda/{function['FunctionName']}"
        assert own in groups
        assert resources(aws, name, "logs") == {f"log-group:{own}:*"}


def test_a_workflow_calls_the_functions_of_its_states_only(aws: Assembly) -> None:
    stack = "training-returns"
    template = aws.templates[stack]["Resources"]
    (machine,) = [item for item in template.values() if item["Type"] == "AWS::StepFunctions::StateMachine"]
    role = machine["Properties"]["RoleArn"]["Fn::GetAtt"][0]
    called = {items for actions, items in aws.statements_of(stack, role) if "lambda:InvokeFunction" in actions}
    (functions,) = called
    own = [template.get(item.strip("<>").removesuffix(".Arn"), {}) for item in functions]
    assert {item["Properties"]["FunctionName"] for item in own if item} == {
        "serin-dev-build-training-set-returns",
        "serin-dev-train-model-returns",
    }
    others = {shortened(item) for item in functions if item.startswith("arn")}
    assert others == {"function:serin-dev-evaluate-model"}
