from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from serin.domain.charter import Objectives, ReleaseTerms
from serin.domain.errors import Invalid
from serin.domain.judgement.release_policy import BASIC
from serin.files.charters import examine, read_charter
from tests.unit.files.written_model import CHARTER, RELEASE, line_of, write_charter, write_model

SHOWN = "models/trip-delay/model.yaml"


def _refusal(path: Path) -> Invalid:
    with pytest.raises(Invalid) as caught:
        read_charter(path)
    return caught.value


def test_a_charter_without_faults_is_read(tmp_path: Path) -> None:
    charter = read_charter(write_model(tmp_path))
    assert charter.features.moment.before == timedelta(hours=2)
    assert charter.features.view("sky").ttl == timedelta(hours=3)
    assert charter.training.search.space == {"max_leaf_nodes": (15, 31), "learning_rate": (0.1, 0.01)}
    assert charter.dataset("trips").derive is not None


def test_the_optional_lines_may_be_left_out(tmp_path: Path) -> None:
    edits = {
        "  pipeline: pipeline.py\n": "",
        RELEASE: "",
        "  defaults: {sky.rain: 0.5}\n": "",
        "    latency_p95_ms: 200\n    error_rate: 0.005\n": "",
    }
    charter = read_charter(write_charter(tmp_path, edits))
    assert charter.training.pipeline is None
    assert charter.release == ReleaseTerms("golden.json", BASIC)
    assert charter.objectives == Objectives()


@pytest.mark.parametrize(
    ("old", "field"),
    [
        ("Will this trip end late?", "design.problem"),
        ("30d", "training.window"),
        ("string, nullable: true", "inputs.station.type"),
    ],
)
def test_a_question_nobody_answered_is_one_fault_with_its_line_whatever_the_field_wants(
    tmp_path: Path, old: str, field: str
) -> None:
    path = write_charter(tmp_path, {old: '"<who knows - and since when?>"'})
    error = _refusal(path)
    line = line_of(path, "who knows")
    assert error.message == f"{SHOWN}:{line}: {field}: still the placeholder '<who knows - and since when?>'"
    assert error.remedy == "Write the answer in its place."


def test_no_model_has_the_name_of_the_folder_of_all_models_profiles(tmp_path: Path) -> None:
    path = write_charter(tmp_path, {})
    folder = path.parent.rename(path.parent.with_name("profiles"))
    charter = folder / "model.yaml"
    charter.write_text(re.sub(r"^model: .*$", "model: profiles", charter.read_text(), flags=re.MULTILINE))
    with pytest.raises(Invalid, match="the folder in which all models' profiles lie"):
        read_charter(charter)


@pytest.mark.parametrize("text", ["<>", "a < b?>", "<b>bold</b>", "Is a < b or b > a?", "<?>"])
def test_a_text_with_angle_brackets_is_a_text(tmp_path: Path, text: str) -> None:
    edits = {"Will this trip end late?": f"'{text}'"}
    assert read_charter(write_charter(tmp_path, edits)).problem == text


def _sourced(source: str, field: str, found: str, remedy: str) -> tuple[str, str, str, str, str]:
    """A charter whose weather has this source, and what is said of it."""
    old = "weather: {contract: contracts/weather.yaml"
    return old, f"{old}, source: {source}", f"datasets.weather.source.{field}", found, remedy


