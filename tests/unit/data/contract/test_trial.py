from __future__ import annotations

import string
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from serin.data.contract import trial
from serin.data.contract.checked_files import check_file
from serin.data.contract.trial import check_contract, check_rule
from serin.data.files.reading import opened, read_table
from serin.domain.conditions import Expression, column, constant
from serin.domain.contracts import Column, Contract, DatasetRule, Limit, Reference, Rule
from serin.domain.errors import Invalid, Rejected
from tests.checking import LATER, check

COLUMNS = (Column("shop", "string"), Column("size", "integer"), Column("at", "timestamp"), Column("day", "date"))
CONTRACT = Contract("orders", "1.0.0", COLUMNS, (), ())
FILE = b"shop,size,at,day\nnorth\xc3\xa9,3,2013-01-31T07:00:00Z,2013-01-31\n,,,\n"
# Each of them Python compiles, and none of them the engine that runs patterns.
PYTHONS = [
    *(r"^a\Z", "{red}", "(?#c)a", r"\N{DIGIT ONE}", "(?=a)", "(?!a)", "(?<=a)b", r"(a)\1", "(?P<x>a)(?P=x)"),
    *("(((a{999}){999}){9})", r"(?>a)", "(?(1)a|b)"),
]


def pattern(text: str) -> Rule:
    return Rule("orders.shop.pattern", "pattern", ("shop",), "accuracy", pattern=text)


@pytest.mark.parametrize("text", PYTHONS)
def test_a_pattern_that_only_python_takes_is_refused_with_what_the_engine_says(text: str) -> None:
    with pytest.raises(Invalid, match="cannot be run: ") as caught:
        check_rule(pattern(text), COLUMNS)
    assert "Rust" in caught.value.remedy
    with pytest.raises(Invalid, match=r"^orders\.shop\.pattern: "):
        check_contract(replace(CONTRACT, rules=(pattern(text),)))


@pytest.mark.parametrize("text", [r"\p{L}", "[[:alpha:]]+", r"^a\z", "(?<x>a)", "(?i)^NORTH"])
def test_a_pattern_that_the_engine_takes_is_accepted_whatever_python_says(text: str) -> None:
    check_rule(pattern(text), COLUMNS)


def test_a_pattern_is_looked_for_anywhere_in_the_text() -> None:
    found = check(read_table("a.csv", FILE, CONTRACT), replace(CONTRACT, rules=(pattern("ort"),)))
    assert found.rules == {}


_PIECES = [
    *(r"\Z", r"\z", r"\b", r"\d", r"\w", r"\N{BULLET}", r"\x41", r"\u0041", r"\1", r"\p{L}", "[a-z]", "[^]", "[[]"),
    *("(", ")", "(?:", "(?i)", "(?x)", "(?#c)", "(?=", "(?<!", "(?P<n>", "(?P=n)", "|", ".", "^", "$", "\\"),
    *("*", "+", "?", "*?", "++", "{2}", "{,3}", "{999}", "{red}", "{2,1}", "[a&&b]", "[a--b]", "é"),
]
PIECES = st.one_of(
    st.sampled_from(_PIECES),
    st.text(string.printable, min_size=1, max_size=3),
)


@pytest.mark.slow
@settings(max_examples=2 * settings.default.max_examples)
@given(pieces=st.lists(PIECES, min_size=1, max_size=7))
def test_whatever_pattern_is_accepted_runs_over_an_upload(pieces: list[str]) -> None:
    contract = replace(CONTRACT, rules=(pattern("".join(pieces)),))
    try:
        check_contract(contract)
    except Invalid:
        return
    check(read_table("a.csv", FILE, CONTRACT), contract)


CONDITIONS = st.recursive(
    st.one_of(
        st.sampled_from([column(item.name) for item in COLUMNS]),
        st.sampled_from([constant(value) for value in ("a", 2**63 - 1, -1, 1e308, 0, True, False, "")]),
        st.sampled_from([Expression("date", value="2013-01-31"), Expression("timestamp", value="2013-01-31T00:00:00")]),
    ),
    lambda below: st.builds(
        lambda operation, of: Expression(operation, tuple(of)),
        st.sampled_from(
            ["and", "or", "not", "=", "<>", "<", ">=", "+", "/", "%", "abs", "is_null", "in", "coalesce", "multiple_of"]
        ),
        st.lists(below, min_size=1, max_size=3),
    ),
    max_leaves=8,
)


