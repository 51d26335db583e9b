"""How much memory a process holds, as near to Lambda's accounting as the system tells."""

from __future__ import annotations

import subprocess
from pathlib import Path

_KB_PER_MB = 1024


def anonymous_mb(pid: int) -> int:
    """What cannot be given back: mapped files, such as shared libraries, do not count. 0 when the process has gone."""
    status = _status(pid)
    if status is None:
        return _resident_mb(pid)
    return (_field(status, b"RssAnon") + _field(status, b"RssShmem")) // _KB_PER_MB


def peak_mb(pid: int) -> int:
    """The most it was resident with since its start; 0 when the process has gone."""
    status = _status(pid)
    return _resident_mb(pid) if status is None else _field(status, b"VmHWM") // _KB_PER_MB


def _status(pid: int) -> bytes | None:
    """None where the system has no /proc (macOS). Asked of each running function twenty times a second."""
    try:
        return Path(f"/proc/{pid}/status").read_bytes()
    except OSError:
        return b"" if Path("/proc/self/status").exists() else None


def _field(status: bytes, name: bytes) -> int:
    """Kilobytes, as a line says them: `RssAnon:     1234 kB`."""
    begin = status.find(b"\n" + name + b":")
    return 0 if begin < 0 else int(status[begin + len(name) + 2 : status.find(b"kB", begin)])


def _resident_mb(pid: int) -> int:
    listed = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return int(listed.stdout.strip() or 0) // _KB_PER_MB
