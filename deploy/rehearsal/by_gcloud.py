"""What gcloud does to the rehearsal: each method is the command of its name."""

import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from typing import Any

from deploy.rehearsal.bucket import Buckets
from deploy.rehearsal.bucket import Refused as StorageRefused
from deploy.rehearsal.databases import Databases
from deploy.rehearsal.project import PROJECT, Refused
from deploy.rehearsal.run_cloud import RunCloud
from deploy.rehearsal.vault import Standing
from local.environment import bare_environment

Asked = Mapping[str, Any]
Said = tuple[int, str]


class Gcloud:
    """Every method returns an exit status and what is printed, or raises Refused."""

    def __init__(self, cloud: RunCloud, buckets: Buckets, databases: Databases) -> None:
        self.cloud, self.buckets, self.databases = cloud, buckets, databases
        self.project, self.log = "", ""

    def do(self, asked: Asked) -> Said:
        """Carry out a command of the project."""
        if asked["command"] != "config set" and (asked["project"] or self.project) != PROJECT:
            raise Refused(
                "The required property [project] is not set, or is no project of this stage: "
                "gcloud config set project PROJECT"
            )
        said: Said = getattr(self, asked["command"].replace(" ", "_").replace("-", "_"))(asked)
        return said

    def config_set(self, asked: Asked) -> Said:
        """Say which project is meant from now on."""
        self.project = asked["value"]
        return 0, "Updated property [core/project].\n"

    def logging_read(self, _: Asked) -> Said:
        """Show what the last job said."""
        return 0, self.log

    def run_jobs_execute(self, asked: Asked) -> Said:
        """Run a job to its end, with other arguments when some are given."""
        if asked["name"] not in self.cloud.jobs:
            raise Refused(f"Job [{asked['name']}] could not be found.")
        job = self.cloud.jobs[asked["name"]]
        arguments = job["args"]
        if asked["args"] is not None:
            arguments = listed(asked["args"])
        program, *command = job["command"]
        assert program == "python"
        done = subprocess.run(
            [sys.executable, *command, *arguments],
            cwd=job["folder"],
            env=bare_environment(**job["environment"]),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        self.log = done.stdout
        if done.returncode != 0:
            raise Refused("The execution failed.")
        return 0, "taskflow-execution\n"

    def run_revisions_list(self, _: Asked) -> Said:
        """Tell which run, and which has the traffic."""
        serving = self.cloud.serving()
        return 0, table(
            ("REVISION", "ACTIVE", "TRAFFIC"),
            *(
                (name, "yes" * (name in self.cloud.running), "100%" * (name == serving))
                for name in self.cloud.revisions()
            ),
        )

    def run_services_update_traffic(self, asked: Asked) -> Said:
        """Give a revision all of the traffic, past Terraform."""
        name, _, percent = asked["to_revisions"].partition("=")
        if percent != "100":
            raise Refused("Not rehearsed: a revision with less than all of the traffic.")
        self.cloud.shift(name)
        return 0, f"Traffic:\n  100% {name}\n"

    def scheduler_jobs_list(self, _: Asked) -> Said:
        """Tell of each clock whether it runs."""
        rows = ((name, "PAUSED" if paused else "ENABLED") for name, paused in self._clocks())
        return 0, table(("ID", "STATE"), *rows)

    def scheduler_jobs_pause(self, asked: Asked) -> Said:
        """Stop a clock."""
        return self._turn_clock(asked["name"], paused=True)

    def scheduler_jobs_resume(self, asked: Asked) -> Said:
        """Let a clock go on."""
        return self._turn_clock(asked["name"], paused=False)

    def secrets_versions_access(self, asked: Asked) -> Said:
        """Show a value."""
        number = asked["version"]
        if number == "latest":
            number = str(self.cloud.vault.newest(asked["secret"]))
        return 0, self.cloud.vault.value(asked["secret"], number)

    def secrets_versions_add(self, asked: Asked) -> Said:
        """Store a value."""
        number = self.cloud.vault.add(asked["secret"], asked["stdin"])
        return 0, f"Created version [{number}] of the secret [{asked['secret']}].\n"

    def secrets_versions_destroy(self, asked: Asked) -> Said:
        """Drop a value for ever."""
        return self._turn(asked, Standing.DESTROYED)

    def secrets_versions_disable(self, asked: Asked) -> Said:
        """Let nobody have a value until it is enabled."""
        return self._turn(asked, Standing.DISABLED)

    def secrets_versions_enable(self, asked: Asked) -> Said:
        """Let it be had again."""
        return self._turn(asked, Standing.ENABLED)

    def secrets_versions_list(self, asked: Asked) -> Said:
        """Tell of each version, the newest first."""
        rows = [
            (str(number), version.standing.value)
            for number, version in enumerate(self.cloud.vault.versions(asked["secret"]), start=1)
            if version.standing is Standing.ENABLED or not asked["filter"]
        ]
        newest_first = rows[::-1][: 1 if asked["limit"] else None]
        if asked["format"]:
            return 0, "".join(f"{number}\n" for number, _ in newest_first)
        return 0, table(("NAME", "STATE"), *newest_first)

    def sql_instances_clone(self, asked: Asked) -> Said:
        """Make an instance that is what another was at a moment."""
        self.databases.clone(asked["source"], asked["target"], asked["point_in_time"])
        return 0, f"Created [{asked['target']}].\n"

    def sql_instances_list(self, _: Asked) -> Said:
        """Tell which there are."""
        rows = ((name, "RUNNABLE") for name in self.databases.names())
        return 0, table(("NAME", "STATUS"), *rows)

    def storage_buckets_create(self, asked: Asked) -> Said:
        """Make a bucket, which Terraform then finds."""
        name = asked["bucket"].removeprefix("gs://")
        try:
            self.buckets.make(name)
        except StorageRefused as refusal:
            raise Refused(f"gs://{name}: {refusal}") from refusal
        return 0, f"Creating gs://{name}/...\n"

    def storage_buckets_update(self, asked: Asked) -> Said:
        """Look whether it is there: versions are kept on paper alone."""
        name = asked["bucket"].removeprefix("gs://")
        try:
            self.buckets.listed(name, "")
        except StorageRefused as refusal:
            raise Refused(f"gs://{name}: {refusal}") from refusal
        return 0, f"Updating gs://{name}/...\n"

    def _clocks(self) -> Sequence[tuple[str, bool]]:
        return sorted(self.cloud.paused.items())

    def _turn_clock(self, name: str, *, paused: bool) -> Said:
        if name not in self.cloud.paused:
            raise Refused(f"Job [{name}] could not be found.")
        self.cloud.paused[name] = paused
        return 0, f"{'Paused' if paused else 'Resumed'} job [{name}].\n"

    def _turn(self, asked: Asked, standing: Standing) -> Said:
        self.cloud.vault.turn(asked["secret"], asked["version"], standing)
        done = f"{standing.value.capitalize()} version [{asked['version']}]"
        return 0, f"{done} of the secret [{asked['secret']}].\n"


def listed(text: str) -> list[str]:
    """Split a list: at its commas, or as ^BREAK^ONE BREAK TWO (gcloud topic escaping)."""
    told = re.fullmatch(r"\^([^^]+)\^(.*)", text, re.DOTALL)
    between, joined = told.groups() if told else (",", text)
    return joined.split(between)


def table(*rows: Sequence[str]) -> str:
    """Lay out rows as people read them."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "".join("  ".join(map(str.ljust, row, widths)).rstrip() + "\n" for row in rows)
