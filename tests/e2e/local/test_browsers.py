"""No page in a browser reads or changes anything of the local cloud: tried by a real one."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

import pytest

from infra.local.cloud import LocalCloud
from tests.e2e.browser import dumped, shown, site
from tests.e2e.local.clock.april import START, running
from tests.e2e.local.templates import aws, function, ref, resource

PAGE = Path(__file__).parents[1] / "pages" / "attack.html"


@pytest.fixture(scope="module")
def cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalCloud]:
    resources = {
        "Lake": resource("S3::Bucket", BucketName="lake"),
        "Function": function("f"),
        "Api": resource("ApiGatewayV2::Api", Name="serin", ProtocolType="HTTP"),
        "Stage": resource("ApiGatewayV2::Stage", ApiId=ref("Api"), StageName="$default", AutoDeploy=True),
    }
    with running(Path(tmp_path_factory.mktemp("cloud")), resources) as made:
        yield made


def facts(cloud: LocalCloud) -> dict[str, Any]:
    """What the page would change."""
    s3 = aws(cloud, "s3")
    return {
        "stacks": sorted(one["StackName"] for one in aws(cloud, "cloudformation").describe_stacks()["Stacks"]),
        "buckets": sorted(one["Name"] for one in s3.list_buckets()["Buckets"]),
        "objects": [one["Key"] for one in s3.list_objects_v2(Bucket="lake").get("Contents", [])],
        "moved": cloud.clock.now() - START > timedelta(days=1),
    }


def test_a_page_reads_nothing_and_changes_nothing(cloud: LocalCloud, tmp_path: Path) -> None:
    before, seen, told, over = facts(cloud), [], [], threading.Event()

    def tell(what: Any) -> None:
        if "end" in what:
            over.set()
        else:
            seen.append(facts(cloud))
            told.append(what)

    page = PAGE.read_text().replace("ENDPOINT", cloud.endpoint_url).replace("GATEWAY", cloud.api_url)
    with site(page, tell) as address:
        shown(address, tmp_path / "profile", over)
    assert {name: answer for name, answer in told[0].items() if not answer.startswith("unreadable: ")} == {}
    assert seen == [before]
    assert facts(cloud) == before


def test_a_name_that_was_bound_to_this_machine_shows_nothing(cloud: LocalCloud, tmp_path: Path) -> None:
    """A page's own name, resolved to the loopback once the page is loaded, makes requests of its own origin."""
    rebound = "--host-resolver-rules=MAP evil.test 127.0.0.1"
    for path, url in (("/", cloud.endpoint_url), ("/models", cloud.api_url)):
        address = f"http://evil.test:{urlparse(url).port}{path}"
        answer = dumped(address, tmp_path / "profile", rebound)
        assert re.search(r"evil\.test:\d+ is not this machine", answer), answer
