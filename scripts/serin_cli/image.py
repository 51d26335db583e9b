"""`serin image`: an endpoint as an OCI image: its layers, its handler and Lambda's runtime client in one file."""

from __future__ import annotations

import hashlib
import io
import sys
import tarfile
import tempfile
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any

from botocore.exceptions import BotoCoreError, ClientError

from infra.app import ROOT
from infra.names import Names
from infra.packaging.built import BuiltPackages
from infra.packaging.oci import Base, Layer, Source, read_base, write_image, write_layer
from infra.packaging.room import PREDICT_LAYERS
from infra.settings import Target, read_settings, target_for
from serin.domain.errors import Corrupt, Denied, Invalid, NotFound
from serin.domain.models import ListedVersion, ModelVersion
from serin.domain.records import from_record
from serin_cli import story
from serin_cli.client import Client, connected
from serin_cli.command_line import known_names as known
from serin_cli.command_line.words import Json, Model, option
from serin_cli.connection import Connection, aws_client, load

PROCESSORS = {"arm64": "arm64", "x86_64": "amd64"}
"""Lambda's words for a processor in those of images."""
INHERITED = ("User", "ExposedPorts", "Volumes", "StopSignal")
"""What an image has of its base unless it says otherwise; above all it is run by whom the base is run by."""
TASK, LAYERS, RUNTIME = "var/task", "opt", "var/runtime"
"""Where Lambda lays a function's code, its layers and its runtime."""
_BASE = "an OCI layout as a tar, with the Python that it is to stand on (default: none, add one beneath)"


def image(
    model: Model,
    /,
    *,
    number: Annotated[
        int | None, option("N", "(default: the live one)", name="--version", completer=known.versions)
    ] = None,
    to: Annotated[Path | None, option("FILE", "the file to write (default: MODEL-VERSION.oci.tar)")] = None,
    beneath: Annotated[Path | None, option("FILE", _BASE, name="--base")] = None,
    _json: Json = False,
) -> Any:
    """The endpoint as an OCI image in one file, for teams that run containers.

    It says the image's digest, and what must be beneath it.
    """
    connection = load()
    with connected() as client:
        version = _version(client, model, number)
    target = _target(connection)
    _check_python(version, target)
    base = None if beneath is None else _base(beneath, target)
    file = to or Path(f"{version.model}-{version.version}.oci.tar")
    layer, variables = _model_layer(connection, version), _variables(connection, version)
    with tempfile.TemporaryDirectory(prefix="serin-image-") as scratch, story.bar("packing the image"):
        layers = list(_layers(target, version, layer, Path(scratch)))
        config = _config(version, target, variables, base)
        digest = _written(file, layers, config, f"{version.model}:{version.version}", base)
    needs = None if base else f"Python {target.python} on Linux beneath it, as `python3` on the PATH"
    return {
        "image": digest,
        "file": str(file),
        "model": version.model,
        "version": version.version,
        "python": target.python,
        "architecture": PROCESSORS[target.architecture],
        "layers": [{"what": one.what, "digest": one.digest, "bytes": one.size} for one in layers],
        **({"needs": needs} if needs else {}),
    }


def _version(client: Client, model: str, number: int | None) -> ModelVersion:
    if number is None:
        live = next((one.get("live") for one in client.get("/models")["items"] if one["model"] == model), None)
        if live is None:
            raise NotFound(f"Nothing is live of {model!r}.", "Name a model of `serin models`, or a --version.", "model")
        number = int(live["version"])
    records = client.all(f"/models/{model}/versions")
    record = next((one for one in records if one["version"] == number), None)
    if record is None:
        raise NotFound(f"There is no version {number} of {model}.", f"See `serin versions {model}`.", "--version")
    version: ListedVersion = from_record(ListedVersion, record)
    return version


def _target(connection: Connection) -> Target:
    """What the stage's own functions run on."""
    if connection.endpoint_url is None:
        return target_for(read_settings(ROOT / "cdk.json", connection.stage), "aws")
    if sys.platform != "linux":
        raise Invalid(
            f"The local platform's packages are this machine's, {sys.platform}'s.",
            "Images are made on Linux, or of AWS.",
        )
    return target_for(read_settings(ROOT / "cdk.json"), "local")


def _check_python(version: ModelVersion, target: Target) -> None:
    fitted = ".".join(version.runtime.get("python", target.python).split(".")[:2])
    compiled = version.compilation is not None and version.compilation.runtime == "compiled"
    if fitted != target.python and not compiled:
        raise Invalid(
            f"Version {version.version} was fitted by Python {fitted}, and the image is for {target.python}.",
            "Train again on this stage: what scikit-learn has written is opened by the Python that wrote it.",
        )


