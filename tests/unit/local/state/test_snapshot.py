"""A snapshot is read as it was written, or refused with the reason."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from infra.local.state import snapshot
from infra.local.state.snapshot import Snapshot
from serin.domain.errors import Corrupt, Denied, Invalid, SerinError

MADE = Snapshot(
    written="2026-01-01T00:00:00+00:00",
    region="us-east-1",
    assembly="digest",
    endpoint_port=1,
    api_port=2,
    clock_offset_s=0.5,
    **snapshot.versions({"infra.local.state.snapshot", "moto.s3.models"}),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A written snapshot."""
    snapshot.write(tmp_path / "state", MADE, b"line\n" * 100)
    return tmp_path / "state"


def test_it_is_read_as_it_was_written(file: Path) -> None:
    assert snapshot.read(file) == (MADE, b"line\n" * 100)


def test_no_file_is_no_snapshot(tmp_path: Path) -> None:
    assert snapshot.read(tmp_path / "state") is None


def test_it_names_the_texts_its_objects_belong_to() -> None:
    assert list(MADE.sources) == ["infra.local.state.snapshot"]


def cut(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:-1])


def turn_a_bit(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[-1] ^= 1
    file.write_bytes(content)


def empty(file: Path) -> None:
    file.write_bytes(b"")


def of_another_kind(file: Path) -> None:
    line, _, rest = file.read_bytes().partition(b"\n")
    file.write_bytes(json.dumps({**json.loads(line), "kind": "serin-local-state-0"}).encode() + b"\n" + rest)


def open_to_others(file: Path) -> None:
    file.chmod(0o644)


@pytest.mark.parametrize(
    ("spoil", "kind", "said"),
    [
        (cut, Corrupt, "499 bytes, 500 were written"),
        (turn_a_bit, Corrupt, "is damaged"),
        (empty, Corrupt, "no readable beginning"),
        (of_another_kind, Invalid, "serin-local-state-0"),
        (open_to_others, Denied, "mode 644"),
    ],
)
def test_a_spoilt_file_is_refused(file: Path, spoil: Callable[[Path], None], kind: type[SerinError], said: str) -> None:
    spoil(file)
    with pytest.raises(kind, match=said):
        snapshot.read(file)


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (replace(MADE, moto="5.2.4"), r"moto 5\.2\.4 \(here "),
        (replace(MADE, python="3.10"), r"Python 3\.10 \(here "),
        (
            replace(MADE, sources={"infra.local.state.snapshot": "changed"}),
            "another text of infra.local.state.snapshot",
        ),
        (replace(MADE, sources={"infra.local.no_more": "gone"}), "another text of infra.local.no_more"),
    ],
)
def test_another_versions_file_is_refused(file: Path, other: Snapshot, said: str) -> None:
    snapshot.write(file, other, b"")
    with pytest.raises(Invalid, match=said):
        snapshot.read(file)
