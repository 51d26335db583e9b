"""Contracts as other people write them by the standard: each kind of feature is read, and checked or said."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from serin.data.contract.rules import Surroundings
from serin.data.files.reading import read_table
from serin.domain.contracts import Column, Contract, DatasetRule, Limit
from serin.domain.errors import Invalid
from serin.domain.records import as_record, from_record
from serin.files.charters import examine
from serin.files.contracts import ObjectRead, read_contract, read_contract_file
from tests.builders import NOON
from tests.checking import check
from tests.standard import breaks
from tests.unit.files.written_model import write_model

HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: c\nversion: 1.0.0\n"
TIMES = "{name: at, logicalType: timestamp}"


def read(folder: Path, *columns: str, more: str = "", head: str = HEAD, name: str = "Air_Quality") -> ObjectRead:
    """The object of a contract with these columns that the standard's schema takes."""
    listed = "".join(f"      - {column}\n" for column in columns)
    text = f"{head}schema:\n  - name: {name}\n    properties:\n{listed}{more}"
    assert breaks(text) == []
    path = folder / "c.odcs.yaml"
    path.write_text(text)
    return read_contract_file(path).read(0)


def taken(read: ObjectRead) -> Contract:
    """The contract, which is stored and read again without a loss."""
    assert read.contract is not None, read.findings
    assert from_record(Contract, json.loads(json.dumps(as_record(read.contract)))) == read.contract
    return read.contract


def test_names_of_any_case_are_mapped_and_a_table_without_a_key_has_rows_of_their_own(tmp_path: Path) -> None:
    found = read(
        tmp_path,
        "{name: UniqueID, logicalType: integer}",
        "{name: Data Value, physicalName: DV, logicalType: number}",
        "{name: at, logicalType: date}",
    )
    contract = taken(found)
    assert (contract.dataset, contract.primary_key) == ("air-quality", ())
    assert [(column.name, column.written) for column in contract.columns] == [
        ("unique_id", "UniqueID"),
        ("data_value", "DV"),
        ("at", None),
    ]
    assert any("no primary key" in note for note in found.notes)


@pytest.mark.parametrize(
    ("physical", "kind"),
    [
        ("varchar(18)", "string"),
        ("BIGINT", "integer"),
        ("NUMBER(10)", "integer"),
        ("decimal(18,2)", "number"),
        ("double precision", "number"),
        ("timestamp without time zone", "timestamp"),
        ("TIMESTAMP_NTZ", "timestamp"),
        ("datetime2(7)", "timestamp"),
        ("date", "date"),
        ("bit", "boolean"),
        ("geography", "string"),
        ("", "string"),
    ],
)
def test_a_type_is_that_in_the_source_where_no_other_is_written(tmp_path: Path, physical: str, kind: str) -> None:
    found = read(tmp_path, f"{{name: a, physicalType: {json.dumps(physical)}}}")
    assert [column.type for column in taken(found).columns] == [kind]
    assert any("is of the type" in note for note in found.notes)


NESTED = [
    "logicalType: object, properties: [{name: street}]",
    "logicalType: array, items: {logicalType: string}",
    "logicalType: map, map: {key: {logicalType: string}, value: {logicalType: number}}",
    "logicalType: vector, logicalTypeOptions: {dimensions: 3}",
    "physicalType: 'array<struct<a:int>>'",
    "semanticType: measure, logicalType: number, transformLogic: SUM(a)",
]


@pytest.mark.parametrize("spec", NESTED)
def test_a_column_without_plain_values_is_left_out_and_said_to_be(tmp_path: Path, spec: str) -> None:
    contract = taken(read(tmp_path, TIMES, f"{{name: Details, {spec}}}"))
    assert ([column.name for column in contract.columns], contract.left_out) == (["at"], ("Details",))
    assert [said.reason.startswith("left out") for said in contract.said or ()] == [True]


