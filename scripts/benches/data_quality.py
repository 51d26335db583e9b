"""The whole year of flights against its contract, from a cold process: what the check costs, and what it flags.

Against other engines it is measured by a contract they can express as well (`contracts/flights.yaml`).
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from benches.flights import model, write_accepted, write_files
from benches.measuring import BENCHES, Found, Rounds, interleaved, median, ours, peer, ratio
from serin.domain.records import as_record
from serin.files.contracts import read_contract

SHARED = BENCHES / "contracts" / "flights.yaml"
PEERS = ("pandera", "great_expectations")
RUNS, WARM = 5, 2


def quality(*, peers: bool, runs: int = RUNS, months: int = 12) -> dict[str, Any]:
    """Medians of the runs' CPU seconds and peak megabytes, and what was found, which is the same in each.

    `rules` are those the model's contract says itself; the `implied` ones, of types and required columns, come on top.
    `flagged`, and all that is said of peers, is by the shared checks. `cold` and `warm` are CPU seconds of a whole
    process, and of reading and checking again in it; `vs_<peer>` is the peer's cold ones divided by ours.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        _prepare(folder, months)
        who: dict[str, Callable[[], Found]] = {
            name: partial(ours, "quality", folder, name, WARM) for name in ("contract", "shared")
        }
        if peers:
            who |= {name: partial(peer, name, f"{name}_rules", folder, WARM) for name in PEERS}
        measurements = interleaved(runs, who)
    whole, shared = measurements["contract"], measurements["shared"]
    figures: dict[str, Any] = {key: whole[0][key] for key in ("rules", "implied", "broken", "scores")}
    figures |= {"rows": whole[0]["in"], "set_aside": len(whole[0]["rows"]), "flagged": len(shared[0]["rows"])}
    figures |= {"cpu_s": median(whole, "cpu_s"), "peak_mb": median(whole, "peak_mb")}
    figures["shared"] = {"rules": shared[0]["rules"], **_cost(shared)}
    return {**figures, **(_against(measurements) if peers else {})}


def _against(measurements: Rounds) -> dict[str, Any]:
    flagged = [one["rows"] for name in ("shared", *PEERS) for one in measurements[name]]
    costs = {name: _cost(measurements[name]) for name in ("shared", *PEERS)}
    return {
        "same_rows_as_peers": all(rows == flagged[0] for rows in flagged),
        **{f"vs_{name}": ratio(costs[name]["cold"], costs["shared"]["cold"]) for name in PEERS},
        "warm": {f"vs_{name}": ratio(costs[name]["warm"], costs["shared"]["warm"]) for name in PEERS},
        "peers": {name: costs[name] for name in PEERS},
    }


def _cost(measurements: Sequence[Found]) -> dict[str, float]:
    return {
        "cold": median(measurements, "cpu_s"),
        "warm": median(measurements, "warm_cpu_s"),
        "peak_mb": median(measurements, "peak_mb"),
    }


def _prepare(folder: Path, months: int) -> None:
    """The flights, the contracts as functions get them, the other datasets as they lie in the lake."""
    write_files(folder, months)
    contract = model().contracts["flights"]
    for name, one in (("contract", contract), ("shared", read_contract(SHARED))):
        (folder / f"{name}.json").write_text(json.dumps(as_record(one)))
    write_accepted(folder, *sorted({reference.dataset for reference in contract.references}))
