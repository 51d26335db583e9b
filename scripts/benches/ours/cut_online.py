"""Rows of a training set that was made in pieces, asked online at their own time: `cut_online.py FOLDER ROOM ROWS`."""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from benches.scaling.online import asked_online
from benches.scaling.sizes import opened
from serin.domain import cut_sizes


def main() -> None:
    """Print the figures."""
    folder, cut_sizes.ROOM, rows = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    began = time.process_time()
    figures = asked_online(opened(folder), rows, folder)
    print(json.dumps({**figures, "cpu_s": round(time.process_time() - began, 1)}))


if __name__ == "__main__":
    main()
