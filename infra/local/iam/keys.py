"""Whose an access key is: the administrator's, a user's that is active, or a role's session that has not ended."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, timedelta

from moto.iam.models import iam_backends
from moto.sts.models import AssumedRole, sts_backends

from infra.local.clock import machine
from infra.local.iam.credentials import Credentials
from infra.local.iam.evaluation import Caller
from infra.local.iam.guard import ADMINISTRATOR, session_of
from infra.local.wiring import ACCOUNT, connected

SESSION_S = 12 * 3600
"""Of a session that a service of AWS takes for itself."""

_LONGEST_USE = timedelta(hours=1)
_BOOTSTRAP_ROLE = ":role/cdk-hnb659fds-"


@dataclass(frozen=True)
class Key:
    """A key somebody may sign with; `session_token` is empty where there is no session."""

    caller: Caller
    _named: Callable[[], str]
    secret: str = field(repr=False)
    session_token: str = field(default="", repr=False)

    @property
    def user_id(self) -> str:
        """Whose it is, as IAM numbers them; looked up, as few ask."""
        return self._named()


def new_owner() -> Credentials:
    """A key for the account's administrator that nobody can guess, in AWS's form."""
    return Credentials(f"AKIA{base64.b32encode(secrets.token_bytes(10)).decode()}", secrets.token_urlsafe(30), "")


def key_of(access_key_id: str) -> Key | None:
    """The key of that id as it is now; None when nobody may sign with it."""
    running = connected()
    if running is not None and access_key_id == running.owner.access_key_id:
        return Key(ADMINISTRATOR, lambda: ACCOUNT, running.owner.secret_access_key)
    session = session_by(access_key_id)
    if session is None:
        return _users_key(access_key_id)
    if _left(session) <= timedelta():
        return None
    return Key(session_caller(session), lambda: str(session.user_id), session.secret_access_key, session.session_token)


def session_by(access_key_id: str) -> AssumedRole | None:
    """The role's session that was given this key."""
    session: AssumedRole | None = sts_backends[ACCOUNT]["aws"].get_assumed_role_from_access_key(access_key_id)
    return session


def lasts(session: AssumedRole) -> bool:
    """Whether a session outlives whatever a service begins with it now."""
    return _left(session) > _LONGEST_USE


def _left(session: AssumedRole) -> timedelta:
    # Whoever holds a session renews it by the machine's clock, so that is what it ends by.
    return session.expiration.replace(tzinfo=UTC) - machine.now()


def session_caller(session: AssumedRole) -> Caller:
    """Who a session is: sessions of the roles `cdk bootstrap` makes are the administrator's."""
    return ADMINISTRATOR if _BOOTSTRAP_ROLE in session.role_arn else session_of(session.role_arn, session.session_name)


def _users_key(access_key_id: str) -> Key | None:
    user = iam_backends[ACCOUNT]["aws"].get_user_from_access_key_id(access_key_id)
    key = None if user is None else user.get_access_key_by_id(access_key_id)
    if user is None or key is None or key.status != "Active":
        return None
    return Key(Caller("user", user.arn, ACCOUNT), lambda: str(user.id), key.secret_access_key)
