"""ClientRequestToken: a transaction that was written is not written again, whatever its conditions would say by now.

Every SDK gives one to each call and repeats it when it asks again, so that an answer that was lost does no harm.
https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any

from moto.core.responses import ActionResult
from moto.dynamodb.exceptions import ERROR_TYPE_PREFIX, DynamodbException
from moto.dynamodb.responses import DynamoHandler

from infra.local.moto_patches.registry import wrap
from infra.local.wiring import connected

_VALID_S = 600
_WRITTEN = "written_by_token"
_OTHER = (
    "DynamoDB rejected the request because you retried a request with a different payload but with an idempotent token "
    "that was already used."
)


@wrap(DynamoHandler, "transact_write_items")
def transact_write_items(original: Callable[[DynamoHandler], ActionResult], handler: DynamoHandler) -> Any:
    """moto ignores the token: what was written would be written twice, or refused by its own condition."""
    token, cloud = handler.body.get("ClientRequestToken"), connected()
    # Where moto is used alone, no clock says when a token is forgotten.
    if not token or cloud is None:
        return original(handler)
    now, written = cloud.clock.time(), vars(handler.dynamodb_backend).setdefault(_WRITTEN, {})
    for old in [one for one, (_, until) in written.items() if until <= now]:
        del written[old]
    payload = hashlib.sha256(json.dumps(handler.body["TransactItems"], sort_keys=True).encode()).hexdigest()
    if token in written:
        if written[token][0] != payload:
            raise DynamodbException(f"{ERROR_TYPE_PREFIX}IdempotentParameterMismatchException", _OTHER)
        return ActionResult({})
    answer = original(handler)
    # One that was cancelled is tried anew.
    written[token] = (payload, now + _VALID_S)
    return answer
