"""The pages of one model, and what their forms do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta

from starlette.responses import Response

from serin.domain.comparing import condition
from serin.domain.errors import Invalid, NotFound, SerinError
from serin.domain.paging import PAGE
from serin.domain.release_record import Wish
from serin.domain.runs import trial_run
from serin.http.console.desk import Desk, Visit
from serin.http.known import known_model
from serin.pages.console.cost import cost_page
from serin.pages.console.experiments import SEPARATOR, Chosen, comparison_page, experiments_page
from serin.pages.console.maturity import maturity_page
from serin.pages.console.model import model_page
from serin.pages.console.monitoring import monitoring_page
from serin.pages.console.run import run_page
from serin.pages.release import release_page
from serin.pages.watch import Happened, Watched
from serin.services.compare_runs import compare_runs
from serin.services.see_release import see_release
from serin.services.show_cost import show_cost
from serin.services.show_maturity import show_maturity
from serin.services.show_model import alarms_of, show_model
from serin.services.show_watch import show_watch
from serin.services.tend_episode import Deed

Names = Mapping[str, str]
_WISHES: Mapping[str, Wish] = {"hold": "hold", "resume": "resume", "abort": "abort"}
_DEEDS: Mapping[str, Deed] = {"acknowledge": "acknowledge", "close": "close"}
_WEEK = timedelta(days=7)
_MOST_COMPARED = 20


def model(desk: Desk, visit: Visit, names: Names) -> str:
    """What is live, on its way, and was."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    seen = show_model(name, desk.charters, catalog=desk.catalog, control=desk.control, lake=desk.ports.lake)
    return model_page(seen, desk.ports.clock.now(), visit.frame())


def release(desk: Desk, visit: Visit, names: Names) -> str:
    """One release."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    record = desk.catalog.release(name, names["release"])
    seen = see_release(record, catalog=desk.catalog, control=desk.control)
    may = [action for action in ("stop", "release") if visit.may(action, name)]
    return release_page(seen, desk.ports.clock.now(), visit.frame(*may))


def wish(desk: Desk, visit: Visit, names: Names) -> Response:
    """Hold a release, go on with it, or take it back."""
    name = known_model(names["model"], desk.charters)
    # To stop a version is for more people than to send one on.
    visit.needs("release" if names["wish"] == "resume" else "stop", name)
    asked = _WISHES.get(names["wish"])
    if asked is None:
        raise NotFound("There is no such wish.", "Hold a release, go on with it, or take it back.")
    record = desk.catalog.release(name, names["release"])
    desk.deeds.direct(asked, record, visit.owner, visit.sent.request_id)
    return visit.done(f"/console/models/{name}/releases/{record.id}", f"Asked to {asked}; its next look follows.")


def monitoring(desk: Desk, visit: Visit, names: Names) -> str:
    """The newest window, or the one that holds a day; what has moved, and what to do."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    catalog, charter = desk.catalog, desk.charters[name]
    shown = show_watch(name, _day(visit.sent.query.get("window")), catalog=catalog, lake=desk.ports.lake)
    uploads = [upload for dataset in charter.datasets for upload in catalog.latest_uploads(dataset.name).items]
    runs, releases = catalog.latest_runs(name).items, catalog.latest_releases(name).items
    happened = Happened(uploads, runs, releases, alarms_of(name, catalog=catalog))
    may = ["tend"] if visit.may("train", name) else []
    state, report = shown.state, shown.report
    watched = None
    if report is not None:
        watched = Watched(report, shown.windows[::-1], state.episodes, state.decision, happened)
    return monitoring_page(charter, state, watched, desk.ports.clock.now(), visit.frame(*may))


def tend(desk: Desk, visit: Visit, names: Names) -> Response:
    """Take an episode, or close it."""
    name, form = known_model(names["model"], desk.charters), visit.form
    visit.needs("train", name)
    deed = _DEEDS.get(form.get("deed", ""))
    if deed is None or not form.get("episode"):
        raise Invalid("The form names no episode.", "Use the form of the page.")
    episode = desk.deeds.tend(name, form["episode"], deed, visit.owner)
    said = f"The episode of {episode.feature} is {'yours' if deed == 'acknowledge' else 'closed'}."
    return visit.done(f"/console/models/{name}/monitoring", said)


def experiments(desk: Desk, visit: Visit, names: Names) -> str:
    """Trainings and trials: in an order, those that fulfil conditions, or some of them side by side."""
    visit.needs("read")
    name, query = known_model(names["model"], desk.charters), visit.sent.query
    picked = [field.removeprefix("run:") for field in query if field.startswith("run:")]
    if len(picked) > 1:
        known = {run.id: run for run in desk.catalog.latest_summaries(name, PAGE * 10).items}
        runs = [known[run] for run in picked[:_MOST_COMPARED] if run in known]
        return comparison_page(name, runs, len(picked) - len(runs), visit.frame())
    where, order = query.get("where", ""), query.get("order") or None
    wrong: SerinError | None = None
    wrote = [one.strip() for one in where.split(SEPARATOR) if one.strip()]
    try:
        for one in wrote:
            condition(one)
        runs = compare_runs(name, wrote, order, PAGE, catalog=desk.catalog)
    except Invalid as error:
        # Whoever mistypes a condition has the list still, and what they wrote.
        wrong, order, runs = error, None, compare_runs(name, limit=PAGE, catalog=desk.catalog)
    chosen = Chosen(where, order, wrong, bool(picked))
    return experiments_page(name, runs, chosen, visit.frame())


def run(desk: Desk, visit: Visit, names: Names) -> str:
    """One training with its gate and its trials."""
    visit.needs("read")
    name = known_model(names["model"], desk.charters)
    record = desk.catalog.run(name, names["run"])
    trials = compare_runs(name, [f"parent={record.id}"], "id", catalog=desk.catalog)
    # A rerun has a parent too, and is no trial of it.
    return run_page(record, [one for one in trials if one.id.startswith(trial_run(record.id))], visit.frame())


def maturity(desk: Desk, visit: Visit, names: Names) -> str:
    """Levels and tests, each point by the event that earns it."""
    visit.needs("read")
    charter = desk.charters[known_model(names["model"], desk.charters)]
    return maturity_page(show_maturity(charter, desk.ports.clock.now(), catalog=desk.catalog), visit.frame())


def cost(desk: Desk, visit: Visit, names: Names) -> str:
    """What a week of calls and a month of trainings have cost."""
    visit.needs("read")
    charter = desk.charters[known_model(names["model"], desk.charters)]
    ports = desk.ports
    seen = show_cost(charter, _WEEK, lake=ports.lake, catalog=desk.catalog, clock=ports.clock)
    return cost_page(seen, visit.frame())


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise Invalid(f"{text!r} is no day.", "Write it as 2013-04-01.", "window") from error
