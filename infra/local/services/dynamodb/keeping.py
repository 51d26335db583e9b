"""What of DynamoDB outlives a restart, beside the tables."""

from __future__ import annotations

from infra.local.services.dynamodb import patches
from infra.local.services.service import Keeping

KEEPING = Keeping(locks=(patches._lock,))
