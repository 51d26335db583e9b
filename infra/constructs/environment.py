"""The variables functions read, and what they hold; each function gets only those it needs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from infra.constructs.stack import SerinStack

_VALUES: Mapping[str, Callable[[SerinStack], str]] = {
    "SERIN_UPLOADS_BUCKET": lambda stack: stack.addresses.bucket_name("uploads"),
    "SERIN_UPLOADS_QUEUE": lambda stack: stack.addresses.queue_url("uploads"),
    "SERIN_LAKE_BUCKET": lambda stack: stack.addresses.bucket_name("lake"),
    "SERIN_ARTIFACTS_BUCKET": lambda stack: stack.addresses.bucket_name("artifacts"),
    "SERIN_CATALOG_TABLE": lambda stack: stack.names.table("catalog"),
    "SERIN_CONTROL_TABLE": lambda stack: stack.names.table("control"),
    "SERIN_FEATURES_TABLE": lambda stack: stack.names.table("online-features"),
    "SERIN_NOTICES_TOPIC": lambda stack: stack.addresses.topic("notices"),
    "SERIN_BUS": lambda stack: stack.names.bus,
    "SERIN_TRAINING_ARN_PREFIX": lambda stack: stack.addresses.machine("training-"),
    "SERIN_RELEASE_ARN": lambda stack: stack.addresses.machine("release"),
    "SERIN_BATCH_ARN": lambda stack: stack.addresses.machine("batch"),
    "SERIN_LOG_DAYS": lambda stack: str(stack.settings.log_retention_days),
    "SERIN_RUNTIME": lambda stack: stack.settings.runtime,
    "SERIN_COMMIT": lambda stack: stack.deployment.commit,
    "SERIN_REQUEST_RATE": lambda stack: f"{stack.settings.requests_per_second} {stack.settings.burst}",
}


def variables(stack: SerinStack, names: Sequence[str], model: str | None) -> dict[str, str]:
    """The stage, the model where there is one, and the variables of those names."""
    settings = {"SERIN_STAGE": stack.names.stage, **({"SERIN_MODEL": model} if model else {})}
    return settings | {name: _VALUES[name](stack) for name in names}
