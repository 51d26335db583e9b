"""`serin models` and `serin versions`: what is live, what is registered, and a version taken out of use."""

from __future__ import annotations

from typing import Annotated, Any

from cyclopts import Parameter

from serin.domain.errors import Invalid
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model
from serin_cli.listed import after_withdrawal, listed_model, listed_version


def list_models(*, _json: Json = False) -> Any:
    """The models and the version of each that is live."""
    with connected() as client:
        return [listed_model(model) for model in _models(client)]


def withdraw(
    model: Model,
    /,
    *,
    version: Annotated[
        int | None,
        Parameter(metavar="N", completer=known.versions, help="the version that is not to be used any more"),
    ] = None,
    why: Annotated[str | None, Parameter(metavar="TEXT", help="what is wrong with it; it is remembered")] = None,
    _json: Json = False,
) -> Any:
    """Take a version out of use: it is not released again, and no challenger need beat it."""
    if version is None or why is None:
        raise Invalid(
            "A version is withdrawn by its model, its number and a reason.",
            'Write `models withdraw MODEL --version N --why "…"`.',
        )
    with connected() as client:
        withdrawn = client.post(f"/models/{model}/versions/{version}/withdraw", {"why": why})
        return {**withdrawn, "next": after_withdrawal(model, version, _models(client))}


def versions(model: Model, /, *, as_json: Json = False) -> Any:
    """The registered versions of a model."""
    with connected() as client:
        listed = client.all(f"/models/{model}/versions")[::-1]
    return listed if as_json else [listed_version(version) for version in listed]


def _models(client: Client) -> list[dict[str, Any]]:
    shown: list[dict[str, Any]] = client.get("/models")["items"]
    return shown
