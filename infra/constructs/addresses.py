"""Names and ARNs of a stage's resources, wherever they are made; the account and region are filled in at deployment."""

from __future__ import annotations

from aws_cdk import Aws

from infra.names import Names


class Addresses:
    """What one stack may know of another's resources."""

    def __init__(self, names: Names) -> None:
        self._names = names

    def bucket_name(self, name: str) -> str:
        """`uploads`, `lake` or `artifacts`."""
        return self._names.bucket(name, Aws.ACCOUNT_ID, Aws.REGION)

    def bucket(self, name: str) -> str:
        """A bucket's ARN."""
        return f"arn:{Aws.PARTITION}:s3:::{self.bucket_name(name)}"

    def objects(self, bucket: str, *patterns: str) -> list[str]:
        """The ARNs of the objects whose keys match."""
        return [f"{self.bucket(bucket)}/{pattern}" for pattern in patterns]

    def foreign_bucket(self, name: str) -> str:
        """The ARN of a bucket that is not ours, by its full name."""
        return f"arn:{Aws.PARTITION}:s3:::{name}"

    def table(self, name: str) -> str:
        """`catalog`, `control` or `online-features`."""
        return self._regional("dynamodb", f"table/{self._names.table(name)}")

    def index(self, table: str, name: str) -> str:
        """An index of one of those."""
        return f"{self.table(table)}/index/{name}"

    def bus(self) -> str:
        """The bus of our own events."""
        return self._regional("events", f"event-bus/{self._names.bus}")

    def bus_of(self, kind: str) -> str:
        """A bus that one kind of event is sent on to."""
        return self._regional("events", f"event-bus/{self._names.bus_of(kind)}")

    def schedules(self, name: str) -> str:
        """The rules that call what `name` says, however many there are."""
        return self._regional("events", f"rule/{self._names.prefix}-{name}-*")

    def topic(self, name: str) -> str:
        """A topic people are told by: `notices`."""
        return self._regional("sns", self._names.topic(name))

    def queue(self, name: str, model: str | None = None) -> str:
        """A queue: `failed` or `undelivered`, the stage's or a model's."""
        return self._regional("sqs", self._names.queue(name, model))

    def queue_url(self, name: str) -> str:
        """Where one of the stage's queues is asked."""
        return f"https://sqs.{Aws.REGION}.{Aws.URL_SUFFIX}/{Aws.ACCOUNT_ID}/{self._names.queue(name)}"

    def rules(self) -> list[str]:
        """The ARNs of the stage's rules, on the account's own bus and on ours; CloudFormation ends their names.

        Those on the buses that events are sent on to begin as the first does: `rule/serin-STAGE-accepted/…`.
        """
        prefix = self._names.prefix
        return [self._regional("events", f"rule/{bus}{prefix}-*") for bus in ("", f"{self._names.bus}/")]

    def function(self, name: str, model: str | None = None) -> str:
        """A function, by its folder's name."""
        return self._regional("lambda", f"function:{self._names.function(name, model)}")

    def layer(self, name: str) -> str:
        """A layer, by its full name."""
        return self._regional("lambda", f"layer:{name}")

    def machine(self, name: str) -> str:
        """A state machine: `release`, `training-<model>`."""
        return self._regional("states", f"stateMachine:{self._names.machine(name)}")

    def executions(self, name: str) -> str:
        """Every execution of a state machine."""
        return self._regional("states", f"execution:{self._names.machine(name)}:*")

    def stacks(self, beginning: str) -> str:
        """What the ARNs of the stacks begin with whose names begin so: `endpoint-`."""
        return self._regional("cloudformation", f"stack/{self._names.stack(beginning)}")

    def parameter(self, path: str) -> str:
        """A parameter below the stage's own path."""
        return self._regional("ssm", f"parameter{self._names.parameter(path)}")

    def log(self, group: str) -> str:
        """A log group."""
        return self._regional("logs", f"log-group:{group}")

    def log_streams(self, group: str) -> str:
        """All streams of a log group, which is also how CloudWatch Logs names the group where it asks or is asked."""
        return f"{self.log(group)}:*"

    def calls(self, api: str, path: str) -> str:
        """Calls of an HTTP API, for the permission to invoke."""
        return self._regional("execute-api", f"{api}/{path}")

    def _regional(self, service: str, rest: str) -> str:
        return f"arn:{Aws.PARTITION}:{service}:{Aws.REGION}:{Aws.ACCOUNT_ID}:{rest}"
