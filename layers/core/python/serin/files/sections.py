"""What every section of a charter's schema is made of."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from serin.files.durations import duration

Duration = Annotated[timedelta, BeforeValidator(duration)]
FilePath = Annotated[str, Field(pattern=r"^([A-Za-z0-9_-]+/)*[A-Za-z0-9_-]+\.[a-z]+$", max_length=200)]
# A contract's file may describe several objects: `contracts/sales.odcs.yaml#orders`.
ContractPath = Annotated[
    str, Field(pattern=r"^([A-Za-z0-9_-]+/)*[A-Za-z0-9_.-]*[A-Za-z0-9_-]\.[a-z]+(#[^#]+)?$", max_length=200)
]


class Section(BaseModel):
    """Values are taken as written, never converted, and nothing is ignored."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)
