"""The small pages of the console: signing in, the models, approvals, the audit, and what went wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from serin.domain.approvals import Approval
from serin.domain.auditing.entry import Entry
from serin.domain.charter import Charter
from serin.domain.errors import SerinError
from serin.domain.key_figures import KeyFigure
from serin.domain.paging import Page
from serin.domain.release_progress import Progress
from serin.domain.releases import Live
from serin.domain.watched import WatchedWindow
from serin.pages.frame import Frame
from serin.pages.rendering import rendered

PAGES_OF_MODEL = (
    ("monitoring", "Monitoring"),
    ("experiments", "Experiments"),
    ("maturity", "Maturity"),
    ("cost", "Cost"),
)
"""What there is of each model beside its own page."""


@dataclass(frozen=True)
class First:
    """What somebody of these roles looks at first; None where the charter names nothing."""

    roles: tuple[str, ...]
    figure: KeyFigure | None

    @property
    def names(self) -> str:
        """The roles as people say them."""
        return " and ".join(role.replace("_", " ").replace("ml ", "ML ") for role in self.roles)


@dataclass(frozen=True)
class ModelLine:
    """A model on the first page; `first` is what the visitor's roles about it look at first."""

    charter: Charter
    live: Live | None
    under_way: Progress | None
    newest: WatchedWindow | None
    first: Sequence[First] = ()

    @property
    def name(self) -> str:
        """The model's name."""
        return self.charter.model

    @property
    def problem(self) -> str:
        """What it is for."""
        return self.charter.problem

    @property
    def datasets(self) -> Sequence[str]:
        """What it reads."""
        return [dataset.name for dataset in self.charter.datasets]


def sign_in_page(then: str, because: str | None = None) -> str:
    """The form for a token; `then` is the page that was asked for."""
    return rendered("console/sign_in.html", Frame(), then=then, because=because)


def start_page(models: Sequence[ModelLine], waiting: int, frame: Frame) -> str:
    """Every model, and how many questions wait."""
    return rendered("console/start.html", frame, models=models, waiting=waiting, pages=PAGES_OF_MODEL)


def approvals_page(approvals: Sequence[Approval], frame: Frame) -> str:
    """What is asked, and what was answered; newest first."""
    waiting = [approval for approval in approvals if approval.is_open]
    over = [approval for approval in approvals if not approval.is_open]
    return rendered("console/approvals.html", frame, open=waiting, over=over)


def audit_page(entries: Page[Entry], model: str | None, frame: Frame) -> str:
    """A page of the audit."""
    return rendered("console/audit.html", frame, entries=entries.items, older=entries.next, model=model)


def problem_page(error: SerinError, back: str, frame: Frame) -> str:
    """What was found and what to do."""
    kind = error.kind.replace("_", " ")
    return rendered("console/problem.html", frame, kind=kind, message=error.message, remedy=error.remedy, back=back)
