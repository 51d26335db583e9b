from __future__ import annotations

from collections.abc import Iterator

import pytest
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """As every fit of the platform; more threads than free cores take ages."""
    with threadpool_limits(limits=1):
        yield
