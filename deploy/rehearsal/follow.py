"""The runbooks, followed: every block of a page that is marked as shell, typed as it stands.

What a page writes as NAME=… is what a reader fills in; here they have it in their environment. A
block that says `not-rehearsed` is left out, and docs/runbooks/README.md says why. Two things are
not as written: a proxy gets a port that is free, and who follows waits until it listens.
"""

import json
import re
import secrets
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.request import urlopen

from deploy.rehearsal.pipeline import Pipeline
from deploy.rehearsal.reader import Reader
from deploy.rehearsal.revisions import free_port
from local.environment import ROOT

PAGES = ROOT / "docs" / "runbooks"
BLOCK = re.compile(r"^ *```sh\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
FILLED_IN = re.compile(r"\b(\w+)=…")
PROXY = re.compile(r"^ *cloud-sql-proxy .*&$", re.MULTILINE)
PORT = "5433"
LISTENS = f"until (: >/dev/tcp/127.0.0.1/{PORT}) 2>/dev/null; do sleep 0.1; done"
ENDS_WITH_US = "trap 'jobs -p | xargs -r kill' EXIT\n"
SECONDS = 300

Knows = Callable[[Pipeline], Mapping[str, str]]


class NotFollowed(Exception):
    """A command of a page does not do it; the text is what was typed and said last."""


@dataclass(frozen=True)
class Following:
    """A page, or some of its blocks, and what a reader knows when they come to it.

    A REVISION that they know has the traffic afterwards; where it `deploys`, a new one has.
    """

    page: str
    knows: Knows = lambda _: {}
    blocks: tuple[int, int | None] = (0, None)
    on_a_stage: bool = False  # `python manage.py …` is to be typed as `deploy/manage.sh …`
    deploys: bool = False

    def by(self, reader: Reader, known: Mapping[str, str]) -> None:
        """Follow it. Raises NotFollowed."""
        done = subprocess.run(
            ["bash", "-xeuo", "pipefail", "-c", self._typed()],
            cwd=reader.checkout,
            env={**reader.environment, **known},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise NotFollowed(done.stdout[-2000:])

    def _typed(self) -> str:
        blocks = BLOCK.findall((PAGES / self.page).read_text())[slice(*self.blocks)]
        text = FILLED_IN.sub(r'\1="$\1"', "".join(blocks))
        text = PROXY.sub(lambda found: f"{found[0]}\n{LISTENS}", text)
        if self.on_a_stage:
            text = text.replace("python manage.py", "deploy/manage.sh")
        return ENDS_WITH_US + text.replace(PORT, str(free_port()))


def _earlier(pipeline: Pipeline) -> Mapping[str, str]:
    return {"REVISION": pipeline.earlier}


def _newest(pipeline: Pipeline) -> Mapping[str, str]:
    return {"REVISION": pipeline.cloud.revisions()[0]}


def _signing_key(pipeline: Pipeline) -> Mapping[str, str]:
    with urlopen(f"{pipeline.cloud.production.url}/.well-known/jwks.json") as answer:
        return {"KID": json.load(answer)["keys"][0]["kid"]}


def _value(_: Pipeline) -> Mapping[str, str]:
    return {"VALUE": secrets.token_urlsafe(64)}


def _this_moment(_: Pipeline) -> Mapping[str, str]:
    return {"MOMENT": datetime.now(UTC).isoformat(timespec="seconds")}


FOLLOWED = (
    Following("README.md"),
    Following("deploy.md"),
    Following("rollback.md", _earlier, (0, 2)),
    # Past Terraform; what is deployed next has to find out.
    Following("rollback.md", _newest, (2, None)),
    Following("key-rotation.md", _signing_key, on_a_stage=True),
    # What it adds is deployed by the next page: the block for that is the same in both.
    Following("secrets.md", _value, (0, 1)),
    Following("first-deploy.md"),
    Following("restore.md", _this_moment, deploys=True),
    Following("secrets.md", blocks=(2, None)),
)
