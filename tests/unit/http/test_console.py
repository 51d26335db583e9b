"""The console over ports in memory: who gets in, what each page shows, and what its forms do."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

import polars as pl
import pytest

from serin.data.files.parquet import from_parquet, to_parquet
from serin.domain.access import Token, token_hash
from serin.domain.approvals import Approval, asked
from serin.domain.auditing.alarms import AlarmChange
from serin.domain.datasets import DatasetHead, Upload
from serin.domain.experiments import Trial, summary_of
from serin.domain.judgement.watching.episodes import Episode
from serin.domain.release_record import Shift
from serin.domain.releases import Live, ReleaseStep
from serin.domain.runs import RunMetric, trial_run
from serin.domain.watched import WatchedWindow, WatchState
from serin.http.console.pages import PAGES
from serin.pages.frame import policy
from serin.pages.rules import said
from serin.services.collect_predictions import collect_predictions
from serin.services.note_alarm import note_alarm
from tests.builders import (
    NOON,
    a_contract,
    a_judged,
    a_part,
    a_plan,
    a_release,
    a_run,
    a_summary,
    a_verdict,
    a_version,
    an_upload,
)
from tests.unit.http.api import MODEL, Api
from tests.unit.http.browsing import Browser, Html

PATHS = {"model": MODEL, "release": "rel1", "wish": "hold", "dataset": "orders", "approval": "a1", "run": "r2"}
EVERYTHING = ("read", "correct:*", "train:*", "release:*", "approve:*")
XSS = "\"'><script>owned()</script><img src=x onerror=owned()>{{7*7}}<!--"


def path_of(template: str) -> str:
    return template.format_map({**PATHS})


def an_api(word: str = "") -> Api:
    """A stage in which everything was done once; `word` is part of every name and sentence that somebody has made."""
    api = Api(contracts={"orders": a_contract()})
    _uploaded(api, word)
    api.catalog.register(a_version(1))
    api.catalog.register(a_version(2, run="r2"))
    _trained(api, word)
    api.control.finish(Live(MODEL, 1, "2", "rel0", 0, NOON), _lease(api))
    release = a_release(version=2, previous=1, cause=f"call{word}", reason=f"goes on{word}")
    api.catalog.save_release(replace(release, status="waiting"))
    api.catalog.save_release(release)
    api.catalog.save_plan(a_plan())
    api.catalog.add_shift(MODEL, Shift("rel1", 10, NOON, NOON))
    api.catalog.add_step(MODEL, ReleaseStep("rel1", "begin", NOON, f"lease 1{word}"))
    for number in (1, 2):
        api.catalog.add_judged(MODEL, a_judged(number, at=NOON + timedelta(minutes=number), sentence=f"Goes on.{word}"))
    api.catalog.save_approval(a_question(word))
    window = WatchedWindow(
        *(MODEL, NOON - timedelta(days=7), NOON, NOON, "NO_DRIFT_SEEN", "", f"All is quiet.{word}"),
        version=1,
        rows=300,
        report="reports/w.json",
    )
    api.lake.put("reports/w.json", _report(window))
    drift = Episode(f"amount{word}", NOON, f"amount has drifted{word}", NOON, NOON - timedelta(days=9))
    taken = replace(drift, feature=f"shop{word}", status="acknowledged", acknowledged_by="bob")
    api.catalog.save_watch(WatchState(MODEL, looked=NOON, episodes=(drift, taken), revision=1), [window])
    _called(api)
    return api


def _trained(api: Api, word: str) -> None:
    """A training that was judged, with two trials."""
    run = a_run(id="r2", cause=f"call{word}", at=NOON - timedelta(hours=1), usd=0.25)
    api.catalog.begin_run(run)
    for number in (1, 2):
        measured = {name: RunMetric(name[8:], 0.5 + number / 10, "holdout", 90, 5, 0.4, 0.9) for name in METRICS}
        made = a_summary(trial_run("r2", number), parent="r2", metrics=measured, algorithm=f"Trees{word}")
        api.catalog.save_summary(
            replace(made, params={f"depth{word}": number, "kind": f"a{word}"}, reason=word or None)
        )
    verdict = a_verdict(sentence=f"Passed.{word}", checks=(replace(a_verdict().checks[0], name=f"floor{word}"),))
    best = Trial(2, {f"depth{word}": 2})
    ended = replace(run, verdict=verdict, best=best, status="registered", version=2, warnings=(f"Look.{word}",))
    api.catalog.save_run(ended)
    api.catalog.save_summary(summary_of(ended))


METRICS = ("holdout.log_loss", "holdout.roc_auc")


def _called(api: Api) -> None:
    """Function version 12, which holds no version, was called twice an hour ago."""
    lines = [
        json.dumps(
            {
                "time": (NOON - timedelta(minutes=60 - number)).isoformat(),
                "type": "platform.report",
                "record": {
                    "requestId": f"i{number}",
                    "status": "success",
                    "metrics": {"durationMs": 9, "billedDurationMs": 9, "memorySizeMB": 2048, "maxMemoryUsedMB": 99},
                },
            }
        )
        for number in (1, 2)
    ]
    collect_predictions(MODEL, "2013/04/01/[12]ab", lines, lake=api.lake)


def a_question(word: str = "") -> Approval:
    question = asked(MODEL, "rel1", 2, f"Shall version 2 have all calls?{word}", {f"errors{word}": 1.5}, "d1gest", NOON)
    return replace(question, id="a1")


def _lease(api: Api) -> Any:
    lease = api.control.acquire(MODEL, "rel0", NOON, timedelta(hours=1))
    assert lease is not None
    return lease


def _report(window: WatchedWindow) -> bytes:
    from serin.domain.judgement.watching.verdicts import Promise, WindowVerdict
    from serin.domain.records import as_record
    from serin.domain.watched import WindowReport

    verdict = WindowVerdict(window.begin, window.end, 300, "NO_DRIFT_SEEN", "Nothing moved.", Promise(1.0, 1.0, 1))
    return json.dumps(as_record(WindowReport(window, verdict))).encode()


def _uploaded(api: Api, word: str) -> Upload:
    names = [column.name for column in a_contract().columns]
    rows = {name: [f"{place}{word}"] for place, name in enumerate(names)}
    frame = pl.DataFrame({"__row": [2], "__rules": [[f"orders.amount.type{word}"]], "__text": [None], **rows})
    frame = frame.with_columns(pl.col("__row").cast(pl.UInt32), pl.col("__text").cast(pl.String))
    api.lake.put("quarantine/orders/q.parquet", to_parquet(frame))
    upload = an_upload(dataset="orders", file=f"1.csv{word}", quarantine="quarantine/orders/q.parquet")
    api.catalog.record_accepted(upload, a_part(upload), DatasetHead("orders"))
    return upload


@pytest.mark.parametrize(("method", "template"), [(method, path) for method, path, _ in PAGES])
def test_no_page_is_shown_without_a_session(method: str, template: str) -> None:
    browser = Browser(an_api())
    answer = browser.send(method, path_of(template), {} if method == "POST" else None)
    assert answer.status_code == 401
    (form,) = Html(answer.text).forms
    assert form.action == "/console/sign-in"
    assert "orders" not in answer.text.replace(path_of(template), "")


def test_there_is_no_other_way_in() -> None:
    browser = Browser(an_api())
    for path in ("/console/page.css", "/console/", "/console/x/y", f"/console/models/{MODEL}/"):
        assert browser.send("GET", path).status_code == 401
    assert browser.signed_in("read").see("/console/x/y", 404)


def test_who_shows_a_token_gets_a_session_in_a_cookie_that_no_script_reads() -> None:
    browser = Browser(an_api())
    (form,) = browser.see(f"/console/models/{MODEL}", 401).forms
    browser.signed_in("read")
    answer = browser.send("POST", form.action, {**form.fields, "token": "serin_secret"})
    assert answer.headers["location"] == f"/console/models/{MODEL}"
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("__Host-serin=")
    assert [part.strip() for part in cookie.split(";")[1:]] == [
        *("Max-Age=43200", "Path=/", "Secure", "HttpOnly", "SameSite=Lax")
    ]
    assert "serin_secret" not in cookie
    stored = repr(vars(browser.api.control))
    assert cookie.partition(";")[0].partition("=")[2] not in stored


@pytest.mark.parametrize("token", ["", "serin_other", "x" * 5000, "secret"])
def test_a_token_that_nobody_knows_opens_nothing(token: str) -> None:
    answer = Browser(an_api()).send("POST", "/console/sign-in", {"token": token, "then": "/"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers


def test_an_alarm_is_on_the_models_time_line_from_when_it_went_off_until_it_was_over() -> None:
    api = an_api()
    about = f"Model {MODEL} (stage dev): answers fail."
    for minutes, before, state in ((0, "OK", "ALARM"), (90, "ALARM", "OK"), (120, "OK", "ALARM")):
        at = NOON + timedelta(minutes=minutes - 150)
        note_alarm(AlarmChange("errors", about, before, state, at, f"crossed at {minutes}"), catalog=api.catalog)
    for path in ("", "/monitoring"):
        page = Browser(api).signed_in("read").send("GET", f"/console/models/{MODEL}{path}").text
        assert f"alarm errors: crossed at 0 (over {NOON - timedelta(hours=1):%Y-%m-%d %H:%M}Z)" in page
        assert "alarm errors: crossed at 120 (it goes on)" in page
        assert ">alarms</text>" in page


def test_a_token_that_may_see_no_page_does_not_sign_in_and_is_told_what_to_ask_for() -> None:
    browser = Browser(an_api())
    token = Token(token_hash("serin_secret"), "ana", (f"approve:{MODEL}",), NOON, NOON + timedelta(days=1))
    browser.api.control.save_token(token)
    answer = browser.send("POST", "/console/sign-in", {"token": "serin_secret", "then": "/"})
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "no scope read" in answer.text
    assert f"--owner ana --scope read --scope approve:{MODEL} --for 30d" in answer.text


@pytest.mark.parametrize("then", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:x", ""])
def test_signing_in_leads_to_no_other_site(then: str) -> None:
    browser = Browser(an_api()).signed_in("read")
    answer = browser.send("POST", "/console/sign-in", {"token": "serin_secret", "then": then})
    assert answer.headers["location"] == "/"


def test_a_session_ends_by_itself_with_its_token_and_when_it_is_left() -> None:
    browser = Browser(an_api()).signed_in("read")
    assert browser.see("/")
    assert browser.send("POST", "/console/sign-out", {"proof": browser.see("/").forms[0].fields["proof"]})
    browser.see("/", 401)
    browser.signed_in("read")
    (token,) = browser.api.control.tokens()
    browser.api.control.save_token(token.revoked_at(NOON))
    browser.see("/", 401)
    browser.signed_in("read", secret="serin_third")
    browser.api.clock.advance(timedelta(hours=12))
    browser.see("/", 401)


@pytest.mark.parametrize(("method", "template"), [(method, path) for method, path, _ in PAGES if method == "POST"])
def test_a_form_that_is_not_of_the_session_does_nothing(method: str, template: str) -> None:
    browser = Browser(an_api()).signed_in(*EVERYTHING)
    proof = browser.see("/").forms[0].fields["proof"]
    other = Browser(browser.api).signed_in(*EVERYTHING, secret="serin_other").see("/").forms[0].fields["proof"]
    for form in ({}, {"proof": other}, {"proof": ""}):
        assert browser.send(method, path_of(template), form).status_code == 403
    for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
        assert browser.send(method, path_of(template), {"proof": proof}, headers).status_code == 403
    assert browser.api.catalog.approval(MODEL, "a1").is_open
    assert browser.api.control.directive(MODEL) is None
    assert browser.api.uploads.keys("raw/") == []


@pytest.mark.parametrize(("method", "template"), [(method, path) for method, path, _ in PAGES])
def test_every_page_asks_for_its_scope(method: str, template: str) -> None:
    browser = Browser(an_api()).signed_in("read")
    (token,) = browser.api.control.tokens()
    browser.api.control.save_token(replace(token, scopes=("features",)))
    proof = {"proof": browser.see("/", 403).forms[0].fields["proof"]}
    assert browser.send(method, path_of(template), proof if method == "POST" else None).status_code == 403


def test_pages_load_and_run_nothing_and_are_kept_nowhere() -> None:
    answer = Browser(an_api()).signed_in("read").send("GET", "/")
    assert answer.headers["content-security-policy"] == policy()
    assert "unsafe" not in policy()
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert " style=" not in answer.text


GETS = [path for method, path, _ in PAGES if method == "GET"]
COMPARED = "/console/models/{model}/experiments?run:r2.001=on&run:r2.002=on"


@pytest.mark.parametrize("template", [*GETS, COMPARED])
def test_no_name_or_value_changes_the_structure_of_a_page(template: str) -> None:
    tame, hostile = (
        Browser(an_api(word)).signed_in(*EVERYTHING).see(path_of(template)) for word in ("x" * len(XSS), XSS)
    )
    assert hostile.structure == tame.structure
    assert not [part for part in hostile.structure if "/script[" in part or "/img[" in part or "onerror" in part]
    # What has cost something has a number for a name.
    assert template.endswith("/cost") or "owned()</script>" in hostile.words
    assert template.endswith("/cost") or "{{7*7}}" in hostile.words


@pytest.mark.parametrize("template", GETS)
def test_every_link_of_a_page_leads_to_a_page(template: str) -> None:
    browser = Browser(an_api()).signed_in(*EVERYTHING)
    links = {link for link in browser.see(path_of(template)).links if not link.startswith("#") and "rel0" not in link}
    assert links
    for link in links:
        browser.see(link)


def test_the_page_of_a_model_says_what_is_live_and_what_is_on_its_way() -> None:
    page = Browser(an_api()).signed_in("read").see(f"/console/models/{MODEL}")
    for word in ("version 1", "Version 2", "running", "All is quiet.", "release judged", "upload accepted"):
        assert word in page.words
    assert sum("svg[" in part for part in page.structure) >= 3


def test_the_page_of_a_release_says_every_verdict_as_a_sentence() -> None:
    page = Browser(an_api()).signed_in("read").see(f"/console/models/{MODEL}/releases/rel1")
    assert "Goes on." in page.words
    assert [form.action for form in page.forms] == ["/console/sign-out"]


def test_a_release_is_taken_back_on_its_page() -> None:
    browser = Browser(an_api()).signed_in("read", "stop:*")
    page = f"/console/models/{MODEL}/releases/rel1"
    assert browser.submit(page, f"{page}/abort").status_code == 303
    directive = browser.api.control.directive(MODEL)
    assert directive is not None
    assert (directive.wish, directive.by) == ("abort", "ana")


def test_a_question_is_answered_with_what_was_shown() -> None:
    browser = Browser(an_api()).signed_in("read", f"approve:{MODEL}")
    page, action = "/console/approvals", f"/console/models/{MODEL}/approvals/a1"
    shown = browser.see(page)
    assert "d1gest" in shown.words
    assert "1.5" in shown.words
    stale = browser.submit(page, action, 0, shown="other")
    assert stale.status_code == 409
    assert browser.submit(page, action, 0, why="it is good").status_code == 303
    answer = browser.api.catalog.approval(MODEL, "a1").answer
    assert answer is not None
    assert (answer.word, answer.by, answer.why) == ("approve", "ana", "it is good")


def test_a_page_says_what_its_form_has_done_and_nothing_that_a_link_makes_it_say() -> None:
    browser = Browser(an_api()).signed_in("read", "approve:*")
    action = f"/console/models/{MODEL}/approvals/a1"
    done = browser.submit("/console/approvals", action, 1).headers["location"]
    assert "Your answer is kept: rejected." in browser.see(done).words
    other = Browser(browser.api).signed_in("read", secret="serin_other")
    for link in (done, "/console/approvals?said=Your answer is kept: rejected.", f"{done}x"):
        assert "Your answer is kept" not in other.see(link).words


def test_who_may_not_answer_sees_the_question_and_no_form() -> None:
    page = Browser(an_api()).signed_in("read").see("/console/approvals")
    assert "Shall version 2 have all calls?" in page.words
    assert [form.action for form in page.forms] == ["/console/sign-out"]


def corrected(browser: Browser, **values: str) -> Sequence[str]:
    fields = {f"value:{name}": value for name, value in values.items()}
    answer = browser.submit("/console/datasets/orders", "/console/datasets/orders/correct", **fields)
    assert answer.status_code == 303, answer.text
    return browser.api.uploads.keys("raw/orders/")


def test_a_row_that_was_set_aside_is_corrected_and_sent_in_again() -> None:
    browser = Browser(an_api()).signed_in("read", f"correct:{MODEL}")
    (upload,) = browser.api.catalog.latest_uploads("orders").items
    (key,) = corrected(browser, amount="-7.5", shop="")
    text = browser.api.uploads.get(key).decode()
    header, line, *rest = text.splitlines()
    assert not rest
    values = dict(zip(header.split(","), line.split(","), strict=True))
    assert (values["__upload"], values["__row"], values["amount"], values["shop"]) == (upload.id, "2", "-7.5", "")
    assert corrected(browser, amount="-7.5", shop="") == [key], "the same correction twice is one file"
    (entry,) = [one for one in browser.api.catalog.latest_entries("people", MODEL).items if "row" in one.what]
    assert (entry.what, entry.by, entry.about) == ("row corrected", "ana", f"upload {upload.id}")
    assert entry.said == f"row 2 of orders, sent in again as {key.rpartition('/')[2]}"


def test_the_field_that_broke_a_rule_is_marked_and_the_rules_words_stand_beside_it() -> None:
    contract = a_contract()
    api = an_api()
    api.contracts = {"orders": contract}
    broken = next(rule for rule in contract.rules if rule.kind == "range")
    _replace_rules(api, [broken.id, "orders.gone.by"])
    browser = Browser(api).signed_in("read", "correct:*")
    text = browser.send("GET", "/console/datasets/orders").text
    fields = re.findall(r'<input name="value:(\w+)"[^>]*>', text)
    marked = re.findall(r'<input name="value:(\w+)"[^>]* aria-invalid="true" aria-describedby="([^"]+)">', text)
    assert [name for name, _ in marked] == list(broken.columns)
    assert len(fields) > len(marked)
    assert f'id="{marked[0][1]}">asked: {said(broken, contract)}' in text


def test_what_is_wrong_with_a_form_is_said_of_its_field() -> None:
    wrong = Browser(an_api()).send("POST", "/console/sign-in", {"token": "serin_other", "then": "/"}).text
    path = f"/console/models/{MODEL}/experiments?where=nonsense"
    mistyped = Browser(an_api()).signed_in("read").send("GET", path).text
    for text in (wrong, mistyped):
        assert 'aria-invalid="true" aria-describedby="why"' in text
        assert 'role="alert" id="why"' in text


def test_a_value_that_nobody_may_see_is_on_no_page_and_stays_in_the_row() -> None:
    columns = [
        replace(one, classification="confidential") if one.name == "shop" else one for one in a_contract().columns
    ]
    api = an_api()
    api.contracts = {"orders": a_contract(columns=tuple(columns))}
    browser = Browser(api).signed_in("read", "correct:*")
    secret = f"{[one.name for one in columns].index('shop')}-secret"
    _replace_value(api, "shop", secret)
    page = browser.send("GET", "/console/datasets/orders").text
    assert secret not in page
    assert "shown to nobody: shop" in Html(page).words
    (key,) = corrected(browser, amount="7.5")
    assert secret in api.uploads.get(key).decode()


@pytest.mark.parametrize("value", ["two\nlines,\ta\u200bnd\u00a0more", "", "a long one " * 300])
def test_a_correction_leaves_what_a_form_cannot_show_as_it_was(value: str) -> None:
    browser = Browser(an_api()).signed_in("read", "correct:*")
    _replace_value(browser.api, "shop", value)
    (key,) = corrected(browser, amount="7.5")
    (row,) = csv.DictReader(io.StringIO(browser.api.uploads.get(key).decode(), newline=""))
    assert (row["shop"], row["amount"]) == (value or "'", "7.5")


def _replace_rules(api: Api, rules: Sequence[str]) -> None:
    key = "quarantine/orders/q.parquet"
    frame = from_parquet(api.lake.get(key))
    frame = frame.with_columns(pl.Series("__rules", [list(rules)] * frame.height))
    api.lake.put(key, to_parquet(frame))


def _replace_value(api: Api, column: str, value: str) -> None:
    key = "quarantine/orders/q.parquet"
    frame = from_parquet(api.lake.get(key)).with_columns(pl.lit(value).alias(column))
    api.lake.put(key, to_parquet(frame))


def test_a_row_is_seen_and_corrected_by_whoever_may_correct_and_only_while_it_is_there() -> None:
    api = an_api("aside")
    reader = Browser(api).signed_in("read", "train:*", "release:*")
    page = reader.see("/console/datasets/orders")
    assert [form.action for form in page.forms] == ["/console/sign-out"]
    assert "0aside" not in page.words
    form = {"proof": page.forms[0].fields["proof"], "row": "2"}
    assert reader.send("POST", "/console/datasets/orders/correct", form).status_code == 403
    browser = Browser(api).signed_in("read", "correct:*", secret="serin_second")
    assert "row 2" in browser.see("/console/datasets/orders").words
    gone = browser.submit("/console/datasets/orders", "/console/datasets/orders/correct", row="9")
    assert gone.status_code == 404
    assert api.uploads.keys("raw/") == []


def test_of_many_rows_that_are_set_aside_the_first_are_seen_and_the_others_one_press_away() -> None:
    api, key = an_api(), "quarantine/orders/q.parquet"
    frame = from_parquet(api.lake.get(key))
    api.lake.put(key, to_parquet(pl.concat([frame] * 12).with_columns(__row=pl.int_range(1, 13).cast(pl.UInt32))))
    browser = Browser(api).signed_in("read", "correct:*")
    page = browser.see("/console/datasets/orders")
    assert len([form for form in page.forms if form.action.endswith("/correct")]) == 12
    nested = [part for part in page.structure if "details[" in part and "/details/" in part]
    assert len(nested) == 2
    assert "2 more" in page.words
    (upload,) = api.catalog.latest_uploads("orders").items
    asked = browser.see(f"/console/datasets/orders?row={upload.id[:12]}-12")
    assert len([part for part in asked.structure if part.endswith("details[open]")]) == 1


def test_what_broke_inside_is_a_page_without_the_words_of_the_fault() -> None:
    api = an_api()
    api.lake.put("reports/w.json", b"{broken")
    answer = Browser(api).signed_in("read").send("GET", f"/console/models/{MODEL}")
    assert answer.status_code == 500
    assert "Expecting" not in answer.text
    assert "the request's id is" in Html(answer.text).words
