"""Requests and policies in few words."""

from __future__ import annotations

import json
from typing import Any

from infra.local.iam.evaluation import Asked, Caller, Policies, Policy, Verdict, evaluate

ACCOUNT = "123456789012"
ROLE = f"arn:aws:iam::{ACCOUNT}:role/reader"
SESSION = Caller("role", f"arn:aws:sts::{ACCOUNT}:assumed-role/reader/session", ACCOUNT, ROLE)
EVENTS = Caller("service", "events.amazonaws.com", ACCOUNT, regional_name="events.us-east-1.amazonaws.com")
ADMINISTRATOR = Caller("account", f"arn:aws:iam::{ACCOUNT}:root", ACCOUNT)


def statement(effect: str, action: Any, resource: Any = "*", **more: Any) -> dict[str, Any]:
    """One statement."""
    return {"Effect": effect, "Action": action, "Resource": resource, **more}


def policy(*statements: dict[str, Any], name: str = "reader/own") -> Policy:
    """A policy of these statements."""
    return Policy.read(name, json.dumps({"Version": "2012-10-17", "Statement": list(statements)}))


def decided(asked: Asked, *own: dict[str, Any], resource: Policy | None = None, caller: Caller = SESSION) -> Verdict:
    """The verdict where the caller's role has these statements."""
    return evaluate(caller, asked, Policies(identity=(policy(*own),), resource=resource))
