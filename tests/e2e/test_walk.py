"""The whole house on the synthesised template: what the demo does, and what must not change anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import boto3
import pytest

from serin.domain.errors import Denied
from serin_cli import scorecards
from serin_cli.client import ApiError, Client
from serin_cli.local import Running
from serin_cli.walk import MODEL, write_pages
from tests.e2e.conftest import Walked
from tests.unit.pages.pages import Page

MONTHS = [f"2013-{month:02}.csv" for month in range(1, 7)]


def test_every_row_is_accepted_or_quarantined_and_the_catalog_proves_it(walked: Walked) -> None:
    for dataset in ("flights", "weather", "planes", "airports"):
        uploads = walked.client.all("/uploads", dataset=dataset)
        assert uploads
        for upload in uploads:
            assert upload["rows"] == upload["accepted"] + upload["quarantined"]
            file = walked.folder / upload["file"]
            # Rows that other tests corrected in the console come in files that no folder has.
            if file.exists():
                assert upload["rows"] == file.read_bytes().count(b"\n") - 1
        head = walked.client.get(f"/datasets/{dataset}")
        assert head["rows"] == sum(upload["accepted"] for upload in uploads)
        assert head["sequence"] == len(uploads)


def test_every_view_holds_every_upload_and_says_what_its_rows_look_like(walked: Walked) -> None:
    views = walked.client.get(f"/models/{MODEL}/views")["items"]
    assert len({view["definition"] for view in views}) == len(views) == 7
    for view in views:
        assert (view["deployed"], view["state"], view["fill"]["upto"]) == (True, "filled", view["heads"])
        assert view["fill"]["statistics"]["rows"] > 0


def test_every_prediction_was_answered_and_its_log_line_reached_the_lake(walked: Walked) -> None:
    predictions = walked.figures["predictions"]
    assert predictions["sent"] == predictions["ok"] == predictions["logged"]
    assert predictions["by_runtime"] == {"compiled": predictions["logged"]}
    assert predictions["sent"] == 700 + walked.figures["release"]["requests"]
    assert set(predictions["by_version"]) == {"1", "2"}
    assert predictions["fresh"] > 0


def test_the_gate_rejected_a_gain_that_was_not_shown_and_passed_one_that_was(walked: Walked) -> None:
    rejected, training = walked.figures["rejected"], walked.figures["training"]
    assert rejected == {**rejected, "gate": "fail", "trials": 8, "version": None}
    assert training == {**training, "gate": "pass", "trials": 8, "version": 2}
    assert training["auc"] >= 0.75
    runs = [run["status"] for run in walked.client.all("/runs", model=MODEL) if run["status"] != "skipped"]
    assert runs[:3] == ["registered", "rejected", "registered"]


def test_what_moved_was_told_and_new_rows_began_the_training_that_went_live(walked: Walked) -> None:
    drifted = walked.figures["drifted"]
    assert "weather_now.temp" in drifted
    assert {"hour", "weekday", "plane_age"}.isdisjoint(drifted)
    assert [run["cause"] for run in walked.client.all("/runs", model=MODEL) if run.get("version") == 2] == ["volume"]


def test_the_second_version_went_live_by_evidence_after_a_person_had_taken_it_back_once(walked: Walked) -> None:
    assert (walked.figures["rollback"]["ok"], walked.figures["release"]["failed"]) == (True, 0)
    releases = walked.client.all(f"/models/{MODEL}/releases")
    ends = [(release["cause"], release["version"], release["status"]) for release in releases]
    assert ends == [("registered", 1, "live"), ("registered", 2, "rolled_back"), ("call", 2, "live")]
    shown = walked.client.get(f"/models/{MODEL}/releases/{releases[-1]['id']}")
    # So few callers an hour have no use for a smaller step.
    assert [shift["weight"] for shift in shown["shifts"]] == [50, 100]
    assert list(dict.fromkeys(judged["phase"] for judged in shown["judged"])) == ["shadow", "canary", "bake"]


def test_the_live_version_is_traced_to_the_uploads_and_the_first_of_them_to_the_versions(walked: Walked) -> None:
    live = walked.client.get("/models")["items"][0]["live"]["version"]
    found = walked.client.get(f"/models/{MODEL}/versions/{live}/lineage")
    assert found["run"]["version"] == live
    flights = next(dataset for dataset in found["datasets"] if dataset["dataset"] == "flights")
    assert [upload["file"] for upload in flights["uploads"]] == MONTHS
    assert flights["rows"] == sum(upload["accepted"] for upload in flights["uploads"])
    online = [view["fill"]["upto"]["flights"] for view in found["views"] if "flights" in view["fill"]["upto"]]
    assert len(online) > 0
    assert set(online) == {walked.client.get("/datasets/flights")["sequence"]}
    first, last = flights["uploads"][0]["id"], flights["uploads"][-1]["id"]
    versions = [[run.get("version") for run in _runs_with(walked, name)] for name in (first, last)]
    assert versions == [[1, 2], [2]]


def _runs_with(walked: Walked, upload: str) -> list[Any]:
    runs = walked.client.all("/runs", model=MODEL, upload=upload)
    return [run for run in runs if run["status"] == "registered"]


def test_the_profile_of_flights_names_what_goes_with_the_label(walked: Walked) -> None:
    found = walked.client.profile("flights", walked.client.get("/datasets/flights")["rows"])
    profile = found["profile"]
    assert (profile["label"], profile["task"], found["made"]["model"]) == ("late", "binary", MODEL)
    assert profile["of_rows"] == found["rows_now"]
    columns = {column["name"]: column for column in profile["columns"]}
    known_before = {name: item for name, item in columns.items() if not {"afterwards", "label"} & set(item["flags"])}
    strengths = {name: item["association"]["strength"] for name, item in known_before.items() if "association" in item}
    assert strengths.keys() >= {"carrier", "origin", "dest", "hour", "distance", "tailnum", "sched_dep_utc"}
    assert all(0 <= strength < 0.5 for strength in strengths.values())
    assert columns["arr_delay"]["association"]["auc"] == 1.0
    assert {"departed_utc", "landed_utc", "arr_delay", "dep_delay"} & known_before.keys() == set()
    assert all("label" not in walked.client.profile(name)["profile"] for name in ("weather", "planes", "airports"))


def test_the_demos_pages_show_what_became_of_its_uploads(
    walked: Walked, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(scorecards, "PAGES", tmp_path)
    quality, profile, watched = (Page(Path(file).read_text()) for file in write_pages(walked.client))
    uploads = walked.client.all("/uploads", dataset="flights")
    assert all(quality.shows(upload["file"]) for upload in uploads)
    assert quality.shows("flights.dep_time.range")
    assert profile.shows(f"As the model {MODEL} reads it")
    assert profile.shows("flights.tailnum.malformed")
    assert watched.shows("weather_now.temp")


def test_the_same_file_again_under_any_name_changes_nothing(walked: Walked) -> None:
    before = walked.client.get("/datasets/flights")
    file = walked.folder / "2013-02.csv"
    first = walked.client.upload("flights", file)
    second = walked.client.upload("flights", file, "other-name.csv")
    assert first["id"] == second["id"]
    assert walked.client.get("/datasets/flights") == before


def test_the_same_event_again_changes_nothing(walked: Walked) -> None:
    before = walked.client.get("/datasets/weather"), walked.client.all("/uploads", dataset="weather")
    _send_again(walked, before[1][0]["key"])
    walked.platform.cloud.settle()
    assert (walked.client.get("/datasets/weather"), walked.client.all("/uploads", dataset="weather")) == before


def _send_again(walked: Walked, key: str) -> None:
    bucket = walked.platform.connection.uploads_bucket
    s3 = boto3.client("s3", **walked.platform.cloud.client)
    version = s3.head_object(Bucket=bucket, Key=key)["VersionId"]
    detail = {"bucket": {"name": bucket}, "object": {"key": key, "version-id": version, "size": 1}}
    sqs = boto3.client("sqs", **walked.platform.cloud.client)
    url = sqs.get_queue_url(QueueName=f"serin-{walked.platform.connection.stage}-uploads")["QueueUrl"]
    sqs.send_message(QueueUrl=url, MessageBody=json.dumps({"detail-type": "Object Created", "detail": detail}))


HEADER = b"year,month,day,dep_time,sched_dep_time,dep_delay,arr_time,sched_arr_time,arr_delay,carrier,flight,tailnum,"
WHOLE = HEADER + b"origin,dest,air_time,distance,hour,minute,time_hour\n"
WRONG_TYPES = b"x,1,1,517,515,2,830,819,11,UA,1545,N14228,EWR,IAH,227,1400,5,15,2013-01-01T10:00:00Z\n"


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("missing-column.csv", HEADER + b"origin\n", "dest"),
        ("not-utf-8.csv", WHOLE + WRONG_TYPES.replace(b"UA", b"\xff\xfe"), "UTF-8"),
        ("empty.csv", b"", "empty"),
    ],
)
def test_an_unreadable_file_is_rejected_with_its_reason_and_kept(
    walked: Walked, tmp_path: Path, name: str, content: bytes, found: str
) -> None:
    (tmp_path / name).write_bytes(content)
    before = walked.client.get("/datasets/flights")
    upload = walked.client.upload("flights", tmp_path / name)
    assert upload["status"] == "rejected"
    assert found in upload["reason"]
    assert upload["remedy"]
    assert walked.client.get("/datasets/flights") == before
    s3 = boto3.client("s3", **walked.platform.cloud.client)
    kept = s3.get_object(Bucket=walked.platform.connection.uploads_bucket, Key=f"raw/flights/{name}")
    assert kept["Body"].read() == content


def test_a_row_of_the_wrong_type_is_set_aside_with_its_rule(walked: Walked, tmp_path: Path) -> None:
    (tmp_path / "wrong-type.csv").write_bytes(WHOLE + WRONG_TYPES)
    upload = walked.client.upload("flights", tmp_path / "wrong-type.csv")
    assert (upload["status"], upload["accepted"]) == ("rejected", 0)
    assert "flights.year.type" in upload["reason"]


def test_without_a_token_nothing_is_answered(walked: Walked) -> None:
    stranger = Client(Running(walked.platform.cloud, _without_token(walked), (), walked.platform.settings).connection)
    with pytest.raises(Denied):
        stranger.predict(MODEL, [{}])
    stranger.close()


def _without_token(walked: Walked) -> Any:
    from dataclasses import replace

    return replace(walked.platform.connection, token="serin_" + "x" * 43)


def test_a_wrong_request_is_answered_by_field(walked: Walked) -> None:
    with pytest.raises(ApiError) as caught:
        walked.client.predict(MODEL, [{"carrier": "UA"}])
    assert caught.value.kind == "invalid"
    assert caught.value.field is not None
    assert caught.value.field.startswith("instances[0].")
