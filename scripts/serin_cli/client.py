"""The platform's API and the uploads bucket, as a person's program uses them."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO, TypeVar
from urllib.parse import quote
from uuid import uuid4

import httpx
from botocore.exceptions import BotoCoreError, ClientError

from serin.domain.charter import Access
from serin.domain.errors import Denied, NotFound, SerinError, Unavailable
from serin.domain.names import checked_file, checked_name
from serin.domain.releases import OPEN
from serin_cli.connection import TOKEN_VARIABLE, Connection, aws_client, load, own_token
from serin_cli.evidence import flat

T = TypeVar("T")
PATIENCE_S = 600.0
PAUSE_S = 0.1
LONGEST_PAUSE_S = 1.0
PAUSES_OF_WAIT = 0.05
"""Of what was waited so far: each look is a call, and a training on this machine needs its cores for itself."""

THROTTLED_S = 10.0
TOO_MANY, SERVER_ERROR, NO_ROOM, FAULT_ATTEMPTS = 429, 500, 503, 3
UNKNOWN_TOKEN = (
    "The API does not know this token, or it has ended, or the model wants signed requests.",
    "Make a new one: ./scripts/serin token create, connect on AWS, or up again on this machine.",
)
UNKNOWN_OWN_TOKEN = (
    f"The API does not know the token in {TOKEN_VARIABLE}, or it has ended, or the model wants signed requests.",
    f"Ask for a new one (./scripts/serin token create), or unset {TOKEN_VARIABLE} to go on with this folder's token.",
)
NOT_ALLOWED = (
    "The API does not let these AWS credentials call the model, or it wants tokens.",
    "Allow execute-api:Invoke on the model's route, and check that this machine's time is right.",
)


_OTHER_TOKEN = {
    True: f"You asked with the token in {TOKEN_VARIABLE}.",
    False: f"You asked with this folder's token: {TOKEN_VARIABLE} takes one of your own.",
}


class ApiError(SerinError):
    """What the API answered instead of a result; kind, message and remedy are the API's own."""

    def __init__(self, record: Mapping[str, str]) -> None:
        super().__init__(record["message"], record["remedy"], record.get("field"))
        self.kind = record["kind"]


class NoAnswerNow(Unavailable):
    """A fault that may pass: of the gateway, which has no room in Lambda, or of what the function asked."""


