"""What a function sees."""

from __future__ import annotations

import json
import os

import pytest

from tests.unit.local.services.awslambda.functions.conftest import Functions

ENVIRONMENT = """
    import os
    def handle(event, context):
        return dict(os.environ)
"""
IMPORT = """
    import importlib
    def handle(event, context):
        return importlib.import_module(event).__name__
"""


def test_the_environment_is_lambdas_and_the_functions_own(
    functions: Functions, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OF_THIS_MACHINE", "secret")
    version = functions.write(ENVIRONMENT, environment={"OWN": "mine"}, version="7")
    seen = functions.answer(version)
    assert "OF_THIS_MACHINE" not in seen
    assert seen["OWN"] == "mine"
    assert seen["FROM_THE_CLOUD"] == "yes"
    assert seen["AWS_LAMBDA_FUNCTION_NAME"] == "hello"
    assert seen["AWS_LAMBDA_FUNCTION_VERSION"] == "7"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "512"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == "/aws/lambda/hello"
    assert seen["AWS_ACCESS_KEY_ID"] == "AKIDTEST"
    assert seen["AWS_REGION"] == seen["AWS_DEFAULT_REGION"] == "eu-central-1"
    assert seen["LAMBDA_TASK_ROOT"] == str(version.code)
    assert seen["_HANDLER"] == "handler.handle"
    assert seen["TZ"] == ":UTC"
    assert seen["HOME"] != os.environ.get("HOME")


def test_the_log_stream_it_is_told_is_the_one_its_lines_go_to(functions: Functions) -> None:
    seen = functions.answer(functions.write(ENVIRONMENT))
    assert {stream for stream, _ in functions.lines} == {seen["AWS_LAMBDA_LOG_STREAM_NAME"]}


@pytest.mark.parametrize("package", ["boto3", "awslambdaric"])
def test_the_runtimes_packages_can_be_imported(functions: Functions, package: str) -> None:
    assert functions.answer(functions.write(IMPORT), package) == package


@pytest.mark.parametrize("package", ["moto", "polars", "pip", "serin", "infra"])
def test_nothing_of_the_virtual_environment_can_be_imported(functions: Functions, package: str) -> None:
    outcome = functions.invoke(functions.write(IMPORT), package)
    assert json.loads(outcome.payload)["errorType"] == "ModuleNotFoundError"


def test_layers_are_seen_and_a_later_one_covers_an_earlier_one(functions: Functions) -> None:
    layers = (
        functions.layer("one", {"first.py": "", "shared.py": "ORIGIN = 'one'"}),
        functions.layer("two", {"shared.py": "ORIGIN = 'two'"}),
    )
    source = """
        import first, shared
        def handle(event, context):
            return shared.ORIGIN
    """
    assert functions.answer(functions.write(source, layers=layers)) == "two"


def test_the_context_tells_request_alias_and_time_left(functions: Functions) -> None:
    source = """
        def handle(event, context):
            return [context.aws_request_id, context.invoked_function_arn, context.get_remaining_time_in_millis()]
    """
    version = functions.write(source, timeout_s=500)
    alias = f"{version.function_arn}:live"
    outcome = functions.invoke(version, invoked_arn=alias, request_id="the-request")
    request_id, arn, left_ms = json.loads(outcome.payload)
    assert (request_id, arn) == ("the-request", alias)
    assert 200_000 < left_ms <= 500_000
    assert outcome.request_id == "the-request"


def test_temporary_files_are_the_processs_own_and_go_with_it(functions: Functions) -> None:
    source = """
        import tempfile
        def handle(event, context):
            with tempfile.NamedTemporaryFile(delete=False) as file:
                return file.name
    """
    version = functions.write(source)
    name = functions.answer(version)
    assert name.startswith(str(functions.session.folder))
    assert os.path.exists(name)  # noqa: PTH110 - what the function answered is a string
    functions.host.retire(version.function_arn)
    assert not os.path.exists(name)  # noqa: PTH110


def test_a_process_leaves_no_byte_code_beside_its_code(functions: Functions) -> None:
    version = functions.write(ENVIRONMENT)
    functions.answer(version)
    assert [path.name for path in version.code.iterdir()] == ["handler.py"]
