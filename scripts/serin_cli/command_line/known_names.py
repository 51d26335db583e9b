"""What a shell offers for a word: names of this checkout, and ids of the local cloud where one is connected.

A stage on AWS is asked nothing: whoever presses a key has not asked for a call over the network.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cyclopts.completion import CompletionContext

MODELS, CDK_JSON, CONNECTION = Path("models"), Path("cdk.json"), Path(".serin/connection.json")
PATIENCE_S = 2.0


def models(_: CompletionContext | None = None) -> list[str]:
    """The models of this checkout."""
    return sorted(file.parent.name for file in MODELS.glob("[!_.]*/model.yaml"))


def datasets(_: CompletionContext) -> list[str]:
    """The datasets that a charter of this checkout names."""
    import yaml

    named: set[str] = set()
    for model in models():
        charter = yaml.safe_load((MODELS / model / "model.yaml").read_text(encoding="utf-8"))
        named |= set(charter.get("datasets") or ())
    return sorted(named)


def stages(_: CompletionContext) -> list[str]:
    """The stages of cdk.json."""
    return sorted(json.loads(CDK_JSON.read_text(encoding="utf-8"))["context"]["stages"])


def versions(context: CompletionContext) -> list[str]:
    """The numbers of the model's registered versions."""
    return [str(version["version"]) for version in _asked(f"/models/{_model_of(context)}/versions")]


def releases(context: CompletionContext) -> Iterable[tuple[str, str]]:
    """The ids of the model's releases, newest first, each with how it stands."""
    listed = _asked(f"/models/{_model_of(context)}/releases")
    return [(item["id"], f"version {item['version']}, {item['status']}") for item in listed]


def runs(context: CompletionContext) -> Iterable[tuple[str, str]]:
    """The ids of the model's runs, or of all models' where none is named, newest first, each with how it ended."""
    named = _model_of(context)
    listed = [item for model in ([named] if named else models()) for item in _asked("/runs", f"?model={model}")]
    return [(item["id"], item["status"]) for item in listed]


def uploads(context: CompletionContext) -> Iterator[tuple[str, str]]:
    """The ids of the dataset's uploads, or of all datasets', newest first, each with its file."""
    named = context.get("dataset")
    wanted = [named.raw] if named is not None and named.raw else datasets(context)
    for dataset in wanted:
        yield from ((item["id"], item["file"]) for item in _asked("/uploads", f"?dataset={dataset}"))


def _model_of(context: CompletionContext) -> str | None:
    named = context.get("model")
    return named.raw if named is not None else None


def _asked(path: str, query: str = "") -> list[Mapping[str, Any]]:
    """A page of the local cloud's list, newest first; nothing where none is connected, or it does not answer."""
    # Every command says here what it completes; hardly any asks.
    from urllib.request import Request, urlopen

    from serin.domain.errors import Invalid
    from serin_cli.connection import own_token

    try:
        connection = json.loads(CONNECTION.read_text(encoding="utf-8"))
        if not connection.get("endpoint_url"):
            return []
        headers = {"Authorization": f"Bearer {own_token() or connection['token']}"}
        request = Request(f"{connection['api_url']}{path}{query}", headers=headers)
        with urlopen(request, timeout=PATIENCE_S) as answer:
            items: list[Mapping[str, Any]] = json.load(answer)["items"]
    except (OSError, ValueError, KeyError, Invalid):
        return []
    return items
