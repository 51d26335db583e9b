"""Lambda's rules for functions, their settings and their layers."""

from __future__ import annotations

import io
import zipfile
from typing import Any

from benches.rules.cases import API, GUIDE, Case, changes_take, function, wanted, zipped
from benches.rules.model import refused, rule
from infra.local.cloud import LocalCloud

_CREATE = f"{API}/API_CreateFunction.html"
_UPDATE = f"{API}/API_UpdateFunctionConfiguration.html"
_STATES = f"{GUIDE}/functions-states.html"
_CODE = f"{API}/API_UpdateFunctionCode.html"
_LIMITS = f"{GUIDE}/gettingstarted-limits.html"
_VARIABLES = f"{GUIDE}/configuration-envvars.html"
_LAYERS = f"{GUIDE}/chapter-layers.html"


def change(case: Case, **settings: Any) -> dict[str, Any]:
    """UpdateFunctionConfiguration, and wait for it."""
    changed: dict[str, Any] = case.functions.update_function_configuration(FunctionName=case.name, **settings)
    case.settle()
    return changed


@rule(service="lambda", says="a function is made once", source=_CREATE)
def function_twice(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ResourceConflictException", 409, "Function already exist"):
        case.functions.create_function(**wanted(case.name, case.role))


@rule(service="lambda", says="a function's role is a role's ARN", source=_CREATE)
def role_by_name(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'role' failed to satisfy constraint"):
        case.functions.create_function(**wanted(f"{case.name}-b", "admin"))


@rule(service="lambda", says="a function's role exists", source=_CREATE)
def role_that_is_not(cloud: LocalCloud) -> None:
    role = "arn:aws:iam::123456789012:role/nobody"
    with function(cloud) as case, refused("InvalidParameterValueException", message="cannot be assumed by Lambda"):
        case.functions.create_function(**wanted(f"{case.name}-b", role))


@rule(service="lambda", says="a runtime is one of AWS's", source=_CREATE)
def runtime_that_is_not(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="Value python9.9 at 'runtime'"):
        change(case, Runtime="python9.9")


@rule(service="lambda", says="memory is at least 128 MB", source=_LIMITS)
def little_memory(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="greater than or equal to 128"):
        change(case, MemorySize=64)


@rule(service="lambda", says="memory is at most 10,240 MB", source=_LIMITS)
def much_memory(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="less than or equal to 10240"):
        change(case, MemorySize=10241)


@rule(service="lambda", says="a time-out is at most 900 seconds", source=_LIMITS)
def long_time_out(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="less than or equal to 900"):
        change(case, Timeout=901)


@rule(service="lambda", says="a time-out is at least a second", source=_CREATE)
def no_time_out(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="greater than or equal to 1"):
        change(case, Timeout=0)


@rule(service="lambda", says="/tmp has 512 to 10,240 MB", source=_LIMITS)
def storage(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        for size in (511, 10241):
            with refused("ValidationException", message="at 'ephemeralStorage.size'"):
                change(case, EphemeralStorage={"Size": size})
        assert change(case, EphemeralStorage={"Size": 1024})["EphemeralStorage"] == {"Size": 1024}


@rule(service="lambda", says="a handler has no spaces", source=_CREATE)
def handler_with_a_space(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("ValidationException", message="at 'handler'"):
        change(case, Handler="index handler")


@rule(service="lambda", says="Lambda's own variables are not set", source=_VARIABLES)
def reserved_variable(cloud: LocalCloud) -> None:
    with (
        function(cloud) as case,
        refused("InvalidParameterValueException", message="Reserved keys used in this request: AWS_REGION"),
    ):
        change(case, Environment={"Variables": {"AWS_REGION": "eu-central-1"}})


@rule(service="lambda", says="variables have 4 KB together", source=_VARIABLES)
def large_environment(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        with refused("InvalidParameterValueException", message="exceeded the 4KB limit"):
            change(case, Environment={"Variables": {"A": "x" * 4096}})
        change(case, Environment={"Variables": {"A": "x" * 4000}})


@rule(service="lambda", says="UpdateFunctionConfiguration refuses a stale RevisionId", source=_UPDATE)
def stale_configuration(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        seen = case.functions.get_function_configuration(FunctionName=case.name)["RevisionId"]
        assert change(case, MemorySize=512, RevisionId=seen)["RevisionId"] != seen
        with refused("PreconditionFailedException", 412):
            change(case, MemorySize=128, RevisionId=seen)


@rule(service="lambda", says="UpdateFunctionCode refuses a stale RevisionId", source=_CODE)
def stale_code(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        seen = case.functions.get_function_configuration(FunctionName=case.name)["RevisionId"]
        change(case, MemorySize=512)
        with refused("PreconditionFailedException", 412):
            case.functions.update_function_code(
                FunctionName=case.name, ZipFile=zipped("index.py", "x = 1"), RevisionId=seen
            )


@rule(service="lambda", says="a function takes one change after the other", source=_STATES)
def changes_at_once(cloud: LocalCloud) -> None:
    with function(cloud) as case, changes_take(3600):
        described = case.functions.get_function_configuration
        case.functions.update_function_configuration(FunctionName=case.name, MemorySize=512)
        assert described(FunctionName=case.name)["LastUpdateStatus"] == "InProgress"
        told = f"An update is in progress for resource: {case.arn}"
        for change_it, more in (
            (case.functions.update_function_configuration, {"MemorySize": 1024}),
            (case.functions.update_function_code, {"ZipFile": zipped("index.py", "x = 1")}),
            (case.functions.publish_version, {}),
        ):
            with refused("ResourceConflictException", 409, told):
                change_it(FunctionName=case.name, **more)
        case.settle()
        assert described(FunctionName=case.name)["LastUpdateStatus"] == "Successful"
        assert change(case, MemorySize=1024)["MemorySize"] == 1024


@rule(service="lambda", says="a version runs once it is active", source=_STATES)
def pending_version(cloud: LocalCloud) -> None:
    with function(cloud) as case, changes_take(3600):
        made = case.functions.publish_version(FunctionName=case.name)
        assert (made["Version"], made["State"], made["StateReasonCode"]) == ("1", "Pending", "Creating")
        with refused("ResourceConflictException", 409, "currently in the following state: Pending"):
            case.functions.invoke(FunctionName=case.name, Qualifier="1")
        case.settle()
        assert case.functions.invoke(FunctionName=case.name, Qualifier="1")["StatusCode"] == 200


@rule(service="lambda", says="UpdateFunctionCode with DryRun changes nothing", source=_CODE)
def dry_run(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        before = case.functions.get_function_configuration(FunctionName=case.name)
        case.functions.update_function_code(FunctionName=case.name, ZipFile=zipped("index.py", "x = 1"), DryRun=True)
        after = case.functions.get_function_configuration(FunctionName=case.name)
        assert (before["CodeSha256"], before["RevisionId"]) == (after["CodeSha256"], after["RevisionId"])


@rule(service="lambda", says="UpdateFunctionCode publishes when asked to, and leaves versions alone", source=_CODE)
def publish_code(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        first = case.published()
        code = zipped("index.py", "def handler(event, context): return 2")
        second = case.functions.update_function_code(FunctionName=case.name, ZipFile=code, Publish=True)
        case.settle()
        assert second["Version"] == "2"
        kept = case.functions.get_function_configuration(FunctionName=case.name, Qualifier="1")
        assert kept["CodeSha256"] == first["CodeSha256"] != second["CodeSha256"]
        latest = case.functions.get_function_configuration(FunctionName=case.name)
        assert second["RevisionId"] != latest["RevisionId"], "a version and $LATEST have one revision"


@rule(service="lambda", says="code is a zip", source=_CODE)
def no_zip(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="Could not unzip uploaded file"):
        case.functions.update_function_code(FunctionName=case.name, ZipFile=b"no zip")


@rule(service="lambda", says="code in S3 exists", source=_CODE)
def no_object(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="S3 Error Code: NoSuchBucket"):
        case.functions.update_function_code(FunctionName=case.name, S3Bucket="nowhere-at-all", S3Key="code.zip")


@rule(service="lambda", says="code unzipped is at most 250 MB", source=_LIMITS)
def large_code(cloud: LocalCloud) -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("index.py", bytes(262_144_001))
    with (
        function(cloud) as case,
        refused("InvalidParameterValueException", message="Unzipped size must be smaller than 262144000 bytes"),
    ):
        case.functions.update_function_code(FunctionName=case.name, ZipFile=buffer.getvalue())


@rule(service="lambda", says="a layer exists", source=_LAYERS)
def no_layer(cloud: LocalCloud) -> None:
    arn = f"arn:aws:lambda:{cloud.region}:123456789012:layer:nothing:1"
    with function(cloud) as case:
        with refused("InvalidParameterValueException", message=f"Layer version {arn} does not exist."):
            change(case, Layers=[arn], MemorySize=1024)
        configuration = case.functions.get_function_configuration(FunctionName=case.name)
        assert configuration["MemorySize"] == 256, "half of a refused change was made"


@rule(service="lambda", says="a function has five layers at most", source=_LAYERS)
def six_layers(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        layers = [case.layer(f"{case.name}-{number}") for number in range(6)]
        change(case, Layers=layers[:5])
        with refused("InvalidParameterValueException", message="Cannot reference more than 5 layers."):
            change(case, Layers=layers)


@rule(service="lambda", says="a function has one version of a layer", source=_LAYERS)
def two_versions_of_a_layer(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        layers = [case.layer(case.name, "x = 1"), case.layer(case.name, "x = 2")]
        with refused("InvalidParameterValueException", message="Two different versions of the same layer"):
            change(case, Layers=layers)


@rule(service="lambda", says="a dead-letter queue is one the role may send to", source=_UPDATE)
def unsendable_dead_letters(cloud: LocalCloud) -> None:
    with (
        function(cloud) as case,
        refused("InvalidParameterValueException", message="permissions to call SendMessage on SQS"),
    ):
        change(case, Role=case.role_with("logs:*"), DeadLetterConfig={"TargetArn": case.queue()})


@rule(service="lambda", says="every operation takes part of an ARN for a function's name", source=_CREATE)
def configuration_by_part(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        configuration = case.functions.get_function_configuration(FunctionName=f"123456789012:function:{case.name}")
        assert configuration["FunctionName"] == case.name
        made = case.functions.publish_version(FunctionName=f"123456789012:function:{case.name}")
        assert made["FunctionArn"] == f"{case.arn}:1"


@rule(service="lambda", says="a new function's settings are checked as a changed one's", source=_CREATE)
def new_settings(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        variables = {"Variables": {"AWS_REGION": "eu-central-1"}}
        with refused("InvalidParameterValueException", message="Reserved keys"):
            case.functions.create_function(**wanted(f"{case.name}-b", case.role), Environment=variables)
        with refused("ResourceNotFoundException", 404):
            case.functions.get_function(FunctionName=f"{case.name}-b")


@rule(service="lambda", says="a function tells its dead-letter queue and log group", source=_CREATE)
def told_settings(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        queue = case.queue()
        change(case, DeadLetterConfig={"TargetArn": queue}, LoggingConfig={"LogGroup": "elsewhere"})
        configuration = case.functions.get_function_configuration(FunctionName=case.name)
        assert configuration["DeadLetterConfig"] == {"TargetArn": queue}
        assert configuration["LoggingConfig"]["LogGroup"] == "elsewhere"
        assert (configuration["State"], configuration["LastUpdateStatus"]) == ("Active", "Successful")


@rule(
    service="lambda",
    says="a published version logs as it was published",
    source=f"{API}/API_FunctionConfiguration.html",
)
def logging_of_a_version(cloud: LocalCloud) -> None:
    with function(cloud) as case:
        change(case, LoggingConfig={"LogFormat": "JSON"})
        version = case.published()["Version"]
        change(case, LoggingConfig={"LogFormat": "Text"})
        formats = [
            case.functions.get_function_configuration(FunctionName=case.name, Qualifier=qualifier)["LoggingConfig"]
            for qualifier in (version, "$LATEST")
        ]
        assert [one["LogFormat"] for one in formats] == ["JSON", "Text"]
        assert (formats[0]["SystemLogLevel"], formats[0]["ApplicationLogLevel"]) == ("INFO", "INFO")


@rule(service="lambda", says="plain text has no log levels", source=f"{API}/API_LoggingConfig.html")
def levels_of_text(cloud: LocalCloud) -> None:
    with function(cloud) as case, refused("InvalidParameterValueException", message="SystemLogLevel is not supported"):
        change(case, LoggingConfig={"LogFormat": "Text", "SystemLogLevel": "WARN"})
