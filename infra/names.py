"""The fixed names by which the stacks, the functions and the tools of one stage find each other.

A name is a promise between stacks: nothing is exported from one stack to another.
"""

from __future__ import annotations

from dataclasses import dataclass

from serin.domain.errors import Invalid

EVERY_MODEL = "*"
"""In place of a model's name: all of the stage, by what their names begin with. A list of them outgrows a policy."""
LONGEST_FUNCTION_NAME = 64
LONGEST_MACHINE_NAME = 80
LONGEST_QUEUE_NAME = 80


SHARED_STACKS = ("catalog", "lake", "api", "training", "release", "watch", "batch")
MODEL_STACKS = ("endpoint", "training")
"""What a model has of its own; the first goes first."""


@dataclass(frozen=True)
class Names:
    """All names of one stage."""

    stage: str

    @property
    def prefix(self) -> str:
        """What every name of this stage begins with."""
        return f"serin-{self.stage}"

    @property
    def bus(self) -> str:
        """The bus of our own events."""
        return self.prefix

    def bus_of(self, kind: str) -> str:
        """A bus that our own bus sends one kind of event on to: `accepted`, `truth` or `backfill`."""
        return f"{self.prefix}-{kind}"

    def schedule(self, name: str, minutes: int, number: int) -> str:
        """A rule that calls every so many minutes: `acquire`, `watch` or `feedback`."""
        return f"{self.prefix}-{name}-{minutes}m-{number}"

    def stack(self, name: str) -> str:
        """A stack: `catalog`, `endpoint-<model>`, …"""
        return f"{self.prefix}-{name}"

    def bucket(self, name: str, account: str, region: str) -> str:
        """A bucket, unique in the world: `uploads`, `lake` or `artifacts`."""
        return f"{self.prefix}-{name}-{account}-{region}"

    def table(self, name: str) -> str:
        """A table: `catalog`, `control` or `online-features`."""
        return f"{self.prefix}-{name}"

    def queue(self, name: str, model: str | None = None) -> str:
        """A queue: `uploads` and `uploads-dead`; what was given up lies in `failed` and `undelivered`.

        A model has a `failed` and an `undelivered` of its own.
        """
        parts = [self.prefix, name, *([model] if model else [])]
        return _no_longer_than(LONGEST_QUEUE_NAME, "-".join(parts), "queue")

    def alarm(self, name: str, model: str | None = None) -> str:
        """An alarm: `errors` of a model, `failed` of one or of the stage."""
        return "-".join([self.prefix, name, *([model] if model else [])])

    def topic(self, name: str) -> str:
        """A topic: `notices`."""
        return f"{self.prefix}-{name}"

    def policy(self, role: str) -> str:
        """A managed policy for people of a role: `data_engineer`."""
        return f"{self.prefix}-{role.replace('_', '-')}"

    def function(self, name: str, model: str | None = None) -> str:
        """A function by its folder's name, one for each model where `model` is given."""
        parts = [self.prefix, name.replace("_", "-"), *([model] if model else [])]
        return _no_longer_than(LONGEST_FUNCTION_NAME, "-".join(parts), "function")

    def machine(self, name: str) -> str:
        """A state machine: `release`, `training-<model>`."""
        return _no_longer_than(LONGEST_MACHINE_NAME, f"{self.prefix}-{name}", "state machine")

    def function_log(self, function: str) -> str:
        """The log group Lambda writes a function's log to; `function` is its full name."""
        return f"/aws/lambda/{function}"

    def model_layer(self, model: str) -> str:
        """The layer each release publishes a version of."""
        return f"{self.prefix}-model-{model}"

    def parameter(self, path: str) -> str:
        """A parameter: `api/url`, `api/id`, `api/authorizer`, `endpoints/<model>/layers`."""
        return f"/serin/{self.stage}/{path}"


def _no_longer_than(limit: int, name: str, what: str) -> str:
    if len(name) > limit:
        raise Invalid(
            f"The {what} name {name!r} has {len(name)} characters; AWS allows {limit}.",
            "Give the model or the stage a shorter name.",
            "model",
        )
    return name
