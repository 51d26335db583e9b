"""Unpacking gzip as far as somebody reads, never beyond the cap."""

from __future__ import annotations

import tempfile
import zlib
from types import TracebackType
from typing import BinaryIO

from serin.data.files.table import Caps
from serin.domain.errors import Rejected, TooLarge

MAGIC = b"\x1f\x8b"
_STEP = 1024 * 1024


class Unpacked:
    """The unpacked bytes, all members in turn, kept in a temporary file once there are many.

    Reading raises TooLarge as soon as they pass the cap, Rejected when they turn out damaged.
    """

    def __init__(self, name: str, packed: BinaryIO, caps: Caps) -> None:
        self._name, self._packed, self._caps = name, packed, caps
        self._kept = tempfile.SpooledTemporaryFile(max_size=caps.block)  # noqa: SIM115  # closed by `close`
        self._size, self._ended = 0, False
        self._member = zlib.decompressobj(wbits=31)
        packed.seek(0)

    def __enter__(self) -> Unpacked:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._kept.close()

    def read(self, start: int, size: int) -> bytes:
        self._unpack_to(start + size)
        self._kept.seek(start)
        return self._kept.read(size)

    def _unpack_to(self, size: int) -> None:
        self._kept.seek(self._size)
        try:
            while self._size < size and not self._ended:
                self._step(self._packed.read(_STEP))
        except zlib.error as error:
            raise self._damaged(str(error)) from error

    def _step(self, block: bytes) -> None:
        if not block:
            if not self._member.eof:
                raise self._damaged("it ends before its data does")
            self._ended = True
        while block:
            if self._member.eof:
                # Some writers pad with zeros behind a member; gzip itself ignores these.
                block = block.lstrip(b"\0")
                if not block:
                    break
                self._member = zlib.decompressobj(wbits=31)
            self._size += self._kept.write(self._member.decompress(block, _STEP))
            if self._size > self._caps.unpacked:
                raise TooLarge(
                    f"{self._name}: unpacks to more than {self._caps.unpacked:,} bytes.",
                    "Split the file into smaller ones and upload each.",
                )
            block = self._member.unused_data if self._member.eof else self._member.unconsumed_tail

    def _damaged(self, found: str) -> Rejected:
        return Rejected(
            f"{self._name}: the gzip data is damaged ({found[:100]}).", "Pack the file again and upload it."
        )
