"""Which machine a step of a training needs, how its job is called, and what is said of one that fails."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from serin.domain.charter import JobTerms
from serin.domain.errors import Conflict, Denied, ModelFailed, SerinError, TooLarge
from serin.domain.training_jobs import (
    MOST_SHARDS,
    Place,
    fitted_on,
    jobs_of,
    place,
    place_for,
    planned,
    room_of,
    why_failed,
)
from serin.domain.training_machines import MACHINES, Machine
from serin.domain.training_size import fits_into_memory, rows_in_memory

TERMS = JobTerms("ml.m5.4xlarge", timedelta(hours=4), spot=True)
SMALL = Place(MACHINES["ml.m5.large"])
JOB = planned("dev", "late-orders", "r1", "refit", "", SMALL, TERMS, 3 * 1024**3, 7)


@pytest.mark.parametrize("machine", list(MACHINES.values())[:4], ids=lambda machine: machine.name)
def test_the_smallest_machine_that_has_the_memory_is_taken(machine: Machine) -> None:
    most = rows_in_memory(28, room_of(machine, TERMS))
    assert place_for(most, 28, TERMS) == Place(machine)
    if machine.name != TERMS.largest:
        assert place_for(most + 1000, 28, TERMS).machine.memory_mb > machine.memory_mb


def test_what_a_function_has_room_for_stays_there() -> None:
    assert place(1000, 28, TERMS) is None
    assert place(20_000_000, 28, TERMS) == Place(MACHINES["ml.m5.2xlarge"])


def test_above_the_largest_machine_is_refused_with_the_numbers() -> None:
    with pytest.raises(TooLarge, match=r"400,000,000 rows of 28 columns.*ml\.m5\.4xlarge.*room for") as refused:
        place_for(400_000_000, 28, TERMS)
    assert "Allow a larger machine" in refused.value.remedy
    largest = JobTerms("ml.m5.24xlarge", timedelta(hours=4))
    with pytest.raises(TooLarge, match=r"would take 4 shards; training\.job\.shards allows 1") as refused:
        place_for(10**9, 28, largest)
    assert refused.value.remedy.startswith("If the model is boosted trees, allow 4 shards")


@pytest.mark.parametrize("rows", [80_000_000, 200_000_000, 400_000_000])
def test_above_the_largest_machine_as_few_shards_are_fitted_as_it_has_room_for(rows: int) -> None:
    terms = replace(TERMS, shards=64)
    there = place_for(rows, 28, terms)
    room = room_of(MACHINES["ml.m5.4xlarge"], terms)
    assert there.machine == MACHINES["ml.m5.4xlarge"]
    assert there.shards > 1
    assert fits_into_memory(rows, 28, room, there.shards)
    assert there.shards == 2 or not fits_into_memory(rows, 28, room, there.shards - 1)
    assert place_for(rows, 28, replace(terms, shards=there.shards)) == there
    with pytest.raises(TooLarge, match=f"take {there.shards} shards; training.job.shards allows {there.shards - 1}"):
        place_for(rows, 28, replace(terms, shards=there.shards - 1))


def test_what_even_the_most_shards_do_not_help_is_refused_without_a_word_of_them() -> None:
    with pytest.raises(TooLarge) as refused:
        place_for(10**9, 28, replace(TERMS, shards=MOST_SHARDS))
    assert "shards" not in str(refused.value)


def test_a_job_in_shards_says_so_of_the_model() -> None:
    job = planned("dev", "late-orders", "r1", "refit", "", Place(MACHINES["ml.m5.large"], 4), TERMS, 1, 60_000_000)
    assert (
        fitted_on(job, 60, [])
        .sentence()
        .startswith(
            "Fitted on 4 shards of 60,000,000 rows, whose trees are one model, by a training job on ml.m5.large (spot)"
        )
    )


def test_a_job_is_called_the_same_however_often_it_is_asked_for_and_sagemaker_takes_its_name() -> None:
    again = planned("dev", "late-orders", "r1", "refit", "", SMALL, TERMS, 3 * 1024**3, 7)
    other = planned("dev", "late-orders", "r1", "trial", "{}", SMALL, TERMS, 1, 7)
    longest = planned("s" * 12, "m" * 40, "r1", "refit", "", SMALL, TERMS, 1, 7)
    assert (again, other.name != JOB.name, len(longest.name)) == (JOB, True, 63)
    assert JOB.name.startswith(jobs_of("dev", "late-orders"))
    assert (JOB.seconds, JOB.wait_seconds, JOB.disk_gb) == (14_400, 28_800, 16)


def told(**said: str) -> dict[str, str]:
    return {"Error": "States.TaskFailed", "Cause": json.dumps(said)}


@pytest.mark.parametrize(
    ("error", "kind", "says"),
    [
        (
            {
                "Error": "SageMaker.ResourceLimitExceededException",
                "Cause": "The account-level service limit 'ml.m5.large for training job usage' is 0 Instances",
            },
            Denied,
            "ml.m5.large for spot training job usage",
        ),
        (
            told(FailureReason="ClientError: Please use an instance type with more memory, exit code: 137"),
            TooLarge,
            "took all memory of ml.m5.large",
        ),
        (told(SecondaryStatus="MaxRuntimeExceeded"), TooLarge, "training.job.max_runtime"),
        (told(SecondaryStatus="MaxWaitTimeExceeded"), TooLarge, "a spot machine may not be free"),
        (told(SecondaryStatus="Stopped"), Conflict, "Somebody stopped"),
        (told(FailureReason="AlgorithmError: , exit code: 139"), ModelFailed, "exit code: 139"),
        ({"Error": "SageMaker.X", "Cause": "not JSON"}, ModelFailed, "not JSON"),
    ],
)
def test_what_became_of_a_job_without_an_answer_is_said_with_what_to_do(
    error: dict[str, str], kind: type[SerinError], says: str
) -> None:
    failed = why_failed(JOB, error)
    assert type(failed) is kind
    assert says in str(failed)


def test_where_a_model_was_fitted_is_said_with_what_it_cost_and_how_often_it_began_anew() -> None:
    where = fitted_on(JOB, 3600, ["Starting", "Training", "Interrupted", "Starting", "Training", "Completed"])
    assert where.usd == pytest.approx(0.115)
    assert where.sentence() == (
        "Fitted by a training job on ml.m5.large (spot) in 3,600 s, for $0.1150. "
        "AWS took the machine back once, and it began anew."
    )
