"""`serin init` on files of many kinds: what it writes is what the platform takes, once its questions are answered."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from serin.domain.errors import Invalid, SerinError
from serin.domain.judgement.release_policy import BASIC, ReleasePolicy
from serin.files.contracts import read_contract
from serin.files.models import read_models
from serin_cli.command_line.app import result_of
from serin_cli.drafting.contract import contract_text
from serin_cli.init import look
from serin_cli.predicting import instances_in
from tests.standard import breaks
from tests.unit.scripts.drafted import BEGIN, ROWS, answer, learnt, rows, run


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


TASKS, TIMES = ("binary", "multiclass", "regression"), (None, "timestamp", "local", "date")
ENTITIES = (None, "order_id")
# Each two of them together.
DRAFTS = [
    (task, time, ENTITIES[(place + other) % 2]) for place, task in enumerate(TASKS) for other, time in enumerate(TIMES)
]


@pytest.mark.parametrize(("task", "time", "entity"), DRAFTS)
def test_a_drafted_model_is_valid_and_trains_once_its_questions_are_answered(
    folder: Path, task: str, time: str | None, entity: str | None
) -> None:
    words = [
        *(["--time", "at"] if time else []),
        *(["--zone", "UTC"] if time == "local" else []),
        *(["--entity", entity] if entity else []),
    ]
    record = run(folder, rows(task, time or "timestamp"), *words)
    assert record["task"] == task
    with pytest.raises(Invalid, match="still the placeholder"):
        read_models(folder / "models")
    assert breaks((folder / "models" / "orders" / "contracts" / "orders.yaml").read_text()) == []
    answer(folder, floor={"binary": "0.5", "multiclass": "0.3", "regression": "9"}[task])
    model, made = learnt(folder)
    charter = model.charter
    assert made.height == ROWS
    assert (charter.training.holdout is None) == (time is None)
    learnable = made
    if charter.training.holdout is not None:
        learnable = made.filter(made["__moment"] < made["__moment"][-1] - charter.training.holdout)
        assert ROWS - learnable.height >= 200, "what the gate needs"
    assert learnable.height >= charter.training.minimum_rows, "what starts the first training"
    assert charter.features.model_uses == ("size", "colour", "urgent", "weight")
    assert model.contracts["orders"].primary_key == ((entity,) if entity else ())


def test_removing_an_input_is_one_command(folder: Path) -> None:
    run(folder, rows())
    answer(folder)
    before = (folder / "models/orders/model.yaml").read_text()
    result_of("input", "remove", "orders", "size", "urgent")
    (model,) = read_models(folder / "models")
    assert (
        tuple(item.name for item in model.charter.inputs)
        == model.charter.features.entities["case"]
        == ("colour", "weight")
    )
    assert model.charter.features.model_uses == ("colour", "weight")
    assert [set(row["instance"]) for row in model.golden] == [{"colour", "weight"}] * 5
    (instance,) = instances_in(folder / "models/orders/request.json")
    assert set(instance) == {"colour", "weight"}
    after = (folder / "models/orders/model.yaml").read_text()
    assert len(before.splitlines()) - len(after.splitlines()) == 2, "and nothing else is changed"
    with pytest.raises(SerinError, match="no input 'size'; there are: colour, weight"):
        result_of("input", "remove", "orders", "size")
    with pytest.raises(Invalid):
        result_of("input", "remove", "orders", "colour", "weight")
    assert (folder / "models/orders/model.yaml").read_text() == after, "what cannot be is put back"


def test_a_file_keeps_its_own_names_and_the_model_has_those_of_the_trade(folder: Path) -> None:
    own = "Order ID,Taken at,Size (cm),Colour,isUrgent,weight,Late?"
    text = rows().replace("order_id,at,size,colour,urgent,weight,label", own)
    run(folder, text, "--label", "Late?", "--time", "Taken at", "--entity", "order_id")
    path = folder / "models" / "orders" / "contracts" / "orders.yaml"
    assert breaks(path.read_text()) == []
    answer(folder)
    model, made = learnt(folder)
    assert made.height == ROWS
    assert model.charter.features.model_uses == ("size_cm", "colour", "is_urgent", "weight")
    columns = model.contracts["orders"].columns
    assert [column.name_in_files for column in columns] == own.split(",")


def test_without_a_time_the_order_of_arrival_stands_for_it(folder: Path) -> None:
    run(folder, rows())
    answer(folder)
    _, made = learnt(folder)
    assert made["__moment"][0] == datetime(2000, 1, 1, tzinfo=UTC)
    assert made["__moment"].diff().drop_nulls().unique().to_list() == [timedelta(hours=1)]
    assert made["size"].to_list() == [int(line.split(",")[2]) for line in rows().splitlines()[1:]]


@pytest.mark.parametrize("time", ["timestamp", "local", "date"])
def test_a_time_is_the_moment_in_utc(folder: Path, time: str) -> None:
    run(folder, rows(time=time), "--time", "at", "--zone", "UTC")
    answer(folder)
    _, made = learnt(folder)
    first = BEGIN if time != "date" else BEGIN.replace(hour=0)
    assert made["__moment"][0] == first


def test_a_draft_releases_at_once_and_says_what_traffic_a_canary_needs(folder: Path) -> None:
    run(folder, rows())
    text = (folder / "models" / "orders" / "model.yaml").read_text()
    assert "takes 1,000 requests within\n  # 1d, 600 where fewer than 300 come in an hour" in text
    answer(folder)
    (model,) = read_models(folder / "models")
    assert model.charter.release.policy == BASIC
    path = folder / "models" / "orders" / "model.yaml"
    path.write_text(path.read_text().replace("strategy: basic", "strategy: canary"))
    assert read_models(folder / "models")[0].charter.release.policy == ReleasePolicy()


def test_an_entity_and_a_time_name_a_row_together(folder: Path) -> None:
    twice = "shop,at,size,label\n" + "".join(
        f"s{number % 7},2024-01-{1 + number // 7:02}T00:00:00Z,{number % 5},{number}.5\n" for number in range(140)
    )
    run(folder, twice, "--time", "at", "--entity", "shop")
    answer(folder)
    (model,) = read_models(folder / "models")
    assert model.contracts["orders"].primary_key == ("shop", "at")
    assert model.charter.features.entities == {"shop": ("shop",)}
    assert model.charter.features.model_uses == ("size",)


def test_what_cannot_help_to_predict_is_left_out_and_said_to_be(folder: Path) -> None:
    head, *body = rows().splitlines()
    text = "\n".join([f"{head},country,note,empty", *(f"{line},DE,{'x' * 300},NA" for line in body)])
    run(folder, text)
    charter = (folder / "models/orders/model.yaml").read_text()
    for left_out in (
        "order_id, another value in every row",
        "at, a timestamp",
        "country, one value in every row",
        "note, one value in every row",
        "empty, no value in any row",
    ):
        assert f"# Left out: {left_out}" in charter


def test_a_column_that_may_be_known_only_afterwards_is_pointed_out(folder: Path) -> None:
    head, *body = rows().splitlines()
    lines = [f"{head},arrived,doubled"]
    for number, line in enumerate(body):
        label = line.rpartition(",")[2]
        lines.append(f"{line},7{number % 9},{2 * float(label)}" if number % 20 else f"{line.removesuffix(label)},,1")
    record = run(folder, "\n".join(lines))
    notes = " ".join(record["notes"])
    assert "arrived is empty in the rows without label" in notes
    assert record["left_out"]["doubled"] == "it puts the rows in the label's order"
    assert "size" not in notes


def test_rows_that_seem_to_be_a_history_ask_for_their_time_and_never_for_shuffling(folder: Path) -> None:
    text = "sold,size,label\n" + "".join(f"{n // 3},{n * n % 83},{n * 7 % 19 + n % 5}.5\n" for n in range(300))
    (note,) = run(folder, text)["notes"]
    assert "sold moves with the row's place" in note
    assert "--time" in note
    assert "shuffl" not in note
    dated = "at,year,month,size,label\n" + "".join(
        f"2024-{1 + n // 28:02}-{1 + n % 28:02} 10:00,2024,{1 + n // 28},{n * n % 83},{n * 7 % 19 + n % 5}.5\n"
        for n in range(300)
    )
    (note, zone) = run(folder, dated, name="dated")["notes"]
    assert note.startswith("at, year,month may say when")
    assert "--zone" in zone


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ([str(n + 1) for n in range(300)], "it numbers the rows"),
        ([str(n * 7 % 300) for n in range(300)], "it numbers the rows"),
        ([f"person{n}@example.org" for n in range(300)], "e-mail addresses; the contract calls it confidential"),
        (
            [f"text {n % 290}" for n in range(300)],
            "another text in nearly every row that has one, which is nothing to learn",
        ),
        ([f"2{n % 3}/12/99" for n in range(300)], "a time in a form that is not read; write days as 2013-04-01"),
        (
            ['"a line\nmore"'] * 150 + ['"two\nlines"'] * 150,
            "texts with line ends or other signs that a request cannot hold",
        ),
        (["same"] * 300, "one value in every row"),
        ([""] * 300, "no value in any row"),
        ([f"{3 * (n * n % 83) + 40}" for n in range(300)], "columns gives the label away"),
        ([f"class {'ab'[n * n % 83 > 40]}" for n in range(300)], "columns gives the label away"),
    ],
)
def test_a_column_that_says_nothing_or_all_is_left_out_until_it_is_to_be_kept(
    folder: Path, values: list[str], reason: str
) -> None:
    labels = [n * n % 83 > 40 if values[0].startswith("class") else n * n % 83 for n in range(300)]
    text = "column,size,label\n" + "".join(
        f"{value},{n * 7 % 19},{label}\n" for n, (value, label) in enumerate(zip(values, labels, strict=True))
    )
    reason = reason.replace("columns gives", "column gives") if values[0].startswith("class") else reason
    reason = "it puts the rows in the label's order" if values[0] == "40" else reason
    assert run(folder, text)["left_out"] == {"column": reason}
    contract = (folder / "models/orders/contracts/orders.yaml").read_text()
    assert ("classification: confidential" in contract) == ("@" in values[0])
    if values[0] not in ("same", "", '"a line\nmore"'):
        assert run(folder, text, "--keep", "column", name="kept")["left_out"] == {}


def test_what_a_reader_takes_for_one_thing_and_a_model_does_not_is_said(folder: Path) -> None:
    text = "column,size,label\n" + "".join(
        f"{('7', '8', 'n/a')[n % 3]},{n * n % 83},{('No', 'no', 'Yes', 'yes')[n % 4]}\n" for n in range(300)
    )
    notes = run(folder, text)["notes"]
    assert (
        "label has classes that differ only in case or blanks, and each counts for itself: 'No' and 'no'; " in notes[0]
    )
    assert "column is text because of 'n/a'; if that means no value, list it under missingValues" in notes
    few = "size,label\n" + "".join(f"{n * n % 83},{int(n > 295)}\n" for n in range(300))
    assert run(folder, few, name="few")["notes"] == [
        "label has few rows of 1 (4); some tens of each are needed to be shown to be any good"
    ]


def test_a_copy_of_the_label_with_some_errors_is_pointed_out(folder: Path) -> None:
    text = "a,b,copy,size,label\n" + "".join(
        f"{n * n % 83},{n * 7 % 31},{['yes', 'no'][label ^ (n % 50 == 0)]},{n % 19},{label}\n"
        for n, label in ((n, n * n * n % 101 % 2) for n in range(400))
    )
    assert "copy says too much of the label" in " ".join(run(folder, text)["notes"])


def test_days_that_a_spreadsheet_counts_are_pointed_out(folder: Path) -> None:
    text = "sold_at,size,label\n" + "".join(f"{41365 + n * n % 61}.4,{n % 19},{n * n % 83}\n" for n in range(300))
    assert run(folder, text)["notes"] == [
        "sold_at seems to count days, as spreadsheets do; save it as dates: 2013-04-01"
    ]


def test_a_column_of_one_value_or_none_is_an_input(folder: Path) -> None:
    text = "flag,size,label\n" + "".join(f"{'' if n % 3 else 'x'},{n % 19},{n * n % 83}\n" for n in range(300))
    assert run(folder, text)["left_out"] == {}


def test_two_columns_that_are_the_label_together_are_left_out(folder: Path) -> None:
    text = "a,b,size,label\n" + "".join(
        f"{(a := n * n % 83)},{(b := n * 31 % 97)},{n % 19},{a + b}\n" for n in range(300)
    )
    assert run(folder, text)["left_out"] == dict.fromkeys("ab", "b + a gives the label away")


CLOCK = "year,month,day,hour,at,week,label\n" + "".join(
    f"2024,{3 if n < 300 else 11},{1 + n % 28},{n % 24},{'2024-03-10 02:30' if n == 9 else '2024-03-01 10:00'},"
    f"2024-W{1 + n // 99:02},{n * n % 83}\n"
    for n in range(600)
)


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("at",), "at do not say their zone"),
        (("year,month,day,hour",), "hour do not say their zone"),
        (("at", "--zone", "Mars/Olympus"), "no time zone 'Mars/Olympus'"),
        (("at", "--zone", "America/New_York"), "times that a clock of America/New_York never shows"),
        (("month,day",), "says no year"),
        (("week",), "in a form that is not read, such as '2024-W01'"),
    ],
)
def test_a_time_asks_for_the_zone_it_does_not_say(folder: Path, words: tuple[str, ...], found: str) -> None:
    with pytest.raises(Invalid, match=found):
        run(folder, CLOCK, "--time", *words)


def test_the_parts_of_a_calendar_are_a_moment_also_when_clocks_change(folder: Path) -> None:
    run(folder, CLOCK, "--time", "year,month,day,hour", "--zone", "America/New_York")
    answer(folder)
    model, made = learnt(folder)
    assert (made.height, made["__moment"].null_count()) == (600, 0)
    assert made["__moment"].min() == datetime(2024, 3, 1, 5, tzinfo=UTC)
    assert model.charter.features.model_uses == ("month", "day", "hour")


@pytest.mark.parametrize(
    ("labels", "task"),
    [
        (["0", "1"], "binary"),
        (["0.0", "1.0"], "binary"),
        (["1", "2", "3"], "multiclass"),
        (["1.5", "2.0", "3.5"], "regression"),
        (["a", "b", "c"], "multiclass"),
        ([str(number) for number in range(11)], "regression"),
    ],
)
def test_the_task_is_the_one_the_labels_look_like(folder: Path, labels: list[str], task: str) -> None:
    lines = [f"{number * 7 % 19},{labels[number % len(labels)]}" for number in range(300)]
    assert run(folder, "\n".join(["x,label", *lines]))["task"] == task


def test_classes_that_are_numbers_are_numbers_for_the_charter_too(folder: Path) -> None:
    run(folder, "x,label\n" + "".join(f"{n * n % 83},{int(n % 7 > 3)}\n" for n in range(300)))
    answer(folder, floor="0.5")
    assert read_models(folder / "models")[0].charter.positive == 1


@pytest.mark.parametrize("words", [("😀", "no"), ("größer", "1e3"), ('say "so"', "it's: #1"), ("null", "<b>")])
def test_any_words_of_a_column_are_the_words_of_its_rule(folder: Path, words: tuple[str, str]) -> None:
    quoted = ['"' + text.replace('"', '""') + '"' for text in words]
    lines = [f"{number % 9},{quoted[number % 2]},{number}.5" for number in range(300)]
    run(folder, "\n".join(["x,said,label", *lines]))
    answer(folder)
    (model,) = read_models(folder / "models")
    (rule,) = [rule for rule in model.contracts["orders"].rules if rule.kind == "one_of"]
    assert set(rule.values) == set(words)


def test_words_that_cannot_be_printed_make_no_rule(folder: Path) -> None:
    run(folder, "x,said,label\n" + "".join(f"{n % 9},{'a' if n % 2 else chr(127)},{n}.5\n" for n in range(300)))
    answer(folder)
    (model,) = read_models(folder / "models")
    assert [rule for rule in model.contracts["orders"].rules if rule.kind == "one_of"] == []


def test_a_file_with_too_few_rows_to_judge_by_says_so(folder: Path) -> None:
    assert "200 must judge" in " ".join(run(folder, rows(count=150), "--time", "at")["notes"])


def test_some_hundred_rows_without_a_time_are_enough_and_fewer_are_said_to_be_few(folder: Path) -> None:
    assert len(run(folder, rows(count=300))["notes"]) == 1, "that there is a time"
    charter = (folder / "models/orders/model.yaml").read_text()
    assert "holdout: random" in charter
    assert "gate: {block: row}" in charter
    assert "some hundred are needed" in " ".join(run(folder, rows(count=60), name="few")["notes"])


def test_a_charter_without_a_time_has_no_days_to_judge_by(folder: Path) -> None:
    run(folder, rows())
    answer(folder)
    file = folder / "models/orders/model.yaml"
    file.write_text(file.read_text().replace("gate: {block: row}", "gate: {block: day}"))
    with pytest.raises(Invalid, match="holdout: random says that rows have no time"):
        read_models(folder / "models")


@pytest.mark.parametrize(
    ("words", "found"),
    [
        (("--label", "lable"), "no column 'lable'"),
        (("--time", "when"), "no column 'when'"),
        (("--time", "size"), "size holds no times"),
        (("--entity", "weight"), "weight is of type number"),
        (("--entity", "colour"), "colour has rows without a value"),
        (("--entity", "shop"), "names 2 different entities, and 7 parts are needed"),
        (("--zone", "UTC"), "no times that do not say their zone"),
        (("--entity", "label"), "label is of type number"),
        (("--label", "at"), "nothing to predict"),
        (("--label", "size", "--entity", "size"), "two parts"),
        (("--task", "binary"), "has 59"),
        (("--label", "colour", "--task", "regression"), "nothing to predict by regression"),
        (("--label", "order_id", "--task", "multiclass"), "too many for classes"),
        (("--dataset", "../up"), "'../up' is not a name"),
    ],
)
def test_a_column_that_cannot_play_its_part_is_refused_and_nothing_is_written(
    folder: Path, words: tuple[str, ...], found: str
) -> None:
    head, *body = rows().splitlines()
    text = "\n".join([f"{head},shop", *(f"{line},{'NS'[n % 2]}" for n, line in enumerate(body))])
    with pytest.raises(SerinError) as caught:
        run(folder, text, *words)
    assert found in caught.value.message
    assert caught.value.remedy
    assert not list(folder.glob("models/*"))


@pytest.mark.parametrize("labels", [["1"], [""]])
def test_a_label_of_one_class_or_none_is_refused(folder: Path, labels: list[str]) -> None:
    with pytest.raises(Invalid, match=r"(no|one) value in 300 rows"):
        run(folder, "x,label\n" + "".join(f"{number % 9},{labels[0]}\n" for number in range(300)))


def test_a_file_with_nothing_to_learn_from_is_refused(folder: Path) -> None:
    with pytest.raises(Invalid, match="no column is left to learn from"):
        run(folder, "x,label\n" + "".join(f"same,{number % 2}\n" for number in range(300)))


@pytest.mark.parametrize("name", ["Orders", "../orders", "orders_2", "9lives", "o" * 41])
def test_a_name_that_names_no_model_is_refused(folder: Path, name: str) -> None:
    (folder / "rows.csv").write_text(rows())
    with pytest.raises(Invalid, match="is not a name"):
        result_of("init", name, "--from", "rows.csv", "--label", "label")
    assert [path.name for path in folder.iterdir()] == ["rows.csv"]


def test_a_model_that_exists_is_never_written_over(folder: Path) -> None:
    run(folder, rows())
    before = {path: path.read_bytes() for path in (folder / "models").rglob("*.*")}
    with pytest.raises(SerinError, match="exists already"):
        run(folder, rows("binary"))
    assert {path: path.read_bytes() for path in (folder / "models").rglob("*.*")} == before


def test_a_dataset_that_has_a_contract_keeps_it(folder: Path) -> None:
    run(folder, rows())
    with pytest.raises(SerinError, match="has a contract already"):
        run(folder, rows(), "--dataset", "orders", name="more-orders")


def test_times_that_lie_ahead_or_are_called_so_are_allowed_to_be_of_the_future(folder: Path) -> None:
    moments = ("2013-01-01T10:00:00Z", "2013-02-01T10:00:00Z", "2999-01-01", "2013-01-01")
    (folder / "a.csv").write_text("seen_at,due_at,stays,day\n" + ",".join(moments) + "\n")
    text = contract_text(look(folder / "a.csv"), "stays", (), {"day"}, now=datetime(2020, 1, 1, tzinfo=UTC))
    (folder / "stays.yaml").write_text(text.replace("<", "").replace(">", ""))
    found = read_contract(folder / "stays.yaml")
    assert {column.name: column.future for column in found.columns} == {
        "seen_at": None,
        "due_at": "allowed",
        "stays": "allowed",
        "day": None,
    }
    assert [column.name for column in found.columns if column.known == "afterwards"] == ["day"]


def test_a_file_that_is_not_there_is_named(folder: Path) -> None:
    with pytest.raises(SerinError, match="There is no file"):
        result_of("contract", "infer", "none.csv", "--dataset", "orders")


def test_a_contract_alone_asks_what_its_dataset_is_and_is_read_when_that_is_answered(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "orders.csv").write_text(rows())
    result_of("contract", "infer", "orders.csv", "--dataset", "orders")
    path = folder / "models" / "m" / "contracts" / "orders.yaml"
    path.parent.mkdir(parents=True)
    path.write_text(capsys.readouterr().out)
    with pytest.raises(Invalid, match="still the placeholder"):
        read_contract(path)
    assert breaks(path.read_text()) == []
    answer(folder)
    found = read_contract(path)
    kinds = {(rule.kind, rule.severity) for rule in found.rules}
    assert kinds == {("one_of", "warning"), ("pattern", "warning")}, "nothing that was merely seen sets a row aside"
    assert [column.name for column in found.columns if column.required] == [
        "order_id",
        "at",
        "size",
        "urgent",
        "weight",
        "label",
    ]


@pytest.mark.parametrize(
    ("file", "dataset"),
    [("Air_Quality.csv", "air-quality"), ("flights-2013-01.csv.gz", "flights"), ("2013-01.csv", "orders")],
)
def test_a_dataset_is_called_like_its_file_without_the_part_it_is(folder: Path, file: str, dataset: str) -> None:
    (folder / file).write_bytes(gzip.compress(rows().encode()) if file.endswith(".gz") else rows().encode())
    words = ["init", "orders", "--from", file, "--label", "label", "--json"]
    record = result_of(*words)
    assert record is not None
    assert record["dataset"] == dataset
    assert (folder / "models" / "orders" / "contracts" / f"{dataset}.yaml").exists()
    # A second model of the same rows has a dataset of its own until a person says otherwise.
    again = result_of(*words[:1], "more", *words[2:])
    assert again is not None
    assert again["dataset"] == "more"