@pytest.mark.parametrize(
    ("old", "new", "field", "found", "remedy"),
    [
        ("charter: 1", "charter: 2", "charter", "2", "should be 1"),
        ("task: binary", "task: ranking", "task", "'ranking'", "'binary'"),
        ("task: binary", "tsk: binary", "tsk", "unknown field; did you mean task?", "Known here"),
        ("task: binary\n", "", "task", "is missing", "Add task"),
        ("model: trip-delay", "model: Trip", "model", "'Trip'", "lower-case"),
        ("model: trip-delay", "model: trips", "model", "in a folder named 'trip-delay'", "one name"),
        ("  problem: Will this trip end late?\n", "", "design.problem", "is missing", "Add problem"),
        ("roc_auc: 0.6", "roc_auc: 1.6", "design.requirements.metrics.roc_auc", "1.6", "between 0 and 1"),
        ("roc_auc: 0.6", "roc_auc: high", "design.requirements.metrics.roc_auc", "'high'", "valid number"),
        ("roc_auc: 0.6", "rmse: 3", "design.requirements.metrics.rmse", "no metric of a binary task", "log_loss"),
        ("contracts/weather.yaml", "contracts/none.yaml", "datasets.weather.contract", "not in the folder", "Write"),
        ("contracts/weather.yaml", "../x.yaml", "datasets.weather.contract", "'../x.yaml'", "pattern"),
        ("contracts/weather.yaml", "contracts/stations.yaml", "datasets.weather.contract", "of 'stations'", "Name"),
        ("features:trip_times", "features:times", "datasets.trips.derive.call", "a function times", "trip_times"),
        ("features:trip_times", "code:trip_times", "datasets.trips.derive.call", "code.py", "Write code.py"),
        ("features:trip_times", "features:hour", "datasets.trips.derive.call", "hour(starts)", "2 tables"),
        ("with: [stations]", "with: [cars]", "datasets.trips.derive.with[0]", "'cars'", "One of"),
        ("with: [stations]", "with: [trips]", "datasets.trips.derive.with[0]", "'trips'", "One of"),
        ("with: [stations]", "with: [rides]", "datasets.trips.derive.with[0]", "derives columns itself", "plain"),
        _sourced("{from: gs://acme/x, every: 1h}", "from", "'gs://acme/x'", "s3://bucket/prefix"),
        _sourced("{from: s3://ACME/x, every: 1h}", "from", "'s3://ACME/x'", "general purpose bucket"),
        _sourced("{from: s3://serin-dev-lake-1-us-east-1/x, every: 1h}", "from", "serin-dev-lake", "copied in again"),
        _sourced("{from: s3://acme/x*, every: 1h}", "from", "'s3://acme/x*'", "prefix as folders"),
        _sourced("{from: s3://acme/x, every: 1m}", "every", "'1m'", "from 15m to 31d"),
        _sourced("{from: s3://acme/x, every: 90d}", "every", "'90d'", "from 15m to 31d"),
        _sourced("{from: s3://acme/x}", "every", "is missing", "Add every"),
        _sourced("{every: 1h}", "from", "is missing", "Add from"),
        ("line: {type: string}", "line: {type: text}", "inputs.line.type", "'text'", "'string'"),
        ("line: {type: string}", "line: {type: string, min: 3}", "inputs.line.min", "bound of a string", "remove"),
        ("line: {type: string}", "line: {type: integer}", "inputs.line.type", "is of type string", "one type"),
        ("line: {type: string}", "line: {type: string, nullable: 1}", "inputs.line.nullable", "1", "boolean"),
        ("line: {type: string}", "line: {}", "inputs.line.type", "is missing", "Add type"),
        ("line: {type: string}", "line:", "inputs.line", "no section", "It should"),
        ("line: {type: string}", "line: {type: string}\n  age: {type: integer}", "inputs.age", "no column", "training"),
        ("line: {type: string}", "line: {type: string}\n  Age: {type: integer}", "inputs.Age", "'Age'", "lower-case"),
        ("starts: {type: timestamp}", "starts: {type: string}", "inputs.starts.type", "timestamp", "one type"),
        ("min: 0, max: 900", "min: 9, max: 1", "inputs.distance.min", "above max 1", "Swap"),
        ("min: 0, max: 900", "min: .inf, max: 1", "inputs.distance.min", "'.inf'", "valid number"),
        ("min: 0, max: 900", "min: 0, max: 1e999", "inputs.distance.max", "inf", "finite"),
        ("starts - 2h", "starts - 2", "features.moment", "'starts - 2'", "30m, 2h or 7d"),
        ("starts - 2h", "begins - 2h", "features.moment", "'begins'", "column"),
        ("starts - 2h", "line - 2h", "features.moment", "type string", "timestamp"),
        ("trip: [starts, line]", "trip: [starts, lane]", "features.entities.trip[1]", "'lane'", "add it to inputs"),
        ("trip: [starts, line]", "trip: []", "features.entities.trip", "[]", "at least 1"),
        ("trip: [starts, line]", "trip: [line, line]", "features.entities.trip", "twice", "once"),
        ("entity: spot", "entity: spott", "features.views.sky.entity", "'spott'", "Declare"),
        ("entity: spot", "entity: trip", "features.views.sky.entity", "'starts'", "column"),
        ("source: weather", "source: wether", "features.views.sky.source", "'wether'", "datasets"),
        ("last: [wind, rain]", "last: [wind, snow]", "features.views.sky.last[1]", "'snow'", "column"),
        ("last: [wind, rain]", "last: [rain, rain]", "features.views.sky.last", "twice", "once"),
        ("last: [wind, rain]", "last: []", "features.views.sky.last", "[]", "at least 1"),
        ("      last: [wind, rain]\n", "", "features.views.sky", "without values", "Add last"),
        (
            "      ttl: 3h\n",
            "      ttl: 3h\n      windows: {n: {of: wind, do: sum, over: 1d}}\n",
            "features.views.sky.windows",
            "beside last values",
            "two views",
        ),
        ("do: max, over: 3h", "do: max, over: 3", "features.views.gusts.windows.top.over", "3", "30m, 2h or 7d"),
        ("do: max, over: 3h", "do: max", "features.views.gusts.windows.top.over", "is missing", "Add over"),
        ("do: max, over: 3h", "do: most, over: 3h", "features.views.gusts.windows.top.do", "'most'", "'max'"),
        ("{of: wind, do: max", "{of: gale, do: max", "features.views.gusts.windows.top.of", "'gale'", "derivation"),
        ("{of: wind, do: max", "{of: line, do: max", "features.views.gusts.windows.top.of", "max of 'line'", "number"),
        (
            "{of: wind, do: max",
            "{of: wind, do: rate",
            "features.views.gusts.windows.top.of",
            "rate of 'wind'",
            "boolean",
        ),
        (
            "windows: {top: {of: wind, do: max, over: 3h}}",
            "windows: {}",
            "features.views.gusts.windows",
            "{}",
            "at least 1",
        ),
        ("sky.rain: 0.5", "gusts.top: high", "features.defaults.gusts.top", "'high'", "number"),
        ("      event_time: seen_at\n", "", "features.views.sky.event_time", "is missing", "static"),
        ("      ttl: 3h\n", "", "features.views.sky.ttl", "is missing", "static"),
        ("ttl: 3h", "ttl: 3", "features.views.sky.ttl", "3", "30m, 2h or 7d"),
        ("event_time: seen_at", "event_time: seen", "features.views.sky.event_time", "'seen'", "column"),
        ("event_time: seen_at", "event_time: wind", "features.views.sky.event_time", "type number", "timestamp"),
        ("created_time: told_at", "created_time: told", "features.views.sky.created_time", "'told'", "column"),
        ("static: true,", "static: true, ttl: 3h,", "features.views.place.ttl", "static view", "Remove"),
        ("place: {entity: station", "place: {entity: line", "features.views.place.entity", "named by", "primary key"),
        ("    sky:\n", "    line:\n", "features.views.line", "an input too", "Rename"),
        ("{hour: ", "{sky: ", "features.on_demand.sky", "input or view too", "Rename"),
        ("features:hour", "hour", "features.on_demand.hour", "'hour'", "pattern"),
        ("features:hour", "features:our", "features.on_demand.hour", "a function our", "hour"),
        ("features:hour", "features:careless", "features.on_demand.hour", "defaults", "plain"),
        ("features:climb", "features:trip_times", "features.on_demand.climb", "asks for 'trips'", "<view>_<column>"),
        ("sky.rain: 0.5", "sky.snow: 0.5", "features.defaults.sky.snow", "no value of a view", "<view>.<column>"),
        ("sky.rain: 0.5", "sky.rain: wet", "features.defaults.sky.rain", "'wet'", "number"),
        ("sky.rain: 0.5", "sky.rain: [1]", "features.defaults.sky.rain", "[1]", "one word or number"),
        ("[hour, distance", "[our, distance", "features.model_uses[0]", "'our'", "Name an input"),
        ("sky, climb]", "sky, sky.rain]", "features.model_uses[4]", "used already", "once"),
        ("sky, climb]", "sky, place.rain]", "features.model_uses[4]", "'place.rain'", "view.column"),
        ("truth: {dataset: trips", "truth: {dataset: tips", "truth.dataset", "'tips'", "One of"),
        ("entity: trip,", "entity: tip,", "truth.entity", "'tip'", "One of"),
        ("label: late}", "label: tardy}", "truth.label", "'tardy'", "column"),
        ("label: late}", "label: late, created_time: told}", "truth.created_time", "'told'", "column"),
        ("label: late}", "label: late, created_time: delay}", "truth.created_time", "type integer", "timestamp"),
        ("start_on: {features: trips}", "start_on: {features: tips}", "training.start_on.features", "'tips'", "One of"),
        ("pipeline: pipeline.py", "pipeline: pipe.py", "training.pipeline", "not in the folder", "Write pipe.py"),
        ("pipeline: pipeline.py", "pipeline: features.py", "training.pipeline", "a function pipeline", "hour"),
        ("holdout: 7d", "holdout: 30d", "training.holdout", "as long as the window", "Withhold less"),
        ("block: row", "block: day", "training.holdout", "7 days to judge by, and no gate decides by fewer", "row"),
        ("block: row", "block: week", "training.gate.block", "'week'", "day"),
        ("gate: {metric: log_loss", "gate: {metric: roc_auc", "training.gate.metric", "no proper score", "brier"),
        ("alpha: 0.05", "alpha: 0.5", "training.gate.alpha", "0.5", "less than 0.5"),
        ("minimum_gain: 0.001", "minimum_gain: -1", "training.gate.minimum_gain", "-1", "greater than or equal to 0"),
        ("slices: {line:", "slices: {wind:", "design.requirements.slices.wind", "not an input", "line"),
        ("slices: {line:", "slices: {starts:", "design.requirements.slices.starts", "type timestamp", "a string"),
        (
            "{metric: log_loss, margin",
            "{metric: rmse, margin",
            "design.requirements.slices.line.metric",
            "'rmse'",
            "brier",
        ),
        (
            "margin: 0.03",
            "margin: -0.1",
            "design.requirements.slices.line.margin",
            "-0.1",
            "greater than or equal to 0",
        ),
        ("tp: 40", "tp: -4", "design.value.matrix.tp", "no more than fn -4", "Acting on a positive"),
        ("tn: 1", "tn: -20", "design.value.matrix.tn", "no more than fp -20", "Leaving a negative"),
        ("tp: 40, ", "", "design.value.matrix.tp", "", ""),
        ("minimum_rows: 2", "minimum_rows: 0", "training.minimum_rows", "0", "greater than or equal to 1"),
        ("minimum_rows: 2", "minimum_rows: 1.5", "training.minimum_rows", "1.5", "integer"),
        ("trials: 4", "trials: 0", "training.search.trials", "0", "greater than or equal to 1"),
        ("trials: 4", "trials: 257", "training.search.trials", "257", "less than or equal to 256"),
        ("concurrency: 2", "concurrency: 41", "training.search.concurrency", "41", "less than or equal to 40"),
        ("optimise: log_loss", "optimise: rmse", "training.search.optimise", "'rmse'", "log_loss"),
        ("[15, 31]", "[]", "training.search.space.max_leaf_nodes", "[]", "at least 1"),
        ("[15, 31]", "15", "training.search.space.max_leaf_nodes", "15", "list"),
        ("[15, 31]", "[null]", "training.search.space.max_leaf_nodes[0]", "nothing", "one word or number"),
        ("golden: golden.json", "golden: gold.json", "release.golden", "not in the folder", "Write gold.json"),
    ],
)
def test_a_fault_is_told_with_line_field_and_remedy(
    tmp_path: Path, old: str, new: str, field: str, found: str, remedy: str
) -> None:
    error = _refusal(write_charter(tmp_path, {old: new}))
    wanted = [line for line in error.message.splitlines() if f": {field}: " in line and found in line]
    assert wanted, error.message
    assert wanted[0].startswith(f"{SHOWN}:")
    assert remedy in f"{error.message} {error.remedy}"


