"""Where pages are asked for: who asks, what they may, and the ports that pages are made from."""

from __future__ import annotations

import hmac
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from starlette.responses import RedirectResponse, Response

from serin.domain.charter import Charter
from serin.domain.errors import Denied
from serin.domain.names import digest
from serin.domain.scopes import require
from serin.http.console_ports import ConsolePorts, Deeds, Sent
from serin.pages.frame import Frame
from serin.ports import Catalog, Control
from serin.services.sessions import Visitor

_SEE_OTHER = 303


@dataclass(frozen=True)
class Visit:
    """A request of somebody who is signed in; `form` are the fields of a form that one of our pages has sent."""

    visitor: Visitor
    sent: Sent
    form: Mapping[str, str]

    @property
    def owner(self) -> str:
        """Whose token it is."""
        return self.visitor.token.owner

    def needs(self, action: str, model: str | None = None) -> None:
        """Raise Denied unless the token has that scope."""
        require(self.visitor.token.scopes, action, model)

    def may(self, action: str, model: str | None = None) -> bool:
        """Whether the token has that scope."""
        try:
            self.needs(action, model)
        except Denied:
            return False
        return True

    def frame(self, *may: str) -> Frame:
        """What surrounds a page for them, with the forms they may send; it says what the form before has done."""
        said = self.sent.query.get("said", "")
        ours = hmac.compare_digest(self.sent.query.get("sure", "").encode(), self._sure(said).encode())
        return Frame(self.owner, self.visitor.proof, frozenset(may), said if ours else None)

    def done(self, path: str, said: str) -> Response:
        """Go to another page, which says what was done; in nobody else's words, whoever made the link."""
        return see(f"{path}?said={quote(said)}&sure={self._sure(said)}")

    def _sure(self, said: str) -> str:
        return digest("said", self.visitor.secret, said)[:32]


@dataclass(frozen=True)
class Desk:
    """The ports and use cases that pages need."""

    charters: Mapping[str, Charter]
    catalog: Catalog
    control: Control
    ports: ConsolePorts
    deeds: Deeds


Page = Callable[[Desk, Visit, Mapping[str, str]], str | Response]
"""A page by the variables of its path, or where its form leads."""


def see(path: str, cookie: str | None = None) -> Response:
    """Go to another page."""
    response = RedirectResponse(path, _SEE_OTHER)
    if cookie is not None:
        response.headers["Set-Cookie"] = cookie
    return response
