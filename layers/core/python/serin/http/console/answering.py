"""One request for a page: whether its session and its form are ours, and which page it is."""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from urllib.parse import parse_qsl, quote, urlsplit

from starlette.responses import HTMLResponse, Response

from serin.domain.errors import Denied, Internal, Invalid, NotFound, SerinError
from serin.domain.printable import printable
from serin.http.console.desk import Desk, Visit, see
from serin.http.console.pages import PAGES
from serin.http.console_ports import Sent
from serin.http.errors import STATUS
from serin.logs import tell_of
from serin.pages.console.others import problem_page, sign_in_page
from serin.pages.frame import Frame, policy
from serin.services.sessions import Visitor, sign_in, sign_out, visitor_of

COOKIE = "__Host-serin"
"""The prefix has browsers take it from this host alone, for all its paths, and only as a secure one (RFC 6265bis)."""
_ATTRIBUTES = "Path=/; Secure; HttpOnly; SameSite=Lax"
_MOST_FIELDS, _LONGEST, _LONGEST_SECRET = 3_000, 1_000_000, 100
_UNSEEN = 401
HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    # A form says where it was sent from, and no other site is told of our pages.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


def answer(desk: Desk, sent: Sent) -> Response:
    """The page, with the headers that keep it to itself."""
    response = _answered(desk, sent)
    response.headers.update({**HEADERS, "Content-Security-Policy": policy()})
    return response


def _answered(desk: Desk, sent: Sent) -> Response:
    visitor = None
    try:
        if (sent.method, sent.path) == ("POST", "/console/sign-in"):
            return _signed_in(desk, _form(sent))
        visitor = _visitor(desk, sent)
        if visitor is None:
            then = _with_query(sent.path, sent.query) if sent.method == "GET" else "/"
            return HTMLResponse(sign_in_page(then), _UNSEEN)
        form = _form(sent) if sent.method == "POST" else {}
        if sent.method == "POST":
            _check_form(visitor, form)
        if (sent.method, sent.path) == ("POST", "/console/sign-out"):
            sign_out(visitor, control=desk.control, clock=desk.ports.clock)
            return see("/", cookie=f"{COOKIE}=; Max-Age=0; {_ATTRIBUTES}")
        return _page(desk, Visit(visitor, sent, form))
    except SerinError as error:
        return _problem(error, visitor, sent)
    except Exception as error:  # noqa: BLE001  # the last border: the log has it, the reader has not
        tell_of(error)
        told = f"The platform failed to answer; the request's id is {sent.request_id or 'unknown'}."
        return _problem(Internal(told, "Try again; if it fails again, look for the id in the logs."), visitor, sent)


def _visitor(desk: Desk, sent: Sent) -> Visitor | None:
    secret = sent.cookies.get(COOKIE, "")
    if not 0 < len(secret) <= _LONGEST_SECRET:
        return None
    return visitor_of(secret, control=desk.control, clock=desk.ports.clock)


def _page(desk: Desk, visit: Visit) -> Response:
    for method, path, page in PAGES:
        names = matched(path, visit.sent.path)
        if names is not None and method == visit.sent.method:
            response = page(desk, visit, names)
            return HTMLResponse(response) if isinstance(response, str) else response
    raise NotFound(f"There is no page {printable(visit.sent.path)}.", "Begin at the first page.")


def _signed_in(desk: Desk, form: Mapping[str, str]) -> Response:
    then = own_path(form.get("then", "/"))
    try:
        visitor = sign_in(form.get("token", ""), control=desk.control, clock=desk.ports.clock)
    except Denied as error:
        return HTMLResponse(sign_in_page(then, f"{error.message} {error.remedy}"), _UNSEEN)
    seconds = int((visitor.session.expires - visitor.session.created).total_seconds())
    return see(then, cookie=f"{COOKIE}={visitor.secret}; Max-Age={seconds}; {_ATTRIBUTES}")


def matched(template: str, path: str) -> dict[str, str] | None:
    """The variables of a path by the template's names; None for another path."""
    wanted, given = template.split("/"), path.split("/")
    if len(wanted) != len(given):
        return None
    pairs = list(zip(wanted, given, strict=True))
    if any(name != part for name, part in pairs if not name.startswith("{")):
        return None
    return {name[1:-1]: part for name, part in pairs if name.startswith("{")}


def _form(sent: Sent) -> dict[str, str]:
    """The fields of a form that was sent from this host; Denied for one of another, as far as the browser says.

    A session's forms prove more than that (`_check_form`); signing in has none yet.
    """
    origin, host = sent.headers.get("origin"), sent.headers.get("host")
    foreign = sent.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none")
    if foreign or (origin is not None and urlsplit(origin).netloc != host):
        raise Denied("This form was sent from another site.", "Use the form of the page itself.")
    if len(sent.body) > _LONGEST:
        raise Invalid("The form is too long.", "Correct such a row in a file: quarantine export.")
    try:
        fields = parse_qsl(
            sent.body.decode(), keep_blank_values=True, strict_parsing=bool(sent.body), max_num_fields=_MOST_FIELDS
        )
    except ValueError as error:
        raise Invalid("That is not what a form sends.", "Use the form of the page.") from error
    return dict(fields)


def _check_form(visitor: Visitor, form: Mapping[str, str]) -> None:
    if not hmac.compare_digest(form.get("proof", "").encode(), visitor.proof.encode()):
        raise Denied("This form is of no page of your session.", "Load the page again, and send its form.")


def _problem(error: SerinError, visitor: Visitor | None, sent: Sent) -> Response:
    frame = Frame() if visitor is None else Frame(visitor.token.owner, visitor.proof)
    back = "/" if sent.method == "GET" else own_path(urlsplit(sent.headers.get("referer", "")).path)
    return HTMLResponse(problem_page(error, back, frame), STATUS[error.kind])


def _with_query(path: str, query: Mapping[str, str]) -> str:
    """The page that was asked for; what it said of the page before is over."""
    kept = "&".join(f"{quote(name)}={quote(value)}" for name, value in query.items() if name not in ("said", "sure"))
    return f"{path}?{kept}" if kept else path


def own_path(path: str) -> str:
    """The path, if it is one of the console's; the first page otherwise."""
    return path if path.startswith("/console/") and "\\" not in path and path.isprintable() else "/"
