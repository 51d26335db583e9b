"""What is read of a call without the mail parser is what that reads; what it may read otherwise is left to it."""

from __future__ import annotations

import io
from http.client import parse_headers

import pytest
from hypothesis import given
from hypothesis import strategies as st

from infra.local.door.calls import MOST_BYTES, header_lines, headers_of_call

CALL = (b"Host: 127.0.0.1:1", b"X-Amz-Target: T.Op", b"Content-Length: 4")
NAMES = st.sampled_from([b"Host", b"X-Amz-Target", b"content-length", b"A-b", b"X_Amz", b"A", b" A", b"", b"Expect"])
VALUES = st.one_of(
    st.sampled_from([b"4", b"T.Op", b"", b" ", b"keep-alive", b"close", b"\t4 ", b"4\r\n folded", b"a: b"]),
    st.binary(max_size=6).filter(lambda value: b"\n" not in value),
)
LINES = st.lists(st.tuples(NAMES, st.sampled_from([b": ", b":", b" :", b""]), VALUES).map(b"".join), max_size=6)


def read(*lines: bytes, end: bytes = b"\r\n") -> dict[str, str] | None:
    return headers_of_call([*(line + b"\r\n" for line in lines), end])


def test_a_call_is_read() -> None:
    assert read(*CALL) == {"HTTP_HOST": "127.0.0.1:1", "HTTP_X_AMZ_TARGET": "T.Op", "CONTENT_LENGTH": "4"}


@pytest.mark.parametrize(
    "more",
    [
        b"Content-Length: 4",
        b"Host: other",
        b"X_Amz_Target: T.Other",
        b" folded",
        b"Trailing: space ",
        b"Odd: \xff",
        b"No colon",
        b"Name : value",
        b"Transfer-Encoding: chunked",
        b"Expect: 100-continue",
        b"Connection: close",
        b"Upgrade: h2c",
    ],
)
def test_what_more_may_be_meant_than_a_call_is_none(more: bytes) -> None:
    assert read(*CALL, more) is None


@pytest.mark.parametrize("length", [b"+4", b"", b"4_0", b"0x4", b"-1", str(MOST_BYTES + 1).encode(), b"9" * 30])
def test_a_length_is_digits_and_not_too_many_bytes(length: bytes) -> None:
    assert read(*CALL[:2], b"Content-Length: " + length) is None


@pytest.mark.parametrize("end", [b"", b"\n", b"Half"])
def test_a_request_that_breaks_off_is_none(end: bytes) -> None:
    assert read(*CALL, end=end) is None


@given(LINES)
def test_what_is_read_is_what_the_parser_reads(lines: list[bytes]) -> None:
    stream = io.BytesIO(b"".join(line + b"\r\n" for line in (*lines, *CALL[1:])) + b"\r\nbody")
    headers = headers_of_call(header_lines(stream))
    if headers is None:
        return
    assert stream.read() == b"body"
    stream.seek(0)
    names = {name: name.removeprefix("HTTP_").replace("_", "-").lower() for name in headers}
    parsed = [(name.lower(), value) for name, value in parse_headers(stream).items()]
    assert sorted(parsed) == sorted((names[name], value) for name, value in headers.items())


def test_no_more_lines_are_read_than_a_server_takes() -> None:
    stream = io.BytesIO(b"A: b\r\n" * 1000)
    assert len(header_lines(stream)) == 101
    assert len(header_lines(io.BytesIO(b"A" * 100_000))) == 1
