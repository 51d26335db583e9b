"""What is asked for by a POST below `/models/<model>/`, which one route of the API hands over as a whole."""

from __future__ import annotations

from serin.domain.errors import NotFound
from serin.domain.printable import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    Protocol = Literal["predict", "invocations", "infer"]


def protocol_at(path: str, model: str, version: int) -> Protocol:
    """The protocol of a request; raises NotFound for what is no path of the model, or of a version that is not here."""
    match path.split("/"):
        case ["predict"]:
            return "predict"
        case ["invocations"]:
            return "invocations"
        case ["v2", "models", name, "infer"]:
            check_named(name, None, model, version)
            return "infer"
        case ["v2", "models", name, "versions", number, "infer"]:
            check_named(name, number, model, version)
            return "infer"
    found = f"There is no POST {printable(path)} of a model."
    raise NotFound(found, f"Send it to predict, invocations or v2/models/{model}/infer.")


def check_named(name: str, number: str | None, model: str, version: int) -> None:
    """Raise NotFound unless the model, and its version where one is named, are those that answer."""
    if name != model:
        raise NotFound(f"The model {printable(name)!r} does not answer here.", f"Ask for {model}.")
    if number is not None and number != str(version):
        raise NotFound(f"Version {printable(number)!r} does not answer; {version} does.", f"Name {version}, or none.")
