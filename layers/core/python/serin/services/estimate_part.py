"""The features of a part, scored by scikit-learn itself: for versions that have no compiled model."""

from __future__ import annotations

from serin.domain.batches import scores_beside
from serin.domain.models import Artifact
from serin.learning.feature_files import score_features
from serin.ports import ObjectStore
from serin.services.steps.model_layers import manifest_in, opened_layer
from serin.serving.estimators import open_estimator
from serin.serving.pipeline_model import PipelineModel


def estimate_part(
    features: str, estimator: Artifact, layer: Artifact, *, lake: ObjectStore, artifacts: ObjectStore
) -> str:
    """Write the scores of a part beside its features; where that is."""
    manifest = manifest_in(opened_layer(layer, artifacts=artifacts))
    model = PipelineModel(manifest, open_estimator(artifacts.get(estimator.key), estimator.sha256))
    place = scores_beside(features)
    lake.put(place, score_features(lake.get(features), model, manifest))
    return place
