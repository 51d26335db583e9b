"""Who may do what, in each phase and state: the matrix of roles, deeds and states, and what follows from it.

A deed is done over the API with a token's scope, or in AWS with an action that IAM lets a person have. What no role
has is here too: the platform alone does it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from serin.domain.access import ACTIONS
from serin.domain.people import ROLES, Role

Phase = Literal["design", "data", "experiments", "release", "operation"]
State = Literal["any", "challenger", "champion"]
"""What the deed is done to: a version that is not live yet, the one that is, or neither is meant."""


@dataclass(frozen=True)
class Grant:
    """An action of AWS, and on what: `BUCKET/PATTERN`, `table/NAME`, `function/NAME`, `queue/NAME`, or `*`."""

    action: str
    on: str


@dataclass(frozen=True)
class Duty:
    """A deed, in which phase and state, what it takes, and the roles that have it. `takes` a scope is its action."""

    phase: Phase
    state: State
    deed: str
    takes: str | Grant
    roles: tuple[Role, ...]


_BUSINESS: Role = "business_stakeholder"
_EXPERT: Role = "subject_matter_expert"
_SCIENTIST: Role = "data_scientist"
_DATA: Role = "data_engineer"
_ML: Role = "ml_engineer"

DUTIES: tuple[Duty, ...] = (
    Duty("design", "any", "read what there is, and why", "read", ROLES),
    Duty("design", "challenger", "answer what the charter asks their role", "approve", ROLES),
    Duty("design", "any", "read reports", Grant("s3:GetObject", "lake/reports/*"), ROLES),
    Duty("data", "any", "upload files", Grant("s3:PutObject", "uploads/raw/*"), (_DATA,)),
    Duty("data", "any", "correct a row that was set aside, and send it in again", "correct", (_EXPERT, _DATA)),
    Duty("data", "any", "read rows that were set aside", Grant("s3:GetObject", "lake/quarantine/*"), (_EXPERT, _DATA)),
    Duty("data", "any", "read accepted rows", Grant("s3:GetObject", "lake/datasets/*"), (_SCIENTIST, _DATA)),
    Duty("data", "any", "read features", "features", (_SCIENTIST, _DATA, _ML)),
    Duty("experiments", "challenger", "train, repeat a run, build views", "train", (_SCIENTIST, _ML)),
    Duty(
        "experiments",
        "challenger",
        "read training sets",
        Grant("s3:GetObject", "lake/training-sets/*"),
        (_SCIENTIST,),
    ),
    Duty("experiments", "challenger", "read models' files", Grant("s3:GetObject", "artifacts/models/*"), (_SCIENTIST,)),
    Duty("experiments", "challenger", "write models' files", Grant("s3:PutObject", "artifacts/models/*"), ()),
    Duty("release", "challenger", "hold or take back its release", "stop", (_SCIENTIST, _ML)),
    Duty("release", "challenger", "withdraw it", "stop", (_SCIENTIST, _ML)),
    Duty("release", "challenger", "begin its release, or go on with it", "release", (_ML,)),
    Duty("release", "champion", "withdraw it", "release", (_ML,)),
    Duty("release", "champion", "put the one before back", "release", (_ML,)),
    Duty("release", "champion", "move the alias by hand", Grant("lambda:UpdateAlias", "function/predict"), ()),
    Duty("operation", "champion", "ask it", "predict", (_EXPERT, _SCIENTIST, _ML)),
    Duty("operation", "champion", "say what was right", "feedback", (_EXPERT,)),
    Duty("operation", "champion", "close an episode", "train", (_SCIENTIST, _ML)),
    Duty(
        "operation",
        "champion",
        "see which function version is live",
        Grant("lambda:GetAlias", "function/predict"),
        (_ML,),
    ),
    Duty("operation", "any", "see alarms", Grant("cloudwatch:DescribeAlarms", "*"), (_ML,)),
    Duty("operation", "any", "read what was given up", Grant("sqs:ReceiveMessage", "queue/failed"), (_ML,)),
    Duty("operation", "any", "make tokens", Grant("dynamodb:PutItem", "table/control"), ()),
)


def scopes_of_roles(roles: Sequence[Role], model: str = "*") -> tuple[str, ...]:
    """The scopes of a token whose owner has these roles, for one model or, with `*`, for all."""
    actions = dict.fromkeys(
        duty.takes for duty in DUTIES if isinstance(duty.takes, str) and not set(duty.roles).isdisjoint(roles)
    )
    return tuple(f"{action}:{model}" if ACTIONS[action] else action for action in actions)


def grants_of(role: Role) -> tuple[Grant, ...]:
    """What the role may do in AWS itself."""
    return tuple(duty.takes for duty in DUTIES if isinstance(duty.takes, Grant) and role in duty.roles)
