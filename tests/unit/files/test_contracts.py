from __future__ import annotations

import json
from pathlib import Path

import pytest

from serin.domain.conditions import Expression, column
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Reference, Rule
from serin.domain.errors import Invalid
from serin.domain.records import as_record, from_record
from serin.files.contracts import read_contract
from tests.standard import breaks

EXAMPLES = sorted((Path(__file__).parents[3] / "models" / "flight-delay" / "contracts").glob("*.yaml"))
HEAD = "apiVersion: v3.1.0\nkind: DataContract\nid: shops\nversion: 1.2.0\n"
KEY = "      - {name: shop_id, logicalType: string, primaryKey: true}\n"


def _text(columns: str = "", *, head: str = HEAD, key: str = KEY, more: str = "") -> str:
    return f"{head}schema:\n  - name: shops\n    properties:\n{key}{columns}{more}"


def _read(folder: Path, text: str) -> Contract:
    path = folder / "models" / "m" / "contracts" / "shops.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return read_contract(path)


def _column(spec: str) -> str:
    return f"      - {{name: size, {spec}}}\n"


def _rules(folder: Path, spec: str) -> tuple[Rule, ...]:
    """The rules a column of this spec brings, besides the primary key's."""
    return _read(folder, _text(_column(spec))).rules[1:]


def test_a_contract_is_columns_rules_and_what_names_a_row(tmp_path: Path) -> None:
    contract = _read(tmp_path, _text(_column("logicalType: integer, required: true")))
    assert (contract.dataset, contract.version, contract.primary_key) == ("shops", "1.2.0", ("shop_id",))
    assert contract.columns == (Column("shop_id", "string", required=True), Column("size", "integer", required=True))
    assert contract.rules == (Rule("shops.primary_key.unique", "unique", ("shop_id",), "consistency"),)


def test_a_primary_key_has_the_order_of_its_positions(tmp_path: Path) -> None:
    first = "      - {name: b, logicalType: string, primaryKey: true, primaryKeyPosition: 2}\n"
    second = "      - {name: a, logicalType: date, primaryKey: true, primaryKeyPosition: 1}\n"
    assert _read(tmp_path, _text(second, key=first)).primary_key == ("a", "b")


def test_rows_that_nothing_names_are_said_to_be_so(tmp_path: Path) -> None:
    unnamed = "    customProperties: [{property: identity, value: none}]\n"
    contract = _read(tmp_path, _text(key=KEY.replace(", primaryKey: true", ""), more=unnamed))
    assert (contract.primary_key, contract.rules) == ((), ())


@pytest.mark.parametrize("value", ["counted", "ignored"])
def test_a_contract_says_what_becomes_of_rows_that_are_there_already(tmp_path: Path, value: str) -> None:
    own = f"    customProperties: [{{property: identity, value: none}}, {{property: repeatedRows, value: {value}}}]\n"
    assert _read(tmp_path, _text(key=KEY.replace(", primaryKey: true", ""), more=own)).repeated_rows == value
    assert _read(tmp_path, _text()).repeated_rows == "counted"


@pytest.mark.parametrize("type", ["string", "integer", "number", "boolean", "timestamp", "date"])
def test_a_logical_type_is_a_column_type(tmp_path: Path, type: str) -> None:
    assert _read(tmp_path, _text(_column(f"logicalType: {type}"))).columns[1].type == type


def test_a_column_says_when_it_is_known(tmp_path: Path) -> None:
    own = "customProperties: [{property: known, value: afterwards}, {property: owner, value: sam}]"
    assert _read(tmp_path, _text(_column(f"logicalType: integer, {own}"))).columns[1].known == "afterwards"
    assert _read(tmp_path, _text(_column("logicalType: integer"))).columns[1].known == "beforehand"


