"""Routes about approvals: what people are asked, and what they answer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from serin.domain.approvals import Approval, Word
from serin.domain.charter import Charter
from serin.http.access import Who, needs
from serin.http.known import known_model
from serin.http.listing import Listed, WantedPage, listed
from serin.http.route import serin_routes
from serin.ports import Catalog

AnswerApproval = Callable[[str, str, Word, str, str, str], Approval]
"""Model, approval, word, why, by whom, the token's id: the approval then."""


class ApprovalAnswer(BaseModel):
    """What is said to a question."""

    model_config = ConfigDict(extra="forbid")

    answer: Word
    why: Annotated[str, Field(max_length=500, description="In your own words; it is remembered.")] = ""


def approval_routes(charters: Mapping[str, Charter], catalog: Catalog, answer: AnswerApproval) -> APIRouter:
    """What people are asked; the use case comes ready."""
    routes = serin_routes("approvals")

    @routes.get("/approvals")
    @needs("read")
    def list_approvals(model: str, page: WantedPage) -> Listed[Approval]:
        """What was asked about a model, newest first: open, answered, expired, or void."""
        return listed(catalog.latest_approvals(known_model(model, charters), page.limit, page.after))

    @routes.post("/models/{model}/approvals/{approval}")
    @needs("approve")
    def answer_approval(who: Who, model: str, approval: str, wanted: ApprovalAnswer) -> Approval:
        """Approve or reject exactly what the question shows; a release follows at its next look, a training at once."""
        return answer(known_model(model, charters), approval, wanted.answer, wanted.why, who.owner, who.token)

    return routes
