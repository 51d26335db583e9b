"""Known: random tables of ties, nulls, late, future and corrected rows, asked of the reference and of the platform.

Every value that training joins, that `predict` takes and that `POST /get-online-features` answers must be the
reference's (`serin.domain.known`) to the bit. Rules that look right are caught by the same tables.
"""

from __future__ import annotations

import json
import sys
import time
from argparse import ArgumentParser
from pathlib import Path

from benches.knowing.tally import run


def main() -> None:
    """Print the figures; 1 when a value differs, or a naive rule is not caught."""
    parser = ArgumentParser(prog="bench known", description=__doc__)
    parser.add_argument("--tables", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--json", metavar="FILE", help="write the figures to FILE")
    arguments = parser.parse_args()
    began = time.process_time()
    tally = run(arguments.tables, arguments.seed)
    figures = {**tally.figures(), "seed": arguments.seed, "cpu_s": round(time.process_time() - began, 1)}
    print(json.dumps(figures, indent=2))
    print(*tally.told[:10], sep="\n", file=sys.stderr)
    if arguments.json:
        Path(arguments.json).write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")
    sys.exit(1 if tally.different or not all(figures["caught"].values()) else 0)


if __name__ == "__main__":
    main()
