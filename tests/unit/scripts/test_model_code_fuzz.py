from __future__ import annotations

import pytest

from benches.model_code import fuzz


@pytest.mark.slow
def test_generated_model_code_is_refused_with_a_reason_or_answers_every_row() -> None:
    """The short form of `./scripts/bench model_code`, which draws hundreds; the seed reaches every outcome."""
    figures = fuzz(8, 20130401)
    assert (figures["faults"], figures["anonymous_5xx"]) == (0, 0), figures["examples"]
    assert figures["live"] >= 1
    assert figures["rows"] == figures["answered"] + figures["row_errors"] >= 16
    assert figures["row_errors"] >= 1
    assert sum(figures["refused"].values()) == 8 - figures["live"] >= 3
