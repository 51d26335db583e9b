"""Function and layer versions that neither a rollback nor a release needs are deleted, and kept warm no more."""

from __future__ import annotations

from collections.abc import Sequence

from serin.domain.release_course import Course
from serin.domain.releases import Release
from serin.domain.retention import KEPT_PLANS, kept_layers, kept_versions, prunable
from serin.services.release.context import ReleaseContext


def prune(context: ReleaseContext) -> Course:
    """Under the lease, so that nothing which another release has just published is taken for old.

    Models stay as they are, in their bucket: a version is published again from there whenever it is released.
    """
    release = context.running()
    if release is None:
        return Course("end")
    model, plan = context.model, context.plan()
    if plan.previous not in (None, plan.function_version):
        context.endpoint.unprovision(model, plan.previous)
    releases = context.catalog.releases(model)
    plans = [recorded for one in _needed(releases) if (recorded := context.catalog.plan(model, one.id)) is not None]
    alias = context.endpoint.alias(model)
    kept = {*kept_versions(plan, plans), alias.function_version, *alias.weights}
    for number in prunable(context.endpoint.function_versions(model), kept):
        context.endpoint.delete_function_version(model, number)
    known = [context.catalog.published(model, number) for number in {one.version for one in releases}]
    layers = kept_layers([one for one in known if one is not None], kept)
    for layer in context.endpoint.layer_versions(model):
        if layer not in layers:
            context.endpoint.delete_layer_version(model, layer)
    return Course("finish")


def _needed(releases: Sequence[Release]) -> list[Release]:
    """Those that went live last, and those that have not ended."""
    live = [release for release in releases if release.status == "live"]
    return [*live[-KEPT_PLANS:], *(release for release in releases if release.is_open)]
