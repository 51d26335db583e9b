"""All of moto's state as one piece, and back in its places."""

from __future__ import annotations

import io
from dataclasses import dataclass
from pickle import PicklingError
from typing import Any

from moto.s3.models import FakeKey, S3Backend

from infra.local.services.service import Services
from infra.local.state import counters
from infra.local.state.backends import Name, find, in_use, name_of
from infra.local.state.bodies import Bodies
from infra.local.state.code import CodeRecord
from infra.local.state.inspection import REMEDY
from infra.local.state.pickling import Freezer, Thawer
from infra.local.state.stillness import stillness
from infra.local.wiring import Wiring
from serin.domain.errors import Corrupt, SerinError, Unavailable

_TRIES = 5


@dataclass(frozen=True)
class Frozen:
    """The content of every backend by its name, and what lies beside them."""

    backends: dict[Name, dict[str, Any]]
    counters: counters.Counters
    code: CodeRecord


def freeze(code: CodeRecord, bodies: Bodies, services: Services) -> tuple[bytes, set[str]]:
    """Everything in bytes, and the modules whose objects are in it."""
    _keep_bodies(bodies)
    for _ in range(_TRIES):
        bodies.begin()
        try:
            with stillness(services):
                file = io.BytesIO()
                freezer = Freezer(file, bodies)
                freezer.dump(Frozen({name_of(one): vars(one) for one in in_use()}, counters.read(services), code))
                return file.getvalue(), freezer.modules
        except RuntimeError:
            # Something changed size while it was iterated: a body had to be read from the disk meanwhile.
            continue
        except (PicklingError, TypeError, AttributeError) as error:
            raise Unavailable(
                f"The state cannot be written: {error}.", "Tell infra/local/state/pickling.py how to keep it."
            ) from error
    raise Unavailable("The state changes faster than it can be written.", "Wait until less is going on.")


def _keep_bodies(bodies: Bodies) -> None:
    """Write new bodies while others work, so that standing still is short."""
    for backend in in_use():
        if isinstance(backend, S3Backend):
            for bucket in list(backend.buckets.values()):
                for _name, versions in list(bucket.keys.lists()):
                    for one in list(versions):
                        if isinstance(one, FakeKey):
                            bodies.keep(one)


def read(payload: bytes, bodies: Bodies) -> Frozen:
    """The frozen objects; raises Corrupt for what no cloud has written."""
    try:
        frozen = Thawer(io.BytesIO(payload), bodies).load()
    except SerinError:
        raise
    except Exception as error:
        raise Corrupt(f"The state cannot be read: {error}.", REMEDY) from error
    if not isinstance(frozen, Frozen):
        raise Corrupt(f"The state holds a {type(frozen).__name__}.", REMEDY)
    return frozen


def thaw(frozen: Frozen, wiring: Wiring) -> None:
    """Put everything in its place and set going what was going; what was cut short has ended by that."""
    for name, content in frozen.backends.items():
        backend = find(name)
        vars(backend).clear()
        vars(backend).update(content)
    counters.put_back(frozen.counters, wiring.services)
    for service in wiring.services:
        if service.frozen.thawed is not None:
            service.frozen.thawed(wiring.region)
