from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from serin.data.contract.rules import Surroundings
from serin.data.files.reading import read_table
from serin.domain.contracts import Contract, DatasetRule, Limit, Said
from serin.domain.datasets import Upload
from serin.domain.scorecard import Judged, Score, scorecard
from serin.pages.quality import CHARTED, quality_page, rules_kept
from serin.pages.rules import said
from tests.builders import NOON, a_contract, an_upload
from tests.checking import check
from tests.unit.pages.pages import HOSTILE, Page

CONTRACT = replace(
    a_contract(),
    dataset_rules=(
        DatasetRule(
            "orders.many", "row_count", "completeness", Limit(">=", 9), "warning", description="Days are long."
        ),
        DatasetRule(
            "orders.fresh", "freshness", "timeliness", Limit("<=", 86_400.0), "warning", "seconds", column="at"
        ),
    ),
)
CSV = b"""order_id,at,shop,amount,late
1,2013-04-01T10:00:00Z,north,10,true
1,2013-04-01T10:00:00Z,north,20,true
2,2013-04-01T10:00:00Z,east,30,false
3,2013-04-01T10:00:00Z,south,5000,false
4,2013-04-01T10:00:00Z
"""


def judged(content: bytes, contract: Contract = CONTRACT) -> Upload:
    """An upload as it is recorded, without the services."""
    found = check(read_table("orders.csv", content, contract), contract, Surroundings(NOON))
    promises = {one.rule.id: one.found for one in found.measured if not one.holds}
    given: dict[str, Any] = {
        "dataset": "orders",
        "contract": contract.digest(),
        "rows": found.rows,
        "accepted": found.accepted.height,
        "quarantined": found.quarantine.height,
        "rules": found.rules,
        "warnings": found.warnings,
        "promises": promises,
        "scorecard": found.scorecard,
    }
    return an_upload(content, **given)


def test_the_rules_behind_the_scores_give_the_scores() -> None:
    upload = judged(CSV)
    rules = rules_kept(upload, CONTRACT)
    again = scorecard([Judged(rule.id, rule.dimension, rule.rows, rule.broken) for rule in rules])  # type: ignore[arg-type]
    assert again == upload.scorecard
    found = {rule.id: (rule.rows, rule.broken) for rule in rules if rule.broken}
    assert found == {
        "orders.row.shape": (5, 1),
        "orders.order_id.unique": (4, 1),
        "orders.amount.range": (4, 1),
        "orders.shop.one_of": (2, 1),
        "orders.many": (1, 1),
    }


def test_what_is_only_said_is_on_the_page_and_no_rule_that_is_kept() -> None:
    said = Said("orders.beauty", f"Looks nice {HOSTILE}", "a text for people")
    contract = replace(CONTRACT, said=(said,))
    upload = judged(CSV, contract)
    page = Page(quality_page("orders", [upload], contract, NOON))
    assert all(page.shows(text) for text in ("Said, not checked", "Looks nice", "a text for people"))
    assert not [rule for rule in rules_kept(upload, contract) if "beauty" in rule.id]
    assert upload.scorecard == judged(CSV).scorecard


def test_the_page_shows_scores_rules_counts_and_what_was_rejected() -> None:
    upload = judged(CSV)
    reason = {"reason": "b.csv: is empty.", "remedy": "Upload a file with rows."}
    nothing = {"rows": 0, "accepted": 0, "quarantined": 0, "rules": {}, "part": None, "sequence": None}
    refused = an_upload(b"b", file="b.csv", status="rejected", at=NOON + timedelta(hours=1), **nothing, **reason)
    page = Page(quality_page("orders", [upload, refused], CONTRACT, NOON))
    for text in (
        "2 uploads, 1 of them rejected; 5 rows",
        "b.csv: is empty.",
        "Upload a file with rows.",
        "orders.many",
    ):
        assert page.shows(text), text
    assert page.shows("the file has at least 9 rows. Days are long.; it has 5 rows; at least 9 are promised")
    assert page.shows("amount: from 0 to 1000")
    for score in upload.scorecard.values():
        assert page.shows(f"{score.value:.2f}")
    # A line for each dimension, rows of each upload, and the rules that are broken.
    assert page.tags["polyline"] == 4
    assert len(page.images()) == 6
    assert not page.shows("another version of the contract")


def test_a_rule_that_could_not_be_judged_is_said_and_counts_for_nothing() -> None:
    upload = replace(judged(CSV), warnings={"orders.shop.one_of.not_judged": 5, "orders.extra.unexpected": 5})
    assert "orders.shop.one_of" not in {rule.id for rule in rules_kept(upload, CONTRACT)}
    page = Page(quality_page("orders", [upload], CONTRACT, NOON))
    assert page.shows("orders.shop.one_of.not_judged")
    assert page.shows("no such column is in the contract")