def _base(file: Path, target: Target) -> Base:
    try:
        base = read_base(file, PROCESSORS[target.architecture])
    except (OSError, LookupError, TypeError, AttributeError, ValueError, StopIteration, tarfile.TarError) as error:
        raise Invalid(
            f"{file} is no OCI layout of an image for {PROCESSORS[target.architecture]}: {error}.",
            "Write one with: skopeo copy docker://IMAGE oci-archive:FILE, or docker buildx build --output type=oci.",
            "--base",
        ) from error
    said = dict(one.partition("=")[::2] for one in (base.config.get("config") or {}).get("Env") or ())
    python = ".".join(said.get("PYTHON_VERSION", target.python).split(".")[:2])
    if python != target.python:
        raise Invalid(f"The base has Python {python}.", f"The packages are of Python {target.python}.", "--base")
    return base


def _model_layer(connection: Connection, version: ModelVersion) -> bytes:
    """The zip that a release gives to the function, once its digest holds."""
    try:
        bucket = connection.artifacts_bucket
        content: bytes = aws_client(connection, "s3").get_object(Bucket=bucket, Key=version.layer.key)["Body"].read()
    except (BotoCoreError, ClientError) as error:
        raise Denied(
            f"AWS does not give the model: {error}.", f"Use a profile that may read s3://{bucket}/models/*."
        ) from error
    if hashlib.sha256(content).hexdigest() != version.layer.sha256:
        raise Corrupt(
            f"The layer of version {version.version} is not what the registry recorded.", "Train again; it was changed."
        )
    return content


def _variables(connection: Connection, version: ModelVersion) -> Mapping[str, str]:
    """Those of the deployed function, with this version's."""
    name = Names(connection.stage).function("predict", version.model)
    try:
        deployed = aws_client(connection, "lambda").get_function_configuration(FunctionName=name)
    except (BotoCoreError, ClientError) as error:
        raise Denied(
            f"AWS does not say how {name} is set up: {error}.",
            "Use a profile that may lambda:GetFunctionConfiguration.",
        ) from error
    ours = {"SERIN_MODEL_VERSION": str(version.version), "SERIN_MODEL_SHA256": version.estimator.sha256}
    return {**deployed["Environment"]["Variables"], **ours}


def _layers(target: Target, version: ModelVersion, model: bytes, folder: Path) -> Iterator[Layer]:
    """What changes least comes first: registries keep equal layers once."""
    packages = BuiltPackages(ROOT, target, ())
    runtime = _below(packages.layer("runtime").folder / "python", RUNTIME)
    yield write_layer("Lambda's runtime client", runtime, folder / "runtime")
    # Of two layers with one file the later counts, as on Lambda.
    for name in reversed(PREDICT_LAYERS):
        yield write_layer(f"the layer {name}", _below(packages.layer(name).folder, LAYERS), folder / name)
    yield write_layer("predict's handler", _below(packages.function("predict").folder, TASK), folder / "predict")
    said = f"version {version.version} of {version.model}"
    yield write_layer(said, _unzipped(model), folder / "model")


def _below(folder: Path, place: str) -> list[tuple[str, Source]]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [(f"{place}/{path.relative_to(folder).as_posix()}", path) for path in files]


def _unzipped(content: bytes) -> list[tuple[str, Source]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = [name for name in archive.namelist() if not name.endswith("/")]
        return [(f"{LAYERS}/{name}", archive.read(name)) for name in names]


def _config(version: ModelVersion, target: Target, variables: Mapping[str, str], base: Base | None) -> dict[str, Any]:
    """How the image is run: as Lambda runs the function, by AWS's own client."""
    below = base.config.get("config") or {} if base else {}
    ours = {
        **dict(sorted(variables.items())),
        "LAMBDA_TASK_ROOT": f"/{TASK}",
        "PYTHONPATH": f"/{TASK}:/{LAYERS}/python:/{RUNTIME}",
    }
    return {
        "created": f"{version.at:%Y-%m-%dT%H:%M:%SZ}",
        "architecture": PROCESSORS[target.architecture],
        "os": "linux",
        "config": {
            **{name: below[name] for name in INHERITED if name in below},
            "Env": [
                *(one for one in below.get("Env") or () if one.partition("=")[0] not in ours),
                *(f"{k}={v}" for k, v in ours.items()),
            ],
            "Entrypoint": ["python3", "-m", "awslambdaric"],
            "Cmd": ["handler.handle"],
            "WorkingDir": f"/{TASK}",
            "Labels": {
                **(below.get("Labels") or {}),
                "serin.model": version.model,
                "serin.version": str(version.version),
            },
        },
    }


def _written(file: Path, layers: Sequence[Layer], config: Mapping[str, Any], name: str, base: Base | None) -> str:
    try:
        return write_image(file, layers, config, name, base)
    except OSError as error:
        raise Invalid(
            f"{file} cannot be written: {error.strerror}.", "Name a file in a folder that is there."
        ) from error
