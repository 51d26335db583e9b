"""The function behind one model's API, as services see it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from serin.domain.charter import Score
from serin.domain.models import ModelVersion, Published
from serin.domain.shadows import ShadowCall, ShadowRow


@dataclass(frozen=True)
class AliasState:
    """Where the live alias points; `revision` must be given back to change it."""

    function_version: str
    weights: Mapping[str, float]
    revision: str


@dataclass(frozen=True)
class Deployed:
    """What a function version is published from: the digest of the code, and the layers without the model's own."""

    code_sha256: str
    layers: tuple[str, ...]


@dataclass(frozen=True)
class Answer:
    """What a function version answered: the HTTP status and body it would have given."""

    status: int
    body: Mapping[str, object]


class Endpoint(Protocol):
    """The function behind one model's API."""

    def publish(self, version: ModelVersion, known: Published | None) -> Published:
        """A function version that holds this model, with the code the last deploy shipped.

        `known` is given back when it is that already. Raises Corrupt when the model's layer is
        not the one the registry recorded, and Unavailable when a deploy changes the function meanwhile.
        """

    def alias(self, model: str) -> AliasState:
        """The live alias."""

    def move_alias(
        self, model: str, function_version: str, expected: AliasState, candidate: str | None = None, weight: int = 0
    ) -> AliasState:
        """Send all traffic to a function version, but `weight` percent of it to `candidate`.

        Raises Conflict when the alias leads elsewhere than `expected`, and Unavailable while the function is changing.
        """

    def deployed(self, model: str) -> Deployed:
        """What the last deploy shipped; Unavailable while the function is changing."""

    def is_being_deployed(self, model: str) -> bool:
        """Whether a deploy of the endpoint is under way: its code and the record of its layers may differ."""

    def provision_like(self, model: str, function_version: str, other: str) -> bool:
        """Keep as many environments of a function version warm as of another one; whether they are warm.

        True where none of the other's are. Unavailable when they cannot be kept warm.
        """

    def unprovision(self, model: str, function_version: str) -> None:
        """Keep no environment of a function version warm; nothing happens where none is."""

    def function_versions(self, model: str) -> Sequence[str]:
        """The numbers of the function versions there are, oldest first."""

    def delete_function_version(self, model: str, function_version: str) -> None:
        """Delete a function version; nothing happens when it is gone. Conflict while an alias leads to it."""

    def layer_versions(self, model: str) -> Sequence[str]:
        """The ARNs of the layers that releases of the model have published, oldest first."""

    def delete_layer_version(self, model: str, layer_arn: str) -> None:
        """Delete such a layer; function versions that hold it keep it. Nothing happens when it is gone."""

    def ask(self, model: str, function_version: str, instances: Sequence[Mapping[str, object]]) -> Answer:
        """Put a prediction request to one function version, past the alias; Unavailable when it does not answer."""

    def replay(
        self, model: str, function_version: str, rows: Sequence[Mapping[str, object]], correlation: str
    ) -> Sequence[Score]:
        """The scores one function version gives logged rows of features; Unavailable when it answers none."""

    def shadow(
        self, model: str, function_version: str, release: str, rows: Sequence[ShadowRow], correlation: str
    ) -> ShadowCall:
        """What one function version says of logged rows, past the alias; a version that fails or dies says that.

        Raises Unavailable only where that says nothing of the version: it is gone, or Lambda has no room for the call.
        """
