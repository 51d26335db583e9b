from __future__ import annotations

import pytest

from serin.domain.idempotency import HEADER, key_digest


def test_a_key_is_known_by_its_digest_however_it_is_padded() -> None:
    digests = {key_digest({HEADER: key}) for key in ("order 17", " order 17 ", "order 18")}
    assert len(digests) == 2
    assert all(name is not None and len(name) == 32 and "order" not in name for name in digests)


@pytest.mark.parametrize("headers", [{}, {HEADER: ""}, {HEADER: "  "}, {HEADER: 7}])
def test_without_a_key_there_is_no_digest(headers: dict[str, object]) -> None:
    assert key_digest(headers) is None


@pytest.mark.parametrize("key", ["'; drop", "\x7f", "é" * 5000, "\ud800"])
def test_whatever_a_client_sends_has_a_digest(key: str) -> None:
    assert len(key_digest({HEADER: key}) or "") == 32
