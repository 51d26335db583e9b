"""What holds for all tests: how they are shared out among processes, and that a busy machine fails none."""

from __future__ import annotations

import gc
import os
from functools import cache
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

import botocore.loaders
import httpx._transports.default as httpx_transports
import pytest
from _pytest.runner import runtestprotocol
from hypothesis import HealthCheck, settings
from xdist.scheduler import LoadScopeScheduling

if TYPE_CHECKING:
    from xdist.remote import Producer

TOGETHER = ("tests/e2e", "tests/infra", "tests/contracts", "tests/architecture")
"""Folders whose tests look at one thing that takes long to make: a walk of the platform, a synthesis, a local cloud,
what all modules import.

The platform is also what this checkout is connected to (.serin), and there is one such connection.
"""
APART = tuple(
    f"tests/e2e/test_{name}.py"
    for name in ("add_a_model", "releases_alive", "tools", "tools_on_an_empty_cloud", "access_matrix", "acquire")
)
"""But for these, with clouds and checkouts of their own: they are long, and may run beside."""

# How long an example takes is the machine's matter. Each run has other examples, so that few do for a run.
settings.register_profile("serin", deadline=None, suppress_health_check=[HealthCheck.too_slow], max_examples=50)
settings.register_profile("quick", settings.get_profile("serin"), max_examples=20)
settings.register_profile("many", settings.get_profile("serin"), max_examples=2000)
settings.load_profile("serin")

# A test process has a core. More threads only wait for one another; functions have as many as on Lambda (e2e).
for library in ("POLARS_MAX_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(library, "1")

# cfn-lint and cdk-nag look at templates (infra/test_checks.py), so the CDK need not warn of them at each synthesis.
os.environ.setdefault("CDK_VALIDATION", "false")

# Until all is imported there is hardly any garbage, and more and more to look through for it.
gc.disable()

# Every mocked AWS has a session of its own, and every session would read megabytes of AWS's API descriptions anew.
botocore.loaders.create_loader = cache(botocore.loaders.create_loader)
# And every caller over HTTP the world's certificates, which nobody on this machine has.
httpx_transports.create_ssl_context = cache(httpx_transports.create_ssl_context)  # type: ignore[attr-defined]


def share_of(nodeid: str) -> str:
    """Tests of one share run in one process: those of a file, or of a folder that is to stay together."""
    file = nodeid.partition("::")[0]
    folder = str(PurePosixPath(file).parent)
    return folder if folder in TOGETHER and file not in APART else file


class Shares(LoadScopeScheduling):
    """Hands a process another share when it is done with its own."""

    def _split_scope(self, nodeid: str) -> str:
        return share_of(nodeid)


def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Shares:
    """Used by `-n`."""
    return Shares(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop() -> None:
    """What is imported by now stays to the end; looking through it for garbage each time is a quarter of the CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 100)
    gc.enable()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """A process says of each test what matters: of one that passed that it did, and not how each phase of it went.

    Five messages a test cost both ends as much as thousands of the tests do. Whoever asks for the durations gets all.
    """
    if not hasattr(item.config, "workerinput") or item.config.option.durations or item.config.option.xmlpath:
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The longest shares begin first, so that no process waits for another's at the end."""
    items.sort(key=_place)


def _place(item: pytest.Item) -> int:
    share = share_of(item.nodeid)
    longest = (TOGETHER[0], *APART, *TOGETHER[1:])
    return longest.index(share) if share in longest else len(longest) + ("tests/e2e/" not in share)
