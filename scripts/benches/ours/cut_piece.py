"""Some pieces of a training set, or all of it in one go: `cut_piece.py FOLDER ROOM ROUND|whole|end NAMES`.

What the process had in memory at most, and the CPU that each piece took.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benches.scaling.sizes import opened, tables
from serin.data.features.columns import to_npz
from serin.data.features.joins import training_rows
from serin.domain import cut_sizes
from serin.domain.names import digest
from serin.services.steps.cut_making import made_rows
from serin.services.steps.cut_rounds import CutSource, run_piece


def main() -> None:
    """Print the figures."""
    folder, cut_sizes.ROOM, what = Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3]
    source = opened(folder)
    figures: dict[str, object] = {}
    began = time.process_time()
    if what == "whole":
        made = training_rows(
            source.charter, source.contracts, tables(source), source.functions, until=source.task.until
        )
        figures["digest"] = digest(to_npz(made, source.charter))
    elif what == "end":
        figures |= _ended(source)
    else:
        figures["pieces"] = [_ran(source, name) for name in sys.argv[4:]]
    figures["cpu_s"] = time.process_time() - began
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    figures["peak_mb"] = next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) / 1024
    print(json.dumps(figures))


def _ran(source: CutSource, name: str) -> float:
    began = time.process_time()
    run_piece(source, name)
    return time.process_time() - began


def _ended(source: CutSource) -> dict[str, object]:
    with made_rows(source) as rows:
        if rows is None:
            raise SystemExit("no rows")
        return {"rows": rows.height, "digest": digest(to_npz(rows, source.charter))}


if __name__ == "__main__":
    main()
