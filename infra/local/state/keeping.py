"""A state folder in the hands of one running cloud."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Hashable
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import Self
from urllib.parse import urlparse

from moto.cloudwatch.models import cloudwatch_backends
from moto.logs.models import LogEvent

from infra.local.clock import VirtualClock
from infra.local.cloudformation.store import records
from infra.local.deploy.assembly import Assembly
from infra.local.state import frozen, snapshot
from infra.local.state.bodies import Bodies
from infra.local.state.code import KeptAssets
from infra.local.state.folder import StateFolder
from infra.local.state.inspection import REMEDY
from infra.local.state.keeper import Keeper
from infra.local.state.ports import check_free
from infra.local.state.traffic import Traffic
from infra.local.wiring import ACCOUNT, Wiring
from serin.domain.errors import Conflict, Corrupt, SerinError, Unavailable

_FILE = "state"
_GLANCE_S = 0.005
_REST_S = 10.0
"""How long a stop waits for what is under way."""


class State:
    """What was kept in a folder, and the keeping of what happens next."""

    def __init__(self, path: Path) -> None:
        """Lock the folder and read it; nothing is thawed yet. Raises Conflict, Denied, Corrupt or Invalid."""
        self._folder = StateFolder(path)
        try:
            self._file = path / _FILE
            self._bodies = Bodies(path / "objects")
            self.assets = KeptAssets(path / "code")
            kept = snapshot.read(self._file)
            if kept:
                check_free(kept[0].endpoint_port, "AWS's API")
                check_free(kept[0].api_port, "The HTTP API")
        except BaseException:
            self._folder.close()
            raise
        self.snapshot: snapshot.Snapshot | None = kept[0] if kept else None
        self._payload = kept[1] if kept else b""
        self.traffic = Traffic()
        self._keeper: Keeper | None = None
        self._assembly = ""
        self._wiring: Wiring | None = None

    @property
    def endpoint_port(self) -> int:
        """Where AWS's API was; 0 for any."""
        return self.snapshot.endpoint_port if self.snapshot else 0

    @property
    def api_port(self) -> int:
        """Where the HTTP API was; 0 for any."""
        return self.snapshot.api_port if self.snapshot else 0

    def clock(self, asked: datetime | None) -> VirtualClock:
        """The clock as it would show had it never stopped, unless another moment is asked for.

        Raises Conflict for an earlier one than the state has seen.
        """
        if self.snapshot is None:
            return VirtualClock(asked)
        seen = datetime.fromisoformat(self.snapshot.written)
        if asked is not None and asked < seen:
            raise Conflict(
                f"The state was written at {seen.isoformat()}, after {asked.isoformat()}.",
                "Name a later moment, none, or another folder.",
            )
        return VirtualClock(asked, self.snapshot.clock_offset_s)

    def holds(self, assembly: Assembly) -> bool:
        """Whether exactly this assembly was deployed last, so that it need not be again.

        Raises Corrupt when the stacks it should hold are gone: somebody has emptied the cloud the state was made of.
        """
        if self.snapshot is None or self.snapshot.assembly != digest_of(assembly):
            return False
        known = {stack.name for stack in records(assembly.region).stacks.values() if stack.deleted is None}
        missing = sorted(stack.name for stack in assembly.stacks if stack.name not in known)
        if missing:
            raise Corrupt(f"The state in {self._file} has lost the stacks {', '.join(missing)}.", REMEDY)
        return True

    def thaw(self, wiring: Wiring) -> None:
        """Put what was kept into an empty cloud whose parts run; does nothing for an empty folder."""
        if self.snapshot is None:
            return
        if self.snapshot.region != wiring.region:
            raise Conflict(
                f"The state is of {self.snapshot.region}, the assembly of {wiring.region}.", "Use another folder."
            )
        try:
            content = frozen.read(self._payload, self._bodies)
            self._payload = b""
            self.assets.restore(content.code)
            frozen.thaw(content, wiring)
        except SerinError:
            raise
        except Exception as error:
            found = f"The state in {self._file} does not hold what a cloud keeps: {type(error).__name__}: {error}."
            raise Corrupt(found, REMEDY) from error

    def keep(self, wiring: Wiring, assembly: Assembly) -> None:
        """Write what is there now, and from now on what changes."""
        self._assembly, self._wiring = digest_of(assembly), wiring
        self._save(wiring)
        self._keeper = Keeper(lambda: self._save(wiring), lambda: self._stamp(wiring), lambda: self._rests(wiring))
        self._keeper.start()

    def rest(self) -> None:
        """Give what is under way a moment to end, before the cloud stops."""
        if self._wiring is not None:
            with suppress(Unavailable):
                self._wiring.activity.rest(_REST_S, _GLANCE_S)

    def end(self) -> None:
        """Write for the last time, when everything but moto has stopped; nothing when it never began."""
        if self._keeper is not None and self._wiring is not None:
            self._keeper.stop()
            self._save(self._wiring)
            self._wiring = None

    def _save(self, wiring: Wiring) -> None:
        payload, modules = frozen.freeze(self.assets.record(), self._bodies, wiring.services)
        made = snapshot.Snapshot(
            written=wiring.clock.now().isoformat(),
            region=wiring.region,
            assembly=self._assembly,
            endpoint_port=urlparse(wiring.endpoint_url).port or 0,
            api_port=urlparse(wiring.api_url).port or 0,
            clock_offset_s=wiring.clock.offset_s,
            **snapshot.versions(modules),
        )
        snapshot.write(self._file, made, payload)
        self._bodies.sweep()

    def close(self) -> None:
        """Let another cloud use the folder."""
        if self._keeper is not None:
            self._keeper.stop()
        self._folder.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    def _stamp(self, wiring: Wiring) -> Hashable:
        """Differs when anything may have changed: by a request, a function or a step of the clock."""
        metrics = len(cloudwatch_backends[ACCOUNT][wiring.region].metric_data)
        return self.traffic.begun, LogEvent._event_id, metrics, wiring.clock.waiting.turns

    def _rests(self, wiring: Wiring) -> bool:
        if self.traffic.running:
            return False
        try:
            wiring.activity.rest(0.0, _GLANCE_S)
        except Unavailable:
            return False
        return True


def digest_of(assembly: Assembly) -> str:
    """Changes with anything that a deploy would look at."""
    stacks = [
        [stack.name, stack.template, dict(stack.parameters or {}), [[one.bucket, one.key] for one in stack.assets]]
        for stack in assembly.stacks
    ]
    return hashlib.sha256(json.dumps([assembly.region, stacks], sort_keys=True).encode()).hexdigest()
