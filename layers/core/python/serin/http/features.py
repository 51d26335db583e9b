"""The route that speaks as Feast's feature server does, so that a stock `feast` client reads features here.

https://docs.feast.dev/reference/feature-servers/python-feature-server
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, model_validator

from serin.domain.charter import Scalar
from serin.http.access import needs
from serin.http.route import serin_routes
from serin.services.online_features import Answer, Found, Question, Status

Read = Callable[[Question], Answer]
"""The answer to a question for features."""

# How protobuf writes a timestamp that is not set, and so Feast one that is not known.
_NOT_KNOWN = datetime(1970, 1, 1, tzinfo=UTC)


class OnlineRequest(BaseModel):
    """Rows of entities, and features to be told of each."""

    model_config = ConfigDict(extra="forbid")

    entities: Annotated[
        dict[str, list[Any]], Field(description="The columns entities are found by, a value for each row.")
    ]
    features: Annotated[
        list[str] | None, Field(description="`<view>:<value>`; `<model>.<view>:<value>` where models' views differ.")
    ] = None
    feature_service: Annotated[
        str | None, Field(description="In place of features, a model: all that it uses of its views.")
    ] = None
    full_feature_names: Annotated[StrictBool, Field(description="Answer `<view>__<value>`, not `<value>`.")] = False
    include_feature_view_version_metadata: Annotated[
        Literal[False], Field(description="Views have no version numbers here.")
    ] = False

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if (self.features is None) == (self.feature_service is None):
            raise ValueError("either features or a feature_service must be named")
        return self


class OnlineNames(BaseModel):
    """The columns of the answer, in the order of `results`."""

    feature_names: list[str]


class OnlineColumn(BaseModel):
    """A column of the answer; each list has one element for each row."""

    values: Annotated[list[Scalar | None], Field(description="Null unless the status is PRESENT.")]
    statuses: list[Status]
    event_timestamps: Annotated[
        list[str], Field(description="When the newest of it was true; 1970-01-01T00:00:00Z where no time is known.")
    ]


class OnlineResponse(BaseModel):
    """Entities' keys as they were sent, then the features."""

    metadata: OnlineNames
    results: list[OnlineColumn]


def feature_routes(read: Read) -> APIRouter:
    """What the online store knows. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("features")

    @routes.post("/get-online-features")
    @needs("features")
    def get_online_features(wanted: OnlineRequest) -> OnlineResponse:
        """Feature values as they are now, as Feast's online server answers; none that is older than its view allows."""
        service, full = wanted.feature_service, wanted.full_feature_names
        answer = read(Question(wanted.entities, wanted.features or (), service, full))
        names = OnlineNames(feature_names=list(answer.columns))
        return OnlineResponse(metadata=names, results=[_column(values) for values in answer.columns.values()])

    return routes


def _column(values: Sequence[Found]) -> OnlineColumn:
    return OnlineColumn(
        values=[one.value for one in values],
        statuses=[one.status for one in values],
        event_timestamps=[_shown(one.event_time or _NOT_KNOWN) for one in values],
    )


def _shown(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