class Client:
    """One caller of one platform: with the connection's token, or with their `own`."""

    def __init__(self, connection: Connection, own: str | None = None) -> None:
        self._connection, self._own = connection, own is not None
        headers = {"Authorization": f"Bearer {own or connection.token}"}
        self._http = httpx.Client(base_url=connection.api_url, headers=headers, timeout=35)

    @cached_property
    def _s3(self) -> Any:
        return aws_client(self._connection, "s3")

    def get(self, path: str, **query: str | Sequence[str]) -> Any:
        """GET a JSON answer; raises ApiError, Denied or Unavailable."""
        return self._said(_patiently(lambda: self._http.get(quote(path), params=query)))

    def post(self, path: str, body: object = None) -> Any:
        """POST JSON and get the JSON answer; raises ApiError, Denied or Unavailable."""
        key = {"Idempotency-Key": uuid4().hex}
        return self._said(_patiently(lambda: self._http.post(quote(path), json=body, headers=key)))

    def _said(self, response: httpx.Response) -> Any:
        """The answer; who is refused is told whose token it was, and how to give another."""
        try:
            return _answer(response, UNKNOWN_OWN_TOKEN if self._own else UNKNOWN_TOKEN)
        except ApiError as error:
            if error.kind == Denied.kind:
                error.remedy = f"{error.remedy} {_OTHER_TOKEN[self._own]}"
            raise

    def all(self, path: str, **query: str) -> list[Any]:
        """Every item of a list, oldest first, whatever its number of pages."""
        items: list[Any] = []
        after: dict[str, str] = {}
        while True:
            page = self.get(path, **query, **after)
            items += page["items"]
            if "next" not in page:
                return items[::-1]
            after = {"after": page["next"]}

    def upload(self, dataset: str, file: Path, name: str | None = None) -> Mapping[str, Any]:
        """Put a file into the uploads bucket and wait for what becomes of it."""
        return self.outcome(dataset, self.send(dataset, file, name))

    def send(self, dataset: str, file: Path, name: str | None = None) -> str:
        """Put a file into the uploads bucket; what `outcome` is asked for."""
        key = f"raw/{checked_name(dataset, 'dataset')}/{checked_file(name or file.name)}"
        return f"{key}@{self._put(key, file)}"

    def _put(self, key: str, file: Path) -> str:
        """Write a file into the uploads bucket; the version it has there."""
        bucket = self._connection.uploads_bucket
        try:
            with _opened(file) as content:
                put = self._s3.put_object(Bucket=bucket, Key=key, Body=content)
        except BotoCoreError as error:
            raise _silent(error) from error
        except ClientError as error:
            place = f"s3://{bucket}/{key.partition('/')[0]}/"
            raise Denied(
                f"AWS does not take the file: {error}.", f"Use a profile that may write to {place}."
            ) from error
        return str(put.get("VersionId", ""))

    @property
    def lake(self) -> str:
        """The bucket that answers of batches lie in."""
        return self._connection.lake_bucket

    def send_batch(self, model: str, file: Path) -> str:
        """Put a file where those lie that are to be scored; its name there."""
        name = checked_file(file.name)
        self._put(f"batch/{checked_name(model, 'model')}/{name}", file)
        return name

    def kept(self, key: str) -> bytes:
        """An object of the lake, read with the credentials of whoever asks."""
        content: bytes = self._s3.get_object(Bucket=self._connection.lake_bucket, Key=key)["Body"].read()
        return content

    def outcome(self, dataset: str, arrival: str) -> Mapping[str, Any]:
        """What became of an object, `<key>@<version id>`, once it was looked at."""

        def look() -> Mapping[str, Any] | None:
            uploads: Sequence[Mapping[str, Any]] = self.get("/uploads", dataset=dataset, object=arrival)["items"]
            return next(iter(uploads), None)

        return wait(look, f"what became of {arrival}")

    def profile(self, dataset: str, rows: int | None = None) -> Any:
        """The dataset's profile; with `rows`, once it knows of that many."""

        def look() -> Any:
            try:
                profile_shown = self.get(f"/datasets/{dataset}/profile")
            except ApiError as error:
                if rows is None or error.kind != "not_found":
                    raise
                return None
            return profile_shown if rows in (None, profile_shown["profile"]["of_rows"]) else None

        return wait(look, f"the profile of {dataset}")

    def predict(
        self,
        model: str,
        instances: Sequence[Mapping[str, object]],
        access: Access = "token",
        *,
        explain: bool = False,
    ) -> Any:
        """The answer for these instances, asked for as the model's charter wants it."""
        path, body = (
            f"/models/{model}/predict",
            {"instances": list(instances), **({"explain": True} if explain else {})},
        )
        return self.post(path, body) if access == "token" else self._post_signed(path, json.dumps(body).encode())

    def _post_signed(self, path: str, body: bytes) -> Any:
        """POST JSON with a signature instead of the token."""
        from serin_cli.clock import clock_of
        from serin_cli.signing import credentials_at_hand, signed

        here = self._connection
        credentials, clock = credentials_at_hand(here), clock_of(here)

        plain = {"Content-Type": "application/json", "Idempotency-Key": uuid4().hex}

        def send() -> httpx.Response:
            headers = signed("POST", f"{here.api_url}{path}", body, plain, credentials, here.region, clock.now())
            return self._http.post(path, content=body, headers=headers)

        return _answer(_patiently(send), NOT_ALLOWED)

    def run_ended(
        self, model: str, run_id: str | None, meanwhile: Callable[[], None] = lambda: None
    ) -> Mapping[str, Any]:
        """The run of that id, or the first that was not skipped, once it has ended; before each look `meanwhile`."""

        def look() -> Mapping[str, Any] | None:
            meanwhile()
            runs = [run for run in self.all("/runs", model=model) if run["status"] != "running"]
            if run_id is None:
                return next((run for run in runs if run["status"] != "skipped"), None)
            return next((run for run in runs if run["id"] == run_id), None)

        return wait(look, f"the training of {model}")

    def release_ended(self, model: str, version: int | None = None, release: str | None = None) -> Mapping[str, Any]:
        """The newest release of that version, or the one of that id, with its steps, once it has ended."""

        def look() -> Mapping[str, Any] | None:
            for one in self.get(f"/models/{model}/releases")["items"]:
                if release in (None, one["id"]) and version in (None, one["version"]):
                    return self.release(model, one["id"]) if one["status"] not in OPEN else None
            return None

        return wait(look, f"the release of {model}")

    def release(self, model: str, release: str) -> Mapping[str, Any]:
        """A release with its plan, its shares of the traffic, its steps and judgements."""
        return flat(self.get(f"/models/{model}/releases/{release}"))

    def close(self) -> None:
        """Give the connections back."""
        self._http.close()


