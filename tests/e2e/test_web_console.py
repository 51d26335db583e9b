"""The console in a real browser, on the platform that the walk has left: three people do their work in it.

Tests that look at what the walk has left come before, by their files' names: here a row is corrected.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import boto3
import pytest

from serin.adapters.catalog import DynamoCatalog
from serin.adapters.control import DynamoControl
from serin.adapters.dynamodb import RecordTable
from serin.domain.approvals import asked
from serin.domain.duties import scopes_of_roles
from serin.domain.errors import NotFound
from serin.http.console.pages import PAGES
from serin.services.tokens import create_token
from serin_cli.quarantine import set_aside
from serin_cli.walk import MODEL
from tests.e2e.conftest import Walked
from tests.e2e.driven import Chromium, chromium
from tests.unit.http.browsing import Browser
from tests.unit.http.test_console import EVERYTHING, PATHS, an_api, path_of

PICTURES = Path(os.environ.get("SERIN_PICTURES", "build/pages/console"))
"""Where people find the pages as they looked."""

NARROWEST = 320
"""Pixels: a screen of 1280 at 400 % (WCAG 2.2, 1.4.10)."""
_TOO_WIDE = f"""[...document.querySelectorAll('body *')].filter(
  one => one.getBoundingClientRect().right > {NARROWEST} && !one.closest('.wide, figure')
).map(one => one.outerHTML.slice(0, 150)).slice(-3).join(' | ')"""
_WITHOUT_LABEL = """
[...document.querySelectorAll('input:not([type=hidden]), textarea, select, button, a[href]')].filter(
  one => !(one.labels && one.labels.length && one.labels[0].innerText.trim()) && !one.ariaLabel
    && !one.textContent.trim()
).map(one => one.outerHTML.slice(0, 200))"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chromium]:
    with chromium(tmp_path_factory.mktemp("profile")) as opened:
        yield opened


def table(walked: Walked, name: str) -> RecordTable:
    client = boto3.client("dynamodb", **walked.platform.cloud.client)  # type: ignore[call-overload]
    return RecordTable(client, f"serin-{walked.platform.connection.stage}-{name}")


def visit(walked: Walked, page: Chromium, path: str, owner: str, *scopes: str) -> None:
    """Sign in as somebody new, at that page."""
    cloud = walked.platform.cloud
    made = create_token(
        *(owner, ("read", *scopes), timedelta(hours=1), [MODEL]),
        control=DynamoControl(table(walked, "control")),
        clock=cloud.clock,
    )
    page.call("Network.clearBrowserCookies")
    page.sign_in(f"{cloud.api_url}{path}", made.secret)
    assert "Sign out" in page.text, page.text


def every_page() -> Iterator[tuple[str, str]]:
    """Each page of a stage in memory where everything was done once, by who may do all of it, and of who may nothing.

    What somebody has named is a long word, which no line has room for.
    """
    browser = Browser(an_api("x" * 60)).signed_in(*EVERYTHING)
    yield "sign-in", Browser(browser.api).send("POST", "/console/sign-in", {"token": "serin_other"}).text
    paths = [path_of(template) for method, template, _ in PAGES if method == "GET"]
    model = PATHS["model"]
    experiments = f"/console/models/{model}/experiments"
    picked = [run.id for run in browser.api.catalog.latest_summaries(model, 3).items]
    compared = f"{experiments}?{'&'.join(f'run:{run}=on' for run in picked)}"
    for path in (*paths, compared, f"{experiments}?where=nonsense", f"/console/models/{'m' * 60}"):
        yield path, browser.send("GET", path).text


def test_every_page_can_be_read_on_the_narrowest_screen_and_used_by_keyboard(page: Chromium) -> None:
    faults, seen = list[str](), 0
    for path, html in every_page():
        page.show(html, NARROWEST)
        width = page.run("document.documentElement.scrollWidth")
        if width > NARROWEST:
            faults.append(f"{path}: {width} px wide by {page.run(_TOO_WIDE)}")
        faults += [f"{path}: no label: {one}" for one in page.run(_WITHOUT_LABEL)]
        stops = page.tabbed()
        faults += [f"{path}: the focus is not seen: {stop['what']}" for stop in stops if not stop["seen"]]
        reached = {stop["number"] for stop in stops}
        controls: list[str] = page.run("window.stops.map(one => one.outerHTML.slice(0, 200))")
        faults += [f"{path}: not reached: {one}" for number, one in enumerate(controls) if number not in reached]
        seen += len(stops)
    assert not faults, "\n".join(faults)
    assert seen > 100, "the test looked at nothing"


def left(walked: Walked) -> int:
    """How many flights are set aside and not corrected."""
    try:
        return sum(rows.height for _, rows in set_aside(walked.client, "flights", None))
    except NotFound:
        return 0