def test_functions_of_the_request_that_ask_for_each_other_are_refused_with_their_lines(tmp_path: Path) -> None:
    circle = {"def hour(starts):": "def hour(climb):", "def climb(distance, place_height):": "def climb(hour):"}
    message = _refusal(write_model(tmp_path, {"features.py": circle})).message
    assert re.search(
        rf"{SHOWN}:\d+: features.on_demand.hour: hour on line 1 .* asks for 'climb', a function of", message
    )
    assert re.search(
        rf"{SHOWN}:\d+: features.on_demand.climb: climb on line 9 .* asks for 'hour', a function of", message
    )


def test_the_line_is_that_of_the_field(tmp_path: Path) -> None:
    path = write_charter(tmp_path, {"trials: 4": "trials: 0"})
    assert _refusal(path).message.startswith(f"{SHOWN}:{line_of(path, 'trials: 0')}: training.search.trials: ")


def test_one_fault_names_its_field(tmp_path: Path) -> None:
    assert _refusal(write_charter(tmp_path, {"trials: 4": "trials: 0"})).field == "training.search.trials"


def _personal(line: str) -> dict[str, str]:
    return {"  requirements:\n": f"  compliance: {{personal_data: {{{line}}}}}\n  requirements:\n"}


@pytest.mark.parametrize(
    ("edits", "said"),
    [
        ({"  requirements:\n": "  risk: high\n  requirements:\n"}, "people.approvals.first_release asks nobody"),
        (
            {
                "  requirements:\n": "  risk: high\n  requirements:\n",
                "first_release: []": "first_release: [ml_engineer]",
            },
            "high, while people.approvals.release asks nobody",
        ),
        (
            {"  requirements:\n": "  compliance: {retention: 8d}\n  requirements:\n"},
            "design.compliance.retention: 8d, shorter than a look",
        ),
        ({"  requirements:\n": "  compliance: {retention: 36h}\n  requirements:\n"}, "design.compliance.retention"),
        (_personal("nobody: drop"), "personal_data.nobody: a column of no dataset"),
        (_personal("line: drop"), "personal_data.line: drop, in the primary key of trips"),
        (_personal("distance: hash"), "personal_data.distance: hash of trips.distance, a column of type integer"),
        (_personal("distance: drop"), "of which trips.distance.range is to be checked"),
        (_personal("late: drop"), "personal_data.late: the label"),
        (_personal("station: mask"), "personal_data.station"),
        (_personal("wind: drop"), "features.views.sky.last[0]: 'wind', which weather neither has nor derives"),
        (
            {"{who: [ml]}": "{who: [ml], key_metric: rmse}"},
            "people.ml_engineer.key_metric: rmse, no metric of a binary",
        ),
        ({"{who: [ml]}": "{who: [ml], key_metric: speed}"}, "people.ml_engineer.key_metric"),
        (
            {
                "{who: [lead]}": "{who: [lead], key_metric: value_per_1000}",
                "  value: {unit: USD, matrix: {tp: 40, fp: -20, fn: -4, tn: 1}, minimum_per_1000: 500}\n": "",
            },
            "people.business_stakeholder.key_metric: value, which the charter does not tell",
        ),
    ],
)
def test_what_rules_and_people_ask_must_be_possible(tmp_path: Path, edits: Mapping[str, str], said: str) -> None:
    assert said in _refusal(write_charter(tmp_path, edits)).message


