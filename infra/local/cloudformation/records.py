"""What CloudFormation remembers of stacks. Plain data throughout: it can be written to disk and read again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from infra.local.cloudformation.parameters import Parameter


@dataclass
class StackResource:
    """One resource of a stack as it was made: its properties resolved, its attributes as they were answered."""

    logical_id: str
    type: str
    name: str
    physical_id: str
    properties: dict[str, Any]
    attributes: dict[str, Any]
    depends_on: tuple[str, ...]
    deletion_policy: str
    update_replace_policy: str
    metadata: Any
    status: str
    at: datetime
    reason: str | None = None


@dataclass(frozen=True)
class Output:
    """One output of a stack; `export` is the name other stacks import it by."""

    name: str
    value: str
    export: str | None = None
    description: str | None = None


@dataclass(frozen=True)
class Event:
    """Something that happened to a stack or to a resource of it."""

    id: str
    logical_id: str
    physical_id: str
    type: str
    status: str
    at: datetime
    reason: str | None = None
    properties: str | None = None


@dataclass(frozen=True)
class Settings:
    """What a stack is given beside its template."""

    parameters: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    capabilities: tuple[str, ...] = ()
    notification_arns: tuple[str, ...] = ()
    role_arn: str | None = None
    on_failure: str = "ROLLBACK"
    """What becomes of a stack that cannot be created: ROLLBACK, DELETE or DO_NOTHING."""


@dataclass
class Stack:
    """A stack with all that was made of it, and all that happened to it, oldest event first."""

    id: str
    name: str
    region: str
    status: str
    created: datetime
    template: str = ""
    description: str = ""
    settings: Settings = field(default_factory=Settings)
    parameters: dict[str, Parameter] = field(default_factory=dict)
    resources: dict[str, StackResource] = field(default_factory=dict)
    outputs: dict[str, Output] = field(default_factory=dict)
    imports: set[str] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)
    reason: str | None = None
    updated: datetime | None = None
    deleted: datetime | None = None
    termination_protection: bool = False
    policy: str | None = None
    change_set_id: str | None = None
    failures: list[str] = field(default_factory=list)
    """The resources whose failure ended the last operation, each with its reason."""

    @property
    def in_progress(self) -> bool:
        """Whether an operation is under way."""
        return self.status.endswith("_IN_PROGRESS") and self.status != "REVIEW_IN_PROGRESS"

    @property
    def exists(self) -> bool:
        """Whether its name is taken."""
        return self.status != "DELETE_COMPLETE"


@dataclass(frozen=True)
class PropertyChange:
    """One property that differs; `dynamic` when its new value is only known when it is made."""

    name: str
    recreates: bool
    dynamic: bool


@dataclass(frozen=True)
class Change:
    """What an update does to one resource; `replacement` is True, False, Conditional, or None for Add and Remove."""

    action: str
    logical_id: str
    type: str
    physical_id: str | None = None
    replacement: str | None = None
    scope: tuple[str, ...] = ()
    properties: tuple[PropertyChange, ...] = ()


@dataclass
class ChangeSet:
    """A change that was proposed for a stack."""

    id: str
    name: str
    stack_id: str
    kind: str
    template: str
    settings: Settings
    created: datetime
    parameters: dict[str, Parameter]
    description: str | None = None
    changes: tuple[Change, ...] = ()
    status: str = "CREATE_COMPLETE"
    execution_status: str = "AVAILABLE"
    reason: str | None = None
    imports: tuple[str, ...] = ()
    """The resources that are there already and become the stack's, by their logical ids."""


@dataclass
class Records:
    """All stacks and change sets of a region, those that were deleted included."""

    stacks: dict[str, Stack] = field(default_factory=dict)
    change_sets: dict[str, ChangeSet] = field(default_factory=dict)
