"""Lists a page at a time, as they are asked for and answered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Generic, TypeVar

from fastapi import Depends, Query
from pydantic import BaseModel, Field

from serin.domain.paging import PAGE, Page
from serin.http.route import SECONDS

T = TypeVar("T")
MOST = 1000
"""Items of one page: with the largest records they stay below what a Lambda function may answer."""

Limit = Annotated[int, Query(ge=1, le=MOST, description="Items a page.")]
After = Annotated[
    str | None, Query(pattern=r"^[0-9A-Za-z:.#-]{1,120}$", description="`next` of the page before; absent: the newest.")
]


@dataclass(frozen=True)
class Wanted:
    """Which page of a list."""

    limit: int
    after: str | None


def _wanted(limit: Limit = PAGE, after: After = None) -> Wanted:
    return Wanted(limit, after)


WantedPage = Annotated[Wanted, Depends(_wanted)]


class Listed(BaseModel, Generic[T]):
    """A page of a list, newest first."""

    model_config = SECONDS

    items: list[T]
    next: str | None = Field(None, description="Send it as `after` for the next page; absent on the last one.")


def listed(page: Page[T]) -> Listed[T]:
    """A page as it is answered."""
    return Listed(items=list(page.items), next=page.next)
