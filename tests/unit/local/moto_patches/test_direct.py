"""Which requests are answered without the framework: those of which nothing but body and target says anything."""

from __future__ import annotations

import io
from typing import Any

import pytest

from infra.local.iam.requests.bodies import hand_on
from infra.local.moto_patches.direct import _is_bare

PUT = {"REQUEST_METHOD": "POST", "RAW_URI": "/", "HTTP_X_AMZ_TARGET": "DynamoDB_20120810.PutItem"}


def test_a_request_is_bare_as_it_came_and_once_it_was_judged() -> None:
    environ: dict[str, Any] = {**PUT, "wsgi.input": io.BytesIO(b"{}")}
    assert _is_bare(environ)
    hand_on(environ, "PutItem", "", b"{}", "application/x-amz-json-1.0")
    assert _is_bare(environ)


@pytest.mark.parametrize(
    "other",
    [
        {"RAW_URI": "/?x-id=GetItem"},
        {"RAW_URI": "/?Action=GetItem"},
        {"RAW_URI": "/path"},
        {"REQUEST_METHOD": "GET"},
        {"HTTP_X_AMZ_TARGET": ""},
        {"HTTP_CONTENT_ENCODING": "gzip"},
    ],
)
def test_what_says_anything_else_is_not(other: dict[str, str]) -> None:
    assert not _is_bare({**PUT, **other})
