"""Sessions of roles that services of AWS take for themselves."""

from __future__ import annotations

from moto.sts.models import sts_backends

from infra.local.iam.credentials import Credentials
from infra.local.iam.keys import SESSION_S, lasts
from infra.local.wiring import ACCOUNT


def service_session(region: str, name: str, role_arn: str) -> Credentials:
    """The role's one session of that name, and a new one before it ends."""
    sts = sts_backends[ACCOUNT]["aws"]
    mine = (one for one in sts.assumed_roles if one.role_arn == role_arn and one.session_name == name)
    held = next(filter(lasts, mine), None) or sts.assume_role(region, name, role_arn, "", SESSION_S, "")
    return Credentials(held.access_key_id, held.secret_access_key, held.session_token)
