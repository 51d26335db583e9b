"""Schedule → acquire: one look at the source of one dataset."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from serin.bootstrap import platform
from serin.domain.log_fields import Fields
from serin.domain.records import as_record
from serin.domain.sources import Acquired
from serin.logs import Work, correlation_of, logged
from serin.services.acquire import Acquirer, source_of

RESERVE_MS = 120_000
"""What the largest copy may take, and to say how far the look came."""


def come_to(look: Mapping[str, Any]) -> Fields:
    """What the log says of a look: refused, when something of it was."""
    return {"outcome": "refused", "message": look["error"]} if look["refused"] else {"outcome": "ok"}


@logged("acquire", lambda: platform().clock, come_to)
def handle(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Copy what is new, until the end or until time is short."""
    world, dataset = platform(), event["dataset"]
    source = source_of(dataset, world.charters.values())
    acquirer = Acquirer(
        dataset,
        source,
        correlation_of(event, context),
        sources=world.sources,
        catalog=world.catalog,
        clock=world.clock,
        may_go_on=lambda: context.get_remaining_time_in_millis() > RESERVE_MS,
        tell=partial(tell, context),
    )
    look: dict[str, Any] = as_record(acquirer.acquire())
    return look


def tell(context: object, copied: Acquired) -> None:
    """A line of the upload's own story: where it came from, and the look that found it."""
    with Work("acquire", copied.correlation, context, lambda: platform().clock) as work:
        work.tells(dataset=copied.dataset, cause=copied.run, message=f"copied s3://{copied.bucket}/{copied.key}")
