"""What a job finds around it: `/opt/ml` as a folder of its own, said by the variables of script mode.

Nobody but root could put a folder at /opt/ml, and several jobs run at once, so a program that reads `SM_MODEL_DIR`,
`SM_CHANNEL_…` and `SM_OUTPUT_DATA_DIR`, as AWS's own images ask it to, runs here and there alike.
https://github.com/aws/sagemaker-training-toolkit/blob/master/ENVIRONMENT_VARIABLES.md
"""

from __future__ import annotations

import json
import os
import tarfile
from collections.abc import Mapping
from pathlib import Path

from infra.local.iam.credentials import Credentials
from infra.local.services.sagemaker.requests import PROGRAM, Asked

_FAILURE_CHARACTERS = 1024
_HOST = "algo-1"


class Container:
    """The folder of one run of a job: `/opt/ml` lies in it."""

    def __init__(self, folder: Path, asked: Asked) -> None:
        self.root = folder
        self.ml = folder / "opt" / "ml"
        self.code, self.model, self.data = self.ml / "code", self.ml / "model", self.ml / "output" / "data"
        self._asked = asked
        for made in (self.code, self.model, self.data, self._config, folder / "tmp"):
            made.mkdir(parents=True)
        for name in asked.channels:
            self.channel(name).mkdir(parents=True)
        self._write_config()

    @property
    def log(self) -> Path:
        """What it printed."""
        return self.root / "log"

    def channel(self, name: str) -> Path:
        """Where the objects of a channel lie."""
        return self.ml / "input" / "data" / name

    def extract(self, submitted: Path) -> None:
        """Put the code in its place."""
        with tarfile.open(submitted) as archive:
            archive.extractall(self.code, filter="data")

    def arguments(self) -> list[str]:
        """The program, and the hyperparameters that are not the platform's own."""
        named = [(name, text) for name, text in sorted(self._plain().items()) if not name.startswith("sagemaker_")]
        return [self._plain()[PROGRAM], *(part for name, text in named for part in (f"--{name}", text))]

    def environment(self, credentials: Credentials, region: str, image: Path) -> dict[str, str]:
        """The variables; `image` is where what the image brings for Python lies."""
        channels = {f"SM_CHANNEL_{name.upper()}": str(self.channel(name)) for name in self._asked.channels}
        hyperparameters = {f"SM_HP_{name.upper().replace('-', '_')}": text for name, text in self._plain().items()}
        return {
            "PATH": "/usr/local/bin:/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "HOME": str(self.root / "tmp"),
            "TMPDIR": str(self.root / "tmp"),
            "PYTHONUNBUFFERED": "1",
            **self._asked.environment,
            **hyperparameters,
            **channels,
            **self._folders(),
            "TRAINING_JOB_NAME": self._asked.name,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
            "AWS_ACCESS_KEY_ID": credentials.access_key_id,
            "AWS_SECRET_ACCESS_KEY": credentials.secret_access_key,
            "AWS_SESSION_TOKEN": credentials.session_token,
            "PYTHONPATH": f"{self.code}{os.pathsep}{image}",
        }

    def failure(self) -> str:
        """What the job says of its failure, if it does."""
        place = self.ml / "output" / "failure"
        return place.read_text(errors="replace")[:_FAILURE_CHARACTERS] if place.is_file() else ""

    def packed(self, folder: Path, name: str) -> Path | None:
        """The folder's content as a compressed archive; None where there is none."""
        content = sorted(folder.iterdir())
        if not content:
            return None
        with tarfile.open(self.root / name, "w:gz", compresslevel=1) as archive:
            for item in content:
                archive.add(item, item.name)
        return self.root / name

    @property
    def _config(self) -> Path:
        return self.ml / "input" / "config"

    def _plain(self) -> Mapping[str, str]:
        """Clients write hyperparameters as JSON, or as they are."""
        return {name: _plain(text) for name, text in self._asked.hyperparameters.items()}

    def _folders(self) -> dict[str, str]:
        return {
            "SM_MODEL_DIR": str(self.model),
            "SM_INPUT_DIR": str(self.ml / "input"),
            "SM_INPUT_CONFIG_DIR": str(self._config),
            "SM_OUTPUT_DIR": str(self.ml / "output"),
            "SM_OUTPUT_DATA_DIR": str(self.data),
            "SM_CHANNELS": json.dumps(sorted(self._asked.channels)),
            "SM_HPS": json.dumps(self._plain()),
            "SM_NUM_CPUS": str(self._asked.machine.cores),
            "SM_CURRENT_HOST": _HOST,
            "SM_HOSTS": json.dumps([_HOST]),
        }

    def _write_config(self) -> None:
        machine = {"current_host": _HOST, "hosts": [_HOST], "current_instance_type": self._asked.machine.name}
        inputs = {name: {"TrainingInputMode": "File"} for name in self._asked.channels}
        for name, content in (
            ("hyperparameters", dict(self._asked.hyperparameters)),
            ("resourceconfig", machine),
            ("inputdataconfig", inputs),
        ):
            (self._config / f"{name}.json").write_text(json.dumps(content))


def _plain(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        return text
    return value if isinstance(value, str) else text
