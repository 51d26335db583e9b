"""The local cloud: one call starts moto, the function host and the gateway and deploys an assembly into them."""

from __future__ import annotations

import atexit
import time
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from infra.local import assembly as assemblies
from infra.local import patches, support
from infra.local.lambda_model import Credentials
from infra.local.session import sweep
from serin.domain.errors import Unavailable

if TYPE_CHECKING:
    from infra.local.deploy import Progress
    from infra.local.wiring import Wiring

BUILD = Path(__file__).parents[2] / "build"


class LocalCloud:
    """A running local cloud, one a process.

    with LocalCloud.start(Path("cdk.out")) as cloud:
        boto3.client("s3", **cloud.client)

    It ends with the block, with `stop()`, or with the process; after a kill the next start sweeps what is left.
    """

    credentials = Credentials("serin", "serin", "local")
    """What a person's own tools sign with: the account's administrator."""

    def __init__(self, parts: Wiring, ends: ExitStack) -> None:
        self._parts = parts
        self._ends = ends

    @classmethod
    def start(
        cls,
        assembly: Path | assemblies.Assembly,
        progress: Progress | None = None,
        clock: datetime | None = None,
        build: Path = BUILD,
        scratch: Path | None = None,
    ) -> LocalCloud:
        """Start and deploy; what was begun is ended when the deploy fails.

        `clock` is the moment functions take for now; `build` keeps the runtime's packages between starts;
        the session's folder is made in `scratch`, by default the system's temporary folder.
        """
        read = assemblies.read(assembly) if isinstance(assembly, Path) else assembly
        for stack in read.stacks:
            support.check(stack.name, stack.template)
        sweep(scratch)
        patches.apply()
        # moto takes seconds to import, which nobody should pay for importing this module.
        from infra.local.deploy import deploy, silent
        from infra.local.parts import assemble

        offset_s = 0.0 if clock is None else (clock - datetime.now(UTC)).total_seconds()
        with ExitStack() as ends:
            parts = assemble(ends, read.region, offset_s, build, scratch)
            deploy(read, parts.assets, progress or silent)
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
    def client(self) -> dict[str, Any]:
        """The arguments that point a boto3 client here."""
        return {
            "endpoint_url": self.endpoint_url,
            "region_name": self.region,
            "aws_access_key_id": self.credentials.access_key_id,
            "aws_secret_access_key": self.credentials.secret_access_key,
            "aws_session_token": self.credentials.session_token,
        }

    def settle(self, timeout_s: float = 60.0) -> None:
        """Wait until nothing moves: no event, message, asynchronous call, execution or log delivery is under way."""
        deadline = time.monotonic() + timeout_s
        quiet = 0
        while quiet < 3:
            if time.monotonic() > deadline:
                raise Unavailable(f"After {timeout_s:.0f} s there is still: {', '.join(self._busy())}.", "Wait longer.")
            quiet = 0 if self._busy() else quiet + 1
            time.sleep(0.05)

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

    def _busy(self) -> list[str]:
        from infra.local.parts import running_executions

        parts = self._parts
        states = {
            "events": not parts.router.idle,
            "messages": not parts.mappings.idle,
            "asynchronous invocations": not parts.invocations.idle,
            "log deliveries": not parts.subscriptions.idle,
            "executions": running_executions(parts.region) > 0,
        }
        return [name for name, moves in states.items() if moves]
