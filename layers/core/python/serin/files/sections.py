"""What every section of a charter's schema is made of."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, WithJsonSchema

from serin.domain.names import COLUMN
from serin.files.durations import duration, written

SPAN = r"[0-9]{1,6}[mhd]"


def text_like(pattern: str | re.Pattern[str]) -> WithJsonSchema:
    """What editors are told of a text that a function reads: the pattern it has to match from end to end."""
    body = pattern if isinstance(pattern, str) else pattern.pattern.removesuffix(r"\Z")
    return WithJsonSchema({"type": "string", "pattern": f"^{body}$"})


AS_WRITTEN = PlainSerializer(written, return_type=str, when_used="json")
"""A span as users write it, where a default is told."""
SPAN_TEXT = text_like(SPAN)


def _column(value: object) -> object:
    if isinstance(value, str) and not COLUMN.match(value):
        raise ValueError("Use lower-case letters, digits and underscores, a letter first, 63 characters at most.")
    return value


Column = Annotated[str, BeforeValidator(_column), text_like(COLUMN)]
Duration = Annotated[timedelta, BeforeValidator(duration), AS_WRITTEN, SPAN_TEXT]
FilePath = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.[a-z]+$", max_length=200)]
# A contract's file may describe several objects: `contracts/sales.odcs.yaml#orders`.
ContractPath = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9_-]+/)*[A-Za-z0-9_.-]*[A-Za-z0-9_-]\.[a-z]+(#[^#]+)?$", max_length=200)
]


class Section(BaseModel):
    """Values are taken as written, never converted, and nothing is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
