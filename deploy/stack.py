"""A Terraform stack: planned, the plan saved, and that plan carried out; never anything else."""

import json
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.terraform import terraform

SAVED = "saved.tfplan"
VARIABLES = "pipeline.auto.tfvars.json"


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

    def plan(self, variables: Mapping[str, Any]) -> dict[str, Any]:
        """Plan with further variables and save the plan; return it. Raises TerraformFailed."""
        (self.folder / VARIABLES).write_text(json.dumps(variables))
        self.run("plan", "-input=false", "-no-color", f"-out={SAVED}")
        found: dict[str, Any] = json.loads(self.run("show", "-json", SAVED))
        return found

    def apply(self) -> str:
        """Carry out the saved plan. Raises TerraformFailed."""
        return self.run("apply", "-input=false", "-no-color", SAVED)

    def outputs(self) -> dict[str, Any]:
        """Return what the stack tells of what is there; nothing before its first apply."""
        told = json.loads(self.run("output", "-json"))
        return {name: each["value"] for name, each in told.items()}
