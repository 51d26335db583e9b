"""Findings we have looked at and keep, one resource at a time, each with its reason.

A test fails when one of them stops firing.
"""

from __future__ import annotations

from aws_cdk import Acknowledgment, Validations
from constructs import IConstruct


def acknowledge(resource: IConstruct, finding: str, reason: str) -> None:
    """Keep one finding of one resource; `finding` is its rule, such as `AwsSolutions-S1`."""
    pack = finding.partition("-")[0]
    Validations.of(resource).acknowledge(Acknowledgment(id=f"{pack}::{finding}", reason=reason))
