"""The same schedules with the adapters: what S3 and DynamoDB keep when requests to them go wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from random import Random

import pytest
from moto import mock_aws

from benches.schedules.faults import FAULTS, Chance, Fault
from benches.schedules.tally import run
from tests.faults.wire import Wire

SEEDS = range(1, 13)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Iterator[Wire]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        yield Wire()


class First(Chance):
    """Lets nothing go wrong but the first requests of one operation."""

    def __init__(self, operation: str, fault: Fault, times: int = 1) -> None:
        super().__init__(Random(1))
        self._operation, self._fault, self._times = operation, fault, times

    def draw(self, name: str) -> Fault | None:
        if self.calm or name != self._operation or not self._times:
            return None
        self._times -= 1
        self.drawn[self._fault] += 1
        return self._fault


@pytest.mark.slow
def test_no_row_is_lost_or_doubled_when_requests_to_aws_go_wrong(wire: Wire) -> None:
    tally = run(SEEDS, wire.subject(), features_every=4)
    assert not tally.broken, tally.told()
    assert tally.built == len(SEEDS) / 4
    assert {operation for operation, _ in wire.faults} >= {"TransactWriteItems", "PutItem", "GetObject", "PutObject"}
    assert {fault for _, fault in wire.faults} == set(FAULTS)


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_transaction_is_done_once_whatever_its_request_meets(wire: Wire, fault: Fault) -> None:
    subject = replace(wire.subject(), chance=lambda _: First("TransactWriteItems", fault))
    tally = run([3], subject, features_every=0)
    assert not tally.broken, tally.told()
    assert tally.faults == {fault: 1}


@pytest.mark.slow
def test_who_hears_that_his_own_transaction_came_first_takes_it_for_done(wire: Wire) -> None:
    """The client sends each transaction twice: the first is done, the second, which it hears of, finds it done."""
    subject = replace(wire.subject(), chance=lambda _: First("TransactWriteItems", "sent twice", times=100))
    tally = run([3], subject, features_every=0, keep_all=True)
    assert not tally.broken, tally.told()
    assert tally.faults["sent twice"] > 1
    ends = [line for line in tally.told().splitlines() if "ends: " in line]
    assert ends
    assert all("ends: 0 of " in line for line in ends), tally.told()
