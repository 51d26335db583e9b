"""Tests are shared out so that what is made once for many is made once."""

from __future__ import annotations

from tests.architecture.house import ROOT
from tests.conftest import APART, TOGETHER, share_of

CONNECTS = {"tests/e2e/test_access_matrix.py": "tests/e2e/access.py"}
"""Where a file's cloud is connected to, when that is another."""


def test_the_folders_and_files_that_are_named_are_there() -> None:
    assert all((ROOT / name).is_dir() for name in TOGETHER)
    assert all((ROOT / name).is_file() for name in APART)


def test_what_looks_at_one_walk_is_one_share_and_every_other_file_is_its_own() -> None:
    walk = {share_of(f"tests/e2e/{name}.py::test_a") for name in ("test_walk", "test_grants", "test_trace")}
    assert walk == {"tests/e2e"}
    assert share_of("tests/e2e/local/test_iam.py::test_a[b::c]") == "tests/e2e/local/test_iam.py"
    assert share_of("tests/unit/domain/test_names.py::test_a") == "tests/unit/domain/test_names.py"
    assert share_of(f"{APART[0]}::test_a") == APART[0]


def test_what_is_apart_uses_no_shared_platform_and_no_connection_of_this_checkout() -> None:
    for name in APART:
        text = (ROOT / name).read_text("utf-8")
        assert not [word for word in ("walked", "exercised", "serin_cli.local") if word in text]
        if "serin_cli.connection" in text:
            assert "patch.chdir(working_copy)" in (ROOT / CONNECTS.get(name, name)).read_text("utf-8"), name
