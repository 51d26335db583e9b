"""Model versions: what the registry remembers, enough to trust a file and to make it again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime

from serin.domain.charter import Scalar
from serin.domain.compilation import Compilation
from serin.domain.errors import Corrupt
from serin.domain.fitted_on import FittedOn
from serin.domain.judgement.verdicts import Verdict
from serin.domain.printable import printable
from serin.domain.roles import VersionRole


@dataclass(frozen=True)
class Artifact:
    """A file whose digest was recorded by the platform; it is opened only while the digest holds."""

    key: str
    sha256: str


def check_own(model: str, *artifacts: Artifact) -> None:
    """Raise Corrupt unless the files lie where this model's training writes: a record must not name another's."""
    for artifact in artifacts:
        if not artifact.key.startswith(f"models/{model}/"):
            raise Corrupt(
                f"{printable(artifact.key, 200)} does not lie below models/{model}/, where the files of {model} are.",
                "Train again; the version is not of this model's own training.",
            )


@dataclass(frozen=True)
class ModelVersion:
    """A registered model. `layer` is the zip that `predict` loads; `learnt_until` is the newest moment it learnt from.

    `threshold` is the score from which on acting pays, where the charter gives decisions a value; `positive` is the
    class whose probability a binary model gives and `classes` are all it knows, None and none of versions that were
    registered before they were kept.
    `code`, `charter`, `lock` and `training_set` are digests; `runtime` is the interpreter and library
    versions it was fitted with. `compilation` says by what it is served, None of versions that were registered before
    models were compiled: scikit-learn. `fitted_on` is the machine it was fitted on, None for a function.
    """

    model: str
    version: int
    run: str
    training_set: str
    params: Mapping[str, Scalar]
    metrics: Mapping[str, float]
    verdict: Verdict
    estimator: Artifact
    layer: Artifact
    code: str
    charter: str
    lock: str
    runtime: Mapping[str, str]
    learnt_until: datetime
    at: datetime
    threshold: float | None = None
    positive: Scalar | None = None
    classes: tuple[Scalar, ...] = ()
    warnings: tuple[str, ...] = ()
    compilation: Compilation | None = None
    fitted_on: FittedOn | None = None


@dataclass(frozen=True)
class Withdrawal:
    """A version that somebody has taken out of use: it is nobody's champion and is not released again.

    It answers until another version is live.
    """

    model: str
    version: int
    why: str
    by: str
    at: datetime


@dataclass(frozen=True)
class ListedVersion(ModelVersion):
    """A version, its withdrawal if there is one, and its role if it has one."""

    withdrawn: Withdrawal | None = None
    role: VersionRole | None = None


def listed_version(
    version: ModelVersion, withdrawn: Withdrawal | None, role: VersionRole | None = None
) -> ListedVersion:
    """The version as it is shown."""
    given = {field.name: getattr(version, field.name) for field in fields(version)}
    return ListedVersion(**given, withdrawn=withdrawn, role=role)


@dataclass(frozen=True)
class Published:
    """A model version as the cloud serves it: the function version that holds it.

    `code_sha256` and `layers` (without the model's own) say which deploy it was published from.
    """

    model: str
    version: int
    function_version: str
    layer_arn: str
    code_sha256: str
    layers: tuple[str, ...]
