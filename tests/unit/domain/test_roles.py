"""Who is champion and who challenges follows from releases, and from nothing else."""

from __future__ import annotations

from serin.domain.releases import Release, ReleaseStatus
from serin.domain.roles import roles_of
from tests.builders import a_release


def released(*steps: tuple[int, ReleaseStatus]) -> list[Release]:
    return [
        a_release(id=f"rel{place}", version=version, status=status) for place, (version, status) in enumerate(steps)
    ]


def test_only_a_release_that_went_well_makes_a_champion() -> None:
    assert roles_of([]) == {}
    assert roles_of(released((1, "live"))) == {1: "champion"}
    assert roles_of(released((1, "live"), (2, "running"))) == {1: "champion", 2: "challenger"}
    assert roles_of(released((1, "live"), (2, "rolled_back"), (3, "failed"))) == {1: "champion"}
    assert roles_of(released((1, "live"), (2, "live"), (3, "waiting"))) == {2: "champion", 3: "challenger"}
    assert roles_of(released((1, "live"), (2, "live"), (1, "live"))) == {1: "champion"}


def test_a_withdrawn_version_is_nobodys_champion_and_new_code_of_it_challenges_nobody() -> None:
    assert roles_of(released((1, "live")), withdrawn={1}) == {}
    assert roles_of(released((1, "live"), (1, "running"))) == {1: "champion"}
