"""The route by which callers say what was right."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from serin.domain.errors import SerinError
from serin.domain.feedback import RATINGS, Feedback
from serin.domain.fields import MAXIMUM_CHARACTERS, MAXIMUM_INSTANCES
from serin.http.access import Who, needs
from serin.http.errors import Found
from serin.http.route import serin_routes
from serin.services.give_feedback import FeedbackTaken

Take = Callable[[str, Sequence[Feedback], str], FeedbackTaken]
"""What becomes of feedback about a model, given with a token of that id."""


class FeedbackItem(BaseModel):
    """What is said of one prediction: a label, a rating, or both."""

    model_config = ConfigDict(extra="forbid")

    prediction_id: Annotated[StrictStr, Field(max_length=MAXIMUM_CHARACTERS, description="From the answer of predict.")]
    label: Annotated[
        StrictBool | StrictInt | StrictFloat | StrictStr | None,
        Field(description="What was right: a class, or a value."),
    ] = None
    rating: Annotated[
        StrictInt | None, Field(description=f"What the answer was worth: {RATINGS[0]}, of no use, to {RATINGS[-1]}.")
    ] = None


class FeedbackRequest(BaseModel):
    """What is said of several predictions."""

    model_config = ConfigDict(extra="forbid")

    instances: Annotated[list[FeedbackItem], Field(min_length=1, max_length=MAXIMUM_INSTANCES)]


class FeedbackAnswer(BaseModel):
    """What became of one item."""

    prediction_id: str
    kept: bool
    error: Annotated[Found | None, Field(description="Why it has no effect, where it is not kept.")] = None


class FeedbackResponse(BaseModel):
    """What became of each item, in their order."""

    kept: Annotated[int, Field(description="How many are kept; they count once they are joined, within a day.")]
    answers: list[FeedbackAnswer]


def feedback_routes(take: Take) -> APIRouter:
    """What callers say. The use case comes ready: its ports are not made before somebody asks."""
    routes = serin_routes("predictions")

    @routes.post("/models/{model}/feedback")
    @needs("feedback")
    def give_feedback(who: Who, model: str, said: FeedbackRequest) -> FeedbackResponse:
        """Say what was right about predictions, or rate them; each item is answered by itself."""
        items = [Feedback(item.prediction_id, item.label, item.rating) for item in said.instances]
        taken = take(model, items, who.token)
        answers = [_answer(item, refusal) for item, refusal in zip(items, taken.refusals, strict=True)]
        return FeedbackResponse(kept=taken.kept, answers=answers)

    return routes


def _answer(item: Feedback, refusal: SerinError | None) -> FeedbackAnswer:
    error = None if refusal is None else Found.model_validate(refusal.as_record())
    return FeedbackAnswer(prediction_id=item.prediction_id, kept=refusal is None, error=error)
