"""Cross-column rules: the SQL of an ODCS check as a condition, which is all of SQL that is run here."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING

from serin.domain.conditions import Constant, Expression, column, condition, constant
from serin.domain.errors import Invalid
from serin.files.contract_rules import Rules
from serin.files.faults import shown

if TYPE_CHECKING:
    from sqlglot import exp

LONGEST = 2_000
DEEPEST = 60
"""Levels of a condition: each is a call when it is checked, stored and compiled, and calls are limited."""

_OBJECT = re.compile(r"\$?\{(object|table|schema|model)\}")
_PROPERTY = re.compile(r"\$?\{(property|column|field)\}")
_SHAPE = "Write SELECT COUNT(*) FROM ${object} WHERE and the condition of a row that breaks the rule."
_UNSUPPORTED = (
    "A condition is made of columns, constants, AND, OR, NOT, comparisons, IN, BETWEEN, IS NULL, + - * / %, "
    "ABS and COALESCE."
)


def query_condition(query: str | None, rules: Rules, of: str | None) -> Expression | None:
    """What the rows are like that the query counts, None where it counts all of them.

    `of` is the column the check stands at, if it is one. Raises Invalid for what is no such query, or looks at what is
    not there.
    """
    select = _parsed(query, rules.dataset, of)
    where = _where(select, rules)
    return condition(_expression(where, rules), rules.types) if where else None


def _parsed(query: str | None, dataset: str, of: str | None) -> exp.Expr:
    # Only a contract with SQL pays for the parser.
    import sqlglot
    from sqlglot.errors import SqlglotError

    if not query or len(query) > LONGEST:
        raise Invalid(f"a query of {len(query or ''):,} characters", f"{_SHAPE} At most {LONGEST:,} characters.")
    text = _OBJECT.sub(f'"{dataset}"', query)
    text = _PROPERTY.sub(f'"{of}"', text) if of else text
    if '"' not in query:
        text = text.replace("`", '"')
    try:
        statements = [statement for statement in sqlglot.parse(text) if statement is not None]
    except (SqlglotError, RecursionError) as error:
        raise Invalid(f"{shown(query)}, which is no SQL that can be read here", _SHAPE) from error
    if len(statements) != 1:
        raise Invalid(f"{len(statements)} statements", _SHAPE)
    return statements[0]


def _where(select: exp.Expr, rules: Rules) -> exp.Expr | None:
    from sqlglot import exp

    clauses = {name.strip("_"): value for name, value in select.args.items() if value}
    if not isinstance(select, exp.Select) or not set(clauses) <= {"expressions", "from", "where"}:
        said = ", ".join(name for name in clauses if name not in ("expressions", "from", "where"))
        raise Invalid(f"a query with {said}" if said else "no query", _SHAPE)
    table = clauses["from"].this if "from" in clauses else None
    if not isinstance(table, exp.Table) or not _is_of(table, rules):
        raise Invalid(f"a query of {table.sql() if table else 'nothing'}", f"FROM ${{object}}, or {rules.dataset}.")
    counted = select.expressions
    if len(counted) != 1 or not _counts_rows(counted[0].unalias()):
        raise Invalid(f"a query for {', '.join(item.sql() for item in counted)}", _SHAPE)
    return clauses["where"].this if "where" in clauses else None


def _is_of(table: exp.Table, rules: Rules) -> bool:
    parts = {name for name, value in table.args.items() if value}
    return parts <= {"this", "db", "catalog"} and table.name.lower() in rules.calls


def _counts_rows(counted: exp.Expr) -> bool:
    from sqlglot import exp

    return isinstance(counted, exp.Count) and isinstance(counted.this, (exp.Star, exp.Literal))


def _expression(node: exp.Expr, rules: Rules, level: int = 1) -> Expression:
    from sqlglot import exp

    if level > DEEPEST:
        raise Invalid(f"a condition of more than {DEEPEST} levels", "Write IN for a list of values, or several rules.")
    below = level + 1
    if isinstance(node, exp.Column):
        return _column(node, rules)
    if isinstance(node, (exp.Literal, exp.Boolean)):
        return constant(_constant(node))
    if isinstance(node, exp.Paren):
        return _expression(node.this, rules, below)
    if isinstance(node, exp.Between) and not node.args.get("symmetric"):
        value, low, high = (_expression(node.args[name], rules, below) for name in ("this", "low", "high"))
        return Expression("and", (Expression(">=", (value, low)), Expression("<=", (value, high))))
    if isinstance(node, exp.Is) and isinstance(node.expression, exp.Null):
        return Expression("is_null", (_expression(node.this, rules, below),))
    parts = _parts(node)
    if parts is None:
        raise Invalid(f"{shown(node.sql())}, which is not supported", _UNSUPPORTED)
    operation, nodes = parts
    return Expression(operation, tuple(_expression(part, rules, below) for part in nodes))


def _parts(node: exp.Expr) -> tuple[str, list[exp.Expr]] | None:
    """The operation and what it is applied to; None for what is not supported."""
    from sqlglot import exp

    operations: Mapping[type[exp.Expr], str] = {
        **{exp.And: "and", exp.Or: "or", exp.Not: "not", exp.In: "in", exp.Coalesce: "coalesce"},
        **{exp.EQ: "=", exp.NEQ: "<>", exp.LT: "<", exp.LTE: "<=", exp.GT: ">", exp.GTE: ">="},
        **{exp.Add: "+", exp.Sub: "-", exp.Mul: "*", exp.Div: "/", exp.Mod: "%", exp.Neg: "negative", exp.Abs: "abs"},
    }
    operation = operations.get(type(node))
    others = {"this", "expression", "expressions"}
    used = {name for name, value in node.args.items() if isinstance(value, exp.Expr)} - others
    if operation is None or used:
        return None
    right = node.args.get("expression")
    return operation, [node.this, *([right] if right else []), *node.expressions]


def _column(node: exp.Column, rules: Rules) -> Expression:
    if node.table.lower() not in ("", *rules.calls):
        raise Invalid(f"{node.sql()}, a column of another table", "Use the columns of this dataset.")
    if (name := rules.column(node.name)) is None:
        raise Invalid(f"the column {node.name!r}, which is not kept", f"One of: {', '.join(rules.types)}.")
    return column(name)


def _constant(node: exp.Expr) -> Constant:
    from sqlglot import exp

    if isinstance(node, exp.Boolean):
        return bool(node.this)
    text = str(node.this)
    if node.is_string:
        return text
    if node.is_int and abs(int(text)) < 2**63:
        return int(text)
    if abs(float(text)) == float("inf") or node.is_int:
        raise Invalid(f"the number {text[:40]}", "Write one that 64 bits hold.")
    return float(text)
