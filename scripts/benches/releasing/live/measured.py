"""The long form: every case at the margins a charter has by itself, and callers who ask while the alias is moved."""

from __future__ import annotations

import random
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import cycle
from pathlib import Path
from typing import Any

from benches.measuring import PROGRESS
from benches.own_cloud import Place
from benches.releasing.live.cases import CASES, ask_first, figures, release
from benches.releasing.live.place import MODEL, parcels, place
from serin.adapters.endpoint import LambdaEndpoint
from serin.domain.errors import Conflict
from serin_cli.clock import advance
from serin_cli.connection import aws_client
from serin_cli.traffic import BURST, MINUTE_S, Tally, Traffic

FULL: Mapping[str, object] = {
    "shadow": {"pairs": 600},
    "canary": {"steps": [10, 50]},
    "margins": {"error_rate": 0.02},
}
PAIRS, CHANGED_UNDER = 600, 10_000
_MOVES_A_MINUTE = 4


def measured(seed: int) -> dict[str, dict[str, Any]]:
    """Of each case how it ended, how many asked meanwhile, and for how many that failed; then the alias's changes."""
    # The alias draws who answers by this.
    random.seed(seed)
    results: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder, place(Path(folder), FULL) as here:
        ask_first(here, seed, PAIRS)
        before = here.client.get("/models")["items"][0]["live"]["function_version"]
        for case in CASES:
            if case.in_traffic:
                # Nobody asks while its shadow runs, so that has to have enough of what was asked before.
                ask_first(here, seed, PAIRS)
            results[case.name] = figures(release(here, case, BURST, seed))
            PROGRESS.print(f"{case.name}: {results[case.name]}")
        after = here.client.get("/models")["items"][0]["live"]["function_version"]
        results["alias_changes"] = alias_changes(here, seed, (before, after), CHANGED_UNDER)
    return results


def alias_changes(here: Place, seed: int, versions: tuple[str, str], requests: int) -> dict[str, Any]:
    """Callers ask without a pause while the alias is moved as releases move it: to shares, to all, and back."""
    functions, parameters, stacks = (aws_client(here.connection, name) for name in ("lambda", "ssm", "cloudformation"))
    endpoint = LambdaEndpoint(functions, parameters, stacks, here.connection.stage, "")
    old, new = versions
    ways = cycle([(old, new, 10), (old, new, 50), (new, None, 0), (new, old, 50), (old, None, 0)])

    def move() -> int:
        moved = 0
        for (serves, candidate, weight), _ in zip(ways, range(_MOVES_A_MINUTE), strict=False):
            # The reconciler puts back what no release has meant.
            with suppress(Conflict):
                endpoint.move_alias(MODEL, serves, endpoint.alias(MODEL), candidate, weight)
                moved += 1
        return moved

    tally, changes = Tally(), 0
    with Traffic(here.connection, MODEL, parcels(seed)) as traffic, ThreadPoolExecutor(1) as mover:
        while tally.requests < requests:
            moving = mover.submit(move)
            tally += traffic.ask(min(BURST, requests - tally.requests))
            changes += moving.result()
            advance(here.connection, MINUTE_S)
    versions_asked = {str(version): count for version, count in sorted(tally.versions.items())}
    return {
        "outcome": f"{changes} changes",
        "requests": tally.requests,
        "failed": tally.failed,
        "share_p": None,
        "by_version": versions_asked,
    }
