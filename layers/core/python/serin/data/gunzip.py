"""Unpacking gzip without ever holding more than the cap."""

from __future__ import annotations

import io
import zlib

from serin.data.table import Caps
from serin.domain.errors import Rejected, TooLarge

MAGIC = b"\x1f\x8b"
_STEP = 1024 * 1024


def gunzip(name: str, content: bytes, caps: Caps) -> bytes:
    """The unpacked bytes, all members in turn.

    Raises TooLarge as soon as they pass the cap, Rejected when they turn out damaged.
    """
    unpacked = io.BytesIO()
    source = io.BytesIO(content)
    member = zlib.decompressobj(wbits=31)
    try:
        while block := source.read(_STEP):
            member = _unpack(name, member, block, unpacked, caps)
    except zlib.error as error:
        raise _damaged(name, str(error)) from error
    if not member.eof:
        raise _damaged(name, "it ends before its data does")
    return unpacked.getvalue()


def _unpack(name: str, member: zlib._Decompress, block: bytes, into: io.BytesIO, caps: Caps) -> zlib._Decompress:
    while block:
        if member.eof:
            # Some writers pad with zeros behind a member; gzip itself ignores these.
            block = block.lstrip(b"\0")
            if not block:
                break
            member = zlib.decompressobj(wbits=31)
        into.write(member.decompress(block, _STEP))
        if into.tell() > caps.unpacked:
            raise TooLarge(
                f"{name}: unpacks to more than {caps.unpacked:,} bytes.",
                "Split the file into smaller ones and upload each.",
            )
        block = member.unused_data if member.eof else member.unconsumed_tail
    return member


def _damaged(name: str, found: str) -> Rejected:
    return Rejected(f"{name}: the gzip data is damaged ({found[:100]}).", "Pack the file again and upload it.")
