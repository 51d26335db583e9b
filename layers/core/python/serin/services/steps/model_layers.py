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


def opened_layer(layer: Artifact, *, artifacts: ObjectStore) -> bytes:
    """The layer's bytes; Corrupt when they are not those the registry recorded."""
    content = artifacts.get(layer.key)
    if sha256_of(content) != layer.sha256:
        raise Corrupt(
            f"{layer.key} is not what the registry recorded.", "Release another version; find out who changed the file."
        )
    return content


def charter_in(layer: bytes) -> Charter:
    """The charter a version was made by."""
    with zipfile.ZipFile(io.BytesIO(layer)) as archive:
        return from_record(Charter, json.loads(archive.read("python/serin_model/charter.json")))