@given(condition=CONDITIONS)
@example(condition=Expression("%", (constant(2**63 - 1),)))
def test_whatever_condition_is_accepted_runs_over_an_upload(condition: Expression) -> None:
    contract = replace(CONTRACT, rules=(Rule("r", "condition", ("shop",), "consistency", condition=condition),))
    try:
        check_contract(contract)
    except Invalid:
        return
    check(read_table("a.csv", FILE, CONTRACT), contract)


@pytest.mark.parametrize(
    ("name", "value"), [("size", "three"), ("size", "1.5"), ("at", "2013-01-31"), ("day", "31.1.2013")]
)
def test_a_valid_value_that_is_none_of_its_columns_type_is_refused(name: str, value: str) -> None:
    with pytest.raises(Invalid, match=f"the value '{value}' is no "):
        check_rule(Rule("r", "one_of", (name,), "accuracy", values=(value,)), COLUMNS)


def test_in_of_no_values_is_refused_before_an_upload_comes() -> None:
    nothing = Expression("in", (column("shop"),))
    with pytest.raises(Invalid, match="r: the condition cannot be run"):
        check_contract(replace(CONTRACT, rules=(Rule("r", "condition", ("shop",), "accuracy", condition=nothing),)))


def test_a_rule_with_the_id_of_one_that_its_column_implies_is_refused() -> None:
    with pytest.raises(Invalid, match=r"two rules have the id orders\.shop\.type"):
        check_contract(replace(CONTRACT, rules=(replace(pattern("a"), id="orders.shop.type"),)))


def test_rules_of_every_kind_pass() -> None:
    rules = (
        pattern("a"),
        Rule("orders.key", "unique", ("shop", "size"), "consistency"),
        Rule("orders.range", "range", ("size",), "accuracy", minimum=0, maximum=9.5),
        Rule("orders.length", "length", ("shop",), "accuracy", maximum=9),
        Rule("orders.late", "latency", ("at",), "timeliness", maximum=60),
        Rule("orders.shop.known", "foreign_key", ("shop",), "consistency", references=Reference("shops", ("id",))),
        Rule("orders.one", "one_of", ("day",), "accuracy", values=("2013-01-31",)),
    )
    counted = Rule("orders.there", "required", ("size",), "completeness")
    of_file = DatasetRule("orders.there", "broken_rows", "completeness", Limit("<", 5), rows=counted)
    check_contract(replace(CONTRACT, rules=rules, dataset_rules=(of_file,)))


def test_what_the_engine_cannot_run_over_a_file_ends_as_a_rejection(tmp_path: Path) -> None:
    contract = replace(CONTRACT, rules=(pattern(r"a\Z"),))
    with opened("a.csv", FILE, contract) as blocks, pytest.raises(Rejected, match="over this file: unrecog"):
        check_file(blocks, contract, LATER, tmp_path)


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[Contract]:
    """The contracts that are run, each once for every time it is."""
    runs: list[Contract] = []
    monkeypatch.setattr(trial, "sort_rows", lambda rows, contract, around: runs.append(contract))
    return runs


def test_a_contract_is_run_until_it_has_run_and_then_no_more(runs: list[Contract]) -> None:
    contract = replace(CONTRACT, dataset="seldom", rules=(pattern("a"),))
    for text in ("a{999}{999}{9}", "a{999}{999}{9}", "a", "a"):
        with suppress(Invalid):
            check_contract(replace(contract, rules=(pattern(text),)))
    assert runs == [contract]
    with pytest.raises(Invalid):
        check_contract(replace(contract, rules=(pattern("a{999}{999}{9}"),)))


def test_contracts_that_differ_where_python_sees_no_difference_are_run_each(runs: list[Contract]) -> None:
    conditions = [Expression("=", (column("size"), constant(value))) for value in (1, 1.0)]
    rules = [Rule("r", "condition", ("size",), "consistency", condition=condition) for condition in conditions]
    assert rules[0] == rules[1]
    for rule in rules:
        check_contract(replace(CONTRACT, dataset="alike", rules=(rule,)))
    assert len(runs) == 2
