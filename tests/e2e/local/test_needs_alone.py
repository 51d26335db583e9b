"""As test_needs, for patches without which a cloud starts in another way, or is not to be used again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.e2e.local.needs.model import without
from tests.e2e.local.needs.trying import BY_PATCH, a_cloud, fails, titles


@pytest.mark.parametrize("title", titles(alone=True), ids=str)
def test_it_fails_in_a_cloud_that_starts_without_the_patch(tmp_path: Path, title: str) -> None:
    with without(title), a_cloud(tmp_path) as cloud:
        assert fails(cloud, BY_PATCH[title]), f"moto does it by itself: {BY_PATCH[title].name}"
