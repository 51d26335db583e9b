from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from serin.adapters.memory.catalog import MemoryCatalog
from serin.domain.approvals import Approval, asked
from serin.services.steps.questions import as_kept
from tests.builders import NOON

QUESTION = asked("late-orders", "rel1", 2, "Shall it?", {}, "shown", NOON)
LATER = NOON + timedelta(hours=1)


@pytest.mark.parametrize(
    ("kept", "is_put_anew"),
    [
        (QUESTION.closed("void", "the figures are others", LATER, replaced_by="b" * 16), True),
        (QUESTION.closed("void", "what was shown is no longer so: see approval bbbb", LATER), True),
        (QUESTION.closed("void", "the release has ended: failed", LATER), False),
        (QUESTION.closed("expired", "nobody has answered in time", LATER), False),
    ],
    ids=["by its field", "before there was one", "its release ended", "nobody answered"],
)
def test_a_question_that_another_replaced_is_put_once_more_when_all_is_again_as_it_was(
    kept: Approval, is_put_anew: bool
) -> None:
    catalog = MemoryCatalog()
    assert catalog.save_approval(QUESTION)
    assert catalog.save_approval(kept)
    assert as_kept(replace(QUESTION), catalog=catalog) == (QUESTION.once_more() if is_put_anew else kept)
