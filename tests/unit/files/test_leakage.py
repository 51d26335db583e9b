from __future__ import annotations

from pathlib import Path

import pytest

from serin.domain.errors import Invalid
from serin.files.charters import read_charter
from tests.unit.files.written_model import write_charter

EXAMPLE = Path(__file__).parents[3] / "models" / "flight-delay"
AFTERWARDS = ("dep_time", "dep_delay", "arr_time", "arr_delay", "air_time")


def _with_view(view: str) -> dict[str, str]:
    return {"  on_demand:": f"    past: {view}\n  on_demand:"}


@pytest.mark.parametrize(("name", "type"), [("delay", "integer"), ("late", "boolean")])
def test_an_input_known_only_afterwards_is_refused(tmp_path: Path, name: str, type: str) -> None:
    edits = {"  line: {type: string}\n": f"  line: {{type: string}}\n  {name}: {{type: {type}, nullable: true}}\n"}
    with pytest.raises(Invalid, match=f"inputs.{name}: a column of trips that is known only afterwards"):
        read_charter(write_charter(tmp_path, edits))


@pytest.mark.parametrize("column", ["delay", "late"])
def test_a_view_of_the_very_thing_that_is_asked_about_is_refused(tmp_path: Path, column: str) -> None:
    view = f"{{entity: trip, source: trips, event_time: arrived, ttl: 1d, last: [{column}]}}"
    with pytest.raises(Invalid, match="of the very trip that is asked about"):
        read_charter(write_charter(tmp_path, _with_view(view)))


@pytest.mark.parametrize("times", ["event_time: starts", "event_time: starts, created_time: starts"])
def test_a_view_that_knows_an_end_at_the_start_is_refused(tmp_path: Path, times: str) -> None:
    view = f"{{entity: line, source: trips, {times}, ttl: 1d, last: [delay]}}"
    with pytest.raises(Invalid, match="without the time at which the values become known"):
        read_charter(write_charter(tmp_path, _with_view(view)))


@pytest.mark.parametrize("times", ["event_time: ends", "event_time: starts, created_time: ends"])
def test_what_happened_to_earlier_ones_may_help(tmp_path: Path, times: str) -> None:
    view = f"{{entity: line, source: trips, {times}, ttl: 1d, last: [delay]}}"
    assert read_charter(write_charter(tmp_path, _with_view(view))).features.view("past").last == ("delay",)


def test_a_view_may_take_time_and_values_from_derived_columns(tmp_path: Path) -> None:
    view = "{entity: line, source: trips, event_time: arrived, ttl: 1d, last: [late]}"
    assert read_charter(write_charter(tmp_path, _with_view(view))).features.view("past").event_time == "arrived"


def test_a_view_of_a_column_that_is_neither_there_nor_derived_is_refused(tmp_path: Path) -> None:
    view = "{entity: line, source: trips, event_time: arrive, ttl: 1d, last: [late]}"
    with pytest.raises(Invalid, match="'arrive', which trips neither has nor derives"):
        read_charter(write_charter(tmp_path, _with_view(view)))


def _late_rate(entity: str, time: str) -> str:
    window = "windows: {n: {of: late, do: rate, over: 1d}}"
    return f"{{entity: {entity}, source: trips, event_time: {time}, ttl: 1d, {window}}}"


def test_a_window_of_the_very_thing_that_is_asked_about_is_refused_at_its_column(tmp_path: Path) -> None:
    with pytest.raises(
        Invalid, match=r"features\.views\.past\.windows\.n\.of: 'late', known only afterwards, of the very"
    ):
        read_charter(write_charter(tmp_path, _with_view(_late_rate("trip", "ends"))))


def test_a_window_that_knows_an_end_at_the_start_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Invalid, match="late without the time at which the values become known"):
        read_charter(write_charter(tmp_path, _with_view(_late_rate("line", "starts"))))
    assert read_charter(write_charter(tmp_path, _with_view(_late_rate("line", "ends"))))


@pytest.mark.parametrize("column", AFTERWARDS)
def test_the_flights_example_refuses_what_is_known_after_the_flight(tmp_path: Path, column: str) -> None:
    text = (EXAMPLE / "model.yaml").read_text()
    folder = tmp_path / "models" / "flight-delay"
    (folder / "contracts").mkdir(parents=True)
    for name in ("features.py", "pipeline.py", "golden.json", *(f"contracts/{c}.yaml" for c in ("flights", "weather"))):
        (folder / name).write_bytes((EXAMPLE / name).read_bytes())
    for name in ("planes", "airports"):
        source = EXAMPLE / "contracts" / f"{name}.yaml"
        (folder / "contracts" / f"{name}.yaml").write_bytes(source.read_bytes())
    extra = f"  distance: {{type: number, min: 0}}\n  {column}: {{type: integer, nullable: true}}\n"
    (folder / "model.yaml").write_text(text.replace("  distance: {type: number, min: 0}\n", extra))
    with pytest.raises(Invalid, match=f"inputs.{column}: a column of flights that is known only afterwards"):
        read_charter(folder / "model.yaml")
