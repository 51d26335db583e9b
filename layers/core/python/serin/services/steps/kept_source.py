"""What a team wrote of a model, kept with the training set that was made by it.

A step runs by what its training began with, whatever has been deployed since; so does a rerun, months later.
"""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Protocol

from serin.domain.charter import Charter
from serin.domain.contracts import Contract
from serin.domain.errors import Conflict, Corrupt
from serin.domain.model_source import ModelSource, code_digest
from serin.domain.models import Artifact
from serin.domain.names import digest
from serin.domain.records import as_record, from_record
from serin.ports import ObjectStore
from serin.services.steps.released_code import ReleasedCode

# Zip has no dates before 1980; any fixed one will do.
_NO_DATE = (1980, 1, 1, 0, 0, 0)
_CHARTER, _GOLDEN, _CONTRACTS, _CODE = "charter.json", "golden.json", "contracts/", "python/model_code/"


def keep_source(source: ModelSource, *, lake: ObjectStore) -> Artifact:
    """Write the source as one file that is named by its content; equal sources are one file."""
    files: dict[str, bytes] = {
        _CHARTER: _json(source.charter),
        _GOLDEN: _json(source.golden),
        **{f"{_CONTRACTS}{dataset}.json": _json(contract) for dataset, contract in source.contracts.items()},
        # Without it the folder in a zip is no package that hides another one of its name.
        f"{_CODE}__init__.py": b"",
        **{f"{_CODE}{name}": content for name, content in source.code.items()},
    }
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            archive.writestr(zipfile.ZipInfo(name, _NO_DATE), files[name])
    content = buffer.getvalue()
    name = digest(content)
    kept = Artifact(f"training-sets/{source.charter.model}/sources/{name[:32]}.zip", name)
    lake.put(kept.key, content)
    return kept


class Made(Protocol):
    """Something that is made by a source: its own id, the digests of the source, and where that is kept."""

    @property
    def id(self) -> str: ...
    @property
    def charter(self) -> str: ...
    @property
    def code(self) -> str: ...
    @property
    def source(self) -> Artifact | None: ...


def kept_source(training_set: Made, *, lake: ObjectStore) -> ModelSource:
    """The source that the training set was made by; Conflict for one that is too old to have kept it."""
    return _opened(training_set, _content(training_set, lake))


@contextmanager
def source_in_place(training_set: Made, deployed: ModelSource, *, lake: ObjectStore) -> Iterator[ModelSource]:
    """What to run a training's step by: what is deployed while it is the same, else what was kept.

    Until the end, `model_code` is the package of that source.
    """
    same = (deployed.charter.digest(), code_digest(deployed.code)) == (training_set.charter, training_set.code)
    if same or training_set.source is None:
        yield deployed
        return
    with kept_in_place(training_set, lake=lake) as source:
        yield source


@contextmanager
def kept_in_place(training_set: Made, *, lake: ObjectStore) -> Iterator[ModelSource]:
    """The kept source, deployed or not; until the end, `model_code` is its package."""
    content = _content(training_set, lake)
    with ReleasedCode(content).in_place():
        yield _opened(training_set, content)


def _content(training_set: Made, lake: ObjectStore) -> bytes:
    if training_set.source is None:
        raise Conflict(
            f"Training set {training_set.id} was made before the code of trainings was kept.",
            "Train again: what is trained from now on can be repeated.",
        )
    content = lake.get(training_set.source.key)
    if digest(content) != training_set.source.sha256:
        raise Corrupt(f"{training_set.source.key} is not what was recorded.", "Find out who changed the file.")
    return content


def _opened(training_set: Made, content: bytes) -> ModelSource:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        read: dict[str, Any] = {name: json.loads(archive.read(name)) for name in names if name.endswith(".json")}
        code = {name.removeprefix(_CODE): archive.read(name) for name in names if name.startswith(_CODE)}
    if "__init__.py" in code and code_digest(code) != training_set.code:
        # The model had no such file; a package needs one.
        del code["__init__.py"]
    contracts = {
        name.removeprefix(_CONTRACTS).removesuffix(".json"): from_record(Contract, record)
        for name, record in read.items()
        if name.startswith(_CONTRACTS)
    }
    return ModelSource(from_record(Charter, read[_CHARTER]), contracts, code, _golden(read[_GOLDEN]))


def _golden(rows: Any) -> tuple[Mapping[str, Any], ...]:
    return tuple(rows)


def _json(value: object) -> bytes:
    # Not sorted: the order of a search space is the order of its trials.
    return json.dumps(as_record(value), ensure_ascii=False, indent=1).encode()
