"""Trainings and releases that a person asks for; who it was is remembered of all that people may have to agree to.

It is written down before the work begins, since a workflow takes part in no transaction.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from serin.domain.asking import Asking
from serin.domain.auditing.effects import asked_for_release, asked_for_training
from serin.domain.errors import Conflict, NotFound
from serin.domain.experiments import RERUN, TrainingSet
from serin.domain.models import ModelVersion
from serin.domain.names import digest
from serin.domain.people import People
from serin.ports import Catalog, Control, Workflows
from serin.services.release_under_way import release_under_way
from serin.services.steps.approvals import requesters
from serin.services.steps.origins import history
from serin.services.withdraw_version import refuse_withdrawn


def start_training(model: str, asking: Asking, people: People, *, catalog: Catalog, workflows: Workflows) -> str:
    """Begin a training now; its run id. Conflict where nobody but who asks could agree to it."""
    run_id = _id(asking, "train", model)
    _refuse_without_approver(people, people.training, [asking.by])
    catalog.note_effect(asked_for_training(model, run_id, "a training now", asking))
    workflows.start_training(model, run_id, "call", asking.correlation)
    return run_id


def _is_erased(learnt: TrainingSet, catalog: Catalog) -> bool:
    """Whether a dataset no longer has the rows it had by then: by its history, where anybody was erased from it."""
    datasets = {dataset for one in catalog.erasures() if one.status != "begun" for dataset in one.datasets}
    return not all(
        any(head.digest == name for head, _ in history(dataset, catalog=catalog))
        for dataset, name in learnt.heads.items()
        if dataset in datasets
    )


def start_rerun(
    model: str, parent: str, asking: Asking, people: People, *, catalog: Catalog, workflows: Workflows
) -> str:
    """Begin to repeat a run; the new run's id. NotFound for a run nobody knows.

    Conflict for one that did not come to a verdict, or whose code was not kept: it cannot be repeated.
    """
    repeats = catalog.run(model, parent)
    if repeats.verdict is None or repeats.training_set is None:
        raise Conflict(
            f"Run {parent} is {repeats.status} and has no verdict, so there is nothing to compare a rerun with.",
            f"Repeat a run that was judged: `runs {model}` lists them. To train on today's data: `train {model}`.",
        )
    learnt = catalog.training_set(model, repeats.training_set)
    if learnt.erasures or _is_erased(learnt, catalog):
        raise Conflict(
            f"Run {parent} cannot be repeated: somebody was erased from the rows it was trained on.",
            f"Only a new training can be made, on what is left: `train {model}`.",
        )
    if learnt.source is None:
        raise Conflict(
            f"Run {parent} is older than the keeping of a training's code, so it cannot be repeated.",
            f"Train again, `train {model}`: what is trained from now on can be.",
        )
    run_id = _id(asking, "rerun", model, parent)
    _refuse_without_approver(people, people.training, [asking.by])
    catalog.note_effect(asked_for_training(model, run_id, f"run {parent} again", asking))
    workflows.start_training(model, run_id, RERUN, asking.correlation, parent)
    return run_id


def start_release(
    model: str,
    version: int,
    asking: Asking,
    people: People,
    *,
    catalog: Catalog,
    control: Control,
    workflows: Workflows,
) -> str:
    """Begin to make a registered version live; the release's id. NotFound for a version nobody registered.

    Conflict for one that is withdrawn, and where nobody but who asks, or has asked for its training, could agree.
    """
    release_id, registered = _id(asking, "release", model), catalog.version(model, version)
    refuse_withdrawn(model, version, catalog=catalog)
    roles = people.first_release if control.live(model) is None else people.release
    _refuse_without_approver(people, roles, [asking.by, *requesters(model, run=registered.run, catalog=catalog)])
    catalog.note_effect(asked_for_release(model, release_id, f"version {version}", asking))
    workflows.start_release(model, version, release_id, "call", asking.correlation)
    return release_id


def start_newest(
    model: str, asking: Asking, people: People, *, catalog: Catalog, control: Control, workflows: Workflows
) -> str:
    """Begin to make the newest version live; the release's id. NotFound where none is registered.

    Conflict where it is live already: who names no number does not ask for the same again.
    """
    versions = catalog.latest_versions(model, limit=1).items
    if not versions:
        raise NotFound(f"No version of {model} is registered.", "Train it first.")
    newest, live = versions[0].version, control.live(model)
    # The answer to a call that is asked again is that call's: its own release has made the version live.
    asked_again = asking.again is not None and live is not None and live.release == _id(asking, "release", model)
    if live is not None and live.version == newest and not asked_again:
        raise Conflict(
            f"Version {newest} of {model}, the newest, is live already.",
            f"Nothing to do. To release it once more, name it: `release start {model} --version {newest}`.",
        )
    return start_release(model, newest, asking, people, catalog=catalog, control=control, workflows=workflows)


def start_rollback(model: str, asking: Asking, *, catalog: Catalog, control: Control, workflows: Workflows) -> str:
    """Begin to put back the version that was live before the present one; the release's id.

    Conflict while another version is being released: it would wait until that is over, and then go back behind it.
    """
    release_id = _id(asking, "rollback", model)
    _refuse_during_a_release(model, catalog)
    version = _before_live(model, catalog, control).version
    refuse_withdrawn(model, version, catalog=catalog)
    catalog.note_effect(asked_for_release(model, release_id, f"back to version {version}", asking))
    workflows.start_release(model, version, release_id, "rollback", asking.correlation)
    return release_id


def _refuse_during_a_release(model: str, catalog: Catalog) -> None:
    under_way = release_under_way(model, catalog=catalog)
    if under_way is not None and under_way[0].cause != "rollback":
        raise Conflict(
            f"A release of {model} is under way: {under_way[1].sentence}.",
            "`release abort` gives all calls back to what is live, at once. To go back further, roll back then.",
        )


def _before_live(model: str, catalog: Catalog, control: Control) -> ModelVersion:
    live = control.live(model)
    if live is None:
        raise Conflict(f"No version of {model} is live.", "Release one first.")
    # How the live version first came to be live: a rollback to it says what was worse, not what was before.
    arrivals = [
        release
        for release in catalog.releases(model)
        if (release.version, release.status) == (live.version, "live")
        and release.cause != "rollback"
        and release.previous != live.version
    ]
    previous = arrivals[-1].previous if arrivals else None
    if previous is None:
        raise Conflict(f"Version {live.version} of {model} is the first that went live.", "There is nothing before it.")
    return catalog.version(model, previous)


def _id(asking: Asking, *about: str) -> str:
    return uuid.uuid4().hex if asking.again is None else digest(asking.again, *about)[:32]


def _refuse_without_approver(people: People, roles: Sequence[str], requested_by: Sequence[str]) -> None:
    role = people.without_approver(roles, requested_by)
    if role is not None:
        names = " and ".join(dict.fromkeys(requested_by))
        raise Conflict(
            f"A {role} must agree, and nobody but {names} is one, who asked: with people.four_eyes that is nobody.",
            f"Name somebody else in people.{role}, let another person ask, or, in a team of one, write "
            "people.four_eyes: false; then deploy.",
        )