def test_a_column_without_plain_values_is_kept_as_a_text_by_word(tmp_path: Path) -> None:
    own = "customProperties: [{property: nested, value: text}]"
    contract = taken(read(tmp_path, TIMES, f"{{name: details, logicalType: object, {own}}}"))
    assert contract.columns[1] == Column("details", "string")
    assert (contract.said, contract.left_out) == (None, None)
    path = tmp_path / "c.odcs.yaml"
    path.write_text(path.read_text().replace("value: text", "value: json"))
    with pytest.raises(Invalid, match="nested 'json'"):
        read_contract(path)


def test_a_key_with_a_column_that_is_left_out_names_no_row(tmp_path: Path) -> None:
    contract = taken(read(tmp_path, TIMES, "{name: tags, logicalType: array, primaryKey: true}"))
    assert contract.primary_key == ()
    assert "air-quality.primary_key" in [said.about for said in contract.said or ()]


@pytest.mark.parametrize(
    ("spec", "values", "good"),
    [
        ("logicalType: integer, logicalTypeOptions: {exclusiveMinimum: 1, maximum: 9}", ["1", "2", "9", "10"], "29"),
        ("logicalType: number, logicalTypeOptions: {exclusiveMaximum: 2.5}", ["2.5", "2.4"], "2.4"),
        ("logicalType: integer, logicalTypeOptions: {multipleOf: 5}", ["-5", "0", "6"], "-50"),
        ("logicalType: number, logicalTypeOptions: {multipleOf: 49}", ["49", "245", "50", "-343.0"], "49245-343.0"),
        (
            "logicalType: number, logicalTypeOptions: {multipleOf: 0.01}",
            ["4.02", "600.03", "1.115", "0"],
            "4.02600.030",
        ),
        ("logicalType: integer, logicalTypeOptions: {multipleOf: 2.5}", ["4", "-5", "10"], "-510"),
        (r"logicalType: string, logicalTypeOptions: {pattern: '^\d\w$'}", ["1a", "1é", "\u0661a", "1_"], "1a1_"),
        ("logicalType: integer, logicalTypeOptions: {format: u8}", ["-1", "255", "256"], "255"),
        ("logicalType: date, logicalTypeOptions: {minimum: '2010-01-01'}", ["2009-12-31", "2010-01-01"], "2010-01-01"),
        (
            "logicalType: timestamp, logicalTypeOptions: {maximum: '2010-01-01 00:00:00+10:00'}",
            ["2009-12-31T14:00:00Z", "2009-12-31T14:00:01Z"],
            "2009-12-31T14:00:00Z",
        ),
        (
            "logicalType: timestamp, logicalTypeOptions: {maximum: '2010-01-01 00:00:00', "
            "defaultTimezone: Australia/Brisbane}",
            ["2009-12-31T14:00:00Z", "2009-12-31T14:00:01Z"],
            "2009-12-31T14:00:00Z",
        ),
        ("logicalType: date, logicalTypeOptions: {format: dd/MM/yyyy}", ["31/01/2010", "31/02/2010"], "31/01/2010"),
        ("logicalType: date, logicalTypeOptions: {format: 'MMM d yyyy'}", ["Feb 3 2010", "Foo 3 2010"], "Feb 3 2010"),
        (
            "logicalType: timestamp, logicalTypeOptions: {format: 'M/d/yyyy h:mm a', defaultTimezone: America/New_York,"
            " maximum: '2010-11-07T05:30:00Z'}",
            ["11/7/2010 1:30 AM", "11/7/2010 1:31 AM", "3/14/2010 2:30 AM", "11/7/2010 13:30 AM"],
            "11/7/2010 1:30 AM",  # the first of two; in March clocks leave the hour out
        ),
        (
            "logicalType: date, logicalTypeOptions: {format: dd/MM/yyyy}, quality: [{metric: invalidValues, mustBe: 0, "
            "arguments: {validValues: [01/02/2012, 2012-03-01]}}]",
            ["01/02/2012", "02/01/2012", "2012-02-01", "01/03/2012"],
            "01/02/20122012-02-0101/03/2012",
        ),
        (
            "logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Europe/Paris}, "
            "enum: [{value: 2010-01-01 09:00}]",
            ["2010-01-01 09:00", "2010-01-01T08:00:00Z", "2010-01-01T09:00:00Z"],
            "2010-01-01 09:002010-01-01T08:00:00Z",
        ),
        ("logicalType: string, enum: [{value: 010}, {value: 7}, {value: NO}]", ["010", "10", "7", "NO"], "0107NO"),
        (
            "logicalType: timestamp, logicalTypeOptions: {defaultTimezone: Etc/UTC}",
            ["2010-01-01 09:00", "01.01.2010 09:00"],
            "2010-01-01 09:00",
        ),
        (
            "logicalType: integer, "
            "logicalTypeOptions: {minimum: 9007199254740993, maximum: 9007199254740995, multipleOf: 3}",
            ["9007199254740992", "9007199254740993", "9007199254740994", "9007199254740996"],
            "9007199254740993",
        ),
        ("logicalType: time, logicalTypeOptions: {format: 'HH:mm:ss'}", ["23:59:59", "24:00:00", "noon"], "23:59:59"),
        ("logicalType: string, enum: [{value: a}, {value: null}]", ["a", "b"], "a"),
    ],
)
def test_options_of_a_type_set_rows_aside(tmp_path: Path, spec: str, values: list[str], good: str) -> None:
    contract = taken(read(tmp_path, "{name: n, logicalType: integer}", f"{{name: a, {spec}}}"))
    assert _accepted(contract, values) == good


