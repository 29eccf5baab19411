"""`make rehearse`: from push to production and back, without a cloud account.

A first deployment, one with a migration, then one for each way in which a stage can fail, all under
load. Real are Terraform, its plans, PostgreSQL, the revisions' processes and the pipeline's own
programs; Google is a stand-in, and what a push deploys is a folder with what the image would hold.
The image itself is built and run besides where buildah is; where it is not, that is what is told.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from deploy.rehearsal import first_deploy
from deploy.rehearsal.changes import BACK, BROKEN, FIRST, GOOD, Change
from deploy.rehearsal.container import Faulty
from deploy.rehearsal.in_a_container import line, rehearsed
from deploy.rehearsal.load import Load
from deploy.rehearsal.paper_cloud import PROJECT, REGION
from deploy.rehearsal.pipeline import BASE_URL, Pipeline, Stopped
from deploy.rehearsal.revisions import free_port
from deploy.rehearsal.run_cloud import RunCloud, secret_values
from deploy.rehearsal.stacks import copied
from deploy.stack import Stack
from local.check import production
from local.environment import VAR, CannotStart
from local.places import PostgresUnavailable
from local.postgres import Cluster, throw_away
from local.processes import Stopped as StoppedBySignal
from local.processes import stop_on_signals

REPORT = VAR / "rehearsal.json"
INSTANCE = f"{PROJECT}:{REGION}:taskflow"
RUNTIME_URL, MIGRATOR_URL = (
    f"postgres://taskflow_{user}:example@/taskflow?host=/cloudsql/{INSTANCE}"
    for user in ("runtime", "migrator")
)


@dataclass(frozen=True)
class Outcome:
    """How one push went."""

    change: str
    stages: list[str]
    stopped_at: str | None
    said: str
    serving_before: str
    serving_after: str
    answered: int
    lost: int
    seconds: float
    as_expected: bool

    def line(self) -> str:
        """Return it as people read it."""
        where = f"stopped at {self.stopped_at}" if self.stopped_at else "serves"
        taken_back = ", taken back" if "Roll back" in self.stages else ""
        return (
            f"{'ok' if self.as_expected else 'FAILED':<7}{self.change:<54} {where}{taken_back}; "
            f"{self.answered} answered, {self.lost} lost, {self.seconds:.1f} s"
        )


def main() -> None:
    """Rehearse. Ends with 1 unless everything went as it must."""
    stop_on_signals()
    asked = _asked()
    began = time.monotonic()
    try:
        outcomes = list(_rehearsed(sys.stdout))
        pushed = time.monotonic()
        image = _image(wanted=not asked.without_image)
    except (CannotStart, PostgresUnavailable, first_deploy.RunbookWrong) as missing:
        sys.exit(f"The rehearsal cannot begin: {missing}")
    except Stopped as stopped:
        sys.exit(f"The first deployment stopped at {stopped.stage}: {stopped}")
    except StoppedBySignal:
        sys.exit(130)
    good = image["good"] and all(outcome.as_expected for outcome in outcomes)
    report = {
        "good": good,
        "seconds": round(pushed - began, 1),
        "image": image,
        "pushes": [asdict(outcome) for outcome in outcomes],
    }
    VAR.mkdir(exist_ok=True)
    REPORT.write_text(json.dumps(report, indent=2) + "\n")
    print(f"\n{len(outcomes)} pushes, {report['seconds']} s; {REPORT.relative_to(VAR.parent)}")
    sys.exit(0 if good else 1)


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make rehearse", description="Rehearse the deployment.")
    parser.add_argument("--without-image", action="store_true", help="build none")
    return parser.parse_args()


def _image(*, wanted: bool) -> dict[str, Any]:
    """Build and run the image, if it is wanted and can be; tell how it went."""
    if not wanted:
        return {"good": True, "built": False, "said": "nobody asked for it"}
    try:
        told = {"good": True, **rehearsed()}
    except Faulty as fault:
        told = {"good": False, "built": True, "said": str(fault)}
    print(line(told), flush=True)
    return told


def _rehearsed(out: TextIO) -> Iterator[Outcome]:
    with throw_away() as cluster, _pipeline(cluster) as pipeline:
        pipeline.push(FIRST)
        load = Load(pipeline.cloud.production.url)
        load.start()
        for change in (GOOD, BACK, *BROKEN):
            outcome = _outcome(pipeline, change, load)
            print(outcome.line(), file=out, flush=True)
            if not outcome.as_expected:
                print(outcome.said, file=out, flush=True)
            yield outcome
        load.stop()


@contextmanager
def _pipeline(cluster: Cluster) -> Iterator[Pipeline]:
    """A new cloud with a database and secrets in it, and nothing deployed."""
    sockets = {INSTANCE: cluster.socket_folder}
    first_deploy.make_users(cluster)
    values = production(RUNTIME_URL)
    names = ("DATABASE_URL", "SECRET_KEY", "KEY_ENCRYPTION_KEYS", "ADMIN_API_KEY")
    stored = secret_values(MIGRATOR_URL, {name: values[name] for name in names})
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="taskflow-"))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        cloud = stack.enter_context(closing(RunCloud(stored, sockets, folder)))
        stacks = stack.enter_context(copied(cloud))
        _lay_the_ground(stacks["platform"])
        stacks["service"].init()
        yield Pipeline(cloud, stacks["service"], folder, free_port())


def _lay_the_ground(platform: Stack) -> None:
    """Apply the platform stack, as an operator does before the first deployment."""
    platform.init()
    numbers = {"repository_id": "100000001", "repository_owner_id": "200000002"}
    where = {"project": PROJECT, "region": REGION, "stage": "prod", "base_url": BASE_URL}
    platform.plan({**where, **numbers})
    platform.apply()


def _outcome(pipeline: Pipeline, change: Change, load: Load) -> Outcome:
    """Push, and look at what serves afterwards."""
    before, began = pipeline.cloud.serving(), time.monotonic()
    load.taken()
    stopped_at, said = None, ""
    try:
        pipeline.push(change)
    except Stopped as stopped:
        stopped_at, said = stopped.stage, str(stopped)
    after = pipeline.cloud.serving()
    answered, lost = load.taken()
    expected = (
        stopped_at == change.stops_at
        and change.says in " ".join(said.split())
        and (after == before) == (change.stops_at is not None)
        and (lost == 0 or change.crashes)
        and answered > 0
    )
    seconds = round(time.monotonic() - began, 1)
    return Outcome(
        change.what, list(pipeline.stages), stopped_at, said, before, after, answered, lost,
        seconds, expected,
    )  # fmt: skip


if __name__ == "__main__":
    main()