@pytest.mark.parametrize(
    ("spec", "future"),
    [
        ("logicalType: timestamp", None),
        ("logicalType: timestamp, customProperties: [{property: future, value: 2h}]", 7200.0),
        ("logicalType: date, customProperties: [{property: future, value: allowed}]", "allowed"),
    ],
)
def test_a_column_says_how_far_its_times_may_lie_after_the_clock(tmp_path: Path, spec: str, future: object) -> None:
    contract = _read(tmp_path, _text(_column(spec)))
    assert contract.columns[1].future == future
    assert from_record(Contract, as_record(contract)) == contract


def test_a_value_is_there_once_in_a_file_or_in_all_uploads_of_the_dataset(tmp_path: Path) -> None:
    check = "quality: [{{metric: duplicateValues, mustBe: 0, customProperties: [{{property: scope, value: {0}}}]}}]"
    for said, scope in (("dataset", "dataset"), ("file", None)):
        rules = _rules(tmp_path, f"logicalType: string, {check.format(said)}")
        assert rules == (Rule("shops.size.unique", "unique", ("size",), "consistency", scope=scope),)  # type: ignore[arg-type]


def test_what_a_column_and_a_rule_are_described_as_is_kept_for_people(tmp_path: Path) -> None:
    check = "{metric: nullValues, mustBe: 0, description: Everything has a size.}"
    share = "{name: share, metric: nullValues, mustBeLessThan: 5, unit: percent, description: Hardly ever.}"
    told = f"logicalType: integer, description: In metres., quality: [{check}, {share}]"
    contract = _read(tmp_path, _text(_column(told)))
    assert contract.columns[1].description == "In metres."
    assert contract.rules[1].description == "Everything has a size."
    assert contract.dataset_rules[0].description == "Hardly ever."


@pytest.mark.parametrize("kind", ["public", "internal", "confidential", "restricted"])
def test_a_column_says_who_may_see_its_values(tmp_path: Path, kind: str) -> None:
    assert (
        _read(tmp_path, _text(_column(f"logicalType: string, classification: {kind}"))).columns[1].classification
        == kind
    )


def test_values_of_a_class_that_is_not_known_are_shown_nowhere(tmp_path: Path) -> None:
    (_, size) = _read(tmp_path, _text(_column("logicalType: string, classification: PII"))).columns
    assert size.classification == "confidential"
    (_, size) = _read(tmp_path, _text(_column("logicalType: string, classification: Public"))).columns
    assert size.classification == "public"


@pytest.mark.parametrize(
    ("spec", "rule"),
    [
        (
            "logicalType: integer, logicalTypeOptions: {minimum: 1, maximum: 9}",
            Rule("shops.size.range", "range", ("size",), "accuracy", minimum=1, maximum=9),
        ),
        (
            "logicalType: number, logicalTypeOptions: {minimum: 0.5}",
            Rule("shops.size.range", "range", ("size",), "accuracy", minimum=0.5),
        ),
        (
            "logicalType: string, logicalTypeOptions: {minLength: 1, maxLength: 3}",
            Rule("shops.size.length", "length", ("size",), "accuracy", minimum=1, maximum=3),
        ),
        (
            'logicalType: string, logicalTypeOptions: {pattern: "^[SML]$"}',
            Rule("shops.size.pattern", "pattern", ("size",), "accuracy", pattern="^[SML]$"),
        ),
        ("logicalType: string, unique: true", Rule("shops.size.unique", "unique", ("size",), "consistency")),
        (
            "logicalType: string, enum: [{value: S}, {value: M}]",
            Rule("shops.size.one_of", "one_of", ("size",), "accuracy", values=("S", "M")),
        ),
        (
            "logicalType: string, quality: [{metric: nullValues, mustBe: 0, severity: warning}]",
            Rule("shops.size.required", "required", ("size",), "completeness", "warning"),
        ),
        (
            'logicalType: date, quality: [{metric: missingValues, arguments: {missingValues: [null, ""]}, mustBe: 0}]',
            Rule("shops.size.required", "required", ("size",), "completeness"),
        ),
        (
            "logicalType: date, quality: [{id: odd, metric: invalidValues, mustBe: 0, "
            "arguments: {validValues: [2013-01-31]}}]",
            Rule("odd", "one_of", ("size",), "accuracy", values=("2013-01-31",)),
        ),
        (
            'logicalType: string, quality: [{name: odd, metric: invalidValues, arguments: {pattern: "^S"}, mustBe: 0}]',
            Rule("odd", "pattern", ("size",), "accuracy", pattern="^S"),
        ),
        (
            "logicalType: date, quality: [{type: library, metric: duplicateValues, mustBe: 0, dimension: timeliness}]",
            Rule("shops.size.unique", "unique", ("size",), "timeliness"),
        ),
    ],
)
def test_what_odcs_says_about_a_column_is_a_rule(tmp_path: Path, spec: str, rule: Rule) -> None:
    assert _rules(tmp_path, spec) == (rule,)


