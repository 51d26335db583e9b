"""How every peer that is an ASGI application is served: by uvicorn in its fastest configuration, one process."""

from __future__ import annotations

from typing import Any

import uvicorn


def serve(app: Any, port: int) -> None:
    """Until somebody ends the process: uvloop and httptools, no access log, connections kept."""
    uvicorn.run(
        app, host="127.0.0.1", port=port, loop="uvloop", http="httptools", access_log=False, log_level="error",
        timeout_keep_alive=600,
    )  # fmt: skip
