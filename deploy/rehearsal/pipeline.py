"""From Test to Verify: the pipeline's own programs, on this machine."""

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from deploy.rehearsal.changes import Change
from deploy.rehearsal.images import Image, NotBuilt, built
from deploy.rehearsal.project import PROJECT, REGION
from deploy.rehearsal.run_cloud import RunCloud
from deploy.release import NotReleased, NotVerified, Release, verified
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
    place: Path
    tools: Mapping[str, str]  # an environment in which the cloud's programs are ours
    proxy_port: int
    runs: int = 0
    earlier: str = ""
    last: tuple[Change, Image] | None = None
    variables: dict[str, str] = field(default_factory=dict)  # what the stage sets besides
    stages: list[str] = field(default_factory=list)

    def push(self, change: Change) -> None:
        """Bring a change to production. Raises Stopped."""
        self._begin()
        if change.begins_at == "Test":
            self._test(change)
        self.last = change, self._build(change)
        self._bring(*self.last)
        if change.runs_jobs:
            self._jobs()

    def again(self) -> None:
        """Run the last pipeline once more, with the image that is there. Raises Stopped."""
        assert self.last is not None
        self._begin()
        self._bring(*self.last)

    def _begin(self) -> None:
        self.runs, self.stages, self.earlier = self.runs + 1, [], self.cloud.serving()

    def _bring(self, change: Change, image: Image) -> None:
        first = STAGES.index(change.begins_at)
        if first <= STAGES.index("Migrate"):
            self._migrate(image)
        if first <= STAGES.index("Pin"):
            self._pin(change)
        self._release(change, image)

    def _test(self, change: Change) -> None:
        python = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", change.test)
        self._stage("Test", python, bare_environment(TASKFLOW_LANE="sqlite"))

    def _build(self, change: Change) -> Image:
        self.stages.append("Build")
        try:
            image = built(self.place / "images", change.edit)
        except NotBuilt as refusal:
            raise Stopped("Build", str(refusal)) from refusal
        return image

    def _migrate(self, image: Image) -> None:
        told = {"IMAGE": image.reference, "PROJECT": PROJECT, "STAGE": "prod", "BASE_URL": BASE_URL}
        environment = {**self.tools, **told, "PROXY_PORT": str(self.proxy_port)}
        self._stage("Migrate", ("deploy/migrate.sh",), environment)

    def _pin(self, change: Change) -> None:
        file = self.service.folder / "secrets.auto.tfvars.json"
        stage = {
            "TF_VAR_project": PROJECT,
            "TF_VAR_stage": "prod",
            "TF_VAR_allow_dev_auth_bypass": change.variables.get("allow_dev_auth_bypass", "false"),
        }
        command = (sys.executable, "-m", "deploy.pin_secrets", str(file))
        missing = change.missing_secret
        with self.cloud.vault.emptied(missing) if missing else nullcontext():
            self._stage("Pin", command, {**self.tools, **stage})

    def _release(self, change: Change, image: Image) -> None:
        variables = {
            "project": PROJECT,
            "region": REGION,
            "stage": "prod",
            "base_url": BASE_URL,
            "alert_email": "people@example.com",
            **self.variables,
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
        """Run each job as its clock would."""
        where = ("--project", PROJECT, "--region", REGION, "--wait")
        for name in sorted(self.cloud.paused):
            self._stage(name, ("gcloud", "run", "jobs", "execute", name, *where), self.tools)

    def _verify(self, change: Change, url: str, revision: str) -> None:
        """Verify at the switch that stands for the address."""
        is_candidate = "candidate---" in url
        if is_candidate and self.earlier not in {"", self.cloud.serving()}:
            raise NotVerified(f"{self.cloud.serving()} was given the traffic before its turn.")
        if change.crashes and not is_candidate:
            self.cloud.running[revision].kill()
        switch = self.cloud.candidate if is_candidate else self.cloud.production
        verified(switch.url, revision, patience=0)

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
