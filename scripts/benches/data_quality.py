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

from benches.measuring import BENCHES, ROOT, Found, Rounds, interleaved, median, ours, peer, ratio
from serin.data.parquet import to_parquet
from serin.data.quality import check
from serin.data.reading import read_table
from serin.domain.contracts import Contract
from serin.domain.records import as_record
from serin.files.contracts import read_contract
from serin.files.models import read_models
from serin_cli.sample import write_sample

MODELS, DATASET = ROOT / "models", "flights"
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
        prepare(folder, months)
        who: dict[str, Callable[[], Found]] = {
            name: partial(ours, "quality", folder, name, WARM) for name in ("contract", "shared")
        }
        if peers:
            who |= {name: partial(peer, name, f"{name}_rules", folder, WARM) for name in PEERS}
        found = interleaved(runs, who)
    whole, shared = found["contract"], found["shared"]
    figures: dict[str, Any] = {key: whole[0][key] for key in ("rules", "implied", "broken", "scores")}
    figures |= {"rows": whole[0]["in"], "set_aside": len(whole[0]["rows"]), "flagged": len(shared[0]["rows"])}
    figures |= {"cpu_s": median(whole, "cpu_s"), "peak_mb": median(whole, "peak_mb")}
    figures["shared"] = {"rules": shared[0]["rules"], **_cost(shared)}
    return {**figures, **(_against(found) if peers else {})}


def _against(found: Rounds) -> dict[str, Any]:
    flagged = [one["rows"] for name in ("shared", *PEERS) for one in found[name]]
    costs = {name: _cost(found[name]) for name in ("shared", *PEERS)}
    return {
        "same_rows_as_peers": all(rows == flagged[0] for rows in flagged),
        **{f"vs_{name}": ratio(costs[name]["cold"], costs["shared"]["cold"]) for name in PEERS},
        "warm": {f"vs_{name}": ratio(costs[name]["warm"], costs["shared"]["warm"]) for name in PEERS},
        "peers": {name: costs[name] for name in PEERS},
    }


def _cost(found: Sequence[Found]) -> dict[str, float]:
    return {
        "cold": median(found, "cpu_s"),
        "warm": median(found, "warm_cpu_s"),
        "peak_mb": median(found, "peak_mb"),
    }


def prepare(folder: Path, months: int) -> None:
    """The flights in one file, the contracts as functions get them, the other datasets as they lie in the lake."""
    files = write_sample(folder)
    monthly = [file.read_bytes() for file in files if file.name.startswith("2013-")][:months]
    header = monthly[0].partition(b"\n")[0] + b"\n"
    (folder / "flights.csv").write_bytes(header + b"".join(month.partition(b"\n")[2] for month in monthly))
    contracts = next(model.contracts for model in read_models(MODELS) if DATASET in model.contracts)
    (folder / "contract.json").write_text(json.dumps(as_record(contracts[DATASET])))
    (folder / "shared.json").write_text(json.dumps(as_record(read_contract(SHARED))))
    for dataset in {reference.dataset for reference in contracts[DATASET].references}:
        (folder / f"{dataset}.parquet").write_bytes(to_parquet(_accepted(folder, contracts[dataset])))


def _accepted(folder: Path, contract: Contract) -> Any:
    content = (folder / f"{contract.dataset}.csv").read_bytes()
    return check(read_table(contract.dataset, content, contract), contract).accepted
