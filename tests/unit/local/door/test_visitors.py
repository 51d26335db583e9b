"""Which requests are a program's of this machine."""

from __future__ import annotations

import pytest

from infra.local.door.visitors import from_a_page, wrong_host

PORT = 4566


@pytest.mark.parametrize("host", ["127.0.0.1:4566", "localhost:4566", "LOCALHOST:4566", "[::1]:4566"])
def test_this_machines_own_names_are_let_in(host: str) -> None:
    assert wrong_host(host, PORT) is None


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "127.0.0.1",
        "127.0.0.1:80",
        "127.0.0.1:45660",
        "evil.test:4566",
        "127.0.0.1.evil.test:4566",
        "localhost.evil.test:4566",
        "lake.localhost.evil.test:4566",
        "evil.test:4566,127.0.0.1:4566",
        "127.0.0.1:4566,127.0.0.1:4566",
        "user@127.0.0.1:4566",
        "127.0.0.1:4566\n",
        "169.254.169.254:4566",
        "0.0.0.0:4566",
        "127.0.0.1:٤٥٦٦",
    ],
)
def test_every_other_name_and_port_is_refused(host: str | None) -> None:
    assert wrong_host(host, PORT)
    assert wrong_host(host, PORT, buckets=True)


def test_a_bucket_may_stand_before_the_name_where_buckets_are() -> None:
    assert wrong_host("lake.localhost:4566", PORT, buckets=True) is None
    assert wrong_host("lake.localhost:4566", PORT)


def test_a_refusal_repeats_no_mark_up_and_nothing_long() -> None:
    said = wrong_host("<script>\x1b[31m" + "x" * 1000, PORT)
    assert said is not None
    assert len(said) < 200
    assert not set("<>\x1b") & set(said)


@pytest.mark.parametrize(
    ("origin", "site"),
    [
        ("http://127.0.0.1:1", None),
        ("null", None),
        ("", None),
        (None, "cross-site"),
        (None, "same-site"),
        (None, "same-origin"),
        (None, ""),
        ("http://a", "none"),
    ],
)
def test_what_a_page_sends_is_refused(origin: str | None, site: str | None) -> None:
    assert from_a_page(origin, site)


@pytest.mark.parametrize("site", [None, "none"])
def test_a_program_and_what_a_person_typed_pass(site: str | None) -> None:
    assert from_a_page(None, site) is None
