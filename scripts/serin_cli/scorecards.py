"""What became of a dataset's uploads, as people read it: four scores, and the rules behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from serin.domain.contracts import DIMENSIONS, Contract
from serin.domain.datasets import Upload, gave_nothing, state_of
from serin.domain.errors import Invalid
from serin.domain.records import from_record

MODELS = Path("models")
PAGES = Path("build/pages")
TOP = 3
Record = Mapping[str, Any]


def scores(upload: Record) -> dict[str, str]:
    """Dimension → score; a dash where no rule was judged, as in a file that could not be read or gave no row."""
    card = {} if _is_empty(upload) else upload.get("scorecard", {})
    return {name: f"{card[name]['value']:.2f}" if name in card else "-" for name in DIMENSIONS}


def _is_empty(upload: Record) -> bool:
    rows = upload.get("rows", 0) - upload.get("erased", 0)
    return gave_nothing(rows, upload.get("accepted", 0), upload.get("repeated", 0))


def state(upload: Record) -> str:
    """What became of it in one word."""
    rows = upload.get("rows", 0) - upload.get("erased", 0)
    return state_of(upload["status"], rows, upload.get("accepted", 0), upload.get("repeated", 0))


def top_rules(upload: Record) -> str:
    """The rules broken most, with the rows that break them; first that no row came in, and those about the file."""
    counts = {**upload.get("rules", {}), **upload.get("warnings", {})}
    most = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    whole = list(upload.get("promises", {}))
    first = ["no row came in"] if _is_empty(upload) else []
    return ", ".join([*first, *[*whole, *(f"{name} {count:,}" for name, count in most)][:TOP]])


def copies(upload: Record) -> str:
    """Which of its rows are copies, and of what; nothing where none are."""
    return str(upload["copies"]["found"]) if upload.get("copies") else ""


def quality_table(uploads: Sequence[Record]) -> list[dict[str, Any]]:
    """A line for each upload, in their order; what only some datasets have is a column where one of theirs has it."""
    lines = [
        {
            "file": upload["file"],
            "status": state(upload),
            **scores(upload),
            "rows": upload.get("rows", 0),
            "set aside": upload.get("quarantined", 0),
            "repeated": upload.get("repeated", 0),
            "erased": upload.get("erased", 0),
            "copies": copies(upload),
            "top rules": top_rules(upload) or upload.get("reason", ""),
        }
        for upload in uploads
    ]
    unused = {name for name in ("repeated", "erased", "copies") if not any(line[name] for line in lines)}
    return [{name: value for name, value in line.items() if name not in unused} for line in lines]


def quality_file(dataset: str, uploads: Sequence[Record], file: str) -> Mapping[str, str]:
    """Write the scorecard page of a dataset's uploads, oldest first, and say where it is."""
    # Whoever asks for no page waits for neither templates nor polars.
    from serin.pages.quality import quality_page
    from serin_cli.page_files import written

    records = [from_record(Upload, dict(upload)) for upload in uploads]
    # Uploads are dated by the stage's clock, which may show another year than this machine's.
    now = max((upload.at for upload in records), default=datetime.now(UTC))
    return written(quality_page(dataset, records, contract_at_hand(dataset), now), page_file(file, "quality", dataset))


def page_file(named: str, kind: str, about: str) -> Path:
    """Where a page goes: the file that was named, or else one of the folder for pages."""
    if named:
        return Path(named)
    PAGES.mkdir(parents=True, exist_ok=True)
    return PAGES / f"{kind}-{Path(about).stem}.html"


def contract_at_hand(dataset: str) -> Contract | None:
    """The dataset's contract in this checkout, or None."""
    from serin.files.models import read_models

    contracts = [model.contracts[dataset] for model in read_models(MODELS) if dataset in model.contracts]
    return contracts[0] if contracts else None


def said_lines(dataset: str) -> list[str]:
    """The promises of the dataset's contract in this checkout that no score counts, a line each; none without one."""
    try:
        contract = contract_at_hand(dataset)
    # The scores are the platform's, whatever is being written in this checkout.
    except Invalid:
        return []
    return [
        f"said, not checked: {one.about}: {one.promise} ({one.reason})" for one in (contract and contract.said) or ()
    ]


def told(upload: Record) -> str:
    """The scorecard on one line."""
    return "  ".join(f"{name} {value}" for name, value in scores(upload).items())
