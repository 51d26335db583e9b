"""What a person sees of a result: never JSON, which --json is for."""

from __future__ import annotations

import pytest

from serin_cli import story

IMAGE = {
    "image": "sha256:aa",
    "python": "3.12",
    "layers": [{"what": "handler", "digest": "bb", "bytes": 7}, {"what": "model", "digest": "cc", "bytes": 9}],
    "answer": {"by": "ana", "why": None},
    "tags": ["a", "b"],
    "nobody": [],
}


def test_a_record_with_lists_and_records_in_it_is_lines_and_tables(capsys: pytest.CaptureFixture[str]) -> None:
    story.show_result(IMAGE)
    lines = [line.split() for line in capsys.readouterr().out.splitlines()]
    assert ["image", "sha256:aa"] in lines
    assert ["answer.by", "ana"] in lines
    assert ["answer.why"] in lines
    assert ["tags", "a,", "b"] in lines
    assert lines[-4:] == [["layers"], ["what", "digest", "bytes"], ["handler", "bb", "7"], ["model", "cc", "9"]]


@pytest.mark.parametrize("result", [IMAGE, [IMAGE], {"a": {"b": [{"c": {"d": 1}}]}}, ["x"], "x", {}, []])
def test_no_result_is_shown_as_json(result: object, capsys: pytest.CaptureFixture[str]) -> None:
    story.show_result(result)
    assert not {"{", "}", '"'} & set(capsys.readouterr().out)
