"""Add a model in ten minutes: a CSV nobody wrote a charter for becomes an endpoint, by what README says to type."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from sklearn.datasets import load_diabetes

from tests.e2e.newcomer import Checkout, a_checkout

MODEL = "diabetes"
ANSWERS = {
    "design.problem": "How far will the disease have gone in a year? Asked by the clinic when it plans visits.",
    "design.requirements.metrics.rmse": "70",
    "description.purpose": "One row a patient, as the study of 2004 published them.",
    "description.limitations": "442 patients of one clinic, and nobody says when.",
}
TEN_MINUTES = 600.0


@dataclass(frozen=True)
class Added:
    """What was said on the way, in order of the steps, and how long each took."""

    checkout: Checkout
    drafted: Mapping[str, Any]
    refused: str
    seconds: Mapping[str, float]
    upload: Mapping[str, Any]
    run: Mapping[str, Any]
    release: Mapping[str, Any]
    by_command: Mapping[str, Any]
    by_http: httpx.Response


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    checkout = a_checkout(tmp_path_factory.mktemp("newcomer") / "serin")
    file = checkout.folder / "patients.csv"
    load_diabetes(as_frame=True, scaled=False).frame.to_csv(file, index=False)
    steps = _Steps(checkout)
    drafted = steps.json("init", "init", MODEL, "--from", file.name, "--label", "target")
    refused = checkout.serin("validate")
    _answer(checkout, drafted["questions"])
    steps.json("validate", "validate")
    began = time.monotonic()
    with checkout.up():
        steps.seconds["up"] = time.monotonic() - began
        (upload,) = steps.json("upload", "upload", MODEL, file.name)
        steps.wait_until_live()
        (run, *_) = [run for run in steps.json("runs", "runs", MODEL) if run["status"] != "skipped"]
        shown = steps.json("steps", "release", "show", MODEL)
        by_command = steps.json("predict", "predict", MODEL, f"models/{MODEL}/request.json")
        by_http = _ask(checkout)
    return Added(checkout, drafted, refused.stderr, steps.seconds, upload, run, shown, by_command, by_http)


class _Steps:
    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout
        self.seconds: dict[str, float] = {}

    def json(self, step: str, *words: str) -> Any:
        began = time.monotonic()
        done = self._checkout.serin(*words, "--json")
        self.seconds[step] = time.monotonic() - began
        assert done.returncode == 0, f"{words}: {done.stderr}"
        return json.loads(done.stdout)

    def wait_until_live(self) -> None:
        began = time.monotonic()
        while time.monotonic() - began < TEN_MINUTES:
            releases: list[Mapping[str, Any]] = self.json("release", "release", "list", MODEL)
            if releases and releases[-1]["status"] != "running":
                self.seconds["train and release"] = time.monotonic() - began
                return
            runs = self.json("runs", "runs", MODEL)
            ended = [run for run in runs if run["status"] in ("failed", "rejected", "skipped")]
            assert not ended, ended
            time.sleep(0.5)
        raise AssertionError(f"no release in {TEN_MINUTES:.0f} s")


def _answer(checkout: Checkout, questions: list[str]) -> None:
    """Edit the files where they ask, as a person would."""
    for question in questions:
        file, line, field = question.split(":", 2)
        path = checkout.folder / file
        lines = path.read_text().splitlines()
        before, _, asked = lines[int(line) - 1].partition("<")
        assert asked.endswith("?>")
        lines[int(line) - 1] = before + ANSWERS[field.strip()]
        path.write_text("\n".join(lines) + "\n")


def _ask(checkout: Checkout) -> httpx.Response:
    connection = json.loads(checkout.connection.read_text())
    body = (checkout.folder / "models" / MODEL / "request.json").read_bytes()
    headers = {"Authorization": f"Bearer {connection['token']}", "Content-Type": "application/json"}
    return httpx.post(f"{connection['api_url']}/models/{MODEL}/predict", content=body, headers=headers, timeout=30)


def test_what_only_a_person_knows_is_asked_for_and_refused_until_it_is_answered(added: Added) -> None:
    assert [question.rpartition(" ")[2] for question in added.drafted["questions"]] == list(ANSWERS)
    for question in added.drafted["questions"]:
        assert question in added.refused
    assert "still the placeholder" in added.refused
    assert "remedy: " in added.refused


def test_every_row_of_the_file_is_accepted_by_the_contract_that_was_inferred_from_it(added: Added) -> None:
    assert (added.drafted["rows"], added.drafted["rows_read"], added.drafted["task"]) == (442, 442, "regression")
    assert (added.upload["rows"], added.upload["accepted"], added.upload["rules"]) == (442, 442, {})


def test_the_first_training_starts_by_itself_and_its_model_beats_the_mean_and_the_floor(added: Added) -> None:
    assert (added.run["cause"], added.run["status"]) == ("features", "registered")
    assert added.run["contest"]["rows"] >= 200
    assert added.run["contest"]["challenger"]["rmse"] < 70, "answering the mean always reaches 77"
    assert added.run["contest"]["challenger"]["r2"] > 0.2


def test_the_version_went_live_after_its_golden_rows(added: Added) -> None:
    assert (added.release["status"], added.release["version"]) == ("live", 1)
    assert "golden" in [step["name"] for step in added.release["steps"]]


def test_it_answers_over_http_and_by_command_alike(added: Added) -> None:
    assert added.by_http.status_code == 200
    (found,) = added.by_http.json()["predictions"]
    assert 25 <= found["value"] <= 346, "the value is one of a patient of the study"
    assert found["value"] == added.by_command["predictions"][0]["value"]


def test_it_takes_a_machine_less_than_ten_minutes(added: Added, capsys: pytest.CaptureFixture[str]) -> None:
    steps = {step: round(seconds, 1) for step, seconds in added.seconds.items()}
    total = sum(seconds for step, seconds in steps.items() if step not in ("release", "runs"))
    with capsys.disabled():
        sys.stdout.write(f"\na model was added in {total:.1f} s: {steps}\n")
    assert total < TEN_MINUTES
