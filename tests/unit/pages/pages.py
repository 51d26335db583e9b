"""Reading a page back, strictly: whatever is not well-formed, not ours or not inside the page fails."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from html.parser import HTMLParser
from xml.etree import ElementTree

HOSTILE = "<script>alert(1)</script>\"'&amp;{{ 7*7 }}\x00\x1b[2J\u202e]]>--><style>"
_EMPTY = {"meta", "br", "hr", "img", "link", "input"}
_TAGS = re.compile(
    r"html|head|meta|title|style|body|h[123]|p|span|b|a|code|ul|li|table|caption|thead|tbody|tr|th|td|div|section|figure|"
    r"figcaption|dl|dt|dd|details|summary|svg|g|rect|line|text|polyline|polygon"
)
_ATTRIBUTES = re.compile(
    r"lang|charset|http-equiv|content|name|class|id|href|title|viewbox|role|aria-label|x|y|width|height|[xy][12]|points|"
    r"fill|fill-opacity|stroke-width|text-anchor|tabindex"
)


@dataclass
class Page(HTMLParser):
    """A page's tags, texts and ids; raises AssertionError for a tag nobody closes or nobody meant."""

    text: str
    tags: Counter[str] = field(default_factory=Counter)
    texts: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)
    links: list[str] = field(default_factory=list)
    _open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()
        self.feed(self.text)
        self.close()
        assert self._open == [], f"never closed: {self._open}"
        assert set(self.links) <= {f"#{name}" for name in self.ids}, "a link leads out of the page"
        assert len(set(self.ids)) == len(self.ids)
        assert "default-src 'none'" in self.text
        assert not re.search(r"[\x00-\x08\x0b-\x1f\x7f\u202a-\u202e]", self.text)
        for image in self.images():
            ElementTree.fromstring(image)

    def images(self) -> list[str]:
        """Each chart, as XML."""
        return re.findall(r"<svg.*?</svg>", self.text, re.DOTALL)

    def shows(self, text: str) -> bool:
        """Whether the text stands somewhere on the page."""
        return any(text in found for found in self.texts)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert _TAGS.fullmatch(tag), f"<{tag}>"
        for name, value in attrs:
            assert _ATTRIBUTES.fullmatch(name), f"{name}={value!r}"
            if name == "id":
                self.ids.append(str(value))
            if name == "href":
                self.links.append(str(value))
        self.tags[tag] += 1
        if tag not in _EMPTY:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        if tag not in _EMPTY:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)
