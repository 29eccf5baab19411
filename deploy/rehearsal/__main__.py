"""`make rehearse`: from push to production and back, without a cloud account.

A first deployment, one with a migration, the runbooks if asked for, then a push for each way in
which a stage can fail, all under load. Real are Terraform, its plans, PostgreSQL, the revisions'
processes and the pipeline's own programs; Google is a stand-in, and what a push deploys is a folder
with what the image would hold. The image itself is built and run besides where buildah is; where it
is not, that is what is told.
"""

import argparse
import json
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, TextIO

from deploy.rehearsal import first_deploy
from deploy.rehearsal.changes import BROKEN, FIRST, GOOD, Change
from deploy.rehearsal.container import Faulty
from deploy.rehearsal.follow import FOLLOWED, Following, NotFollowed
from deploy.rehearsal.ground import laid
from deploy.rehearsal.in_a_container import line, rehearsed
from deploy.rehearsal.load import Load
from deploy.rehearsal.pipeline import Pipeline, Stopped
from deploy.rehearsal.reader import Reader, reader
from local.environment import VAR, CannotStart
from local.places import PostgresUnavailable
from local.postgres import throw_away
from local.processes import Stopped as StoppedBySignal
from local.processes import stop_on_signals

REPORT = VAR / "rehearsal.json"


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
        if asked.stay:
            _stay()
            return
        outcomes = list(_rehearsed(sys.stdout, FOLLOWED if asked.runbooks else ()))
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
    parser.add_argument("--stay", action="store_true", help="deploy, then give me a shell in it")
    parser.add_argument("--runbooks", action="store_true", help="follow these too, a minute longer")
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


def _stay() -> None:
    """Deploy twice, so that there is an earlier revision, and hold all of it open."""
    with throw_away() as cluster, laid(cluster) as ground, reader(ground) as somebody:
        for change in (FIRST, replace(GOOD, runs_jobs=False)):
            ground.pipeline.push(change)
            print(f"{change.what}: {ground.pipeline.cloud.serving()} serves", flush=True)
        somebody.stays()


def _rehearsed(out: TextIO, pages: Sequence[Following]) -> Iterator[Outcome]:
    with throw_away() as cluster, laid(cluster) as ground:
        pipeline = ground.pipeline
        pipeline.push(FIRST)
        load = Load(pipeline.cloud.production.url)
        load.start()
        with reader(ground) as somebody:
            yield _told(_outcome(pipeline, GOOD, load), out)
            for page in pages:
                yield _told(_followed(pipeline, page, somebody, load), out)
        for change in BROKEN:
            yield _told(_outcome(pipeline, change, load), out)
        load.stop()


def _told(outcome: Outcome, out: TextIO) -> Outcome:
    print(outcome.line(), file=out, flush=True)
    if not outcome.as_expected:
        print(outcome.said, file=out, flush=True)
    return outcome


def _followed(pipeline: Pipeline, page: Following, somebody: Reader, load: Load) -> Outcome:
    """Follow a page, and look at what serves afterwards."""
    before, began = pipeline.cloud.serving(), time.monotonic()
    load.taken()
    known, said = page.knows(pipeline), ""
    try:
        page.by(somebody, known)
    except NotFollowed as stumbled:
        said = str(stumbled)
    after = pipeline.cloud.serving()
    answered, lost = load.taken()
    new = pipeline.cloud.revisions()[0]
    wanted = new if page.deploys else known.get("REVISION", before)
    moved = after != before or not page.deploys
    good = not said and after == wanted and moved and lost == 0 < answered
    return Outcome(
        f"docs/runbooks/{page.page} is followed", [], "a command" if said else None, said, before,
        after, answered, lost, round(time.monotonic() - began, 1), good,
    )  # fmt: skip


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
