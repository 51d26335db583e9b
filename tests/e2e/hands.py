"""What people do to a release by hand, past the platform: the alias, the execution, a deploy."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from benches.own_cloud import ROOT, Place
from benches.releasing.live.place import MODEL
from infra.local.wiring import ACCOUNT
from serin.adapters.endpoint import LambdaEndpoint
from serin.ports import AliasState
from serin_cli.connection import aws_client


class Hands:
    """An engineer with AWS's own tools."""

    def __init__(self, place: Place) -> None:
        self._place = place
        clients = [self._client(name) for name in ("lambda", "ssm", "cloudformation")]
        self._endpoint = LambdaEndpoint(*clients, place.connection.stage, "")

    def alias(self) -> AliasState:
        """What the alias `live` leads to."""
        return self._endpoint.alias(MODEL)

    def move(self, to: AliasState) -> None:
        """Make the alias lead there, with those weights."""
        candidate, share = next(iter(to.weights.items()), (None, 0.0))
        self._endpoint.move_alias(MODEL, to.function_version, self.alias(), candidate, round(share * 100))

    def stop_execution(self) -> None:
        """End the workflow of the release that is under way."""
        machines = self._client("stepfunctions")
        (arn,) = [
            machine["stateMachineArn"]
            for machine in machines.list_state_machines()["stateMachines"]
            if machine["name"] == self._place.settings.names.machine("release")
        ]
        for execution in machines.list_executions(stateMachineArn=arn, statusFilter="RUNNING")["executions"]:
            machines.stop_execution(executionArn=execution["executionArn"], error="Impatient", cause="too slow")

    def deploy_other_code(self) -> None:
        """Deploy the endpoint's stack with another handler, as the CDK does."""
        stacks, stack = self._client("cloudformation"), self._place.settings.names.stack(f"endpoint-{MODEL}")
        template: Any = stacks.get_template(StackName=stack)["TemplateBody"]
        body = template if isinstance(template, dict) else json.loads(template)
        code = body["Resources"]["Predict"]["Properties"]["Code"]
        code["S3Key"] = "another-handler.zip"
        bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{self._place.connection.region}"
        self._client("s3").put_object(Bucket=bucket, Key=code["S3Key"], Body=_other_code())
        stacks.update_stack(StackName=stack, TemplateBody=json.dumps(body), Capabilities=["CAPABILITY_IAM"])

    def _client(self, service: str) -> Any:
        return aws_client(self._place.connection, service)


def _other_code() -> bytes:
    buffer = io.BytesIO()
    handler = (ROOT / "functions" / "predict" / "handler.py").read_text()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("handler.py", f"{handler}\n# Deployed again.\n")
    return buffer.getvalue()
