"""What became of a dataset's uploads, as people read it: four scores, and the rules behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from serin.domain.contracts import DIMENSIONS

TOP = 3
Record = Mapping[str, Any]


def scores(upload: Record) -> dict[str, str]:
    """Dimension → score; a dash where no rule was judged, as in a file that could not be read."""
    card = upload.get("scorecard", {})
    return {name: f"{card[name]['value']:.2f}" if name in card else "-" for name in DIMENSIONS}


def top_rules(upload: Record) -> str:
    """The rules broken most, with the rows that break them; first those about the whole file."""
    counts = {**upload.get("rules", {}), **upload.get("warnings", {})}
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    whole = list(upload.get("promises", {}))
    return ", ".join([*whole, *(f"{name} {count:,}" for name, count in most)][:TOP])


def quality_table(uploads: Sequence[Record]) -> list[dict[str, Any]]:
    """A line for each upload, oldest first."""
    return [
        {
            "file": upload["file"],
            "status": upload["status"],
            **scores(upload),
            "rows": upload.get("rows", 0),
            "set aside": upload.get("quarantined", 0),
            "top rules": top_rules(upload) or upload.get("reason", ""),
        }
        for upload in uploads
    ]


def told(upload: Record) -> str:
    """The scorecard on one line."""
    return "  ".join(f"{name} {value}" for name, value in scores(upload).items())
