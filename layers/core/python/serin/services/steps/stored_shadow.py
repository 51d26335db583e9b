"""What the shadow of a release has shown so far, from what was kept of it."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, field
from datetime import datetime
from functools import cached_property

from serin.domain.judgement.release_evidence import Shadow
from serin.domain.judgement.shadow_evidence import longest_failing_run, shadow_of
from serin.domain.judgement.shadow_losses import rules_of
from serin.domain.models import ModelVersion
from serin.domain.release_record import ReleasePlan
from serin.domain.releases import Release
from serin.ports import Catalog, ObjectStore
from serin.services.steps.model_layers import charter_in, opened_layer
from serin.services.steps.shadow_files import kept_pairs, kept_truth
from serin.services.steps.shadow_rows import Charters


@dataclass(frozen=True)
class ShadowVersions:
    """The two versions of a release, as they were registered; the release has a version before it."""

    release: Release
    _: KW_ONLY
    artifacts: ObjectStore
    catalog: Catalog

    @cached_property
    def candidate(self) -> ModelVersion:
        """The one that is asked."""
        return self.catalog.version(self.release.model, self.release.version)

    @cached_property
    def live(self) -> ModelVersion:
        """The one that answered in traffic."""
        return self.catalog.version(self.release.model, self.release.previous or 0)

    @cached_property
    def candidate_layer(self) -> bytes:
        """The candidate's layer, which its charter and code lie in."""
        return opened_layer(self.candidate.layer, artifacts=self.artifacts)

    @cached_property
    def charters(self) -> Charters:
        """What each was made by, whatever is deployed by now."""
        live = opened_layer(self.live.layer, artifacts=self.artifacts)
        return Charters(charter_in(self.candidate_layer), charter_in(live))

    @property
    def learnt_until(self) -> datetime:
        """Of what happened until then, one of them may have learnt."""
        return max(self.candidate.learnt_until, self.live.learnt_until)


@dataclass(frozen=True)
class ShadowShown:
    """What the judge reads of a shadow, and how many of its calls the candidate failed one after the other."""

    shadow: Shadow = field(default_factory=Shadow)
    longest_run: int = 0


def stored_shadow(plan: ReleasePlan, *, lake: ObjectStore, artifacts: ObjectStore, catalog: Catalog) -> ShadowShown:
    """What the shadow has shown so far, with the truth that has come since; nothing is called."""
    if plan.previous is None:
        return ShadowShown()
    versions = ShadowVersions(catalog.release(plan.model, plan.release), artifacts=artifacts, catalog=catalog)
    rules = rules_of(versions.charters.candidate, versions.candidate, versions.live, plan.policy)
    pairs = kept_pairs(plan.model, plan.release, lake=lake)
    truth = kept_truth(plan.model, plan.release, lake=lake)
    return ShadowShown(shadow_of(pairs, truth, rules, versions.learnt_until), longest_failing_run(pairs))
