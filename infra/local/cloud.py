"""The local cloud: one call starts moto, the function host and the gateway and deploys an assembly into them."""

from __future__ import annotations

import atexit
import gc
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from infra.local.account import USUAL, Account
from infra.local.clock import VirtualClock
from infra.local.cloudformation import support
from infra.local.deploy import assembly as assemblies
from infra.local.processor import Spent
from infra.local.session import sweep

if TYPE_CHECKING:
    from infra.local.clock.virtual import Progress
    from infra.local.deploy import stacks as deploying
    from infra.local.iam.credentials import Credentials
    from infra.local.wiring import Wiring

BUILD = Path(__file__).parents[2] / "build"

_GLANCE_S = 0.02
"""Between two looks whether everything has come to rest."""

_SELDOM = (50_000, 20, 100)
"""How much is made before the garbage collector looks, in Python's three generations."""

_PATIENCE_S = 960.0
"""Longer than the longest function: a guard against hanging, on the busiest machine."""


class LocalCloud:
    """A running local cloud, one a process.

    with LocalCloud.start(Path("cdk.out")) as cloud:
        boto3.client("s3", **cloud.client)

    It ends with the block, with `stop()`, or with the process; after a kill the next start sweeps what is left.
    """

    def __init__(self, parts: Wiring, ends: ExitStack) -> None:
        self._parts = parts
        self._ends = ends

    @classmethod
    def start(
        cls,
        assembly: Path | assemblies.Assembly,
        progress: deploying.Progress | None = None,
        clock: datetime | None = None,
        build: Path = BUILD,
        scratch: Path | None = None,
        state: Path | None = None,
        before: Callable[[LocalCloud], None] | None = None,
        account: Account = USUAL,
    ) -> LocalCloud:
        """Start and deploy; what was begun is ended when the deploy fails.

        `clock` is the moment the cloud's clock begins at, by default now; `build` keeps the runtime's packages
        between starts; the session's folder is made in `scratch`, by default the system's temporary folder.
        What a cloud held before is in the folder `state`, and is kept there again; `before` looks at it before
        anything is deployed, and may raise. `account` has the limits of one on AWS.
        """
        read = assemblies.read(assembly) if isinstance(assembly, Path) else assembly
        # moto takes seconds to import, which nobody should pay for importing this module.
        from infra.local.deploy.assets import Assets
        from infra.local.deploy.stacks import deploy, silent
        from infra.local.parts import assemble
        from infra.local.services.all import every_service
        from infra.local.state.keeping import State

        types = every_service().types
        for stack in read.stacks:
            support.check(stack.name, stack.template, types)
        sweep(scratch)
        with ExitStack() as ends:
            # Functions run in folders of their own: a path from here leads nowhere there.
            kept = ends.enter_context(State(state.resolve())) if state else None
            now = kept.clock(clock) if kept else VirtualClock(clock)
            parts = assemble(ends, read.region, now, build, scratch, kept, account)
            if kept:
                kept.thaw(parts)
            if kept and before and not kept.holds(read):
                before(cls(parts, ends))
            if kept is None or not kept.holds(read):
                deploy(read, parts.part(Assets), progress or silent)
            if kept:
                kept.keep(parts, read)
                ends.callback(kept.rest)
            # What it holds stays as long as it runs, and each whole look for garbage in it takes half a second.
            ends.callback(gc.set_threshold, *gc.get_threshold())
            gc.set_threshold(*_SELDOM)
            cloud = cls(parts, ends.pop_all())
        atexit.register(cloud.stop)
        return cloud

    @property
    def endpoint_url(self) -> str:
        """Where AWS's API is."""
        return self._parts.endpoint_url

    @property
    def api_url(self) -> str:
        """Where the deployed HTTP API is, without a slash at the end."""
        return self._parts.api_url

    @property
    def region(self) -> str:
        """The region the stacks are deployed to."""
        return self._parts.region

    @property
    def credentials(self) -> Credentials:
        """What a person's own tools sign with: the account's administrator, by a key made for this start."""
        return self._parts.owner

    @property
    def client(self) -> dict[str, Any]:
        """The arguments that point a boto3 client here."""
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self.credentials.access_key_id,
            "aws_secret_access_key": self.credentials.secret_access_key,
        }

    @property
    def clock(self) -> VirtualClock:
        """What everything in the cloud takes for now."""
        return self._parts.clock

    @property
    def spent(self) -> Mapping[str, Spent]:
        """What each function has taken so far, by its name."""
        from infra.local.parts import spent_by_functions

        return spent_by_functions(self._parts)

    def advance(self, by: timedelta | datetime, progress: Progress | None = None) -> None:
        """Let a span pass, or everything until a moment: each thing that is due happens at its moment, in order.

        What is under way is waited for in real time, at most 16 minutes a step. Raises Conflict while another walk
        is under way and Invalid for a moment that has passed.
        """
        from infra.local.parts import advance

        advance(self.clock.now() + by if isinstance(by, timedelta) else by, progress)

    def settle(self, timeout_s: float = _PATIENCE_S) -> None:
        """Wait, in real time, until nothing moves: no event, message, call, execution or log delivery is under way.

        What waits for a later moment does not move: `advance` brings it about.
        """
        self._parts.activity.rest(timeout_s, _GLANCE_S)

    def stop(self) -> None:
        """End every process and thread and remove the session's folder; a second call does nothing."""
        atexit.unregister(self.stop)
        self._ends.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
