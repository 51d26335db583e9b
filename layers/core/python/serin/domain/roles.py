"""What part a registered version plays; only a release gives one and takes one away."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal

from serin.domain.releases import Release

VersionRole = Literal["champion", "challenger"]


def roles_of(releases: Sequence[Release], withdrawn: Collection[int] = ()) -> Mapping[int, VersionRole]:
    """Version → role, of those that have one; the releases are in order of time.

    The champion is what the last release that went well made live, unless it is `withdrawn`; a challenger is in a
    release that has not ended.
    """
    roles: dict[int, VersionRole] = {one.version: "challenger" for one in releases if one.is_open}
    live = [one.version for one in releases if one.status == "live"]
    for version in live[-1:]:
        if version not in withdrawn:
            roles[version] = "champion"
    return roles
