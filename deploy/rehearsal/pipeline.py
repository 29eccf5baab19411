"""From Test to Verify: the pipeline's own programs, on this machine."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

from deploy.rehearsal.changes import Change
from deploy.rehearsal.images import Image, NotBuilt, built
from deploy.rehearsal.paper_cloud import PROJECT, REGION
from deploy.rehearsal.run_cloud import RunCloud
from deploy.rehearsal.tools import put_in
from deploy.release import NotReleased, Release, back_to, verified
from deploy.stack import Stack, TerraformFailed
from local.environment import ROOT, bare_environment

STAGES = ("Test", "Build", "Migrate", "Pin", "Deploy", "Canary", "Shift", "Verify")
BASE_URL = "https://taskflow.example.com"


class Stopped(Exception):
    """A stage refused; the text is what it said."""

    def __init__(self, stage: str, said: str) -> None:
        super().__init__(said)
        self.stage = stage


@dataclass
class Pipeline:
    """Everything that a push goes through."""

    cloud: RunCloud
    service: Stack
    var: Path
    proxy_port: int
    runs: int = 0
    earlier: str = ""
    stages: list[str] = field(default_factory=list)

    def push(self, change: Change) -> None:
        """Bring a change to production, or production back. Raises Stopped."""
        if change.goes_back:
            self.stages = ["Back"]
            back_to(self.service, self.earlier, self.stages.append)
            return
        self.runs, self.stages, self.earlier = self.runs + 1, [], self.cloud.serving()
        first = STAGES.index(change.begins_at)
        if first <= STAGES.index("Test"):
            self._test(change)
        image = self._build(change)
        if first <= STAGES.index("Migrate"):
            self._migrate(image)
        if first <= STAGES.index("Pin"):
            self._pin(change)
        self._release(change, image)
        if change.runs_jobs:
            self._jobs()

    def _test(self, change: Change) -> None:
        python = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", change.test)
        self._stage("Test", python, bare_environment(TASKFLOW_LANE="sqlite"))

    def _build(self, change: Change) -> Image:
        self.stages.append("Build")
        try:
            image = built(self.var / "images", change.edit)
        except NotBuilt as refusal:
            raise Stopped("Build", str(refusal)) from refusal
        self.cloud.images[image.reference] = image.folder
        return image

    def _migrate(self, image: Image) -> None:
        told = {"IMAGE": image.reference, "PROJECT": PROJECT, "STAGE": "prod", "BASE_URL": BASE_URL}
        environment = self._tools(None, **told, PROXY_PORT=str(self.proxy_port))
        self._stage("Migrate", ("deploy/migrate.sh",), environment)

    def _pin(self, change: Change) -> None:
        secrets = {n: v for n, v in self.cloud.values.items() if n != change.missing_secret}
        file = self.service.folder / "secrets.auto.tfvars.json"
        bypass = change.variables.get("allow_dev_auth_bypass", "false")
        stage = {
            "TF_VAR_project": PROJECT,
            "TF_VAR_stage": "prod",
            "TF_VAR_allow_dev_auth_bypass": bypass,
        }
        command = (sys.executable, "-m", "deploy.pin_secrets", str(file))
        self._stage("Pin", command, self._tools(secrets, **stage))

    def _release(self, change: Change, image: Image) -> None:
        variables = {
            "project": PROJECT,
            "region": REGION,
            "stage": "prod",
            "base_url": BASE_URL,
            "alert_email": "people@example.com",
            **change.variables,
        }
        reference = variables.pop("image", image.reference)
        (self.service.folder / "stage.auto.tfvars.json").write_text(json.dumps(variables))
        verify = partial(self._verify, change)
        name = f"sha-{image.folder.name}-{self.runs}"
        try:
            Release(self.service, reference, name, verify, self.stages.append).carry_out()
        except (NotReleased, TerraformFailed) as refusal:
            stage = [each for each in self.stages if each != "Roll back"][-1]
            raise Stopped(stage, str(refusal)) from refusal

    def _jobs(self) -> None:
        """Run each job as its clock would, and one command as a person does."""
        where = ("--project", PROJECT, "--region", REGION, "--wait")
        for name in sorted(self.cloud.jobs):
            command = (str(self.var / "bin" / "gcloud"), "run", "jobs", "execute", name, *where)
            self._stage(name, command, self._tools(None))
        by_hand = ("deploy/manage.sh", "signing_keys", "list")
        self._stage("By hand", by_hand, self._tools(None, PROJECT=PROJECT, REGION=REGION))

    def _verify(self, change: Change, url: str, revision: str) -> None:
        """Verify at the switch that stands for the address."""
        is_candidate = "candidate---" in url
        if change.crashes and not is_candidate:
            self.cloud.revisions[revision].kill()
        switch = self.cloud.candidate if is_candidate else self.cloud.production
        verified(switch.url, revision, patience=0)

    def _tools(self, secrets: Mapping[str, str] | None, **environ: str) -> dict[str, str]:
        """An environment in which the cloud's programs are ours."""
        put_in(self.var / "bin")
        known: dict[str, Any] = {
            "secrets": self.cloud.values if secrets is None else secrets,
            "images": {name: str(folder) for name, folder in self.cloud.images.items()},
            "sockets": {name: str(folder) for name, folder in self.cloud.sockets.items()},
            "jobs": self.cloud.jobs,
            "log": str(self.var / "job.log"),
        }
        file = self.var / "known.json"
        file.write_text(json.dumps(known))
        file.chmod(0o600)
        environment = bare_environment(REHEARSAL=str(file), PYTHONPATH=str(ROOT), **environ)
        return {**environment, "PATH": f"{self.var / 'bin'}{os.pathsep}{environment['PATH']}"}

    def _stage(self, name: str, command: Sequence[str], environment: Mapping[str, str]) -> None:
        """Run one program of the pipeline. Raises Stopped with what it said."""
        self.stages.append(name)
        done = subprocess.run(
            command,
            cwd=ROOT,
            env=dict(environment),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise Stopped(name, done.stdout.strip())
