"""Add a model in ten minutes: a CSV nobody wrote a charter for becomes an endpoint, by what README says to type."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
import httpx
import pytest
from sklearn.datasets import load_diabetes

from infra.local.cloud import LocalCloud
from serin.adapters.catalog import DynamoCatalog
from serin.adapters.dynamodb import RecordTable
from serin.domain.releases import OPEN
from tests.e2e.erasing import NOBODY, OTHER, STAYS, WHO, Clinic, Erased
from tests.e2e.granted import FOR_PEOPLE
from tests.e2e.newcomer import Checkout, a_checkout
from tests.waiting import wait_until

MODEL, DATASET = "diabetes", "patients"
PROTECTED = "  compliance: {personal_data: {patient: hash, mail: drop}}\n"
VIEW = "  views: {stay: {entity: patient, source: wards, static: true, last: [ward]}}\n"
WARDS = """apiVersion: v3.1.0
kind: DataContract
id: wards
version: 1.0.0
status: active
schema:
  - name: wards
    properties:
      - {name: patient, logicalType: string, required: true, primaryKey: true}
      - {name: ward, logicalType: string, required: true}
"""
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
    learnt_from: int
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
    erased: Erased


@pytest.fixture(scope="module")
def added(tmp_path_factory: pytest.TempPathFactory) -> Added:
    checkout = a_checkout(tmp_path_factory.mktemp("newcomer") / "serin")
    file = checkout.folder / "patients.csv"
    patients().to_csv(file, index=False)
    steps = _Steps(checkout)
    drafted = steps.json("init", MODEL, "--from", file.name, "--label", "target")
    refused = checkout.serin("validate")
    _answer(checkout, drafted["questions"])
    _protect(checkout)
    _edit_charter(checkout, TRAINING, BY_JOBS)
    # Each step is a job with a process, its packages and its models of its own: one trial shows what four would.
    _edit_charter(checkout, "trials: 4", "trials: 1")
    steps.json("validate")
    with checkout.up("--state", "state"):
        steps.json("upload", "wards", "wards.csv")
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
    with checkout.up_here("state") as cloud:
        later = _with_notes(steps, checkout, refused_later, cloud)
        erased = Clinic(cloud, checkout.folder, MODEL, DATASET).erase_one(run["id"])
    return Added(checkout, drafted, refused.stderr, upload, run, shown, by_command, by_http, card, later, erased)


def _with_notes(steps: _Steps, checkout: Checkout, refused: str, cloud: LocalCloud) -> Later:
    frame = patients()
    frame.assign(bp=frame["bp"] + 1, note="seen again").head(100).to_csv(checkout.folder / "again.csv", index=False)
    (upload,) = steps.json("upload", DATASET, "again.csv")
    run = steps.json("train", MODEL, may_end=(0, 1))
    catalog = DynamoCatalog(RecordTable(boto3.client("dynamodb", **cloud.client), "serin-dev-catalog"))
    rows = catalog.training_set(MODEL, run["training_set"]).rows
    return Later(refused, upload, run, rows, steps.json("predict", MODEL, f"models/{MODEL}/request.json"))


def patients() -> Any:
    """The rows of the study, as if of patients with a number and an address."""
    frame = load_diabetes(as_frame=True, scaled=False).frame
    numbers = [f"Q{number:04}-walk" for number in range(len(frame))]
    return frame.assign(patient=numbers, mail=[f"{number.lower()}@example.org" for number in numbers])


def _protect(checkout: Checkout) -> None:
    """Say what is personal, know where patients lie by it, and check nothing of it but that it is there."""
    folder = checkout.folder / "models" / MODEL
    charter, contract = folder / "model.yaml", folder / "contracts" / f"{DATASET}.yaml"
    text = charter.read_text()
    for before, after in (
        ("  requirements:\n", f"{PROTECTED}  requirements:\n"),
        ("inputs:\n", "inputs:\n  patient: {type: string, nullable: true}\n"),
        ("  entities: {", "  entities: {patient: [patient], "),
        ("  model_uses:", f"{VIEW}  model_uses:"),
        ("\n# What somebody", "  wards: {contract: contracts/wards.yaml}\n\n# What somebody"),
    ):
        assert before in text, text
        text = text.replace(before, after, 1)
    charter.write_text(text)
    (folder / "contracts" / "wards.yaml").write_text(WARDS)
    (checkout.folder / "wards.csv").write_text(STAYS)
    rule = re.compile(rf"        quality:\n.*name: {DATASET}\.patient\.inferred.*\n")
    checked, found = rule.subn("", contract.read_text())
    assert found == 1, checked
    contract.write_text(checked)


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
    assert later.learnt_from == 442 + 100
    assert later.predicted["predictions"][0]["value"] == added.by_command["predictions"][0]["value"]


def test_a_contract_that_old_rows_cannot_follow_is_refused_with_what_to_do(added: Added) -> None:
    assert f"{DATASET}.note: is required, and rows accepted" in added.later.refused
    assert "nullValues" in added.later.refused


def test_who_was_uploaded_and_asked_about_was_known_by_a_digest_but_in_the_files_as_they_were_sent(
    added: Added,
) -> None:
    before = added.erased.before
    assert before.named == {"uploads"}
    assert before.uploads == {"raw", "batch"}
    assert {"datasets", "training-sets", "predictions", "batch-work"} <= before.lake
    assert before.logs


def test_after_an_erasure_no_bucket_no_old_version_no_table_and_no_log_names_the_person(added: Added) -> None:
    after, record = added.erased.after, added.erased.record
    assert (record["column"], record["status"], record["datasets"]) == ("patient", "ended", f"{DATASET} wards")
    assert after.named == frozenset()
    assert after.lake == after.uploads == after.tables == frozenset()
    # What stood for them is in logs until these end, as was said, and leads to nobody.
    assert after.logs == added.erased.before.logs
    assert any("log of predict" in what for what in record["ends"])
    assert record["versions"].split() == [f"{MODEL}/1"]
    assert record["erased"]["uploads"] >= 6
    assert {"rows", "training sets", "predictions", "files to be scored", "online items"} <= set(record["erased"])


def test_an_erasure_that_is_cut_off_goes_on_and_takes_up_what_it_has_not_done(added: Added) -> None:
    assert added.erased.killed == 1
    assert added.erased.calls > 20, "the function had time for one file a call"


def test_files_that_arrive_meanwhile_come_in_without_the_person_and_say_so(added: Added) -> None:
    for upload in added.erased.uploads.values():
        assert (upload["rows"], upload["accepted"], upload["erased"]) == (2, 1, 1)


def test_of_whom_nobody_knows_or_who_is_erased_just_that_is_said(added: Added) -> None:
    said, name = added.erased.said, added.erased.record["id"]
    assert "Nobody of that patient is known: no file has had them." in said["unknown"]
    assert f"It has begun as {name}" in said["first"]
    assert ("They are being erased since" in said["again"], name in said["again"]) == (True, True)
    assert (f"as {name}; no file has had it since" in said["erased"], "was erased on" in said["erased"]) == (True, True)
    assert "somebody was erased from the rows it was trained on" in said["rerun"]


def test_who_was_erased_is_answered_as_somebody_unknown(added: Added) -> None:
    answers, features = added.erased.answers, added.erased.features
    assert answers[WHO] == answers[NOBODY]
    assert features[WHO] == features[NOBODY] != features[OTHER]


def test_the_audit_says_who_erased_somebody_and_names_them_by_a_digest(added: Added) -> None:
    audit, record = added.erased.audit, added.erased.record
    told = [(entry["what"], entry["owner"]) for entry in audit]
    assert sorted(told) == [(f"erasure {what}", of) for what in ("began", "ended") for of in (DATASET, "wards")]
    assert {entry["digest"] for entry in audit} == {record["digest"]}
    assert {entry["by"] for entry in audit} == {record["by"]}


def test_what_is_granted_because_a_column_is_hashed_is_what_the_list_says_and_is_used(added: Added) -> None:
    assert sorted(added.erased.grants) == sorted(FOR_PEOPLE)
    assert added.erased.denied == []
    for name, used in added.erased.grants.items():
        assert (used.unused, used.unreached, used.missed) == ([], [], True), name
