"""A browser without a screen: it keeps one cookie, reads pages as HTML, and sends the forms that they have."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlencode

import httpx

from serin.domain.access import Token, token_hash
from serin.http.console.answering import COOKIE
from tests.builders import NOON
from tests.unit.http.api import _ASKED, Api

VOID = {"meta", "input", "link", "br", "img", "hr"}


@dataclass
class Form:
    """Where a form goes, and its fields as they are filled."""

    action: str
    fields: dict[str, str] = field(default_factory=dict)
    buttons: list[tuple[str, str]] = field(default_factory=list)


class Html(HTMLParser):
    """A page taken apart: the tree of its elements with their attributes' names, its forms, links and words."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.structure: list[str] = []
        self.forms: list[Form] = []
        self.links: list[str] = []
        self.words = ""
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        given = dict(attrs)
        names = ",".join(sorted(given))
        self.structure.append(f"{'/'.join(self.open)}/{tag}[{names}]")
        if tag not in VOID:
            self.open.append(tag)
        if tag == "form":
            self.forms.append(Form(given["action"]))
        if tag == "input" and "name" in given:
            self.forms[-1].fields[given["name"]] = given.get("value") or ""
        if tag == "button" and "name" in given:
            self.forms[-1].buttons.append((given["name"], given["value"]))
        if "href" in given:
            self.links.append(given["href"])

    def handle_endtag(self, tag: str) -> None:
        assert self.open, f"</{tag}> closes nothing"
        assert self.open.pop() == tag, f"</{tag}> closes another element"

    def handle_startendtag(self, tag: str, attrs: Any) -> None:
        self.structure.append(f"{'/'.join(self.open)}/{tag}[{','.join(sorted(dict(attrs)))}]")

    def handle_data(self, data: str) -> None:
        self.words += data


@dataclass
class Browser:
    """Who looks at the pages of an Api."""

    api: Api
    cookie: str | None = None

    def send(
        self, method: str, path: str, form: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
    ) -> httpx.Response:
        """The answer to one request; redirects are not followed."""
        sent = {"host": "api", **(headers or {})}
        if self.cookie is not None:
            sent["cookie"] = f"{COOKIE}={self.cookie}"
        body = None if form is None else urlencode(form).encode()

        async def answered() -> httpx.Response:
            _ASKED.set(self.api)
            transport = httpx.ASGITransport(self.api.app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="https://api") as client:
                return await client.request(method, path, content=body, headers=sent)

        return asyncio.run(answered())

    def see(self, path: str, status: int = 200) -> Html:
        """A page, taken apart."""
        answer = self.send("GET", path)
        assert answer.status_code == status, answer.text
        return Html(answer.text)

    def signed_in(self, *scopes: str, owner: str = "ana", secret: str = "serin_secret") -> Browser:
        """The same browser once it has shown a token with these scopes."""
        self.api.control.save_token(Token(token_hash(secret), owner, scopes, NOON, NOON.replace(year=2014)))
        answer = self.send("POST", "/console/sign-in", {"token": secret, "then": "/"})
        assert answer.status_code == 303, answer.text
        self.cookie = answer.headers["set-cookie"].partition(";")[0].partition("=")[2]
        return self

    def submit(self, path: str, action: str, button: int | None = None, **fields: str) -> httpx.Response:
        """What the form of a page that goes to `action` is answered, with some of its fields changed."""
        (form,) = [form for form in self.see(path).forms if form.action == action]
        pressed = [] if button is None else [form.buttons[button]]
        return self.send("POST", action, {**form.fields, **dict(pressed), **fields})
