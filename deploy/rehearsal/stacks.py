"""A copy of the Terraform stacks, with the stand-in for a provider and the state beside it."""

import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.rehearsal.provider import Cloud, serve
from deploy.stack import Stack
from local.environment import ROOT, bare_environment

TERRAFORM = ROOT / "deploy" / "terraform"
HERE = 'terraform {\n  backend "local" {}\n}\n'


@contextmanager
def copied(cloud: Cloud) -> Iterator[dict[str, Stack]]:
    """Copy the stacks, and what they share, and serve the stand-in to them."""
    with tempfile.TemporaryDirectory(prefix="taskflow-") as folder, standing_in(cloud) as how:
        laid_out(Path(folder))
        environment = bare_environment(**how)
        yield {
            name: Stack(_with_own_state(Path(folder) / name), environment)
            for name in ("shared", "platform", "service")
        }


def laid_out(folder: Path) -> None:
    """Copy the stacks, without what earlier plans left beside them."""
    shutil.copytree(TERRAFORM, folder, dirs_exist_ok=True, ignore=_left_out)


@contextmanager
def standing_in(cloud: Cloud) -> Iterator[dict[str, str]]:
    """Serve the stand-in; yield what Terraform's environment must say to meet it."""
    with tempfile.TemporaryDirectory(prefix="taskflow-") as folder:
        socket = Path(folder) / "provider"
        server = serve(cloud, f"unix:{socket}")
        where = {
            "Protocol": "grpc",
            "ProtocolVersion": 6,
            "Pid": os.getpid(),
            "Test": True,
            "Addr": {"Network": "unix", "String": str(socket)},
        }
        try:
            yield {
                "TF_REATTACH_PROVIDERS": json.dumps({"hashicorp/google": where}),
                "TF_CLI_CONFIG_FILE": os.devnull,
                "TF_IN_AUTOMATION": "1",
                "CHECKPOINT_DISABLE": "1",
            }
        finally:
            server.stop(None)


def _with_own_state(folder: Path) -> Path:
    if folder.name != "shared":
        (folder / "rehearsal_override.tf").write_text(HERE)
    return folder


def _left_out(_: str, names: list[str]) -> set[str]:
    left = (".terraform", ".tfstate", ".tfvars")
    return {name for name in names if any(each in name for each in left)}
