"""Who follows a runbook: a checkout of their own, and a shell that takes its commands."""

import os
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.rehearsal.ground import STAGE, Ground
from deploy.rehearsal.places import checked_out
from deploy.rehearsal.project import PROJECT, REGION
from local.environment import ROOT, given

LINKED = (".venv", ".tools")
WELCOME = """
This shell is in a checkout of its own, signed in to the rehearsal: gcloud, gh, docker,
cloud-sql-proxy and psql act on it, and refuse what they do not know. Production is at $BASE_URL.
What a page writes as NAME=… is set here already. `exit` ends it, and all of it is gone.
"""


@dataclass(frozen=True)
class Reader:
    """Where they are, and what they have in their environment."""

    checkout: Path
    environment: Mapping[str, str]

    def stays(self) -> None:
        """Give them a shell until they leave it."""
        print(WELCOME, flush=True)
        command = ("bash", "--norc")  # what one's own start-up files put on PATH would hide ours
        subprocess.run(command, cwd=self.checkout, env=dict(self.environment), check=False)


@contextmanager
def reader(ground: Ground) -> Iterator[Reader]:
    """Let somebody in; their checkout goes with them."""
    with tempfile.TemporaryDirectory(prefix="taskflow-") as folder:
        checkout = Path(folder) / "taskflow"
        checked_out(checkout)
        for name in LINKED:
            (checkout / name).symlink_to((ROOT / name).resolve())
        yield Reader(checkout, _environment(ground, checkout))


def _environment(ground: Ground, checkout: Path) -> dict[str, str]:
    return {
        **ground.environment,
        **{f"TF_VAR_{name}": text for name, text in STAGE.items()},
        "PATH": f"{checkout / '.venv' / 'bin'}{os.pathsep}{ground.environment['PATH']}",
        "TERM": given("TERM") or "dumb",
        "PS1": r"rehearsal:\W$ ",
        "STAGE": STAGE["stage"],
        "PROJECT": PROJECT,
        "REGION": REGION,
        "BASE_URL": ground.pipeline.cloud.production.url,
    }
