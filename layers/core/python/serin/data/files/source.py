"""The bytes of an upload, any piece of them at any time, however they are packed."""

from __future__ import annotations

from typing import BinaryIO, Protocol


class Source(Protocol):
    """What is read from."""

    def read(self, start: int, size: int) -> bytes:
        """As many bytes from there on, or all there are."""


class Plain:
    """A file as it is."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file

    def read(self, start: int, size: int) -> bytes:
        self._file.seek(start)
        return self._file.read(size)