def test_high_risk_is_fine_where_people_must_agree(tmp_path: Path) -> None:
    edits = {
        "  requirements:\n": "  risk: high\n  compliance: {retention: 9d}\n  requirements:\n",
        "first_release: []": "first_release: [ml_engineer]",
        " release: []": " release: [ml_engineer]",
    }
    assert read_charter(write_charter(tmp_path, edits)).risk == "high"


def test_halving_needs_days(tmp_path: Path) -> None:
    error = _refusal(write_charter(tmp_path, {"method: grid": "method: halving", "holdout: 7d": "holdout: random"}))
    assert "training.search.method: halving of rows that have no time" in error.message


def test_a_role_that_nobody_has_can_agree_to_nothing(tmp_path: Path) -> None:
    edits = {"first_release: []": "first_release: [data_engineer]", "  data_engineer: {who: [data]}\n": ""}
    error = _refusal(write_charter(tmp_path, edits))
    assert "people.approvals.first_release: data_engineer, a role that nobody has" in error.message
    assert "Add people.data_engineer: {who: [NAME]}." in error.remedy


def test_all_faults_are_told_at_once_in_the_order_of_the_file(tmp_path: Path) -> None:
    edits = {
        "task: binary": "task: binary\ncolour: red",
        "starts - 2h": "starts - 2",
        "label: late}": "label: late, feedback: maybe}",
        "holdout: 7d": "holdout: 60d",
        "trials: 4": "trials: 4\n    trials: 5",
        "golden: golden.json": "golden: gold.json",
    }
    error = _refusal(write_charter(tmp_path, edits))
    fields = [line.split(": ")[1] for line in error.message.splitlines()]
    assert fields == [
        "colour",
        "features.moment",
        "truth.feedback",
        "training.holdout",
        "training.search.trials",
        "release.golden",
    ]
    lines = [int(line.split(":")[1]) for line in error.message.splitlines()]
    assert lines == sorted(lines)
    assert error.remedy == "Correct these 6 places."
    assert all("/model.yaml:" in line and ". " in line.split(": ", 2)[2] for line in error.message.splitlines())


