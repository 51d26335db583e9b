"""Add a model in ten minutes: a CSV nobody wrote a charter for becomes an endpoint, by what README says to type."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
from sklearn.datasets import load_diabetes

from serin.domain.releases import OPEN
from tests.e2e.newcomer import Checkout, a_checkout
from tests.waiting import wait_until

MODEL, DATASET = "diabetes", "patients"
REQUIRED_NOTE = "      - {name: note, logicalType: string, required: true}\n"
TRAINING = "training:\n"
BY_JOBS = f"{TRAINING}  job: {{largest: ml.m5.large, max_runtime: 1h, always: true}}\n"
ANSWERS = {
    "design.problem": "How far will the disease have gone in a year? Asked by the clinic when it plans visits.",
    "design.requirements.metrics.rmse": "70",
    "description.purpose": "One row a patient, as the study of 2004 published them.",
    "description.limitations": "442 patients of one clinic, and nobody says when.",
}


@dataclass(frozen=True)
class Later:
    """What was said once the contract had changed: what old rows cannot be read by, and then a column more."""

    refused: str
    upload: Mapping[str, Any]
    run: Mapping[str, Any]
    predicted: Mapping[str, Any]


@dataclass(frozen=True)
class Added:
    """What was said on the way, in order of the steps."""

    checkout: Checkout
    drafted: Mapping[str, Any]
    refused: str
    upload: Mapping[str, Any]
    run: Mapping[str, Any]
    release: Mapping[str, Any]
    by_command: Mapping[str, Any]
    by_http: httpx.Response
    card: Mapping[str, Any]
    later: Later


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    checkout = a_checkout(tmp_path_factory.mktemp("newcomer") / "serin")
    file = checkout.folder / "patients.csv"
    load_diabetes(as_frame=True, scaled=False).frame.to_csv(file, index=False)
    steps = _Steps(checkout)
    drafted = steps.json("init", MODEL, "--from", file.name, "--label", "target")
    refused = checkout.serin("validate")
    _answer(checkout, drafted["questions"])
    _edit_charter(checkout, TRAINING, BY_JOBS)
    _edit_charter(checkout, "trials: 4", "trials: 1")
    steps.json("validate")
    with checkout.up("--state", "state"):
        (upload,) = steps.json("upload", DATASET, file.name)
        steps.wait_until_live()
        (run, *_) = [run for run in steps.json("runs", MODEL) if run["status"] != "skipped"]
        shown = steps.json("release", "show", MODEL)
        by_command = steps.json("predict", MODEL, f"models/{MODEL}/request.json")
        by_http = _ask(checkout)
        card = steps.json("card", MODEL)
        _edit_contract(checkout, "    properties:\n", f"    properties:\n{REQUIRED_NOTE}")
        refused_later = checkout.serin("validate").stderr
    _edit_contract(checkout, ", required: true}", "}")
    _edit_charter(checkout, BY_JOBS, TRAINING)
    with checkout.up("--state", "state"):
        later = _with_notes(steps, checkout, refused_later)
    return Added(checkout, drafted, refused.stderr, upload, run, shown, by_command, by_http, card, later)


def _with_notes(steps: _Steps, checkout: Checkout, refused: str) -> Later:
    frame = load_diabetes(as_frame=True, scaled=False).frame
    frame.assign(bp=frame["bp"] + 1, note="seen again").head(100).to_csv(checkout.folder / "again.csv", index=False)
    (upload,) = steps.json("upload", DATASET, "again.csv")
    run = steps.json("train", MODEL, may_end=(0, 1))
    return Later(refused, upload, run, steps.json("predict", MODEL, f"models/{MODEL}/request.json"))


def _edit_contract(checkout: Checkout, before: str, after: str) -> None:
    _edit(checkout.folder / "models" / MODEL / "contracts" / f"{DATASET}.yaml", before, after)


def _edit_charter(checkout: Checkout, before: str, after: str) -> None:
    _edit(checkout.folder / "models" / MODEL / "model.yaml", before, after)


def _edit(path: Path, before: str, after: str) -> None:
    text = path.read_text()
    assert before in text, text
    path.write_text(text.replace(before, after, 1))


class _Steps:
    def __init__(self, checkout: Checkout) -> None:
        self._checkout = checkout

    def json(self, *words: str, may_end: tuple[int, ...] = (0,)) -> Any:
        done = self._checkout.serin(*words, "--json")
        assert done.returncode in may_end, f"{words}: {done.stderr}"
        return json.loads(done.stdout)

    def wait_until_live(self) -> None:
        """Over HTTP: a look by command takes a second of CPU, which the training is in need of."""
        assert wait_until(self._is_live, every_s=0.2), "no release"

    def _is_live(self) -> bool:
        releases, runs = (self._newest(path) for path in (f"/models/{MODEL}/releases", f"/runs?model={MODEL}"))
        ended = [run for run in runs if run["status"] in ("failed", "rejected", "skipped")]
        assert not ended, [run.get("reason") for run in ended]
        return bool(releases) and releases[0]["status"] not in OPEN

    def _newest(self, path: str) -> list[Mapping[str, Any]]:
        url, headers = _way_in(self._checkout)
        answer = httpx.get(f"{url}{path}", headers=headers, timeout=30)
        assert answer.status_code == 200, answer.text
        newest: list[Mapping[str, Any]] = answer.json()["items"]
        return newest


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
    url, headers = _way_in(checkout)
    body = (checkout.folder / "models" / MODEL / "request.json").read_bytes()
    headers["Content-Type"] = "application/json"
    return httpx.post(f"{url}/models/{MODEL}/predict", content=body, headers=headers, timeout=30)


def _way_in(checkout: Checkout) -> tuple[str, dict[str, str]]:
    """The platform's address, and the token it takes."""
    connection = json.loads(checkout.connection.read_text())
    return connection["api_url"], {"Authorization": f"Bearer {connection['token']}"}


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


def test_a_model_that_was_fitted_by_training_jobs_passed_its_gate_and_its_card_says_where(added: Added) -> None:
    assert added.run["verdict"]["outcome"] == "pass"
    fitted_on = added.card["origins"]["fitted_on"]
    assert (fitted_on["machine"], fitted_on["interruptions"]) == ("ml.m5.large", 0)
    assert fitted_on["usd"] == pytest.approx(fitted_on["seconds"] * 0.115 / 3600)


def test_the_version_went_live_after_its_golden_rows(added: Added) -> None:
    assert (added.release["status"], added.release["version"]) == ("live", 1)
    assert "golden" in [step["name"] for step in added.release["steps"]]


def test_it_answers_over_http_and_by_command_alike(added: Added) -> None:
    assert added.by_http.status_code == 200
    (found,) = added.by_http.json()["predictions"]
    assert 25 <= found["value"] <= 346, "the value is one of a patient of the study"
    assert found["value"] == added.by_command["predictions"][0]["value"]


def test_a_contract_that_gains_a_column_is_deployed_and_old_and_new_rows_train_together(added: Added) -> None:
    later = added.later
    assert (later.upload["status"], later.upload["accepted"]) == ("accepted", 100)
    assert later.run["status"] in ("registered", "rejected", "inconclusive"), later.run
    assert later.run["contest"]["rows"] > added.run["contest"]["rows"]
    assert later.predicted["predictions"][0]["value"] == added.by_command["predictions"][0]["value"]


def test_a_contract_that_old_rows_cannot_follow_is_refused_with_what_to_do(added: Added) -> None:
    assert f"{DATASET}.note: is required, and rows accepted" in added.later.refused
    assert "nullValues" in added.later.refused
