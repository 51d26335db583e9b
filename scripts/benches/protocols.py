"""Stock clients of other servers ask the demo's model over HTTP: Triton's, and MLflow's own encoders.

Each sends the flights that were asked about in Serin's own way before, under the same key, so that it must be given the
same ids, labels and probabilities, to the last bit.
"""

from __future__ import annotations

import json
import sys
import tempfile
from argparse import ArgumentParser
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx

from benches.measuring import peer
from serin_cli.asked import first_flights
from serin_cli.client import Client
from serin_cli.local import Running, running
from serin_cli.walk import CLOCK, MODEL, STAGE, walk

ROWS, KEY = 50, "protocols"
Figures = Mapping[str, Any]


def main() -> None:
    """Walk through the demo, so that there is a model; then ask, and print what each client was told."""
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--json", metavar="FILE")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, running(CLOCK, stage=STAGE) as platform:
        client = Client(platform.connection)
        try:
            walk(client, platform, Path(folder))
        finally:
            client.close()
        figures = asked(platform, Path(folder))
    text = json.dumps(figures, indent=2)
    print(text)
    if arguments.json:
        Path(arguments.json).write_text(text + "\n", encoding="utf-8")
    sys.exit(0 if figures["different"] == [] else 1)


def asked(platform: Running, folder: Path) -> Figures:
    """What the clients did, and which of them were given another answer."""
    connection = platform.connection
    address = f"{connection.api_url}/models/{MODEL}"
    headers = {"Authorization": f"Bearer {connection.token}", "Idempotency-Key": KEY}
    flights = first_flights(folder / "2013-07.csv", ROWS)
    native = httpx.post(f"{address}/predict", headers=headers, json={"instances": flights}, timeout=60)
    native.raise_for_status()
    names = ("prediction_id", "label", "probability")
    expected = {name: [row[name] for row in native.json()["predictions"]] for name in names}
    question = folder / "question.json"
    question.write_text(json.dumps({"address": address, "model": MODEL, "headers": headers, "flights": flights}))
    replies = peer("protocols", "protocol_clients", question)
    answers = replies["answers"]
    different = [name for name, answer in answers.items() if answer != expected]
    return {"rows": ROWS, "asked": list(answers), "different": different, "said": replies["said"]}


if __name__ == "__main__":
    main()
