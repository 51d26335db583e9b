"""Local clouds that keep their state in a folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

from infra.local import patches
from infra.local.cloud import BUILD, LocalCloud
from tests.e2e.local.templates import Resources, assembly, role


@contextmanager
def kept(folder: Path, resources: Resources, clock: datetime | None = None) -> Iterator[LocalCloud]:
    """A cloud of one stack on the state in `folder`, by `LocalCloud.start`'s own steps."""
    patches.apply()
    making: Any = import_module("infra.local.parts")
    from infra.local.deploy import deploy
    from infra.local.state.keeping import State

    read = assembly(("stack", {"Role": role(), **resources}))
    with ExitStack() as ends:
        state = ends.enter_context(State(folder / "state"))
        reset = making.moto_api_backend.reset

        def ends_then_reset() -> None:
            state.end()
            reset()

        with (
            mock.patch.object(making, "Assets", return_value=state.assets),
            mock.patch.object(making, "Gateway", partial(making.Gateway, port=state.api_port)),
            mock.patch.object(making, "make_server", partial(_serve, making.make_server, state)),
            mock.patch.object(making.moto_api_backend, "reset", ends_then_reset),
        ):
            wiring = making.assemble(ends, read.region, state.clock(clock), BUILD, folder)
        state.thaw(wiring)
        if not state.holds(read):
            deploy(read, wiring.assets)
        state.keep(wiring, read)
        ends.callback(state.rest)
        cloud = LocalCloud(wiring, ends.pop_all())
    try:
        yield cloud
    finally:
        cloud.stop()
    left = list(folder.glob("serin-cloud-*"))
    assert not left, f"the cloud left {left}"


def _serve(make_server: Any, state: Any, host: str, _port: int, app: Any, **more: Any) -> Any:
    return make_server(host, state.endpoint_port, state.traffic.around(app), **more)
