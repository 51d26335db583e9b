"""What a training job runs: it puts what the job brings in Python's way, and takes the step it is asked for.

It is all of the code that SageMaker's script mode unpacks; the image's Python runs it, with the standard library only
until the packages are there. https://github.com/aws/sagemaker-training-toolkit
"""

from __future__ import annotations

import json
import os
import runpy
import sys
import zipfile
from pathlib import Path


def main() -> None:
    """Exit with 0 where the step has an answer; the arguments are `--folder` and where it is asked."""
    folder = sys.argv[sys.argv.index("--folder") + 1]
    for channel in json.loads(os.environ["SM_CHANNELS"]):
        for package in Path(os.environ[f"SM_CHANNEL_{channel.upper()}"]).iterdir():
            unpacked = _unpacked(package)
            # A layer's modules lie below `python/`, a function's do not.
            sys.path.insert(0, str(unpacked / "python" if (unpacked / "python").is_dir() else unpacked))
    sys.exit(0 if runpy.run_module("handler")["perform"](folder) else 1)


def _unpacked(package: Path) -> Path:
    """Where the content of a package lies; some come unpacked."""
    if package.is_dir():
        return package
    folder = package.with_suffix(".unpacked")
    with zipfile.ZipFile(package) as archive:
        archive.extractall(folder)
    return folder


if __name__ == "__main__":
    main()
