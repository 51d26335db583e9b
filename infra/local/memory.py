"""How much memory a process holds, as near to Lambda's accounting as the system tells."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

_KB_PER_MB = 1024


def anonymous_mb(pid: int) -> int:
    """What cannot be given back: mapped files, such as shared libraries, do not count. 0 when the process has gone."""
    status = _status(pid)
    if status is None:
        return _resident_mb(pid)
    return (_field(status, "RssAnon") + _field(status, "RssShmem")) // _KB_PER_MB


def peak_mb(pid: int) -> int:
    """The most it was resident with since its start; 0 when the process has gone."""
    status = _status(pid)
    return _resident_mb(pid) if status is None else _field(status, "VmHWM") // _KB_PER_MB


def _status(pid: int) -> str | None:
    """None where the system has no /proc (macOS)."""
    if not Path("/proc/self/status").exists():
        return None
    try:
        return Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return ""


def _field(status: str, name: str) -> int:
    match = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    return int(match[1]) if match else 0


def _resident_mb(pid: int) -> int:
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(listed.stdout.strip() or 0) // _KB_PER_MB
