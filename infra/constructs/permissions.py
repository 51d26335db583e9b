"""Statements of least privilege, written beside the wiring they belong to."""

from __future__ import annotations

from collections.abc import Sequence

from aws_cdk import aws_iam as iam


def allow(*actions: str, on: str | Sequence[str]) -> iam.PolicyStatement:
    """Allow exactly these actions on exactly these resources."""
    return iam.PolicyStatement(actions=list(actions), resources=[on] if isinstance(on, str) else list(on))
