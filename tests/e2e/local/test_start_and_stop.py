"""A local cloud begins clean, says what stopped it, and leaves nothing."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlparse

import pytest

from infra.local.cloud import LocalCloud
from infra.local.deploy.assembly import Assembly, FileAsset, Stack
from serin.adapters.clock import SharedClock
from serin.domain.errors import Conflict, Invalid, SerinError
from tests.e2e.local.cycles import children
from tests.e2e.local.templates import REGION, att, aws, function, ref, resource, role
from tests.e2e.local.templates import assembly as of


def left_in(scratch: Path) -> list[Path]:
    return list(scratch.glob("serin-cloud-*"))


def is_listening(url: str) -> bool:
    with socket.socket() as attempt:
        return attempt.connect_ex((urlparse(url).hostname, urlparse(url).port)) == 0


def test_stopping_ends_processes_ports_and_files(tmp_path: Path) -> None:
    cloud = LocalCloud.start(of(("s", {"Role": role(), "F": function("f")})), scratch=tmp_path)
    aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"{}")
    assert left_in(tmp_path)
    cloud.stop()
    cloud.stop()
    assert left_in(tmp_path) == []
    assert not is_listening(cloud.endpoint_url)
    assert not is_listening(cloud.api_url)


def test_the_next_cloud_knows_nothing_of_the_one_before(tmp_path: Path) -> None:
    queue = {"Q": resource("SQS::Queue", QueueName="q")}
    for _ in range(2):
        with LocalCloud.start(of(("s", queue)), scratch=tmp_path) as cloud:
            sqs = aws(cloud, "sqs")
            assert len(sqs.list_queues()["QueueUrls"]) == 1
            sqs.send_message(QueueUrl=sqs.get_queue_url(QueueName="q")["QueueUrl"], MessageBody="left")


def test_a_second_cloud_in_the_process_is_refused_and_the_first_runs_on(tmp_path: Path) -> None:
    queue = of(("s", {"Q": resource("SQS::Queue", QueueName="q")}))
    with LocalCloud.start(queue, scratch=tmp_path) as cloud:
        with pytest.raises(Conflict, match="already runs"):
            LocalCloud.start(queue, scratch=tmp_path)
        assert aws(cloud, "sqs").list_queues()["QueueUrls"]
    assert left_in(tmp_path) == []


def test_an_unknown_type_stops_the_start_before_anything_is_made(tmp_path: Path) -> None:
    before = children()
    with pytest.raises(Invalid, match=r"AWS::ECS::Cluster \(Cluster\)"):
        LocalCloud.start(of(("s", {"Cluster": resource("ECS::Cluster")})), scratch=tmp_path)
    assert left_in(tmp_path) == []
    assert children() == before


@pytest.mark.parametrize(
    ("broken", "said"),
    [
        (resource("Lambda::Alias", FunctionName="f", FunctionVersion="9", Name="live"), "Function not found"),
        (
            resource("Events::Rule", ScheduleExpression="cron(0 8 * *)", State="ENABLED", Targets=[]),
            "ScheduleExpression",
        ),
        (
            resource(
                "Events::Rule",
                EventPattern={"source": ["serin"]},
                Targets=[{"Id": "t", "Arn": "arn:aws:kinesis:us-east-1:123456789012:stream/s"}],
            ),
            "kinesis",
        ),
        (
            resource(
                "ApiGatewayV2::Integration",
                ApiId="x",
                IntegrationType="HTTP_PROXY",
                IntegrationUri="https://example.com",
            ),
            "HTTP_PROXY",
        ),
        (resource("SQS::QueuePolicy", Queues=[att("Role", "Nothing")], PolicyDocument={}), "Nothing"),
    ],
)
def test_a_failed_resource_is_named_with_the_reason(tmp_path: Path, broken: dict[str, object], said: str) -> None:
    with pytest.raises(SerinError, match=said) as failed:
        LocalCloud.start(of(("api", {"Role": role(), "F": function("f"), "Broken": broken})), scratch=tmp_path)
    assert "Stack api: Broken (AWS::" in failed.value.message
    assert left_in(tmp_path) == []


def crashing(scratch: Path) -> None:
    with LocalCloud.start(of(("s", {"Role": role(), "F": function("f")})), scratch=scratch) as cloud:
        aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"{}")
        raise ZeroDivisionError


def test_a_crash_in_the_block_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ZeroDivisionError):
        crashing(tmp_path)
    assert left_in(tmp_path) == []


def test_functions_are_told_where_the_clock_can_be_read(tmp_path: Path) -> None:
    source = "import os\ndef handler(e, c): return os.environ['SERIN_CLOCK_FILE']"
    resources = of(("s", {"Role": role(), "F": function("f", source)}))
    in_a_week = datetime.now(UTC) + timedelta(days=7)
    with LocalCloud.start(resources, clock=in_a_week, scratch=tmp_path) as cloud:
        file = json.loads(aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"{}")["Payload"].read())
        assert abs(SharedClock(Path(file)).now() - in_a_week) < timedelta(minutes=1)
    assert not Path(file).exists()


def test_a_synthesised_folder_runs_where_it_lies(tmp_path: Path) -> None:
    code, layer = tmp_path / "asset.f", tmp_path / "asset.l"
    (layer / "python").mkdir(parents=True)
    code.mkdir()
    (code / "handler.py").write_text(
        "import lib, pathlib\ndef handle(e, c): return [lib.X, str(pathlib.Path(__file__).parent)]"
    )
    (layer / "python" / "lib.py").write_text("X = 42")
    assets = tuple(FileAsset(folder, "assets", f"{folder.name}.zip") for folder in (code, layer))
    f = function("f", Layers=[ref("Layer")])
    f["Properties"] |= {"Handler": "handler.handle", "Code": {"S3Bucket": "assets", "S3Key": "asset.f.zip"}}
    content = {"S3Bucket": "assets", "S3Key": "asset.l.zip"}
    resources = {"Role": role(), "Layer": resource("Lambda::LayerVersion", LayerName="l", Content=content), "F": f}
    stack = Stack("s", {"Resources": resources}, assets)
    with LocalCloud.start(Assembly(REGION, (stack,)), scratch=tmp_path) as cloud:
        answer = aws(cloud, "lambda").invoke(FunctionName="f", Payload=b"{}")
        assert answer["Payload"].read().decode() == f'[42, "{code}"]'
        (session,) = left_in(tmp_path)
        assert not (session / "code").exists()


def test_progress_tells_each_stack_when_it_begins_and_ends(tmp_path: Path) -> None:
    told: list[tuple[str, bool]] = []
    stacks = of(("first", {"Q": resource("SQS::Queue")}), ("second", {"Q": resource("SQS::Queue")}))
    with LocalCloud.start(
        stacks, progress=lambda name, seconds: told.append((name, seconds is not None)), scratch=tmp_path
    ):
        pass
    assert told == [("first", False), ("first", True), ("second", False), ("second", True)]
