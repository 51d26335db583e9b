"""A kill loses at most the last moments of what a state folder keeps, and never more than those."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from urllib.parse import urlparse

import pytest

from infra.local.session import sweep
from infra.local.state.keeping import State
from serin.domain.errors import Conflict, Corrupt
from tests.e2e.local.kept import kept
from tests.e2e.local.supervisors import Supervisor
from tests.e2e.local.templates import aws, resource

LAKE = {"Lake": resource("S3::Bucket", BucketName="lake")}

PUTTING = """
    folder = Path(os.environ["TMPDIR"])
    with kept(folder, {"Lake": resource("S3::Bucket", BucketName="lake")}) as cloud:
        s3 = aws(cloud, "s3")
        s3.put_object(Bucket="lake", Key="early", Body=b"1")
        kept_until = (folder / "state" / "state").stat().st_mtime_ns
        while (folder / "state" / "state").stat().st_mtime_ns == kept_until:
            time.sleep(0.01)
        say(cloud)
        number = 0
        while True:
            s3.put_object(Bucket="lake", Key=f"late-{number}", Body=os.urandom(100_000))
            number += 1
"""
"""Says when the first object has been kept, and is killed while it puts more."""

INTERRUPTED = """
    with kept(Path(os.environ["TMPDIR"]), {"Lake": resource("S3::Bucket", BucketName="lake")}) as cloud:
        for number in range(5):
            aws(cloud, "s3").put_object(Bucket="lake", Key=f"object-{number}", Body=b"1")
        say(cloud)
        time.sleep(600)
"""
"""Is interrupted before the next look at what has changed."""


def test_what_was_kept_survives_a_kill_in_the_middle_of_writing(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, PUTTING)
    addresses = supervisor.addresses
    supervisor.kill_with_watcher()
    sweep(tmp_path)
    assert supervisor.left_in_the_end() == []
    with kept(tmp_path, LAKE) as cloud:
        found = aws(cloud, "s3").list_objects_v2(Bucket="lake")["Contents"]
        assert found[0]["Key"] == "early"
        assert all(aws(cloud, "s3").get_object(Bucket="lake", Key=one["Key"]) for one in found)
        assert [cloud.endpoint_url, cloud.api_url] == addresses
    kinds = {path.name: path for path in (tmp_path / "state").iterdir()}
    assert set(kinds) == {"owner.lock", "state", "objects", "code"}
    assert not list(kinds["objects"].glob("*.part"))


def test_an_interrupt_loses_nothing(tmp_path: Path) -> None:
    supervisor = Supervisor(tmp_path, INTERRUPTED)
    supervisor.end(signal.SIGINT)
    assert supervisor.left_in_the_end() == []
    with kept(tmp_path, LAKE) as cloud:
        found = [one["Key"] for one in aws(cloud, "s3").list_objects_v2(Bucket="lake")["Contents"]]
    assert found == [f"object-{number}" for number in range(5)]


def test_a_port_that_is_taken_stops_the_start(tmp_path: Path) -> None:
    with kept(tmp_path, LAKE) as cloud:
        port = urlparse(cloud.endpoint_url).port
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", port))
        other.listen()
        with pytest.raises(Conflict, match=f"AWS's API was on port {port}"):
            State(tmp_path / "state")
    State(tmp_path / "state").close()


def test_a_damaged_state_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with kept(tmp_path, LAKE):
        pass
    file = tmp_path / "state" / "state"
    file.write_bytes(file.read_bytes()[:-10])
    with pytest.raises(Corrupt, match="is damaged"), kept(tmp_path, LAKE):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "state"]
