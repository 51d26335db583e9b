"""Lambda's rules for reserved and provisioned concurrency."""

from __future__ import annotations

import json
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from botocore.exceptions import ClientError

from benches.rules.cases import API, GUIDE, Case, function
from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_RESERVE = f"{API}/API_PutFunctionConcurrency.html"
_PROVISION = f"{API}/API_PutProvisionedConcurrencyConfig.html"
_THROTTLE = f"{API}/API_Invoke.html#API_Invoke_Errors"
_WARM = f"{GUIDE}/provisioned-concurrency.html"

HOW_STARTED = """
import os, time
started = time.time()

def handler(event, context):
    time.sleep(1)  # so that two calls are at work at once on a busy machine too
    return [os.environ["AWS_LAMBDA_INITIALIZATION_TYPE"], os.getpid()]
"""


def reserve(case: Case, number: int) -> None:
    """PutFunctionConcurrency."""
    case.functions.put_function_concurrency(FunctionName=case.name, ReservedConcurrentExecutions=number)


def provision(case: Case, qualifier: str, number: int) -> dict[str, Any]:
    """PutProvisionedConcurrencyConfig."""
    made: dict[str, Any] = case.functions.put_provisioned_concurrency_config(
        FunctionName=case.name, Qualifier=qualifier, ProvisionedConcurrentExecutions=number
    )
    return made


@rule(service="lambda", says="100 of the account's 1,000 stay unreserved", source=_RESERVE)
def too_much_reserved(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        with refused("InvalidParameterValueException", message="below its minimum value of [100]"):
            reserve(case, 901)
        reserve(case, 900)
        concurrency = case.functions.get_function_concurrency(FunctionName=case.name)
        assert concurrency["ReservedConcurrentExecutions"] == 900


@rule(service="lambda", says="all functions together leave 100 unreserved", source=_RESERVE)
def reserved_together(cloud: LocalCloud) -> None:
    with function(cloud) as one, function(cloud) as other:
        reserve(one, 500)
        with refused("InvalidParameterValueException", message="below its minimum value of [100]"):
            reserve(other, 401)
        reserve(other, 400)


@rule(service="lambda", says="nothing reserved is nothing run: 429 with Retry-After and the reason", source=_THROTTLE)
def nothing_runs(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        reserve(case, 0)
        try:
            case.functions.invoke(FunctionName=case.name)
        except ClientError as error:
            response: Any = error.response
            assert response["Error"]["Code"] == "TooManyRequestsException"
            assert response["ResponseMetadata"]["HTTPStatusCode"] == 429
            assert response["ResponseMetadata"]["HTTPHeaders"]["retry-after"].isdigit()
            assert response["Reason"] == "ReservedFunctionConcurrentInvocationLimitExceeded"
            assert response["Type"] == "User"
        else:
            raise AssertionError("the function ran")
        case.functions.delete_function_concurrency(FunctionName=case.name)
        assert case.functions.invoke(FunctionName=case.name)["StatusCode"] == 200


@rule(
    service="lambda", says="what exceeds the reserved concurrency gets 429, and the rest its answer", source=_THROTTLE
)
def excess(cloud: LocalCloud) -> None:
    with function(cloud, HOW_STARTED) as case:
        reserve(case, 2)
        with ThreadPoolExecutor(12) as threads:
            answers = Counter(threads.map(lambda _: _status(case), range(12)))
        assert set(answers) == {200, 429}, f"answered {dict(answers)}"
        assert answers.total() == 12


def _status(case: Case) -> int:
    try:
        return int(case.functions.invoke(FunctionName=case.name)["StatusCode"])
    except ClientError as error:
        return error.response["ResponseMetadata"]["HTTPStatusCode"]


@rule(service="lambda", says="$LATEST is not provisioned", source=_PROVISION)
def latest_provisioned(cloud: LocalCloud) -> None:
    unpublished = "cannot be applied to unpublished function versions"
    with function(cloud) as case, refused("InvalidParameterValueException", message=unpublished):
        provision(case, "$LATEST", 1)


@rule(service="lambda", says="at least one is provisioned", source=_PROVISION)
def none_provisioned(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        with refused("ValidationException", message="greater than or equal to 1"):
            provision(case, version, 0)


@rule(service="lambda", says="a version that is provisioned exists", source=_PROVISION)
def nobody_provisioned(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        for qualifier in ("9", "nowhere"):
            with refused("ResourceNotFoundException", 404):
                provision(case, qualifier, 1)


@rule(service="lambda", says="no more is provisioned than reserved", source=_PROVISION)
def more_than_reserved(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        reserve(case, 1)
        with refused("InvalidParameterValueException", message="greater than the reservedConcurrentExecution"):
            provision(case, version, 2)


@rule(service="lambda", says="a provisioned version starts before it is called, and spills over", source=_WARM)
def provisioned(cloud: LocalCloud) -> None:
    with function(cloud, HOW_STARTED) as case:
        version = case.version()
        assert provision(case, version, 1)["Status"] in {"IN_PROGRESS", "READY"}
        _wait_until_ready(case, version)
        settings = case.functions.get_provisioned_concurrency_config(FunctionName=case.name, Qualifier=version)
        assert settings["AllocatedProvisionedConcurrentExecutions"] == 1
        listed = case.functions.list_provisioned_concurrency_configs(FunctionName=case.name)
        arns = [one["FunctionArn"] for one in listed["ProvisionedConcurrencyConfigs"]]
        assert arns == [f"{case.arn}:{version}"]
        with ThreadPoolExecutor(2) as threads:
            kinds = list(threads.map(lambda _: _started(case, version), range(2)))
        assert sorted(kinds) == ["on-demand", "provisioned-concurrency"]


@rule(
    service="lambda",
    says="what is not provisioned has no configuration",
    source=f"{API}/API_GetProvisionedConcurrencyConfig.html",
)
def no_configuration(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        version = case.version()
        provision(case, version, 1)
        for _ in range(2):
            case.functions.delete_provisioned_concurrency_config(FunctionName=case.name, Qualifier=version)
        with refused("ProvisionedConcurrencyConfigNotFoundException", 404):
            case.functions.get_provisioned_concurrency_config(FunctionName=case.name, Qualifier=version)


def _wait_until_ready(case: Case, qualifier: str) -> None:
    deadline = time.monotonic() + 20
    while True:
        provisioned = case.functions.get_provisioned_concurrency_config(FunctionName=case.name, Qualifier=qualifier)
        if provisioned["Status"] == "READY":
            return
        assert time.monotonic() < deadline, f"still {provisioned['Status']}"
        time.sleep(0.05)


def _started(case: Case, qualifier: str) -> str:
    answer = case.functions.invoke(FunctionName=case.name, Qualifier=qualifier)
    return str(json.loads(answer["Payload"].read())[0])
