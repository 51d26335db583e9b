"""Who has which role about a model, and whose word a training or a release needs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, get_args

Role = Literal["business_stakeholder", "subject_matter_expert", "data_scientist", "data_engineer", "ml_engineer"]
ROLES: tuple[Role, ...] = get_args(Role)
KeyMetric = Literal[
    "value_per_1000",
    "satisfaction",
    "quality_score",
    "latency_p95_ms",
    "error_rate",
    "roc_auc",
    "accuracy",
    "log_loss",
    "brier",
    "rmse",
    "mae",
    "r2",
]
"""What a role looks at first: value, ratings of answers, the data's scorecard, calls, or a metric of the task."""


@dataclass(frozen=True)
class People:
    """Role → owners of tokens who have it, one or several; and the roles that must each agree before a release.

    `first_release` while nothing is live, `release` afterwards; those of `release` are also whom one that nothing
    decides asks, any of them. Those of `training` must each agree before the trials of a training are paid for.
    `key_metrics` is role → what it looks at first. With `four_eyes` who asked for something does not approve it:
    people are compared, by the owners of their tokens, and a person may have several tokens and several roles.
    """

    who: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    first_release: tuple[str, ...] = ()
    release: tuple[str, ...] = ()
    training: tuple[str, ...] = ()
    key_metrics: Mapping[str, KeyMetric] = field(default_factory=dict)
    four_eyes: bool = True

    def role_of(self, owner: str, roles: Sequence[str]) -> str | None:
        """The first of the roles that the owner has, or None."""
        return next((role for role in roles if owner in self.who.get(role, ())), None)

    def roles_of(self, owner: str) -> tuple[str, ...]:
        """Every role that the owner has."""
        return tuple(role for role, owners in self.who.items() if owner in owners)

    def holders(self, roles: Sequence[str]) -> Mapping[str, tuple[str, ...]]:
        """Who has these roles now."""
        return {role: self.who.get(role, ()) for role in roles}

    def may_approve(self, owner: str, requested_by: Sequence[str]) -> bool:
        """Whether the owner's word for it counts, of what these people asked for."""
        return not self.four_eyes or owner.casefold() not in {by.casefold() for by in requested_by}

    def without_approver(self, roles: Sequence[str], requested_by: Sequence[str]) -> str | None:
        """The first of the roles that nobody may approve as, for all who have it have asked; None where others have."""
        return next(
            (role for role in roles if not any(self.may_approve(who, requested_by) for who in self.who.get(role, ()))),
            None,
        )
