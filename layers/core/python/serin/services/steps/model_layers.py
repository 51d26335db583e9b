"""What lies in a released version's layer beside its model."""

from __future__ import annotations

import io
import json
import zipfile

from serin.domain.charter import Charter
from serin.domain.errors import Corrupt
from serin.domain.models import Artifact
from serin.domain.records import from_record
from serin.ports import ObjectStore
from serin.serving.estimators import sha256_of
from serin.serving.manifest import Manifest
from serin.serving.package import PACKAGE


def opened_layer(layer: Artifact, *, artifacts: ObjectStore) -> bytes:
    """The layer's bytes; Corrupt when they are not those the registry recorded."""
    content = artifacts.get(layer.key)
    if sha256_of(content) != layer.sha256:
        raise Corrupt(
            f"{layer.key} is not what the registry recorded.", "Release another version; find out who changed the file."
        )
    return content


def manifest_in(layer: bytes) -> Manifest:
    """What a version's package says of its model."""
    return from_record(Manifest, json.loads(package_file(layer, "manifest.json")))


def charter_in(layer: bytes) -> Charter:
    """The charter a version was made by."""
    return from_record(Charter, json.loads(package_file(layer, "charter.json")))


def package_file(layer: bytes, name: str) -> bytes:
    """A file of a version's package; KeyError where it has none of that name."""
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        return archive.read(f"python/{PACKAGE}/{name}")
