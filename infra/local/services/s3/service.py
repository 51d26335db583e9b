"""S3."""

from __future__ import annotations

from infra.local.services.s3.keeping import KEEPING
from infra.local.services.s3.permissions import LACKS, permissions, tells_the_missing
from infra.local.services.s3.policies import policy_of
from infra.local.services.s3.resources import Bucket, BucketPolicy
from infra.local.services.service import Service

SERVICE = Service(
    "s3",
    types=(Bucket, BucketPolicy),
    patches=tuple(f"infra.local.services.s3.{name}" for name in ("patches", "limits", "bodies")),
    permissions=permissions,
    lacks=LACKS,
    tells_the_missing=tells_the_missing,
    policy_of=policy_of,
    binds_the_administrator=True,
    frozen=KEEPING,
)
