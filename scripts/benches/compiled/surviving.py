"""Changed model files through a kernel that stops at undefined behaviour: `surviving.py COUNT SEED`."""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path

from threadpoolctl import threadpool_limits  # type: ignore[import-untyped]

from benches.compiled.agreement import cases
from benches.compiled.mutated import mutations
from infra.packaging.kernel import FLAGS, build_library
from serin.learning.compiling.compiler import compile_pipeline
from serin.serving.compiled.kernel import kernel_at

SOURCE = Path(__file__).parents[3] / "layers" / "kernel" / "kernel.c"
CHECKED = ("-fsanitize=undefined", "-fsanitize-trap=undefined")


def _files() -> dict[str, bytes]:
    """Small models of every kind of operation: what is changed then means something."""
    files = {}
    for number, (name, rows, pipeline) in enumerate(cases()):
        if number % 4 == 0 and rows.name == "flights":
            with threadpool_limits(limits=1):
                pipeline.fit(*rows.learnt)
            files[name] = compile_pipeline(pipeline, rows.task, rows.columns, rows.classes).content
    return files


def main() -> None:
    """Print how many were refused and how many scored; undefined behaviour ends this process."""
    with tempfile.TemporaryDirectory() as scratch:
        library = Path(scratch) / "kernel.so"
        build_library(SOURCE, (*FLAGS, *CHECKED), library)
        print(json.dumps(mutations(_files(), int(sys.argv[1]), int(sys.argv[2]), kernel_at(library))))


if __name__ == "__main__":
    main()
