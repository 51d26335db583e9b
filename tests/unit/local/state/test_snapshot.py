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


def with_header(file: Path, **fields: object) -> None:
    line, _, rest = file.read_bytes().partition(b"\n")
    file.write_bytes(json.dumps({**json.loads(line), **fields}).encode() + b"\n" + rest)


@pytest.mark.parametrize(
    "fields",
    [
        *({"written": text} for text in ("soon", "2026-01-01T00:00:00", 7, None)),
        *({name: port} for name in ("endpoint_port", "api_port") for port in ("1", -1, 65_536, 1.5, True, None)),
        *({"clock_offset_s": offset} for offset in ("x", None, float("nan"), float("inf"), 1e300, [])),
        *({"sources": sources} for sources in (None, 7, {"antigravity.x": ""}, {"infra..x": ""}, {"infra": ""})),
        *({"region": None}, {"assembly": 7}, {"moto": []}, {"python": {}}, {"size": "x"}, {"sha256": None}),
    ],
)
def test_a_beginning_that_no_cloud_has_written_is_refused_with_a_sentence(
    file: Path, fields: dict[str, object]
) -> None:
    with_header(file, **fields)
    with pytest.raises(Corrupt, match=str(file)) as caught:
        snapshot.read(file)
    assert "empty folder" in caught.value.remedy


@pytest.mark.parametrize("line", [b"[" * 100_000, b"[]", b"7", b'"x"', b"null", b"{}", b"\xff\xfe", b"{", b"NaN"])
def test_a_beginning_that_is_no_record_is_refused_with_a_sentence(file: Path, line: bytes) -> None:
    file.write_bytes(line + b"\nrest")
    with pytest.raises(Corrupt, match="no readable beginning"):
        snapshot.read(file)


def test_a_folder_in_its_place_is_refused_with_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").mkdir(mode=0o700)
    with pytest.raises(Corrupt, match="cannot be read: Is a directory"):
        snapshot.read(tmp_path / "state")


def test_a_version_that_is_looked_for_imports_nothing(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (file.parent / "planted").mkdir()
    (file.parent / "planted" / "__init__.py").write_text("raise AssertionError('code ran')")
    monkeypatch.syspath_prepend(str(file.parent))
    with_header(file, sources={"planted.x": "0"})
    with pytest.raises(Corrupt):
        snapshot.read(file)
