"""A headless Chromium for tests, and pages for it on a port of the test's own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
QUIET = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_PATIENCE_S = 120
_INSTALL_S = 300


CHOICE = "SERIN_WITHOUT_BROWSER"
"""Set to 1 by a developer who cannot install a browser; in CI, which sets `CI`, it changes nothing."""


def browser() -> str:
    """The browser's program; where there is none and none can be installed the test fails, and says what to do.

    A developer may choose to go without it, and is told so.
    """
    program = _found() or _installed()
    if program is not None:
        return program
    if os.environ.get(CHOICE) == "1" and not os.environ.get("CI"):
        pytest.skip(f"NOT RUN, by your choice ({CHOICE}=1): what people see in a browser was not tested")
    pytest.fail(
        f"There is no browser ({', '.join(_NAMES)}), and apt-get may not install one: install Chromium, or set "
        f"{CHOICE}=1 to leave out what needs it, which CI may not.",
        pytrace=False,
    )


def _found() -> str | None:
    return next(filter(None, map(shutil.which, _NAMES)), None)


@cache
def _installed() -> str | None:
    """Debian's, on a machine where we may install packages: as root, or in CI by a sudo that asks nothing."""
    by = _as_root()
    if by is None or shutil.which("apt-get") is None:
        return None
    variables = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for command in (["update"], ["install", "-y", "--no-install-recommends", "chromium"]):
        subprocess.run(
            [*by, "apt-get", "-qq", *command], env=variables, capture_output=True, timeout=_INSTALL_S, check=False
        )
    return _found()


def _as_root() -> list[str] | None:
    if os.getuid() == 0:
        return []
    # On a person's own machine nothing is installed behind their back.
    return ["sudo", "-n", "-E"] if os.environ.get("CI") and shutil.which("sudo") else None


def dumped(url: str, profile: Path, *options: str) -> str:
    """What the browser shows of a page once it has loaded."""
    command = [browser(), *QUIET, f"--user-data-dir={profile}", *options, "--dump-dom", url]
    done = subprocess.run(command, capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@contextmanager
def site(page: str, told: Callable[[Any], None]) -> Iterator[str]:
    """The address of a server with one page; what the page posts to it is told, before the page gets its answer."""

    class Handler(BaseHTTPRequestHandler):
        """GET is the page, POST is JSON from it."""

        def do_GET(self) -> None:
            """The page."""
            self._answer(page.encode())

        def do_POST(self) -> None:
            """What it has seen."""
            told(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
            self._answer(b"")

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_args: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def shown(url: str, profile: Path, until: threading.Event, *options: str) -> None:
    """Keep a page open until the event is set."""
    command = [browser(), *QUIET, f"--user-data-dir={profile}", *options, url]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            assert until.wait(_PATIENCE_S), "the page did not come to its end"
        finally:
            process.terminate()