def test_a_data_engineer_corrects_a_row_and_sends_it_in_again(walked: Walked, page: Chromium) -> None:
    before = left(walked)
    visit(walked, page, "/console/datasets/flights", "data-platform", *scopes_of_roles(["data_engineer"], MODEL))
    page.pictures("data", PICTURES)
    page.run("document.querySelector('details.card').open = true; null")
    rule = str(page.run("document.querySelector('details.card summary').innerText"))
    assert "flights." in rule
    _correct(page, rule)
    page.press("details.card[open] form button")
    assert "was sent in again as corrected-" in page.text
    walked.platform.cloud.settle()
    newest = walked.client.all("/uploads", dataset="flights")[-1]
    assert newest["file"].startswith("corrected-")
    assert (newest["rows"], newest["corrected"]) == (1, newest["accepted"])
    assert left(walked) == before - newest["corrected"]


def _correct(page: Chromium, rule: str) -> None:
    """Write something that the row's rule takes, as far as its columns are numbers."""
    for broken in rule.rpartition(": ")[2].split(", "):
        column = broken.split(".")[1]
        page.fill(f"details.card[open] input[name='value:{column}']", "10")


def test_a_stakeholder_approves_a_release(walked: Walked, page: Chromium) -> None:
    catalog, now = DynamoCatalog(table(walked, "catalog")), walked.platform.cloud.clock.now()
    release = catalog.releases(MODEL)[-1]
    shown = ("Shall this version have all calls?", {"value per 1,000": 612.5}, "d1gest")
    question = asked(MODEL, release.id, release.version, *shown, now)
    assert catalog.save_approval(question)
    visit(walked, page, "/console/approvals", "rebooking-lead", f"approve:{MODEL}")
    assert "d1gest" in page.text
    page.pictures("approvals", PICTURES)
    page.fill(f"#approval-{question.id} input[name=why]", "It pays.")
    page.press(f"#approval-{question.id} button[value=approve]")
    answer = catalog.approval(MODEL, question.id).answer
    assert answer is not None, page.text
    assert (answer.by, answer.word, answer.why) == ("rebooking-lead", "approve", "It pays.")
    newest = walked.client.get("/audit", model=MODEL)["items"]
    (told,) = [item for item in newest if item["about"] == f"approval {question.id}" and item.get("by")]
    assert (told["by"], told["digest"]) == ("rebooking-lead", "d1gest")


def test_an_ml_engineer_sees_how_a_canary_was_rolled_back(walked: Walked, page: Chromium) -> None:
    releases = DynamoCatalog(table(walked, "catalog")).releases(MODEL)
    back = next(release for release in releases if release.status == "rolled_back")
    visit(walked, page, f"/console/models/{MODEL}", "ml-platform", f"release:{MODEL}")
    assert "Time line" in page.text
    page.pictures("model", PICTURES)
    page.press(f"a[href='/console/models/{MODEL}/releases/{back.id}']")
    assert "rolled back" in page.text
    assert page.run("document.querySelectorAll('svg.chart').length") >= 2
    page.pictures("release", PICTURES)


def test_a_data_scientist_orders_the_experiments_and_compares_two(walked: Walked, page: Chromium) -> None:
    visit(walked, page, f"/console/models/{MODEL}/experiments", "science", *scopes_of_roles(["data_scientist"], MODEL))
    page.press("th a[href*='validation.log_loss']")
    page.pictures("experiments", PICTURES)
    first, second = page.run("[...document.querySelectorAll('input[type=checkbox]')].slice(0, 2).map(box => box.name)")
    for name in (first, second):
        page.run(f"document.getElementsByName('{name}')[0].checked = true; null")
    page.press("form button.plain:not(header *)")
    assert "2 runs side by side" in page.text
    page.pictures("comparison", PICTURES)
    page.press("thead a")
    assert "What decided" in page.text
    page.pictures("run", PICTURES)


def test_what_a_model_is_watched_by_has_shown_and_has_cost_is_on_pages_of_their_own(
    walked: Walked, page: Chromium
) -> None:
    visit(walked, page, f"/console/models/{MODEL}/monitoring", "ml-platform", *scopes_of_roles(["ml_engineer"], MODEL))
    assert "What to do" in page.text
    page.pictures("monitoring", PICTURES)
    for name, said in (("maturity", "nearest missing step"), ("cost", "30 days like these")):
        page.press(f"nav.tabs a[href$='/{name}']")
        assert said in page.text
        page.pictures(name, PICTURES)


def test_keys_reach_every_form_and_nothing_comes_from_elsewhere(walked: Walked, page: Chromium) -> None:
    visit(walked, page, "/", "ml-platform")
    page.pictures("start", PICTURES)
    page.call("Input.dispatchKeyEvent", type="keyDown", key="Tab", code="Tab", windowsVirtualKeyCode=9)
    assert page.run("document.activeElement.className") == "skip"
    assert page.run("performance.getEntriesByType('resource').length") == 0
    assert page.run("document.cookie") == ""