def test_faults_of_the_files_a_charter_names_are_told_with_its_own(tmp_path: Path) -> None:
    edits: Mapping[str, Mapping[str, str]] = {
        "model.yaml": {"trials: 4": "trials: 0"},
        "contracts/weather.yaml": {"logicalType: number}": "logicalType: money}"},
        "golden.json": {'"line": "A"': '"line": 7'},
        "features.py": {"def hour(starts):": "def hour(starts:"},
    }
    message = _refusal(write_model(tmp_path, edits)).message
    for part in ("model.yaml:", "contracts/weather.yaml:", "golden.json:", "features.py:1: not Python"):
        assert f"models/trip-delay/{part}" in message


def test_a_broken_file_is_told_once(tmp_path: Path) -> None:
    message = _refusal(write_model(tmp_path, {"features.py": {"def hour(starts):": "def hour(starts:"}})).message
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize("text", ["[1, 2]", "word", "42"])
def test_a_file_without_fields_is_refused(tmp_path: Path, text: str) -> None:
    assert "no fields" in _refusal(write_charter(tmp_path, {CHARTER: text})).message


def test_a_view_and_an_input_that_functions_would_confuse_are_refused(tmp_path: Path) -> None:
    edits = {
        "    sky:\n": "    sky_a:\n",
        "    place: {": "    sky: {",
        "[height]": "[a_wind]",
        "sky.rain": "sky_a.rain",
    }
    columns = {"name: height": "name: a_wind"}
    path = write_model(tmp_path, {"model.yaml": edits, "contracts/stations.yaml": columns})
    assert "sky_a_wind, which means something else too" in _refusal(path).message


