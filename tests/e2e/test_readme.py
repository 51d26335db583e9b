"""README's request works as it stands, typed where `serin up` has connected the checkout."""

from __future__ import annotations

import json
import subprocess

from tests.e2e.conftest import Walked
from tests.e2e.tools import ROOT
from tests.unit.scripts.readme import the_block_with
from tests.waiting import PATIENCE_S


def _typed(block: str) -> str:
    done = subprocess.run(
        ["bash", "-euc", block], cwd=ROOT, capture_output=True, text=True, timeout=PATIENCE_S, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_request_of_readme_is_answered_as_readme_says(walked: Walked) -> None:
    answer = json.loads(_typed(the_block_with("curl -s")))
    assert (answer["model"], answer["version"]) == ("flight-delay", walked.figures["training"]["version"])
    (found,) = answer["predictions"]
    assert set(found) == {"prediction_id", "label", "probability", "positive"}
    assert found["label"] in (True, False)
    assert 0 <= found["probability"] <= 1
    assert found["positive"] is True