@pytest.mark.parametrize(
    ("dimension", "shown"),
    [
        ("accuracy", "accuracy"),
        ("conformity", "accuracy"),
        ("completeness", "completeness"),
        ("coverage", "completeness"),
        ("consistency", "consistency"),
        ("uniqueness", "consistency"),
        ("timeliness", "timeliness"),
    ],
)
def test_seven_dimensions_of_odcs_are_four(tmp_path: Path, dimension: str, shown: str) -> None:
    spec = f"logicalType: string, quality: [{{metric: nullValues, mustBe: 0, dimension: {dimension}}}]"
    assert _rules(tmp_path, spec)[0].dimension == shown


def test_duplicates_of_several_columns_together_are_a_rule(tmp_path: Path) -> None:
    quality = "    quality:\n      - {metric: duplicateValues, arguments: {properties: [shop_id, size]}, mustBe: 0}\n"
    contract = _read(tmp_path, _text(_column("logicalType: string"), more=quality))
    assert contract.rules[1] == Rule("shops.shop_id.size.unique", "unique", ("shop_id", "size"), "consistency")


TIMES = "      - {name: opened, logicalType: timestamp}\n      - {name: closed, logicalType: timestamp}\n"


def test_a_query_over_the_dataset_is_a_condition_that_no_row_may_meet(tmp_path: Path) -> None:
    query = "SELECT COUNT(*) FROM {object} WHERE closed < opened AND NOT opened IS NULL"
    check = f"    quality: [{{type: sql, name: order, mustBe: 0, severity: warning, query: '{query}'}}]\n"
    (rule,) = _read(tmp_path, _text(TIMES, more=check)).rules[1:]
    known = Expression("not", (Expression("is_null", (column("opened"),)),))
    condition = Expression("and", (Expression("<", (column("closed"), column("opened"))), known))
    expected = Rule("order", "condition", ("closed", "opened"), "consistency", "warning", condition=condition)
    assert rule == expected
    assert from_record(Rule, json.loads(json.dumps(as_record(rule)))) == rule


def _deep(levels: int) -> str:
    return " OR ".join(["size = 'x'"] * levels)


def test_a_condition_as_deep_as_is_allowed_is_stored_and_read_again(tmp_path: Path) -> None:
    (rule,) = _read(tmp_path, _where(_deep(59))).rules[1:]
    assert from_record(Rule, json.loads(json.dumps(as_record(rule)))) == rule


@pytest.mark.parametrize("levels", [60, 130])
def test_a_deeper_condition_is_only_said_before_anything_overflows(tmp_path: Path, levels: int) -> None:
    assert "more than 60 levels" in _reason(_read(tmp_path, _where(_deep(levels))))


def test_a_query_with_words_that_would_be_ignored_is_only_said(tmp_path: Path) -> None:
    symmetric = _where("shop_id BETWEEN SYMMETRIC 9 AND 1")
    sampled = symmetric.replace("shop_id BETWEEN SYMMETRIC 9 AND 1", "size = 'x'")
    for text, found in (
        (symmetric, "not supported"),
        (sampled.replace("{object} WHERE", "{object} TABLESAMPLE (10 PERCENT) WHERE"), "a query of"),
        (sampled.replace("{object} WHERE", "{object} AS s WHERE"), "a query of"),
    ):
        assert found in _reason(_read(tmp_path, text))


