from __future__ import annotations

import gzip

import pytest

from serin.domain.errors import Invalid, SerinError, TooLarge, Unsupported
from serin.domain.expanding import expanded
from serin.domain.json_body import MAXIMUM_BYTES

BODY = b'{"instances": []}'
PACKED = gzip.compress(BODY, mtime=0)
"""Without a time, since bodies are part of the tests' names, and every worker must come to the same ones."""


@pytest.mark.parametrize("encoding", ["gzip", "GZIP", " x-gzip ", "identity, gzip"])
def test_gzip_is_expanded(encoding: str) -> None:
    assert expanded(PACKED, encoding) == BODY


def test_streams_one_behind_the_other_are_one_body() -> None:
    half = len(BODY) // 2
    assert expanded(gzip.compress(BODY[:half]) + gzip.compress(b"") + gzip.compress(BODY[half:]), "gzip") == BODY
    with pytest.raises(TooLarge, match="expands to more"):
        expanded(gzip.compress(b" " * MAXIMUM_BYTES) + gzip.compress(b" "), "gzip")


@pytest.mark.parametrize("encoding", [None, "", "identity"])
def test_what_is_not_encoded_is_left_as_it_is(encoding: str | None) -> None:
    assert expanded(BODY, encoding) == BODY


@pytest.mark.parametrize("encoding", ["br", "deflate", "zstd", "gzip, gzip", "br, gzip", "gzip;q=1"])
def test_another_encoding_is_refused_by_its_name(encoding: str) -> None:
    with pytest.raises(Unsupported, match=encoding.replace("\x1b", "")):
        expanded(PACKED, encoding)


def test_a_body_may_expand_to_what_a_body_may_have_and_to_no_byte_more() -> None:
    assert len(expanded(gzip.compress(b" " * MAXIMUM_BYTES), "gzip")) == MAXIMUM_BYTES
    with pytest.raises(TooLarge, match="expands to more"):
        expanded(gzip.compress(b" " * (MAXIMUM_BYTES + 1)), "gzip")
    with pytest.raises(TooLarge, match="compressed body has"):
        expanded(b"x" * (MAXIMUM_BYTES + 1), "gzip")


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "ends too early"),
        (BODY, "is not gzip"),
        (PACKED[:-1], "ends too early"),
        (PACKED[:-8] + bytes(8), "is not gzip"),
        (PACKED + BODY, "is not gzip"),
        (PACKED + PACKED[:-1], "ends too early"),
        (gzip.compress(b"", mtime=0) * 257, "more than 256 gzip streams"),
    ],
)
def test_what_is_not_whole_gzip_streams_is_refused(body: bytes, said: str) -> None:
    with pytest.raises(SerinError, match=said) as caught:
        expanded(body, "gzip")
    assert isinstance(caught.value, Invalid)
