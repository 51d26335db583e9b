"""What one HTTP call or upload has caused: the lines of all logs of a stage that carry its id."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Annotated, Any

from cyclopts import Parameter

from infra.names import Names
from serin.domain.errors import Invalid, NotFound
from serin_cli.clock import moment
from serin_cli.command_line.words import Json, option
from serin_cli.connection import Connection, aws_client, load

ID = re.compile(r"[A-Za-z0-9+/_=-]{4,128}\Z")
TRACED = "an answer's header apigw-requestid, or the correlation of an upload, a run or a release"
Line = dict[str, Any]


def trace(
    correlation: Annotated[str, Parameter(name="ID", help=TRACED)],
    /,
    *,
    since: Annotated[str | None, option("MOMENT", "read the logs from there, such as 2013-04-01T04:00Z")] = None,
    _json: Json = False,
) -> list[Line]:
    """What one call or upload has caused, in every log, in order of time."""
    return lines_of(correlation, load(), None if since is None else moment(since))


def lines_of(correlation: str, connection: Connection, since: datetime | None = None) -> list[Line]:
    """The lines of every log group of the stage with this correlation; of the gateway, with this request id.

    Without `since` CloudWatch reads all that it keeps, which takes long where there is much.
    """
    if not ID.match(correlation):
        raise Invalid(
            f"{correlation[:60]!r} is not an id.",
            "Take the header apigw-requestid of an answer, or the correlation of an upload, a run or a release.",
            "id",
        )
    logs = aws_client(connection, "logs")
    # The gateway's log and the prediction log have called it request_id since before there were other lines.
    pattern = f'{{ ($.correlation = "{correlation}") || ($.request_id = "{correlation}") }}'
    wanted = {"filterPattern": pattern, **({} if since is None else {"startTime": int(since.timestamp() * 1000)})}
    lines = [line for group in _groups(logs, Names(connection.stage)) for line in _matching(logs, group, wanted)]
    if not lines:
        raise NotFound(f"No log has a line of {correlation}.", "Logs take some seconds to arrive; check the id.")
    return sorted(lines, key=lambda line: line["at"])


def _groups(logs: Any, names: Names) -> Iterator[str]:
    pages = logs.get_paginator("describe_log_groups")
    for prefix in (names.function_log(f"{names.prefix}-"), f"/aws/vendedlogs/apis/{names.prefix}"):
        for page in pages.paginate(logGroupNamePrefix=prefix):
            yield from (group["logGroupName"] for group in page["logGroups"])


def _matching(logs: Any, group: str, wanted: Mapping[str, Any]) -> Iterator[Line]:
    for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group, **wanted):
        yield from (_told(json.loads(event["message"]), event["timestamp"]) for event in page["events"])


def _told(record: Mapping[str, Any], written_ms: int) -> Line:
    """One row; a line of the prediction log and one of the gateway say the same in other words."""
    function = record.get("function") or ("predict" if "prediction_id" in record else "gateway")
    step = record.get("step") or record.get("route") or record.get("prediction_id") or ""
    outcome = record.get("outcome") or record.get("status")
    why = ": ".join(str(record[name]) for name in ("kind", "message") if name in record)
    at = datetime.fromtimestamp(written_ms / 1000, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return {"at": at, "function": function, "step": step, "ms": record.get("ms"), "outcome": outcome, "why": why}