def test_a_share_that_is_finer_than_numbers_are_is_only_said(tmp_path: Path) -> None:
    found = read(tmp_path, "{name: a, logicalType: number, logicalTypeOptions: {multipleOf: 0.30000000000000004}}")
    assert [said.promise for said in taken(found).said or ()] == ["multipleOf 0.30000000000000004"]


@pytest.mark.parametrize(
    "listed",
    [
        "enum: [{value: 1.10}, {value: True}, {value: 7}, {value: '2.20'}, {value: null}]",
        "quality: [{metric: invalidValues, mustBe: 0, arguments: {validValues: [1.10, True, 7, '2.20', null]}}]",
    ],
)
def test_a_text_that_yaml_reads_as_something_else_is_told_as_what_it_is_taken_for(tmp_path: Path, listed: str) -> None:
    texts = read(tmp_path, f"{{name: a, logicalType: string, {listed}}}")
    assert [note.partition(" is listed")[0] for note in texts.notes if "without quotes" in note] == [
        "air-quality.a: '1.1'",
        "air-quality.a: 'true'",
    ]


def test_bounds_of_odcs_3_0_are_exclusive_by_a_word(tmp_path: Path) -> None:
    head = HEAD.replace("v3.1.0", "v3.0.2")
    text = (
        f"{head}schema: [{{name: a, properties: [{{name: n, logicalType: integer}}, {{name: a, logicalType: integer, "
    )
    path = tmp_path / "c.odcs.yaml"
    path.write_text(f"{text}logicalTypeOptions: {{minimum: 1, exclusiveMinimum: true, maximum: 9}}}}]}}]\n")
    assert _accepted(read_contract(path), ["1", "2", "9"]) == "29"


def _accepted(contract: Contract, values: list[str]) -> str:
    rows = "".join(f'{number},"{value}"\n' for number, value in enumerate(values))
    found = check(read_table("a.csv", f"n,a\n{rows}".encode(), contract), contract, Surroundings(NOON))
    kept = found.accepted["n"].to_list()
    return "".join(values[number] for number in kept)


@pytest.mark.parametrize(
    ("check", "rule"),
    [
        ("{type: library, rule: duplicateCount, mustBe: 0}", "unique"),
        ("{type: sql, query: 'SELECT COUNT(*) FROM air_quality WHERE DataValue <= 0', mustBe: 0}", None),
    ],
)
def test_quality_of_odcs_3_0_is_read(tmp_path: Path, check: str, rule: str | None) -> None:
    path = tmp_path / "c.odcs.yaml"
    head = HEAD.replace("v3.1.0", "v3.0.2")
    column = f"{{name: DataValue, logicalType: number, quality: [{check}]}}"
    path.write_text(f"{head}schema: [{{name: Air_Quality, properties: [{column}]}}]\n")
    (found,) = read_contract(path).rules
    assert found.kind == (rule or "condition")


