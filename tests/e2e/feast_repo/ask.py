"""Asks a stock Feast client what stands on each line of standard input, as JSON, and writes what it answers."""

from __future__ import annotations

import json
import os
import sys
from typing import Any


def stay_at_home(event: str, arguments: tuple[Any, ...]) -> None:
    """Nothing may call the internet, not even while Feast is imported."""
    if event == "socket.connect" and isinstance(arguments[1], tuple) and arguments[1][0] != "127.0.0.1":
        raise PermissionError(f"a connection to {arguments[1]}")
    if event == "socket.getaddrinfo" and arguments[0] != "127.0.0.1":
        raise PermissionError(f"the address of {arguments[0]}")


def asked(store: Any, question: dict[str, Any]) -> dict[str, Any]:
    """Values and statuses by column, or the error."""
    from feast.protos.feast.serving.ServingService_pb2 import FieldStatus

    os.environ["SERIN_TOKEN"] = question.pop("token")
    if service := question.pop("service", None):
        question["features"] = store.get_feature_service(service)
    try:
        answer = store.get_online_features(**question)
    except RuntimeError as error:
        return {"error": str(error)}
    names, columns = answer.proto.metadata.feature_names.val, answer.proto.results
    statuses = [[FieldStatus.Name(status) for status in column.statuses] for column in columns]
    return {"values": answer.to_dict(), "statuses": dict(zip(names, statuses, strict=True))}


def main() -> None:
    """Declare everything, then answer until there is no more to read."""
    sys.addaudithook(stay_at_home)
    from definitions import EVERYTHING
    from feast import FeatureStore

    store = FeatureStore(repo_path=".")
    store.apply(EVERYTHING)
    for line in sys.stdin:
        sys.stdout.write(json.dumps(asked(store, json.loads(line))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