def _foreign_key(to: str) -> dict[str, dict[str, str]]:
    old = "{name: station, logicalType: string}\n      - {name: distance"
    return {"contracts/trips.yaml": {old: old.replace("string}", f"string, relationships: [{{to: {to}}}]}}", 1)}}


def test_a_foreign_key_names_the_key_of_another_dataset_of_the_model(tmp_path: Path) -> None:
    (reference,) = examine(write_model(tmp_path, _foreign_key("stations.station"))).contracts["trips"].references
    assert (reference.dataset, reference.columns) == ("stations", ("station",))


@pytest.mark.parametrize(
    ("to", "reason"),
    [
        ("cakes.name", "cakes is no other dataset of the model"),
        ("stations.height", "the key of stations is station"),
    ],
)
def test_a_foreign_key_that_cannot_be_looked_up_is_only_said(tmp_path: Path, to: str, reason: str) -> None:
    path = write_model(tmp_path, _foreign_key(to) if "height" not in to else _number_beside_a_number(to))
    trips = examine(path).contracts["trips"]
    assert not trips.references
    assert [reason in said.reason for said in trips.said or ()] == [True]


def _number_beside_a_number(to: str) -> dict[str, dict[str, str]]:
    old = "{name: distance, logicalType: integer"
    return {"contracts/trips.yaml": {old: f"{{name: distance, logicalType: number, relationships: [{{to: {to}}}]"}}


@pytest.mark.parametrize(
    ("to", "found"),
    [
        ("stations.colour", "colour, which stations does not have"),
        ("stations.height", "number beside string"),
    ],
)
def test_a_foreign_key_to_what_is_not_there_is_refused_with_file_and_line(tmp_path: Path, to: str, found: str) -> None:
    path = write_model(tmp_path, _foreign_key(to))
    line = line_of(path.parent / "contracts" / "trips.yaml", "relationships")
    assert f"models/trip-delay/contracts/trips.yaml:{line}: " in _refusal(path).message
    assert found in _refusal(path).message
