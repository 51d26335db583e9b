"""The local cloud's order: services that do not know each other, engines that know no service, one clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.architecture.house import begins, modules
from tests.architecture.imports import Source, imports, mentions

LOCAL = {name: source for name, source in modules().items() if begins(name, "infra.local")}
SERVICES = "infra.local.services"
CONTRACT = (f"{SERVICES}.service", f"{SERVICES}.all")

# Who puts the parts together, and what is told apart here: which engines still know a service by its name.
KNOWS_THEM_ALL = {"infra.local.parts"}

MACHINE_TIME = ("datetime.datetime.now", "datetime.datetime.utcnow", "datetime.datetime.today", "datetime.date.today",
                "time.time", "time.time_ns", "time.gmtime", "time.localtime", "time.strftime")  # fmt: skip
# It compares a folder's age with the clock that folders are stamped by.
WITHOUT_A_CLOCK = {"infra.local.session"}
# Real processes are timed, requests signed, and sessions of roles renewed by their holders, by the machine's clock.
BY_THE_MACHINE = {
    "infra.local.door.proof",
    "infra.local.clock.virtual",
    "infra.local.services.awslambda.functions.execution",
    "infra.local.iam.keys",
    "infra.local.moto_patches.time",
}


def service_of(module: str) -> str:
    """The folder of the service a module belongs to; empty for the contract and everything outside."""
    inside = begins(module, SERVICES) and not any(begins(module, name) for name in CONTRACT)
    return module.removeprefix(SERVICES).strip(".").partition(".")[0] if inside else ""


def foreign_services(source: Source) -> Iterator[str]:
    """Each import of a service by somebody who is not of it."""
    own = service_of(source.module)
    for found in imports(source):
        other = service_of(found.name)
        if other and other != own:
            yield f"{source.module}:{found.line} imports {found.name}"


def machine_times(source: Source) -> Iterator[str]:
    """Each place that reads the machine's clock."""
    for found in mentions(source):
        if found.name in MACHINE_TIME:
            yield f"{source.module}:{found.line} reads {found.name}"


def test_no_service_imports_another() -> None:
    services = {service_of(name) for name in LOCAL} - {""}
    assert len(services) > 10, "the test looked at nothing"
    assert [line for name, source in LOCAL.items() if service_of(name) for line in foreign_services(source)] == []


def test_no_engine_knows_a_service() -> None:
    engines = [source for name, source in LOCAL.items() if not service_of(name)]
    assert len(engines) > 50, "the test looked at nothing"
    knowing = {source.module for source in engines if list(foreign_services(source))}
    assert knowing == KNOWS_THEM_ALL


@pytest.mark.parametrize(
    ("module", "text"),
    [
        ("infra.local.services.sns.patches", "from infra.local.services.sqs.resources import Queue"),
        ("infra.local.services.sns.patches", "from infra.local.services import sqs"),
        ("infra.local.services.sns.patches", "def f():\n    import infra.local.services.sqs.resources"),
        ("infra.local.services.sns.patches", "if TYPE_CHECKING:\n    from infra.local.services.sqs import resources"),
        ("infra.local.iam.guard", "from infra.local.services.s3.policies import policy_of"),
        ("infra.local.services.all", "from infra.local.services.s3.service import SERVICE"),
    ],
)
def test_an_import_of_a_service_is_found(module: str, text: str) -> None:
    assert len(list(foreign_services(Source(module, text)))) == 1


def test_an_import_of_the_contract_or_of_oneself_is_not_accused() -> None:
    text = "from infra.local.services.service import Service\nfrom infra.local.services.sns.topics import Topic"
    assert list(foreign_services(Source("infra.local.services.sns.service", text))) == []


def test_nobody_but_the_clock_reads_the_machines_time() -> None:
    others = {name: source for name, source in LOCAL.items() if not begins(name, "infra.local.clock")}
    assert len(others) > 100, "the test looked at nothing"
    assert {name for name, source in others.items() if list(machine_times(source))} == WITHOUT_A_CLOCK


def test_only_who_has_a_reason_asks_for_the_machines_time() -> None:
    asking = {name for name, source in LOCAL.items() for found in imports(source) if found.name == MACHINE}
    assert asking == BY_THE_MACHINE


MACHINE = "infra.local.clock.machine"


@pytest.mark.parametrize(
    "text",
    [
        "from datetime import UTC, datetime\nSTAMP = datetime.now(UTC)",
        "import datetime\ndef stamp():\n    return datetime.datetime.utcnow()",
        "import datetime as dt\nDAY = dt.date.today()",
        "import time\nnow_ms = lambda: int(time.time() * 1000)",
        "from time import time\nBEGAN = time()",
        "import time\nclock = time.time",
    ],
)
def test_a_read_of_the_machines_time_is_found(text: str) -> None:
    assert list(machine_times(Source("infra.local.services.s3.patches", text)))


def test_a_span_of_time_is_not_accused() -> None:
    text = "import time\nfrom datetime import datetime\nBEGAN = time.monotonic()\nAT = datetime.fromtimestamp(0)"
    assert list(machine_times(Source("infra.local.deploy.stacks", text))) == []
