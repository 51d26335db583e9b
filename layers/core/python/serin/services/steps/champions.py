"""Who a challenger must beat: the live version, unless somebody withdrew it or its columns are gone."""

from __future__ import annotations

from collections.abc import Mapping

from serin.domain.experiments import TrainingSet
from serin.domain.models import ModelVersion
from serin.domain.roles import VersionRole, roles_of
from serin.ports import Catalog


def version_roles(model: str, *, catalog: Catalog) -> Mapping[int, VersionRole]:
    """Version → role, of those that have one."""
    releases = catalog.releases(model)
    withdrawn = {one.version for one in releases if catalog.withdrawal(model, one.version)}
    return roles_of(releases, withdrawn)


def released_version(model: str, *, catalog: Catalog) -> ModelVersion | None:
    """The version the last successful release made live."""
    live = [release for release in catalog.releases(model) if release.status == "live"]
    return catalog.version(model, live[-1].version) if live else None


def live_version(model: str, *, catalog: Catalog) -> ModelVersion | None:
    """The champion: the released version, unless it is withdrawn."""
    version = released_version(model, catalog=catalog)
    return None if version is None or catalog.withdrawal(model, version.version) else version


def why_unbeaten(training_set: TrainingSet, *, catalog: Catalog) -> str | None:
    """Why the live version is no champion of a contest on this training set; None where it is, or nothing is live."""
    live = released_version(training_set.model, catalog=catalog)
    if live is None:
        return None
    withdrawn, then = catalog.withdrawal(live.model, live.version), training_set.champion
    if withdrawn is not None:
        return f"Version {live.version} was withdrawn ({withdrawn.why}), so this is judged like a first version."
    if then is not None and then.version == live.version and then.lost:
        return f"Version {live.version} cannot be scored ({then.lost}), so this is judged like a first version."
    return None
