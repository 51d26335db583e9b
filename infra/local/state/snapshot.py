"""The file a state folder holds its snapshot in: a line of JSON that says what follows, and the frozen objects."""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import sys
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from infra.local.state.folder import check_private
from serin.domain.errors import Corrupt, Invalid
from serin.files.replaced import replace_file

_KIND = "serin-local-state-1"
_LONGEST_OFFSET_S = 1e10
_OWN = re.compile(r"infra(\.[a-z_]+)+")
_FRESH = "Restore it from a copy, or start with an empty folder."


@dataclass(frozen=True)
class Snapshot:
    """What is known of a frozen cloud before it is thawed."""

    written: str
    region: str
    assembly: str
    """The digest of what was deployed last."""
    endpoint_port: int
    api_port: int
    clock_offset_s: float
    """How far the cloud's clock is from the machine's."""
    moto: str
    python: str
    sources: dict[str, str]
    """Digests of the local cloud's own modules whose objects are frozen; another text may read them otherwise."""


def write(file: Path, snapshot: Snapshot, payload: bytes) -> None:
    """Put it in the place of the one before, whole or not at all."""
    header = {"kind": _KIND, "size": len(payload), "sha256": hashlib.sha256(payload).hexdigest(), **asdict(snapshot)}
    replace_file(file, json.dumps(header).encode() + b"\n" + payload)


def read(file: Path) -> tuple[Snapshot, bytes] | None:
    """The snapshot and its frozen objects, or None where there is none.

    Raises Denied for a file that others may have written, Corrupt for one that is damaged and Invalid for one of
    another version of moto, Python or the local cloud.
    """
    if not file.exists():
        return None
    check_private(file, 0o077)
    line, _, payload = _content(file).partition(b"\n")
    header = _header(file, line)
    if len(payload) != header["size"] or hashlib.sha256(payload).hexdigest() != header["sha256"]:
        raise Corrupt(f"The state in {file} is damaged: {len(payload)} bytes, {header['size']} were written.", _FRESH)
    snapshot = _snapshot(file, header)
    _refuse_another_version(file, snapshot)
    return snapshot, payload


def versions(modules: set[str]) -> dict[str, Any]:
    """The version fields of a snapshot with objects of these modules."""
    own = sorted(name for name in modules if name.startswith("infra."))
    return {"moto": version("moto"), "python": _python(), "sources": {name: _source_digest(name) for name in own}}


def _content(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise Corrupt(f"The state in {file} cannot be read: {error.strerror}.", _FRESH) from error


def _snapshot(file: Path, header: dict[str, Any]) -> Snapshot:
    """The header's fields; raises Corrupt for one that no snapshot has."""
    snapshot = Snapshot(**{name: header[name] for name in Snapshot.__dataclass_fields__})
    texts = snapshot.written, snapshot.region, snapshot.assembly, snapshot.moto, snapshot.python
    ports = snapshot.endpoint_port, snapshot.api_port
    try:
        right = (
            all(isinstance(text, str) for text in texts)
            and datetime.fromisoformat(snapshot.written).tzinfo is not None
            and all(type(port) is int and 0 <= port < 1 << 16 for port in ports)
            and abs(float(snapshot.clock_offset_s)) < _LONGEST_OFFSET_S
            # A module that is looked for is imported as far as the package it is in.
            and all(_OWN.fullmatch(name) for name in snapshot.sources)
        )
    except (TypeError, ValueError, AttributeError):
        right = False
    if not right:
        raise Corrupt(f"The state in {file} has a beginning that no cloud has written.", _FRESH)
    return snapshot


def _header(file: Path, line: bytes) -> dict[str, Any]:
    try:
        header: dict[str, Any] = json.loads(line)
        complete = header["kind"] == _KIND and {"size", "sha256", *Snapshot.__dataclass_fields__} <= header.keys()
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        raise Corrupt(f"The state in {file} has no readable beginning.", _FRESH) from error
    if not complete:
        raise Invalid(f"The state in {file} is a {header['kind']}; this is {_KIND}.", "Start with an empty folder.")
    return header


def _refuse_another_version(file: Path, snapshot: Snapshot) -> None:
    changed = [name for name, digest in snapshot.sources.items() if _source_digest(name) != digest]
    found = {"moto": snapshot.moto, "Python": snapshot.python}
    here = {"moto": version("moto"), "Python": _python()}
    others = [f"{name} {found[name]} (here {here[name]})" for name in found if found[name] != here[name]]
    others += [f"another text of {name}" for name in changed]
    if others:
        raise Invalid(
            f"The state in {file} was written with {', '.join(others)}.",
            "Start it with the version that wrote it, or start with an empty folder.",
        )


def _python() -> str:
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def _source_digest(module: str) -> str:
    """Of the module's text; empty when there is no such module here."""
    try:
        spec = importlib.util.find_spec(module)
    except ModuleNotFoundError:
        return ""
    if spec is None or spec.origin is None:
        return ""
    return hashlib.sha256(Path(spec.origin).read_bytes()).hexdigest()
