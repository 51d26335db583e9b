"""The endpoint of one model, in memory and as a function of the local cloud."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

from benches.rules.cases import changes_take
from infra.local.cloud import LocalCloud
from infra.local.cloudformation.store import stack_of
from serin.adapters.endpoint import ALIAS, LambdaEndpoint
from serin.adapters.memory.world import MemoryEndpoint
from serin.domain.models import Artifact, ModelVersion
from serin.domain.shadows import ShadowAnswer, ShadowRow
from serin.ports import AliasState, Endpoint
from serin.serving.estimators import sha256_of
from tests.builders import a_version
from tests.e2e.local.templates import REGION, assembly, att, aws, function, opened, ref, resource, role

MODEL = "late-orders"
FUNCTION = f"serin-dev-predict-{MODEL}"
STACK = f"serin-dev-endpoint-{MODEL}"
LAYERS = f"/serin/dev/endpoints/{MODEL}/layers"
GOOD, BAD = {"x": 0.25}, {"x": None}
"""A logged row that is answered with its `x`, and one that no version can answer."""

ANSWERS = """
import json, os

def handler(event, context):
    if "replay" in event:
        return {"scores": [row["x"] + 0.0 for row in event["replay"]]}
    if "shadow" in event:
        scores = [row["inputs"]["x"] + 0.0 for row in event["shadow"]["rows"]]
        answers = [{"score": score, "label": score > 0.5, "changed": ["v"]} for score in scores]
        return {"answers": answers, "sandbox": context.log_stream_name, "release": event["shadow"]["release"]}
    rows = json.loads(event["body"])["instances"]
    answers = [{"label": True, "probability": 0.5} for _ in rows]
    body = {"predictions": answers, "v": context.function_version, "variables": dict(os.environ), "event": event}
    return {"statusCode": 200, "body": json.dumps(body)}
