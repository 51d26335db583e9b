"""What each field of a charter's section `truth` changes of what is made of truth about predictions."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta

import polars as pl

from serin.adapters.memory.catalog import MemoryCatalog
from serin.adapters.memory.objects import MemoryObjectStore
from serin.adapters.memory.world import MemoryClock
from serin.data.contract.moments import TIMESTAMP
from serin.data.looks.truth import FACTS, day_of_truth
from serin.domain.errors import SerinError
from serin.domain.truth import may_be_judged
from serin.services.give_feedback import give_feedback
from tests.unit.domain.charter_proofs import Proof, Read

_DAY = datetime(2013, 1, 1, tzinfo=UTC)
_ASKED = pl.DataFrame(
    {"prediction_id": ["p", "q"], "at": [_DAY, _DAY], "answer": ["true", "true"]}, schema_overrides={"at": TIMESTAMP}
)
_NOON = (_DAY + timedelta(hours=12)).timestamp() * 10**6
_SAID = [("p", "t1", "true"), ("p", "t2", "false"), ("q", "t2", "false"), ("p", "t3", "false")]
_FACTS = pl.DataFrame(
    [
        {
            "prediction_id": name,
            "source": "feedback",
            "by": by,
            "order": order,
            "known": int(_NOON) + order,
            "label": label,
        }
        for order, (name, by, label) in enumerate(_SAID)
    ],
    schema=FACTS,
)


def _labels(read: Read) -> list[bool | None]:
    """Of two predictions, about which callers say different things."""
    return day_of_truth(_ASKED, _FACTS, read.charter, _DAY + timedelta(days=1)).rows["label"].to_list()


def _judged(read: Read) -> bool:
    """Whether a day may be judged two days after it."""
    return may_be_judged(read.charter.truth, _DAY, _DAY + timedelta(days=2))


def _takes_feedback(read: Read) -> bool:
    ports = {"lake": MemoryObjectStore(), "catalog": MemoryCatalog(), "clock": MemoryClock(_DAY)}
    try:
        give_feedback(read.charter.model, [], "t", {read.charter.model: read.charter}, **ports)  # type: ignore[arg-type]
    except SerinError as error:
        return "takes no feedback" not in error.message
    return True


def _edit(line: str) -> Mapping[str, str]:
    return {"label: late}": f"label: late, {line}}}"}


TRUTH_PROOFS: Mapping[str, Proof] = {
    "truth.watermark": Proof(_edit("watermark: 3d"), _judged, shows=False),
    "truth.feedback": Proof(_edit("feedback: true"), _takes_feedback, shows=True),
    "truth.conflict": Proof(_edit("token_share: 1.0, conflict: keep_last"), _labels, [False, False]),
    "truth.token_share": Proof(_edit("token_share: 0.5"), _labels, [True, None]),
}
