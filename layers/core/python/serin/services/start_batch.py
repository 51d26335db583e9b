"""A person asks for a whole file to be scored."""

from __future__ import annotations

import json
import uuid

from serin.domain.auditing.effects import asked_for_batch
from serin.domain.batches import Batch, asked_at, batch_key
from serin.domain.errors import NotFound, NotReleased
from serin.domain.names import digest
from serin.domain.records import as_record, from_record
from serin.ports import Catalog, Clock, Control, ObjectStore, Workflows
from serin.services.steps.known_objects import is_there
from serin.services.withdraw_version import refuse_withdrawn


def start_batch(
    model: str,
    file: str,
    version: int | None,
    by: str,
    correlation: str,
    again: str | None,
    *,
    uploads: ObjectStore,
    lake: ObjectStore,
    catalog: Catalog,
    control: Control,
    workflows: Workflows,
    clock: Clock,
) -> Batch:
    """Begin to score `batch/<model>/<file>` of the uploads, by that version or the one that is live.

    `again` names the call: asked once more it is the same batch, begun once; None where it never is. What could only
    fail is refused: NotFound for a file or a version there is not, NotReleased where none is live, Conflict for a
    withdrawn one.
    """
    name = uuid.uuid4().hex if again is None else digest(again, "batch", model)[:32]
    key = batch_key(model, file)
    number = _version(model, version, catalog, control)
    if not is_there(key, store=uploads):
        raise NotFound(
            f"There is no file {key} in the uploads.",
            f"Put it there: `./scripts/serin batch {model} FILE` does both.",
            "file",
        )
    content = uploads.about(key)
    batch = Batch(name, model, number, key, content.version, content.etag, clock.now(), by, correlation)
    place = asked_at(model, name)
    if not lake.put_new(place, json.dumps(as_record(batch)).encode()):
        batch = from_record(Batch, json.loads(lake.get(place)))
    catalog.note_effect(asked_for_batch(batch))
    workflows.start_batch(batch)
    return batch


def _version(model: str, version: int | None, catalog: Catalog, control: Control) -> int:
    if version is None:
        live = control.live(model)
        if live is None:
            raise NotReleased(f"No version of {model} is live.", "Release one, or name a registered version.")
        return live.version
    registered = catalog.version(model, version).version
    refuse_withdrawn(model, registered, catalog=catalog)
    return registered