@contextmanager
def connected() -> Iterator[Client]:
    """The platform this checkout is connected to."""
    client = Client(load(), own_token())
    try:
        yield client
    finally:
        client.close()


def _opened(file: Path) -> BinaryIO:
    try:
        return file.open("rb")
    except OSError as error:
        raise NotFound(f"{file} cannot be read: {error.strerror}.", "Check the path.") from error


def wait(look: Callable[[], T | None], what: str, progress: Callable[[], int] = lambda: 0) -> T:
    """Look until there is something to see; Unavailable when patience ends first, which no fault that passes ends.

    Patience begins anew whenever `progress` has grown.
    """
    began, fault, known = time.monotonic(), "", progress()
    while (waited := time.monotonic() - began) < PATIENCE_S:
        try:
            if (result := look()) is not None:
                return result
            if progress() > known:
                began, known = time.monotonic(), progress()
        except NoAnswerNow as error:
            fault = f" {error.message}"
        time.sleep(min(max(PAUSE_S, waited * PAUSES_OF_WAIT), LONGEST_PAUSE_S))
    raise Unavailable(f"Waited {PATIENCE_S:.0f} s for {what}.{fault}", "Read the functions' logs.")


def _patiently(send: Callable[[], httpx.Response]) -> httpx.Response:
    """The first answer that is worth having: what was throttled, and what failed for now, is asked again later.

    Pauses double, and are drawn so that callers who were refused together do not come again together. Whoever sends
    what begins something sends the same `Idempotency-Key` with it each time, so that it begins once.
    https://aws.amazon.com/builders-library/timeouts-retries-and-backoff-with-jitter/
    """
    deadline, attempts = time.monotonic() + THROTTLED_S, 0
    try:
        while _may_pass(response := send(), attempts) and time.monotonic() < deadline:
            pause = min(PAUSE_S * 2**attempts, LONGEST_PAUSE_S) * random.uniform(0.5, 1.0)
            time.sleep(max(pause, _asked_to_wait(response)))
            attempts += 1
    except httpx.TransportError as error:
        raise _silent(error) from error
    return response


def _may_pass(response: httpx.Response, attempts: int) -> bool:
    """Whether another attempt may end otherwise: what is above the stage's rate, or the account's concurrency, is not
    worked on, for as long as it is above.

    Of other faults only the gateway's own and what calls itself unavailable, a few times: another kind fails again.
    """
    if response.status_code == TOO_MANY or (response.status_code == NO_ROOM and _kind(response) is None):
        return True
    if response.status_code < SERVER_ERROR or attempts >= FAULT_ATTEMPTS:
        return False
    return _kind(response) in (None, "unavailable")


def _kind(response: httpx.Response) -> str | None:
    """The kind of the platform's own errors; None for an answer of the gateway's."""
    try:
        return str(response.json()["error"]["kind"])
    except (ValueError, KeyError, TypeError):
        return None


def _asked_to_wait(response: httpx.Response) -> float:
    """Seconds of `Retry-After`; nothing for a date, which no part of AWS sends here."""
    text = response.headers.get("retry-after", "")
    return min(float(text), THROTTLED_S) if text.isdecimal() else 0.0


def _silent(error: Exception) -> Unavailable:
    return Unavailable(
        f"The platform of .serin/connection.json does not answer: {error}.",
        "Start it again: ./scripts/serin up; on AWS: ./scripts/serin connect, or try again.",
    )


def _answer(response: httpx.Response, refused: tuple[str, str] = UNKNOWN_TOKEN) -> Any:
    if response.status_code < 400:
        return response.json()
    body = response.json() if response.headers.get("content-type", "").startswith("application/json") else {}
    if "error" in body and body["error"]["kind"] == "unavailable":
        raise NoAnswerNow(body["error"]["message"], body["error"]["remedy"])
    if "error" in body:
        raise ApiError(body["error"])
    if response.status_code in (401, 403):
        raise Denied(*refused)
    if response.status_code == 404:
        raise NotFound(f"The API has no route {response.request.url.path}.", "Check the model's name.")
    raise NoAnswerNow(f"The API answered {response.status_code}: {body or response.text[:200]}.", "Try again.")
