from __future__ import annotations

from itertools import combinations, product

import pytest

from infra.local.iam.patterns import action_matches, any_text_matches, arn_matches, text_matches

TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/catalog"
OBJECT = "arn:aws:s3:::lake/datasets/a:b/c.parquet"


@pytest.mark.parametrize(
    ("pattern", "arn", "matches"),
    [
        ("*", TABLE, True),
        (TABLE, TABLE, True),
        (f"{TABLE}/index/*", TABLE, False),
        (f"{TABLE}*", f"{TABLE}/index/by-date", True),
        ("arn:aws:dynamodb:*:*:table/catalog", TABLE, True),
        ("arn:aws:dynamodb:*:table/catalog", TABLE, False),
        ("arn:aws:dynamodb:us-east-1", TABLE, True),
        ("arn:aws:s3:::lake/datasets/*", OBJECT, True),
        ("arn:aws:s3:::lake/datasets/?:b/*", OBJECT, True),
        ("arn:aws:s3:::lake", OBJECT, False),
        ("arn:aws:s3:::LAKE/*", OBJECT, False),
        (TABLE, "*", False),
    ],
)
def test_an_arn_is_matched_part_by_part(pattern: str, arn: str, matches: bool) -> None:
    assert arn_matches(pattern, arn, {}) is matches


@pytest.mark.parametrize(
    ("pattern", "action", "matches"),
    [
        ("s3:GetObject", "s3:GetObject", True),
        ("S3:getobject", "s3:GetObject", True),
        ("s3:Get*", "s3:GetObjectVersion", True),
        ("s3:GetObject", "s3:GetObjectVersion", False),
        ("*", "sqs:SendMessage", True),
        ("s3:*", "s3-object-lambda:GetObject", False),
    ],
)
def test_an_action_is_matched_without_its_case(pattern: str, action: str, matches: bool) -> None:
    assert action_matches(pattern, action) is matches


def test_a_variable_stands_for_what_the_request_carries_as_plain_text() -> None:
    pattern = "arn:aws:s3:::lake/${aws:PrincipalAccount}/*"
    assert arn_matches(pattern, "arn:aws:s3:::lake/1/a", {"aws:principalaccount": ("1",)})
    assert not arn_matches(pattern, "arn:aws:s3:::lake/12/a", {"aws:principalaccount": ("1",)})
    assert not arn_matches("arn:aws:s3:::${aws:SourceArn}", "arn:aws:s3:::lake", {"aws:sourcearn": ("*",)})


def test_a_variable_without_a_value_matches_nothing_but_its_default() -> None:
    assert not text_matches("${aws:SourceArn}", "", {})
    assert text_matches("${aws:SourceArn, 'none'}/*", "none/a", {})


def test_a_wildcard_can_be_written_as_itself() -> None:
    assert text_matches("a${*}", "a*", {})
    assert not text_matches("a${*}", "ab", {})


def test_any_of_several_patterns_matches_what_one_of_them_does() -> None:
    patterns = ("a*", "?b", "a|b", "(a)", "", "${aws:principalaccount}*")
    texts = ("", "a", "ab", "cb", "a|b", "b", "(a)", "x1", "1", "a\nb")
    context = {"aws:principalaccount": ("1",)}
    seen = set[bool]()
    for count, text in product(range(len(patterns) + 1), texts):
        for some in combinations(patterns, count):
            matches = any(text_matches(one, text, context) for one in some)
            assert any_text_matches(some, text, context) is matches, (some, text)
            seen.add(matches)
    assert seen == {True, False}
