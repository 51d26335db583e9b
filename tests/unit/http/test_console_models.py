"""The pages of a model over ports in memory: monitoring, experiments, maturity and cost, and what a role sees first."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.charter import Charter
from serin.domain.compliance import Budget
from serin.domain.judgement.watching.performance import Interval, Performance
from serin.domain.people import KeyMetric, People
from serin.domain.scorecard import Score
from serin.domain.watched import WatchedWindow, WatchState
from tests.builders import NOON, a_charter, an_upload
from tests.unit.http.api import MODEL, Api
from tests.unit.http.browsing import Browser
from tests.unit.http.test_console import METRICS, XSS, an_api

BASE = f"/console/models/{MODEL}"


def cells(browser: Browser, path: str) -> str:
    return " ".join(browser.see(path).words.split())


def test_an_episode_is_taken_and_closed_on_the_page_that_says_what_to_do() -> None:
    browser = Browser(an_api()).signed_in("read", f"train:{MODEL}")
    page, catalog = f"{BASE}/monitoring", browser.api.catalog
    assert "2 episodes of drift" in cells(browser, page)
    forms = [form for form in browser.see(page).forms if form.action == page]
    assert [(form.fields["episode"], [name for _, name in form.buttons]) for form in forms] == [
        ("amount", ["acknowledge", "close"]),
        ("shop", ["close"]),
    ]
    for deed in ("acknowledge", "close"):
        assert browser.send("POST", page, {**forms[0].fields, "deed": deed}).status_code == 303
        amount, shop = catalog.watch_state(MODEL).episodes
        assert (amount.acknowledged_by, amount.status == "closed") == ("ana", deed == "close")
        assert shop.status == "acknowledged"
    assert browser.send("POST", page, {**forms[0].fields, "deed": "burn"}).status_code == 422


def test_who_may_not_train_sees_the_episodes_and_no_form() -> None:
    browser = Browser(an_api()).signed_in("read", "release:*")
    page = browser.see(f"{BASE}/monitoring")
    assert "amount has drifted" in page.words
    assert [form.action for form in page.forms] == ["/console/sign-out"]
    form = {"proof": page.forms[0].fields["proof"], "episode": "amount", "deed": "close"}
    assert browser.send("POST", f"{BASE}/monitoring", form).status_code == 403


def test_each_window_of_the_list_opens_with_its_own_numbers() -> None:
    browser = Browser(an_api()).signed_in("read")
    (link,) = {link for link in browser.see(f"{BASE}/monitoring").links if "?window=" in link}
    assert link == f"{BASE}/monitoring?window=2013-03-31"
    assert "All is quiet." in browser.see(link).words
    assert browser.send("GET", f"{BASE}/monitoring?window=2012-01-01").status_code == 404
    assert browser.send("GET", f"{BASE}/monitoring?window=yesterday").status_code == 422


def test_before_the_first_window_it_is_said_when_that_comes() -> None:
    words = cells(Browser(Api()).signed_in("read"), f"{BASE}/monitoring")
    assert "No window was looked at yet." in words
    assert "The first is judged a day after it is over" in words


def rows_of(browser: Browser, query: str = "") -> list[str]:
    """The runs of the list, in its order, by what picks them."""
    page = browser.see(f"{BASE}/experiments{query}")
    picks = [name.removeprefix("run:") for form in page.forms for name in form.fields if name.startswith("run:")]
    assert len(picks) == len(set(picks))
    return picks


def test_experiments_are_ordered_and_chosen_by_what_they_showed() -> None:
    browser = Browser(an_api()).signed_in("read")
    assert set(rows_of(browser)) == {"r2", "r2.001", "r2.002"}
    # Less is better of one, more of the other; what has neither comes last.
    assert rows_of(browser, f"?order={METRICS[0]}") == ["r2.001", "r2.002", "r2"]
    assert rows_of(browser, f"?order={METRICS[1]}") == ["r2.002", "r2.001", "r2"]
    assert rows_of(browser, "?where=parent=r2; params.depth>=2") == ["r2.002"]
    assert rows_of(browser, "?where=status=failed") == []


def test_a_mistyped_condition_is_explained_beside_the_whole_list() -> None:
    browser = Browser(an_api()).signed_in("read")
    for wrong in ("status", "depth>=2", "params.depth>=many"):
        page = browser.see(f"{BASE}/experiments?where={wrong}")
        (kept,) = [form.fields["where"] for form in page.forms if "where" in form.fields]
        assert kept == wrong
        assert "Write FIELD=VALUE" in page.words or "One of id, status" in page.words
        assert len(rows_of(browser, f"?where={wrong}")) == 3


def test_runs_that_are_picked_stand_side_by_side_with_what_differs_marked() -> None:
    browser = Browser(an_api()).signed_in("read")
    page = browser.see(f"{BASE}/experiments?run:r2.001=on&run:r2.002=on&run:gone=on")
    assert "2 runs side by side" in page.words
    assert "1 more was picked" in page.words
    # The trials differ in when they showed what, in depth and in both metrics; not in status, kind or what they cost.
    differing = [part for part in page.structure if part.endswith("tbody/tr[class]")]
    assert len(differing) == 3
    assert len([part for part in page.structure if part.endswith("figure/svg[aria-label,class,role,viewbox]")]) == 2
    assert "One run is nothing to compare" in browser.see(f"{BASE}/experiments?run:r2=on").words


def test_a_training_is_shown_with_its_gate_and_its_best_trial() -> None:
    browser = Browser(an_api()).signed_in("read")
    words = cells(browser, f"{BASE}/runs/r2")
    for said in (
        "registered as version 2: Passed.",
        "floor",
        "roc_auc 0.7, at least 0.65",
        "002, the best",
        "0.2500 USD",
    ):
        assert said in words
    assert browser.send("GET", f"{BASE}/runs/r9").status_code == 404


def test_every_point_of_maturity_links_to_the_record_that_earns_it_and_the_next_step_is_named() -> None:
    browser = Browser(an_api()).signed_in("read")
    page = browser.see(f"{BASE}/maturity")
    links = {link for link in page.links if not link.startswith("#")}
    assert f"{BASE}/runs/r2" in links
    assert f"{BASE}/monitoring?window=2013-03-31" in links
    (upload,) = browser.api.catalog.latest_uploads("orders").items
    assert f"/console/datasets/orders#upload-{upload.id}" in links
    assert f'id="upload-{upload.id}"' in browser.send("GET", "/console/datasets/orders").text
    assert "The nearest missing step" in page.words
    assert page.words.count("✓ shown") >= 5


def test_cost_is_told_by_version_beside_the_budget_and_of_no_calls_nothing() -> None:
    api = an_api()
    api.charters = {MODEL: a_charter(budget=Budget(5.0))}
    words = cells(Browser(api).signed_in("read"), f"{BASE}/cost")
    for said in ("function version 12", "5 % of it", "$5.00", "trainings1for $0.25"):
        assert said in words
    assert "nobody called it" in cells(Browser(Api()).signed_in("read"), f"{BASE}/cost")


def with_role(metric: KeyMetric | None, role: str = "data_scientist") -> Charter:
    return a_charter(people=People({role: ("ana",)}, key_metrics={} if metric is None else {role: metric}))


def first_page(api: Api, metric: KeyMetric | None, owner: str = "ana") -> str:
    api.charters = {MODEL: with_role(metric), "early-orders": a_charter(model="early-orders")}
    return cells(Browser(api).signed_in("read", owner=owner), "/")


def a_window(**parts: object) -> WatchedWindow:
    given = (MODEL, NOON - timedelta(days=7), NOON, NOON, "NO_DRIFT_SEEN", "", "Quiet.")
    return replace(WatchedWindow(*given), report="reports/w.json", **parts)  # type: ignore[arg-type]


def test_a_role_sees_its_key_metric_before_anything_else_of_the_model() -> None:
    api = an_api()
    judged = Performance("roc_auc", "NO_LOSS_SEEN", "Fine.", Interval(0.71, 0.7, 0.72, 90, 7))
    api.catalog.save_watch(WatchState(MODEL, revision=2), [a_window(performance=(judged,))])
    words = first_page(api, "roc_auc")
    assert words.index("roc_auc0.71") < words.index("late-orders")
    assert "0.7 to 0.72" in words
    assert "for the data scientist" in words
    assert words.index("late-orders") < words.index("early-orders"), "what somebody has a role for comes first"
    other = first_page(api, "roc_auc", owner="bob")
    assert "roc_auc0.71" not in other
    assert other.index("early-orders") < other.index("late-orders")


@pytest.mark.parametrize(
    ("metric", "said"),
    [
        ("roc_auc", "no window has had enough truth"),
        ("value_per_1000", "no window has had enough truth"),
        ("quality_score", "no upload was judged yet"),
        ("latency_p95_ms", "nobody called it"),
        ("error_rate", "nobody called it"),
        ("satisfaction", "nobody has rated an answer"),
    ],
)
def test_a_key_metric_without_a_number_says_why(metric: KeyMetric, said: str) -> None:
    assert said in first_page(Api(), metric)


def test_calls_and_data_are_key_metrics_too() -> None:
    api = an_api()
    scored = an_upload(
        b"b", dataset="orders", at=NOON, scorecard={"accuracy": Score(99.5, 3), "timeliness": Score(81.2, 1)}
    )
    api.catalog.record_rejected(replace(scored, status="rejected"))
    assert "data quality, of 10081.2timeliness of orders" in first_page(api, "quality_score")
    assert "slowest of twenty calls, ms9" in first_page(api, "latency_p95_ms")
    assert "calls that fail, %0" in first_page(api, "error_rate")
    assert "for the data scientist" not in first_page(api, None)


def test_no_file_changes_the_structure_of_the_first_page() -> None:
    pages = []
    for word in ("x" * len(XSS), XSS):
        api = an_api(word)
        scored = an_upload(b"b", dataset="orders", at=NOON, file=word, scorecard={"accuracy": Score(99.5, 3)})
        api.catalog.record_rejected(replace(scored, status="rejected"))
        api.charters = {MODEL: with_role("quality_score")}
        pages.append(Browser(api).signed_in("read").see("/"))
    tame, hostile = pages
    assert hostile.structure == tame.structure
    assert "owned()</script>" in hostile.words