def _reason(contract: Contract) -> str:
    (said,) = contract.said or ()
    return said.reason


def test_a_number_of_bad_rows_that_is_not_zero_is_about_the_file(tmp_path: Path) -> None:
    spec = "logicalType: string, quality: [{id: few, metric: nullValues, mustBeLessThan: 5, unit: percent}]"
    contract = _read(tmp_path, _text(_column(spec)))
    rows = Rule("few", "required", ("size",), "completeness")
    limit = Limit("<", 5)
    assert contract.rules[1:] == ()
    assert contract.dataset_rules == (
        DatasetRule("few", "broken_rows", "completeness", limit, unit="percent", rows=rows),
    )


def test_words_that_mean_no_value_are_listed_in_a_check_at_the_column_or_for_the_schema(tmp_path: Path) -> None:
    check = "quality: [{metric: missingValues, arguments: {missingValues: [null, '', n/a]}, mustBe: 0}]"
    own = "customProperties: [{property: missingValues, value: [-999, '?']}]"
    contract = _read(tmp_path, _text(_column(f"logicalType: integer, {check}, {own}")))
    assert [column.missing for column in contract.columns] == [None, ("-999", "?", "", "n/a")]
    assert contract.rules[1:] == (Rule("shops.size.required", "required", ("size",), "completeness"),)
    assert from_record(Contract, as_record(contract)) == contract
    whole = _read(tmp_path, _text(_column("logicalType: integer"), more=f"    {own}\n"))
    assert [column.missing for column in whole.columns] == [("-999", "?")] * 2


def test_the_rows_of_a_file_have_a_number(tmp_path: Path) -> None:
    check = "    quality: [{metric: rowCount, mustBeBetween: [5, 9], severity: warning}]\n"
    expected = DatasetRule("shops.row_count", "row_count", "completeness", Limit("between", 5, 9), "warning")
    assert _read(tmp_path, _text(more=check)).dataset_rules == (expected,)


def test_promises_about_time_are_rules_of_timeliness(tmp_path: Path) -> None:
    own = "customProperties: [{property: severity, value: warning}]"
    promises = (
        f"slaProperties:\n  - {{property: freshness, value: 2, unit: d, element: shops.opened, {own}}}\n"
        "  - {property: latency, value: 3, unit: h, element: closed}\n"
        "  - {property: frequency, value: 7, unit: d}\n"
    )
    contract = _read(tmp_path, _text(TIMES, more=promises))
    assert contract.dataset_rules == (
        DatasetRule(
            *("shops.opened.freshness", "freshness", "timeliness", Limit("<=", 172_800), "warning"),
            unit="seconds",
            column="opened",
        ),
        DatasetRule("shops.frequency", "frequency", "timeliness", Limit("<=", 604_800), "warning", unit="seconds"),
    )
    assert contract.rules[1:] == (Rule("shops.closed.latency", "latency", ("closed",), "timeliness", maximum=10_800),)


def test_a_relationship_is_a_foreign_key(tmp_path: Path) -> None:
    own = "customProperties: [{property: severity, value: warning}, {property: dimension, value: coverage}]"
    one = _column(f"logicalType: string, relationships: [{{type: foreignKey, to: sizes.name, {own}}}]")
    two = "    relationships: [{id: both, from: [shop_id, shops.size], to: [sizes.shop, sizes.name]}]\n"
    assert _read(tmp_path, _text(one, more=two)).rules[1:] == (
        Rule(
            *("shops.size.foreign_key", "foreign_key", ("size",), "completeness", "warning"),
            references=Reference("sizes", ("name",)),
        ),
        Rule(
            *("both", "foreign_key", ("shop_id", "size"), "consistency"),
            references=Reference("sizes", ("shop", "name")),
        ),
    )