@pytest.mark.parametrize("metric", ["nullValues", "missingValues", "duplicateValues"])
def test_shares_of_bad_values_need_no_name_and_may_be_told_and_refused_at_two_limits(
    tmp_path: Path, metric: str
) -> None:
    shares = ", ".join(
        f"{{metric: {metric}, {limit}, unit: percent}}"
        for limit in ("mustBeLessThan: 60, severity: warning", "mustBeLessThan: 5")
    )
    column = f"{{name: a, logicalType: string, quality: [{shares}]}}"
    contract = taken(read(tmp_path, "{name: n, logicalType: integer}", column))
    table = read_table("a.csv", b"n,a\n1,x\n2,x\n3,\n4,\n", contract)
    bad = 25.0 if metric == "duplicateValues" else 50.0
    assert [(one.holds, f"in {bad:.2f} %" in one.found) for one in check(table, contract).measured] == [
        (True, True),
        (False, True),
    ]


def test_sql_speaks_of_columns_by_any_of_their_names_and_of_the_table_by_any_of_its_own(tmp_path: Path) -> None:
    column = "{name: Data Value, physicalName: DV, logicalType: number, quality: [%s]}"
    for where in ('"Data Value" <= 0', "dv <= 0", "{property} <= 0", "data_value <= 0", "`DV` <= 0"):
        for table in ("Air_Quality", "air_quality", "dwh.public.AIR_QUALITY", "${object}", "{table}"):
            query = json.dumps(f"SELECT COUNT(1) AS bad FROM {table} WHERE {where};")
            contract = taken(read(tmp_path, column % f"{{type: sql, query: {query}, mustBe: 0}}"))
            assert [(rule.kind, rule.columns) for rule in contract.rules] == [("condition", ("data_value",))]


def test_a_query_without_a_condition_counts_the_rows_of_the_file(tmp_path: Path) -> None:
    quality = "    quality: [{type: sql, query: 'SELECT count(*) FROM {object}', mustBeGreaterThan: 5}]\n"
    expected = DatasetRule("air-quality.row_count", "row_count", "completeness", Limit(">", 5))
    assert taken(read(tmp_path, TIMES, more=quality)).dataset_rules == (expected,)


def test_service_levels_have_a_default_element_and_are_about_one_object_each(tmp_path: Path) -> None:
    levels = (
        "slaDefaultElement: orders.at\n"
        "slaProperties:\n  - {property: freshness, value: '2', unit: d}\n"
        "  - {property: latency, value: 1, unit: h, element: shops.seen}\n"
        "  - {property: frequency, value: 1, valueExt: 1, unit: d, element: orders.at}\n"
        "  - {property: availability, value: 99.9}\n"
    )
    text = (
        f"{HEAD}schema:\n  - {{name: orders, properties: [{TIMES}]}}\n"
        f"  - {{name: shops, properties: [{{name: seen, logicalType: timestamp}}]}}\n{levels}"
    )
    assert breaks(text) == []
    path = tmp_path / "c.odcs.yaml"
    path.write_text(text)
    orders, shops = read_contract(path, called="orders"), read_contract(path, called="shops")
    assert [rule.kind for rule in orders.dataset_rules] == ["freshness", "frequency"]
    assert [rule.kind for rule in shops.rules] == ["latency"]
    assert [said.about for said in orders.said or ()] == ["availability"]