"""


class Place(Protocol):
    """An endpoint, and what others may do to it."""

    @property
    def endpoint(self) -> Endpoint:
        """The port."""

    def version(self, number: int) -> ModelVersion:
        """A registered version whose layer lies where it should."""

    def deploy(self) -> None:
        """Ship other code."""

    def begin_deploy(self) -> None:
        """A deploy of the endpoint begins, and does not end."""

    def split(self) -> AliasState:
        """Somebody gives two function versions shares of the traffic."""

    def touch(self) -> None:
        """Somebody changes something about the alias, but not where it leads."""

    def keep_warm(self, function_version: str, number: int) -> None:
        """Somebody wants so many environments of a function version warm."""

    def kept_warm(self, function_version: str) -> int:
        """How many environments are to be kept warm."""


class InMemory:
    """The fake."""

    def __init__(self) -> None:
        self.endpoint = MemoryEndpoint(scores={'{"x": 0.25}': 0.25}, shadows=self.says)

    @staticmethod
    def says(function_version: str, row: ShadowRow) -> ShadowAnswer:
        """What the function on Lambda says."""
        score = row.inputs["x"]
        if score is None:
            raise RuntimeError("unsupported operand")
        return ShadowAnswer(score, score > 0.5, None, ("v",))

    def version(self, number: int) -> ModelVersion:
        return a_version(number)

    def deploy(self) -> None:
        self.endpoint.deploy += "+"

    def begin_deploy(self) -> None:
        self.endpoint.being_deployed.add(MODEL)

    def split(self) -> AliasState:
        now = self.endpoint.alias(MODEL)
        self.endpoint.aliases[MODEL] = AliasState(now.function_version, {"2": 0.5}, "r7")
        return self.endpoint.alias(MODEL)

    def touch(self) -> None:
        self.endpoint.aliases[MODEL] = replace(self.endpoint.alias(MODEL), revision="r9")

    def keep_warm(self, function_version: str, number: int) -> None:
        self.endpoint.warm[MODEL, function_version] = number

    def kept_warm(self, function_version: str) -> int:
        return self.endpoint.warm.get((MODEL, function_version), 0)


class OnLambda:
    """The adapter; `functions` is its client, `others` another one, of whoever else works on the function."""

    def __init__(self, cloud: LocalCloud) -> None:
        self.functions, self.others, self.parameters = (aws(cloud, name) for name in ("lambda", "lambda", "ssm"))
        self.objects, self.counts = aws(cloud, "s3"), aws(cloud, "cloudwatch")
        self.now = cloud.clock.now
        self.base = self.layer("base")
        self.parameters.put_parameter(Name=LAYERS, Value=self.base, Type="String")
        self.endpoint = LambdaEndpoint(
            self.functions, self.parameters, aws(cloud, "cloudformation"), "dev", "artifacts"
        )
        self._deploys = 0

    def version(self, number: int) -> ModelVersion:
        content = packed(f"{number}.txt", "model")
        self.objects.put_object(Bucket="artifacts", Key=f"{number}.zip", Body=content)
        return a_version(number, layer=Artifact(f"{number}.zip", sha256_of(content)))

    def deploy(self) -> None:
        self._deploys += 1
        code = packed("index.py", f"{ANSWERS}# {self._deploys}\n")
        self.others.update_function_code(FunctionName=FUNCTION, ZipFile=code)

    def begin_deploy(self) -> None:
        # A deploy of so small a stack ends at once; its record is what the API shows.
        stack_of(REGION, STACK, "").status = "UPDATE_IN_PROGRESS"

    def split(self) -> AliasState:
        self.others.update_alias(
            FunctionName=FUNCTION, Name=ALIAS, RoutingConfig={"AdditionalVersionWeights": {"2": 0.5}}
        )
        return self.endpoint.alias(MODEL)

    def touch(self) -> None:
        self.others.update_alias(FunctionName=FUNCTION, Name=ALIAS, Description="looked at")

    def keep_warm(self, function_version: str, number: int) -> None:
        self.others.put_provisioned_concurrency_config(
            FunctionName=FUNCTION, Qualifier=function_version, ProvisionedConcurrentExecutions=number
        )

    def kept_warm(self, function_version: str) -> int:
        listed = self.others.list_provisioned_concurrency_configs(FunctionName=FUNCTION)
        found = {one["FunctionArn"].rpartition(":")[2]: one for one in listed["ProvisionedConcurrencyConfigs"]}
        kept = found.get(function_version, {}).get("RequestedProvisionedConcurrentExecutions", 0)
        return int(kept)

    def layer(self, name: str) -> str:
        """A layer of somebody's, by its ARN."""
        made = self.others.publish_layer_version(LayerName=name, Content={"ZipFile": packed(f"{name}.txt", name)})
        return str(made["LayerVersionArn"])

    def configure(self, **settings: object) -> None:
        """Somebody changes the function's settings."""
        self.others.update_function_configuration(FunctionName=FUNCTION, **settings)

    def held(self, function_version: str) -> Mapping[str, Any]:
        """A function version's settings."""
        found: Mapping[str, Any] = self.others.get_function_configuration(
            FunctionName=FUNCTION, Qualifier=function_version
        )
        return found

    def numbers(self) -> list[str]:
        """The function versions there are."""
        found = self.others.list_versions_by_function(FunctionName=FUNCTION)["Versions"]
        return [version["Version"] for version in found if version["Version"] != "$LATEST"]


def packed(name: str, text: str) -> bytes:
    """A zip of one file; the same file gives the same bytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(zipfile.ZipInfo(name), text)
    return buffer.getvalue()


@contextmanager
def on_lambda(scratch: Path) -> Iterator[OnLambda]:
    """A cloud with the function as a deploy leaves it: version 1, which holds no model, behind the alias."""
    resources = {
        "Role": role(),
        "Artifacts": resource("S3::Bucket", BucketName="artifacts"),
        "Function": function(FUNCTION, ANSWERS, Environment={"Variables": {"STAGE": "dev"}}),
        "Version": resource("Lambda::Version", FunctionName=ref("Function")),
        "Live": resource(
            "Lambda::Alias", FunctionName=ref("Function"), FunctionVersion=att("Version", "Version"), Name=ALIAS
        ),
    }
    with LocalCloud.start(assembly((STACK, opened(resources))), scratch=scratch) as cloud, changes_take(0):
        yield OnLambda(cloud)
