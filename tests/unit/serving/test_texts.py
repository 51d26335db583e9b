from __future__ import annotations

import json
import math
import random
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from serin.domain.moments import moment_text
from serin.serving.answers import AnswerTexts, answer_of, label_of
from serin.serving.rows import Rows, rows_of
from serin.serving.texts import FEW, ColumnTexts, column_texts, row_texts, value_text

NOON = datetime(2013, 4, 1, 12, tzinfo=UTC)
VALUES: tuple[Any, ...] = (
    *(
        None,
        True,
        False,
        0,
        1,
        -7,
        2**63 - 1,
        0.0,
        -0.0,
        1.0,
        0.1,
        1e-300,
        1.7e308,
        1e16,
        math.nan,
        math.inf,
        -math.inf,
    ),
    *("", "north", "a\nb", "São \u2028", "\ud800", "%s %", NOON, NOON + timedelta(microseconds=1)),
    NOON.astimezone(timezone(timedelta(hours=5))),
)


def as_json(value: Any) -> str:
    finite = None if isinstance(value, float) and not math.isfinite(value) else value
    return json.dumps(finite, default=moment_text)


def test_a_column_is_written_as_its_values_are_whatever_it_holds() -> None:
    draw = random.Random(1)
    kinds = [[value for value in VALUES if type(value) is kind] for kind in (float, int, bool, str, datetime)]
    for _ in range(300):
        column = draw.choices(draw.choice([VALUES, *kinds]), k=draw.randrange(1, 8))
        assert column_texts(column) == list(map(value_text, column)) == list(map(as_json, column))
    assert column_texts([1.7e308, 1.7e308]) == ["1.7e+308"] * 2


def test_many_rows_are_written_as_each_by_itself() -> None:
    rows = [{"a": a, "view.b": b, "50%": "x"} for a, b in zip(VALUES, VALUES[::-1], strict=True)]
    assert len(rows) > FEW
    known = ColumnTexts()
    kept = rows_of(rows, list(rows[0]))
    assert row_texts(kept, known) == [value_text(row) for row in rows]
    others = Rows({"b": kept.columns["a"], "a": kept.columns["view.b"]}, kept.count)
    assert row_texts(others, known) == [value_text(row) for row in others]
    assert row_texts(Rows({}, 5)) == ["{}"] * 5


def test_an_answer_is_written_as_it_is_read() -> None:
    asked: tuple[tuple[Any, tuple[Any, ...], list[Any]], ...] = (
        ("binary", (False, True), [0.0, 0.5, 0.4999999, 1.0]),
        ("binary", ("late", 'on "time"'), [0.25, 0.75]),
        ("multiclass", ("a", "b", "c"), [[0.2, 0.5, 0.3], [1.0, 0.0, 0.0]]),
        ("regression", (), [0.1, -3.0, 1e300]),
    )
    for task, classes, scores in asked:
        answers = AnswerTexts(task, classes)
        texts = answers.of(scores, list(map(value_text, scores)))
        assert answers.labels(scores) == [label_of(task, classes, score) for score in scores]
        assert [f"{{{text}}}" for text in texts] == [json.dumps(answer_of(task, classes, score)) for score in scores]
