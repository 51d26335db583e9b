"""Every patch of moto is needed: what holds on AWS holds here with all of them, and fails when one is taken away.

When one of these fails after an upgrade of moto, its patch can go.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.cloud import LocalCloud
from infra.local.moto_patches.registry import PATCHES
from infra.local.services.all import every_service
from tests.e2e.local.needs.model import Need, without
from tests.e2e.local.needs.trying import BY_PATCH, NEEDS, a_cloud, fails, titles


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    with a_cloud(Path(tmp_path_factory.mktemp("needs"))) as cloud:
        yield cloud


@pytest.mark.parametrize("title", titles(alone=False), ids=str)
def test_it_fails_without_the_patch_and_holds_again_with_it(cloud: LocalCloud, title: str) -> None:
    need = BY_PATCH[title]
    with without(title):
        assert fails(cloud, need), f"moto does it by itself: {need.name}"
    need.attempt(cloud)


@pytest.mark.parametrize("need", [one for one in NEEDS if one.alone], ids=lambda need: need.name)
def test_what_fails_without_a_patch_in_a_cloud_of_its_own_holds_with_it(cloud: LocalCloud, need: Need) -> None:
    need.attempt(cloud)


def test_every_patch_has_one_need() -> None:
    every_service()
    declared = [patch.title for patch in PATCHES]
    assert sorted(declared) == sorted(title for need in NEEDS for title in need.patches)
    assert len(declared) > 100
    assert len(set(declared)) == len(declared)