def _where(condition: str) -> str:
    query = f"SELECT COUNT(*) FROM ${{object}} WHERE {condition}"
    check = f'    quality:\n      - {{type: sql, name: odd, mustBe: 0, query: "{query}"}}\n'
    return _text(_column("logicalType: string"), more=check)


def _quality(check: str) -> str:
    return _text(_column(f"logicalType: string, quality: [{check}]"))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (_quality("{type: sql, query: select 1, mustBe: 0}"), "a query of nothing"),
        (_quality("{type: custom, engine: soda, name: soda-check}"), "for another engine (soda)"),
        (_quality("{type: text, description: Looks nice}"), "a text for people"),
        (_quality("{metric: rowCount, mustBe: 0}"), "counted of the whole file"),
        (_quality("{metric: nullValues, mustBe: few}"), "mustBe 'few'"),
        (_quality("{metric: nullValues, mustBe: [1, 2]}"), "mustBe [1, 2]"),
        (_quality("{metric: nullValues, mustBeLessThan: 5, unit: USD}"), "the unit 'USD'"),
        (_quality("{metric: nullValues, arguments: {of: x}, mustBe: 0}"), "the argument of,"),
        (_quality("{metric: invalidValues, mustBe: 0}"), "not exactly one of validValues and pattern"),
        (
            _quality('{metric: invalidValues, arguments: {pattern: "(?=a)"}, mustBe: 0}'),
            "is not supported",
        ),
        (
            _quality("{metric: invalidValues, arguments: {pattern: '(a)\\1'}, mustBe: 0}"),
            "are not supported",
        ),
        (_text(_column("logicalType: object, properties: [{name: a}]")), "of the type object"),
        (_text(_column("logicalType: string, relationships: [{to: shops.shop_id}]")), "the dataset itself"),
        (_text(_column("logicalType: timestamp, logicalTypeOptions: {format: x}")), "times are read as ISO 8601"),
        (_where("size > 1"), "a number and a string on the two sides of '>'"),
        (_where("colour = 'red'"), "the column 'colour', which is not kept"),
        (_where("size"), "a string where a condition belongs"),
        (_where("size LIKE 'a%'"), "which is not supported"),
        (_where("size IN (SELECT 1)"), "which is not supported"),
        (_where("size = 'a' GROUP BY size"), "a query with group"),
        (_where("1 < 2"), "a condition of no column"),
        (_where("size = ("), "which is no SQL"),
        (_where("other.size = 'a'"), "a column of another table"),
        (_where("size = 'a'").replace("${object}", "others"), "a query of others"),
        (_where("size = 'a'").replace("COUNT(*)", "AVG(size)"), "a query for AVG(size)"),
        (
            _text(more="slaProperties: [{property: availability, value: 4, unit: d}]\n"),
            "freshness, latency and frequency",
        ),
        (_text(more="slaProperties: [{property: freshness, value: 4, element: size}]\n"), "without a known unit"),
        (
            _text(more="slaProperties: [{property: frequency, value: 1, unit: d, element: size}]\n"),
            "'size', which is not kept",
        ),
        (_text(more="    quality: [{metric: nullValues, mustBe: 0}]\n"), "nullValues is of a column"),
        (
            _text(more="    quality: [{metric: duplicateValues, arguments: {properties: [x]}, mustBe: 0}]\n"),
            "duplicateValues of x",
        ),
        (
            _text(more="slaProperties: [{property: latency, value: 4, unit: d}]\n"),
            "nothing is no column of times",
        ),
    ],
)
def test_what_cannot_be_checked_is_said_and_no_rule(tmp_path: Path, text: str, reason: str) -> None:
    contract = _read(tmp_path, text)
    assert [reason in said.reason for said in contract.said or ()] == [True]
    assert (len(contract.rules), contract.dataset_rules) == (1, ())
    assert from_record(Contract, as_record(contract)) == contract


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (_quality("{metric: nulValues, mustBe: 0}"), "the metric 'nulValues'"),
        (_quality("{mustBe: 0}"), "no metric"),
        (_text(more="    quality: [{metric: rowKount, mustBe: 0}]\n"), "the metric 'rowKount'"),
        (_quality("{metric: nullValues}"), "not one comparison but 0"),
        (_quality("{metric: nullValues, mustBe: 0, mustBeLessThan: 5}"), "not one comparison but 2"),
        (_quality("{metric: nullValues, mustBeBetween: [5, 1]}"), "mustBeBetween [5, 1]"),
        (_quality("{metric: nullValues, type: sql, query: select 1, mustBe: 0}"), "sql and the metric nullValues"),
        (_quality("{metric: nullValues, mustBe: 0, dimension: beauty}"), "the dimension 'beauty'"),
        (_quality("{metric: missingValues, arguments: {missingValues: n/a}, mustBe: 0}"), "missingValues 'n/a'"),
        (_text(more="    customProperties: [{property: missingValues, value: [[1]]}]\n"), "missingValues [[1]]"),
        (
            _quality("{metric: invalidValues, arguments: {validValues: [S, '?']}, mustBe: 0}").replace(
                "quality:", "customProperties: [{property: missingValues, value: ['?']}], quality:"
            ),
            "'?' is listed as a value, and under missingValues",
        ),
        (_quality("{metric: invalidValues, arguments: {validValues: []}, mustBe: 0}"), "validValues: []"),
        (_quality('{metric: invalidValues, arguments: {pattern: "("}, mustBe: 0}'), "unclosed group"),
        (_text(_column("logicalType: text")), "logicalType: 'text'"),
        (_text(_column("logicalType: string, relationships: [{to: sizes}]")), "to: 'sizes'"),
        (_text(_column("logicalType: string, relationships: [{to: a.b, type: parent}]")), "of type 'parent'"),
        (_text(_column("logicalType: string, relationships: [{to: [a.b, a.c]}]")), "to: ['a.b', 'a.c']"),
        (_text(_column("logicalType: string, relationships: [{from: size, to: a.b}]")), "from at a column"),
        (_text(more="    relationships: [{from: [colour], to: [a.b]}]\n"), "colour, which is no column"),
        (_text(_column("logicalType: string, requird: true")), "unknown field; did you mean required?"),
        (_text(_column("logicalType: string, required: yes")), "required: 'yes'"),
        (_text(_column("logicalType: string, logicalTypeOptions: {minimum: 1}")), "minimum of a string column"),
        (_text(_column("logicalType: number, logicalTypeOptions: {minimum: 2, maximum: 1}")), "2 above a highest of 1"),
        (_text(_column("logicalType: number, logicalTypeOptions: {minimum: low}")), "bounds 'low'"),
        (
            _text(_column("logicalType: date, customProperties: [{property: future, value: soon}]")),
            "future 'soon'",
        ),
        (
            _text(_column("logicalType: string, customProperties: [{property: future, value: 2h}]")),
            "future of a 'string' column",
        ),
        (
            _text(
                _column(
                    "logicalType: string, quality: [{metric: duplicateValues, mustBeLessThan: 3, "
                    "customProperties: [{property: scope, value: dataset}]}]"
                )
            ),
            "the scope dataset with another limit",
        ),
        (
            _text(
                _column(
                    "logicalType: string, quality: [{metric: nullValues, mustBe: 0, "
                    "customProperties: [{property: scope, value: dataset}]}]"
                )
            ),
            "nullValues: a scope",
        ),
        (
            _text(
                more="    quality: [{metric: duplicateValues, arguments: {properties: [shop_id]}, mustBe: 0, "
                "customProperties: [{property: scope, value: dataset}]}]\n"
            ),
            "which hold the primary key",
        ),
        (
            _text(_column("logicalType: string, customProperties: [{property: known, value: later}]")),
            "known 'later'",
        ),
        (_text(KEY), "'shop_id' a second time"),
        (_text(more="slaProperties: [{property: freshness, value: 0, unit: d}]\n"), "value: 0"),
        (
            _text(
                more="slaProperties: [{property: frequency, value: 1, unit: d, "
                "customProperties: [{property: severity, value: error}]}]\n"
            ),
            "the severity error",
        ),
        (_text(head=HEAD.replace("DataContract", "Product")), "kind: 'Product'"),
        (_text(head=HEAD.replace("version: 1.2.0\n", "")), "version: is missing"),
        (_text(head=HEAD.replace("1.2.0", "1.2")), "version: 1.2"),
        (_text(more="    customProperties: [{property: identity, value: none}]\n"), "but shop_id is the primary key"),
        (_text(more="    customProperties: [{property: identity, value: row}]\n"), "identity 'row'"),
        (_text(more="    customProperties: [{property: repeatedRows, value: lost}]\n"), "repeatedRows 'lost'"),
        (
            _text(more="    customProperties: [{property: repeatedRows, value: ignored}]\n"),
            "but shop_id is the primary",
        ),
        (_text(head=HEAD + "description: {purpose: '<what is it?>'}\n"), "purpose: still the placeholder"),
        (HEAD, "schema: 0 objects"),
        (_text(more="  - {name: other}\n"), "schema: 2 objects"),
        (HEAD + "schema: [{name: shops}]\n", "no columns"),
        ("[1]", "[1]"),
    ],
)
def test_what_contradicts_the_standard_or_itself_is_refused_by_name_and_line(
    tmp_path: Path, text: str, found: str
) -> None:
    with pytest.raises(Invalid) as caught:
        _read(tmp_path, text)
    assert found in caught.value.message
    assert caught.value.message.startswith("models/m/contracts/shops.yaml:")
    assert caught.value.remedy


