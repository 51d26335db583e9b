"""Changed model files through a kernel that stops at undefined behaviour, between fences: `surviving.py COUNT SEED`."""

from __future__ import annotations

import json
import sys

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.agreement import cases
from benches.compiled.fenced import FencedKernel, checked_library
from benches.compiled.mutated import mutations
from serin.learning.compiling.compiler import compile_pipeline


def _files() -> dict[str, bytes]:
    """Small models of every kind of operation: what is changed then means something."""
    files = {}
    for number, (name, rows, pipeline) in enumerate(cases()):
        if number % 4 == 0 and rows.name == "flights":
            with threadpool_limits(limits=1):
                table, label = rows.learnt
                pipeline.fit(table, label)
            written = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes, background=table)
            files[name] = written.content
    return files


def main() -> None:
    """Print how many were refused and how many scored; what leaves its memory, or is undefined, ends this process."""
    print(json.dumps(mutations(_files(), int(sys.argv[1]), int(sys.argv[2]), FencedKernel(checked_library()))))


if __name__ == "__main__":
    main()
