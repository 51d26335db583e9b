"""What people say to what they are asked."""

from __future__ import annotations

from serin.domain.approvals import Answer, Approval, Word
from serin.domain.errors import Conflict
from serin.ports import Catalog, Clock


def answer_approval(
    model: str, approval: str, word: Word, why: str, by: str, token: str, *, catalog: Catalog, clock: Clock
) -> Approval:
    """Remember the answer, which whoever asked follows at its next look; NotFound for what was never asked.

    Conflict for one that is answered otherwise, has expired, or is void. The same answer of the same token is once.
    """
    found = catalog.approval(model, approval)
    given = found.answer
    if given is not None and found.status != "void" and (given.word, given.token) == (word, token):
        return found
    after = found.answered(Answer(word, by, token, clock.now(), why))
    if not catalog.save_approval(after):
        raise Conflict(f"The approval {approval} has just changed.", "Look at it again: ./scripts/serin approve.")
    return after
