"""A headless Chromium that is driven as a person drives one: it opens pages, fills forms and presses buttons.

Commands travel over two pipes, as the DevTools protocol has it: https://chromedevtools.github.io/devtools-protocol/
"""

from __future__ import annotations

import base64
import json
import os
import select
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.e2e.browser import QUIET, browser
from tests.waiting import PATIENCE_S, wait_until

DESKTOP, PHONE = 1280, 390
_TAB_KEY, _MOST_STOPS = 9, 400
_NUMBERED = """{
  const controls = 'a[href], button, input:not([type=hidden]), textarea, select, summary';
  const scrolls = one => one.scrollWidth > one.clientWidth && getComputedStyle(one).overflowX === 'auto';
  window.stops = [...document.querySelectorAll('body *')].filter(
    one => one.checkVisibility() && (one.matches(controls) || one.tabIndex === 0 || scrolls(one)));
  document.body.tabIndex = -1; document.body.focus(); document.body.removeAttribute('tabindex');
  null }"""
_FOCUSED = """(() => {
  const one = document.activeElement, style = getComputedStyle(one), box = one.getBoundingClientRect();
  return one === document.body ? null : {
    number: window.stops.indexOf(one), what: one.outerHTML.slice(0, 200),
    seen: style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0 && box.width > 0 && box.right > 0 };
})()"""


class Chromium:
    """One page of a browser."""

    def __init__(self, send: int, receive: int) -> None:
        self._send, self._receive, self._number, self._rest = send, receive, 0, b""
        self._session: dict[str, str] = {}
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self._session = {"sessionId": self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]}
        for domain in ("Page", "Runtime"):
            self.call(f"{domain}.enable")

    def call(self, method: str, **parameters: Any) -> Any:
        """What the browser answers to a command."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": parameters, **self._session}
        os.write(self._send, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._next()
            if answer.get("id") == self._number:
                assert "error" not in answer, answer
                return answer["result"]

    def _next(self) -> Any:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._receive], [], [], PATIENCE_S)
            assert ready, "the browser says nothing"
            self._rest += os.read(self._receive, 1 << 20)
        message, _, self._rest = self._rest.partition(b"\0")
        return json.loads(message)

    def run(self, script: str) -> Any:
        """The value of an expression in the page; a fault in it fails the test."""
        answer = self.call("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def open(self, url: str) -> None:
        """Go to a page and wait until it is there."""
        self.call("Page.navigate", url=url)
        self.wait("true")

    def wait(self, condition: str) -> None:
        """Wait until the page is loaded and the condition holds in it."""
        loaded = "document.readyState === 'complete' && location.href !== 'about:blank'"
        came = wait_until(lambda: self._holds(f"{loaded} && ({condition})"), 0.05)
        assert came, f"never: {condition}; the page says: {self.text[:2000]}"

    def _holds(self, condition: str) -> bool:
        answer = self.call("Runtime.evaluate", expression=condition, returnByValue=True)
        return bool(answer["result"].get("value"))

    @property
    def text(self) -> str:
        """What stands on the page."""
        return str(self.run("document.body ? document.body.innerText : ''"))

    def fill(self, selector: str, value: str) -> None:
        """Write into a field."""
        self.run(f"document.querySelector({json.dumps(selector)}).value = {json.dumps(value)}; null")

    def press(self, selector: str) -> None:
        """Press a button, and wait for the page that follows."""
        self.run("window.left = true; null")
        self.run(f"document.querySelector({json.dumps(selector)}).click(); null")
        self.wait("!window.left")

    def sign_in(self, url: str, token: str) -> None:
        """Open a page, which asks for a token, and show it."""
        self.open(url)
        self.fill("input[name=token]", token)
        self.press("main form button")

    def show(self, html: str, width: int) -> None:
        """Draw a page that nobody serves, at a width, with all that can be opened open."""
        metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        self.call("Emulation.setDeviceMetricsOverride", **metrics)
        frame = self.call("Page.getFrameTree")["frameTree"]["frame"]["id"]
        self.call("Page.setDocumentContent", frameId=frame, html=html)
        self.run("document.querySelectorAll('details').forEach(one => { one.open = true }); null")

    def tabbed(self) -> list[dict[str, Any]]:
        """What has the focus after each press of Tab, from the top on until it leaves the page again."""
        stops: list[dict[str, Any]] = []
        self.run(_NUMBERED)
        for _ in range(_MOST_STOPS):
            for kind in ("keyDown", "keyUp"):
                self.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=_TAB_KEY)
            stop = self.run(_FOCUSED)
            if stop is None or (stops and stop["number"] == stops[0]["number"]):
                return stops
            stops.append(stop)
        raise AssertionError("Tab never leaves the page")

    def pictures(self, name: str, folder: Path) -> None:
        """The page as it is, at both widths, light and dark."""
        folder.mkdir(parents=True, exist_ok=True)
        for width in (DESKTOP, PHONE):
            metrics = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": width == PHONE}
            self.call("Emulation.setDeviceMetricsOverride", **metrics)
            for scheme in ("light", "dark"):
                self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
                shot = self.call("Page.captureScreenshot", captureBeyondViewport=True)["data"]
                (folder / f"{name}-{width}-{scheme}.png").write_bytes(base64.b64decode(shot))
            assert self.run("document.documentElement.scrollWidth <= innerWidth"), f"{name} is wider than {width}"
        self.call("Emulation.clearDeviceMetricsOverride")


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    """A browser of the test's own."""
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()

    # The browser reads commands from 3 and writes to 4.
    shell = f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}'
    command = [browser(), *QUIET, f"--user-data-dir={profile}", "--remote-debugging-pipe"]
    process = subprocess.Popen(
        ["bash", "-c", shell, "bash", *command],
        pass_fds=(theirs_in, theirs_out),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    try:
        yield Chromium(ours_out, ours_in)
    finally:
        process.kill()
        process.wait()
        os.close(ours_out)
        os.close(ours_in)
