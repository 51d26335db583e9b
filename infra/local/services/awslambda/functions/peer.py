"""Whose a connection to this machine's loopback is: the process at its other end."""

from __future__ import annotations

import socket
import struct
import subprocess
from pathlib import Path


def is_of_process(connected: socket.socket, pid: int) -> bool:
    """Whether the process holds the other end of an accepted connection; False for one that has gone."""
    here, there = connected.getsockname(), connected.getpeername()
    if not Path("/proc/self/net/tcp").exists():
        return _listed(pid, there[1], here[1])
    inode = _inode(pid, _written(there), _written(here))
    return inode is not None and f"socket:[{inode}]" in _open_files(pid)


def _written(address: tuple[str, int]) -> str:
    """As /proc has it: the address in the machine's own order of bytes, the port in the usual one."""
    (number,) = struct.unpack("=I", socket.inet_aton(address[0]))
    return f"{number:08X}:{address[1]:04X}"


def _inode(pid: int, local: str, remote: str) -> str | None:
    """Of the socket with these ends; the other end of the connection has them the other way round."""
    try:
        lines = Path(f"/proc/{pid}/net/tcp").read_text().splitlines()[1:]
    except OSError:
        return None
    rows = (line.split() for line in lines)
    return next((row[9] for row in rows if row[1:3] == [local, remote]), None)


def _open_files(pid: int) -> set[str]:
    try:
        return {_target(link) for link in Path(f"/proc/{pid}/fd").iterdir()}
    except OSError:
        return set()


def _target(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        # It was closed since it was listed.
        return ""


def _listed(pid: int, local: int, remote: int) -> bool:
    """By `lsof`, where the system has no /proc (macOS)."""
    command = ["lsof", "-a", "-nP", "-p", str(pid), "-i", f"TCP:{remote}", "-Fn"]
    told = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return f"n127.0.0.1:{local}->127.0.0.1:{remote}" in told.splitlines()