def test_a_charter_names_the_object_of_a_contract_or_has_the_one_that_fits(tmp_path: Path) -> None:
    path = write_model(tmp_path)
    contracts = path.parent / "contracts"
    plain = examine(path).contracts
    stations = (contracts / "stations.yaml").read_text()
    others = "  - name: Bus Stops\n    properties: [{name: Stop, logicalType: string, primaryKey: true}]\n"
    (contracts / "all.odcs.yaml").write_text(stations + others)
    charter = path.read_text()
    for named in ("contracts/all.odcs.yaml", "contracts/all.odcs.yaml#stations"):
        path.write_text(charter.replace("contracts/stations.yaml", named))
        assert examine(path).contracts == plain
    path.write_text(charter.replace("contracts/stations.yaml", "contracts/all.odcs.yaml#stops"))
    with pytest.raises(Invalid, match="no object stops; it has stations, Bus Stops"):
        examine(path)
    assert read_contract(contracts / "all.odcs.yaml", "stops", "Bus Stops").dataset == "stops"


@pytest.mark.parametrize(
    ("schema", "found"),
    [
        ("", "0 objects"),
        ("schema: []\n", "0 objects"),
        ("schema: [{name: orders, physicalType: topic}]\n", "no columns"),
        (f"schema: [{{name: orders, properties: [{{name: a, {NESTED[0]}}}]}}]\n", "no columns that can be kept"),
        ("schema: [{name: a, properties: [{name: x}]}, {name: b, properties: [{name: x}]}]\n", "2 objects: a, b"),
    ],
)
def test_what_describes_no_table_is_read_and_is_the_contract_of_no_dataset(
    tmp_path: Path, schema: str, found: str
) -> None:
    path = tmp_path / "c.odcs.yaml"
    path.write_text(HEAD + schema)
    assert breaks(HEAD + schema) == []
    assert len(read_contract_file(path).schemas) == len(read_contract_file(path).names)
    with pytest.raises(Invalid, match=found):
        read_contract(path)


PROSE: dict[str, Any] = {
    "servers": [{"server": "s", "type": "s3", "location": "s3://x", "endpointUrl": "https://x"}],
    "team": [{"username": "sam", "dateIn": "2024-01-01"}],
    "description": {"usage": "all", "of our own": [1]},
    "price": {"priceAmount": 9.95},
    "context": {"instructions": "be kind"},
    "tags": ["a"],
}


def test_prose_may_hold_what_the_standard_leaves_open(tmp_path: Path) -> None:
    head = {"apiVersion": "v3.1.0", "kind": "DataContract", "id": "c", "version": "1"}
    schema = [{"name": "a", "properties": [{"name": "at", "logicalType": "timestamp"}]}]
    path = tmp_path / "c.odcs.yaml"
    path.write_text(json.dumps({**PROSE, **head, "schema": schema}))
    assert breaks(path.read_text()) == []
    assert [column.name for column in read_contract(path).columns] == ["at"]


def test_severities_and_names_of_rules_may_be_any_words(tmp_path: Path) -> None:
    quality = (
        "quality: [{name: Never is it empty!, metric: nullValues, mustBe: 0, severity: info},"
        "{name: Never is it empty!, metric: duplicateValues, mustBe: 0, severity: P1, unit: '%'}]"
    )
    found = read(tmp_path, f"{{name: a, logicalType: string, {quality}}}")
    assert [(rule.id, rule.severity) for rule in taken(found).rules] == [
        ("Never-is-it-empty", "warning"),
        ("Never-is-it-empty.2", "error"),
    ]
    assert any("'P1' sets rows aside" in note for note in found.notes)


def test_a_required_column_stays_required_whatever_a_check_says(tmp_path: Path) -> None:
    quality = "quality: [{metric: nullValues, mustBe: 0, severity: warning}]"
    found = read(tmp_path, f"{{name: a, logicalType: string, required: true, {quality}}}")
    assert taken(found).rules == ()
    assert any("a is required" in note for note in found.notes)


def test_two_columns_of_one_name_in_files_contradict_each_other(tmp_path: Path) -> None:
    found = read(tmp_path, "{name: a, physicalName: X}", "{name: b, physicalName: X}")
    assert [finding.found for finding in found.findings] == ["'X', which is a already"]