def test_an_upload_of_another_contract_or_of_none_at_hand_is_shown_by_its_broken_rules() -> None:
    upload = judged(CSV)
    other = replace(CONTRACT, rules=(), dataset_rules=())
    page = Page(quality_page("orders", [upload], other, NOON))
    assert page.shows("another version of the contract")
    assert page.shows("a rule of another contract than the one at hand")
    page = Page(quality_page("orders", [upload], None, NOON))
    assert page.shows("there is no contract to explain the rules")
    assert page.shows("orders.amount.range")


def test_the_correction_of_one_row_does_not_make_its_scores_those_of_the_dataset() -> None:
    month = judged(CSV)
    good = replace(judged(CSV.splitlines(keepends=True)[0] + b"9,2013-04-01T10:00:00Z,east,30,false\n"), file="one.csv")
    bad = replace(good, id="b" * 32, accepted=0, quarantined=1, corrects="y", still_bad=1)
    page = quality_page("orders", [month, replace(good, corrects="x", corrected=1), bad], CONTRACT, NOON)
    assert f"The latest upload: {month.file}" in page
    assert "2 uploads brought rows back that were set aside: 1 corrected, 1 still bad" in page
    assert "<td>set aside</td>" in page
    alone = quality_page("orders", [replace(good, corrects="x", corrected=1)], CONTRACT, NOON)
    assert "The latest upload: one.csv" in alone


def test_no_upload_and_one_that_could_not_be_read_have_a_page() -> None:
    assert Page(quality_page("orders", [], CONTRACT, NOON)).shows("No upload was judged yet.")
    bare = an_upload(status="rejected", rows=0, accepted=0, quarantined=0, rules={})
    assert Page(quality_page("orders", [bare], None, NOON)).shows("No upload was judged yet.")


def test_a_long_history_is_charted_by_its_newest_uploads() -> None:
    upload = judged(CSV)
    uploads = [replace(upload, id=f"u{day}", file=f"{day}.csv", at=NOON + timedelta(days=day)) for day in range(300)]
    page = Page(quality_page("orders", uploads, CONTRACT, NOON))
    assert page.text.count("<polygon") == 4 * CHARTED
    assert page.shows("299.csv")
    assert not page.shows("99.csv (")
    assert page.shows("The newest 200 of 300.")
    assert len(page.text) < 1_000_000


def test_hostile_names_rules_and_reasons_stay_text() -> None:
    upload = replace(
        judged(CSV),
        file=HOSTILE,
        rules={HOSTILE: 1},
        warnings={f"{HOSTILE}.unexpected": 1},
        promises={f"x{HOSTILE}": HOSTILE},
        scorecard={"accuracy": Score(50.0, 1, (HOSTILE,))},
    )
    refused = an_upload(b"b", file=HOSTILE, status="rejected", reason=HOSTILE, remedy=HOSTILE)
    page = Page(quality_page(HOSTILE, [upload, refused], CONTRACT, NOON))
    assert "<script" not in page.text
    assert page.shows("<script>alert(1)</script>")
    assert not page.shows("49")


def test_a_file_of_which_no_row_came_in_has_no_score_and_the_page_says_so() -> None:
    upload = replace(judged(CSV), accepted=0, quarantined=5)
    page = Page(quality_page("orders", [upload], CONTRACT, NOON))
    assert page.shows("No row of it came in: all 5 were set aside")
    assert not any(page.shows(f"{score.value:.2f}") for score in upload.scorecard.values())


def test_rules_are_said_with_their_columns_and_numbers_as_a_person_writes_them() -> None:
    contract = a_contract()
    (column,) = [rule for rule in contract.rules if rule.kind == "range"][:1]
    limits = {"row_count": Limit("between", 1, 1e6), "frequency": Limit("<=", 35 * 86_400.0)}
    rows, frequency = (DatasetRule("o.x", kind, "timeliness", limit) for kind, limit in limits.items())  # type: ignore[arg-type]
    share = DatasetRule("o.share", "broken_rows", "accuracy", Limit("<", 25), unit="percent", rows=column)
    assert said(rows, contract) == "the file has between 1 and 1,000,000 rows"
    assert said(frequency, contract) == "a file comes at most 35 days after the one before"
    assert said(share, contract) == "less than 25 % of the rows break this: amount: from 0 to 1000"
    assert said(replace(column, minimum=1987, maximum=2100), contract) == "from 1987 to 2100"