def test_the_line_is_that_of_the_rule(tmp_path: Path) -> None:
    text = _quality("{type: sql, mustBe: 0}")
    line = next(number for number, words in enumerate(text.splitlines(), 1) if "sql" in words)
    with pytest.raises(Invalid, match=f"shops.yaml:{line}: "):
        _read(tmp_path, text)


def test_all_faults_of_a_contract_are_told_at_once(tmp_path: Path) -> None:
    short = _column("logicalType: date, logicalTypeOptions: {minLength: 1}").replace("size", "age")
    twice = _column("logicalType: number, logicalTypeOptions: {minimum: 1}")
    columns = _column("logicalType: text") + short + twice
    with pytest.raises(Invalid) as caught:
        _read(tmp_path, _text(columns))
    assert len(caught.value.message.splitlines()) == 3


def test_prose_about_a_dataset_is_read_over(tmp_path: Path) -> None:
    prose = "tags: [retail]\ndomain: shops\nteam: {members: [{username: sam}]}\ndescription: {purpose: Sales.}\n"
    assert _read(tmp_path, _text(head=HEAD + prose)) == _read(tmp_path, _text())


def test_the_examples_are_found() -> None:
    assert [path.stem for path in EXAMPLES] == ["airports", "flights", "planes", "weather"]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_is_valid_by_the_schema_of_the_standard(path: Path) -> None:
    assert breaks(path.read_text()) == []


def test_a_field_of_a_later_minor_is_no_field_of_an_earlier_one() -> None:
    flights = next(path for path in EXAMPLES if path.stem == "flights").read_text()
    assert len(breaks(flights.replace("apiVersion: v3.2.0", "apiVersion: v3.1.0"))) == 2


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_an_example_survives_being_stored(path: Path) -> None:
    contract = read_contract(path)
    assert contract.dataset == path.stem
    assert from_record(Contract, json.loads(json.dumps(as_record(contract)))) == contract


def test_the_flights_say_what_is_known_only_afterwards() -> None:
    contract = read_contract(next(path for path in EXAMPLES if path.stem == "flights"))
    afterwards = {column.name for column in contract.columns if column.known == "afterwards"}
    assert afterwards == {"dep_time", "dep_delay", "arr_time", "arr_delay", "air_time"}
