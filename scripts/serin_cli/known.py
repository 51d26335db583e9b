"""A dataset that is named must be one that a deployed model reads."""

from __future__ import annotations

from serin.domain.errors import NotFound
from serin_cli.client import Client


def refuse_unknown(client: Client, dataset: str) -> None:
    """Raise NotFound for a dataset that no deployed model reads, with those there are."""
    known = [one["dataset"] for one in client.get("/datasets")["items"]]
    if dataset not in known:
        raise NotFound(
            f"No model reads a dataset {dataset[:60]!r}; there are: {', '.join(known) or 'none'}.",
            "Name one of these, or name the dataset in a charter and deploy.",
        )
