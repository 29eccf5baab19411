"""A Terraform stack: planned, the plan saved, and that plan carried out; never anything else."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.terraform import terraform

SAVED = "saved.tfplan"
VARIABLES = "pipeline.tfvars.json"  # named at each plan, so that nothing else overrules it


class TerraformFailed(Exception):
    """Terraform refused or failed; the text is what it said."""


@dataclass(frozen=True)
class Stack:
    """One stack, where its files are, and the environment that Terraform gets."""

    folder: Path
    environment: Mapping[str, str]

    def run(self, *arguments: str) -> str:
        """Run Terraform and return what it prints. Raises TerraformFailed."""
        done = subprocess.run(
            [terraform(), *arguments],
            cwd=self.folder,
            env=dict(self.environment),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            raise TerraformFailed((done.stderr or done.stdout).strip())
        return done.stdout

    def init(self, *backend: str) -> None:
        """Get it ready to plan."""
        self.run("init", "-input=false", "-no-color", *backend)

    def init_in(self, environ: Mapping[str, str]) -> None:
        """Get it ready with its state in STATE_BUCKET, whichever stage was meant last.

        Raises TerraformFailed.
        """
        if "STATE_BUCKET" not in environ:
            raise TerraformFailed("STATE_BUCKET is not set: the bucket of this stage's states.")
        bucket = f"-backend-config=bucket={environ['STATE_BUCKET']}"
        self.init("-reconfigure", bucket, f"-backend-config=prefix={self.folder.name}")

    def plan(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Plan with further variables and save the plan; return it. Raises TerraformFailed."""
        self._run_with(variables, "plan", f"-out={SAVED}")
        found: dict[str, Any] = json.loads(self.run("show", "-json", SAVED))
        return found

    def apply(self) -> str:
        """Carry out the saved plan. Raises TerraformFailed."""
        return self.run("apply", "-input=false", "-no-color", SAVED)

    def refresh(self, variables: Mapping[str, Any]) -> None:
        """Take into the state what others have changed, and change nothing there."""
        self._run_with(variables, "apply", "-refresh-only", "-auto-approve")

    def outputs(self) -> dict[str, Any]:
        """Return what the stack tells of what is there; nothing before its first apply."""
        told = json.loads(self.run("output", "-json"))
        return {name: each["value"] for name, each in told.items()}

    def _run_with(self, variables: Mapping[str, Any], *arguments: str) -> None:
        (self.folder / VARIABLES).write_text(json.dumps(variables))
        self.run(*arguments, "-input=false", "-no-color", f"-var-file={VARIABLES}")
