"""How large code and layers may be together."""

from __future__ import annotations

from pathlib import Path

import pytest

from infra.local.services.awslambda.api import sizes
from infra.local.services.awslambda.api.errors import LambdaError

MB = 1_000_000


def folder(parent: Path, name: str, size: int) -> Path:
    """A folder whose files are that large, and take no room."""
    made = parent / name / "python"
    made.mkdir(parents=True)
    with (made / "large.bin").open("wb") as file:
        file.truncate(size)
    return parent / name


def test_code_and_layers_may_be_as_large_as_the_limit(tmp_path: Path) -> None:
    code, layer = folder(tmp_path, "code", 62_144_000), folder(tmp_path, "layer", 200 * MB)
    sizes.check_together(code, [layer])


def test_one_byte_more_is_refused_with_the_size(tmp_path: Path) -> None:
    code, layer = folder(tmp_path, "code", 62_144_001), folder(tmp_path, "layer", 200 * MB)
    with pytest.raises(LambdaError, match=r"maximum allowed size of 262144000 bytes. The actual size is 262144001"):
        sizes.check_together(code, [layer])


def test_layers_that_are_too_large_by_themselves_are_told_apart(tmp_path: Path) -> None:
    code = folder(tmp_path, "code", 1)
    layers = [folder(tmp_path, name, 140 * MB) for name in ("a", "b")]
    with pytest.raises(LambdaError, match="Layers consume more than the available size of 262144000 bytes"):
        sizes.check_together(code, layers)
