"""What a rehearsal stands on: a cloud with a database, states and secrets, and nothing deployed."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.rehearsal import desk, first_deploy, tools
from deploy.rehearsal.bucket import Buckets, served
from deploy.rehearsal.by_gcloud import Gcloud
from deploy.rehearsal.by_gh import Gh
from deploy.rehearsal.databases import MAIN, Databases
from deploy.rehearsal.pipeline import BASE_URL, Pipeline
from deploy.rehearsal.project import PROJECT, REGION
from deploy.rehearsal.revisions import free_port
from deploy.rehearsal.run_cloud import RunCloud
from deploy.rehearsal.stacks import laid_out, standing_in
from deploy.stack import Stack
from local.check import production
from local.environment import bare_environment
from local.places import installation
from local.postgres import Cluster

STATE_BUCKET = f"{PROJECT}-states"
STAGE = {
    "project": PROJECT,
    "region": REGION,
    "stage": "prod",
    "base_url": BASE_URL,
    "alert_email": "people@example.com",
    "repository_id": "100000001",
    "repository_owner_id": "200000002",
}


@dataclass(frozen=True)
class Ground:
    """The pipeline that deploys on it, and an environment in which everything finds it."""

    pipeline: Pipeline
    environment: Mapping[str, str]


@contextmanager
def laid(cluster: Cluster) -> Iterator[Ground]:
    """Lay it. Raises RunbookWrong when the page of the first deployment does not do it."""
    with ExitStack() as stack:
        place = Path(tempfile.mkdtemp(prefix="taskflow-"))
        stack.callback(shutil.rmtree, place, ignore_errors=True)
        first_deploy.make_users(cluster)
        databases = stack.enter_context(closing(Databases(cluster, place)))
        cloud, buckets = stack.enter_context(closing(RunCloud(place))), Buckets()
        buckets.make(STATE_BUCKET)
        terraform = stack.enter_context(standing_in(cloud)) | stack.enter_context(served(buckets))
        environment = _with_programs(place, cluster, terraform)
        laid_out(place / "stacks")
        stacks = {
            name: Stack(place / "stacks" / name, environment) for name in ("platform", "service")
        }
        for each in stacks.values():
            each.init_in(environment)
        _lay_the_ground(stacks["platform"])
        _fill(cloud)
        pipeline = Pipeline(cloud, stacks["service"], place, environment, free_port())
        programs = {"gcloud": Gcloud(cloud, buckets, databases).do, "gh": Gh(pipeline).do}
        stack.enter_context(desk.open_at(place, programs))
        yield Ground(pipeline, environment)


def _with_programs(
    place: Path, cluster: Cluster, terraform: Mapping[str, str]
) -> Mapping[str, str]:
    """Put the cloud's programs where they are found first; return the environment that says so."""
    tools.put_in(place / "bin")
    psql = installation(cluster.home, cluster.account) / "bin" / "psql"
    (place / "bin" / "psql").symlink_to(psql)
    environment = bare_environment(**terraform, REHEARSAL=str(place), STATE_BUCKET=STATE_BUCKET)
    return {**environment, "PATH": f"{place / 'bin'}{os.pathsep}{environment['PATH']}"}


def _lay_the_ground(platform: Stack) -> None:
    """Apply the platform stack, as an operator does before the first deployment."""
    platform.plan({name: text for name, text in STAGE.items() if name != "alert_email"})
    platform.apply()


def _fill(cloud: RunCloud) -> None:
    """Give each secret its first version."""
    values = production(_socket_url("runtime"))
    for name in ("DATABASE_URL", "SECRET_KEY", "KEY_ENCRYPTION_KEYS", "ADMIN_API_KEY"):
        cloud.vault.add(f"taskflow-{name.lower().replace('_', '-')}", values[name])
    cloud.vault.add("taskflow-migrator-database-url", _socket_url("migrator"))


def _socket_url(user: str) -> str:
    """Return the URL of the database as one of its two users, as a secret holds it."""
    socket = f"/cloudsql/{PROJECT}:{REGION}:{MAIN}"
    return f"postgres://taskflow_{user}:example@/taskflow?host={socket}"
