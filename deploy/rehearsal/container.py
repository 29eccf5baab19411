"""The image itself, where buildah is: built by the Dockerfile, looked through, run as it will be.

Run means: by an OCI runtime, as the Dockerfile's user and without a capability, on a root file
system that cannot be written, with the command of the image as process 1.
"""

import json
import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from deploy.rehearsal.base import PINNED, Missing, base, call, last_line, packages, the_dockerfile
from deploy.rehearsal.places import checked_out
from local.environment import ROOT

NAME = "localhost/taskflow-rehearsal/taskflow"
RUNTIMES = ("runc", "crun")
# Files that a checkout may have and an image must not; each gets the canary for a content.
SECRETS = (".env", "var/people.json", "config/.env", "accounts/signing.pem", "tests/canary.py")
UNWANTED = re.compile(
    r"(a|ba|c|da|fi|k|rba|tc|z)?sh|busybox|(apt|dpkg|perl|pip)[\w.-]*|\.env|\.git|\.cache|\.netrc"
)
PROGRAMS = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "opt/venv/bin")


class Faulty(Exception):
    """The image is not what it must be; the text says in what."""


@dataclass(frozen=True)
class Image:
    """What was built: where its files are, what it says of itself, how large it is."""

    root: Path
    config: Mapping[str, Any]
    told: str
    bytes: int


@dataclass(frozen=True)
class Container:
    """What runs: the runtime's own process, and the name it has there."""

    process: subprocess.Popen[str]
    name: str

    def first_process(self) -> int:
        """Return the number that its process 1 has on this machine."""
        return int(json.loads(call(_runtime(), "state", self.name))["pid"])

    def last_words(self) -> str:
        """End it; return the end of what it said."""
        self.process.kill()
        return self.process.communicate()[0][-2000:]


@contextmanager
def built() -> Iterator[Image]:
    """Build it and lay its files open. Raises Missing where that cannot be, and Faulty."""
    _look_for_tools()
    with TemporaryDirectory(prefix="taskflow-") as folder:
        context, wheels = Path(folder) / "context", Path(folder) / "wheels"
        canary = _checkout(context)
        wheels.mkdir()
        told = _build(context, wheels)
        container = call("buildah", "from", "--pull-never", NAME)
        try:
            root = Path(call("buildah", "mount", container))
            yield Image(root, _config(canary), told, _size(root, canary))
        finally:
            call("buildah", "rm", container)
            call("buildah", "rmi", NAME)


def looked_through(image: Image) -> None:
    """See that nothing is in it that only helps others. Raises Faulty."""
    of_programs = [f for place in PROGRAMS for f in _names(image.root / place)]
    held = {*of_programs, *_names(image.root / "app")}
    unwanted = sorted(filter(UNWANTED.fullmatch, held))
    listed = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in listed if line.startswith("!")} | {"staticfiles", "__pycache__"}
    surplus = sorted(set(_names(image.root / "app")) - let_in)
    caches = [each for each in ("root/.cache", "root/.local") if (image.root / each).exists()]
    if found := unwanted + surplus + caches:
        raise Faulty(f"In the image, and of no use there: {', '.join(found)}.")
    if not re.fullmatch(r"[1-9]\d*:[1-9]\d*", image.config["User"]):
        raise Faulty(f"The image runs as {image.config['User'] or 'root'}.")


@contextmanager
def running(
    image: Image, environment: Mapping[str, str], command: list[str] | None = None
) -> Iterator[Container]:
    """Run its command, or another, in the network of this machine."""
    name = f"taskflow-{uuid4()}"
    with TemporaryDirectory(prefix="taskflow-") as bundle:
        call(_runtime(), "spec", "--bundle", bundle)
        file = Path(bundle) / "config.json"
        arguments = command or image.config["Cmd"]
        file.write_text(json.dumps(_as_it_runs(file, image, environment, arguments)))
        process = subprocess.Popen(
            [_runtime(), "run", "--bundle", bundle, name],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        try:
            yield Container(process, name)
        finally:
            process.kill() if process.poll() is None else None
            process.communicate()
            subprocess.run(
                [_runtime(), "delete", "--force", name], capture_output=True, check=False
            )


def _look_for_tools() -> None:
    if shutil.which("buildah") is None:
        raise Missing("buildah is missing")
    if os.geteuid() != 0:
        raise Missing("buildah is here, but to lay its images open and to run them takes root")
    _runtime()


def _runtime() -> str:
    found = next(filter(None, map(shutil.which, RUNTIMES)), None)
    if found is None:
        raise Missing(
            f"buildah is here, but none of {' and '.join(RUNTIMES)} to run what it builds"
        )
    return found


def _checkout(context: Path) -> str:
    """Copy what git knows, and put a canary wherever a secret could lie; return the canary."""
    checked_out(context)
    canary = f"canary-{uuid4()}"
    for name in SECRETS:
        (context / name).parent.mkdir(parents=True, exist_ok=True)
        (context / name).write_text(canary)
    return canary


def _build(context: Path, wheels: Path) -> str:
    """Build without a network: what the locked packages are is fetched before."""
    pinned = PINNED.search(the_dockerfile())
    assert pinned is not None
    on = base(the_dockerfile())
    packages(context / "requirements.txt", pinned["python"], wheels)
    offline = wheels.with_name("pip.conf")
    offline.write_text("[global]\nno-index = true\nfind-links = /mnt\n")
    mounts = (f"--volume={wheels}:/mnt:ro", f"--volume={offline}:/etc/pip.conf:ro")
    how = ("--pull-never", "--isolation=chroot", "--format=oci", f"--tag={NAME}")
    try:
        call("buildah", "build", *how, *mounts, f"--build-arg=PYTHON_IMAGE={on.name}", context)
    except subprocess.CalledProcessError as refused:
        raise Faulty(f"The Dockerfile does not build: {last_line(refused)}") from refused
    return on.told


def _config(canary: str) -> dict[str, Any]:
    """Return what the image says of itself, which holds no secret either."""
    said = call("buildah", "inspect", "--type=image", NAME)
    if canary in said:
        raise Faulty("The image tells what is in the checkout's secret files.")
    found: dict[str, Any] = json.loads(said)["OCIv1"]["config"]
    return found


def _size(root: Path, canary: str) -> int:
    """Return how many bytes its files are, none of which may have the canary in it."""
    size, secret = 0, canary.encode()
    for file in (path for path in root.rglob("*") if path.is_file() and not path.is_symlink()):
        content = file.read_bytes()
        size += len(content)
        if secret in content:
            raise Faulty(f"A secret of the checkout is in the image: {file.relative_to(root)}.")
    return size


def _names(folder: Path) -> list[str]:
    return [each.name for each in folder.iterdir()] if folder.is_dir() else []


def _as_it_runs(
    spec: Path, image: Image, environment: Mapping[str, str], arguments: list[str]
) -> dict[str, Any]:
    """Return the runtime's own example of a configuration, as strict as the platform's."""
    user, _, group = image.config["User"].partition(":")
    told: dict[str, Any] = json.loads(spec.read_text())
    told["root"] = {"path": str(image.root), "readonly": True}
    told["process"] |= {
        "terminal": False,
        "user": {"uid": int(user), "gid": int(group)},
        "args": arguments,
        "cwd": image.config["WorkingDir"],
        "env": [*image.config["Env"], *(f"{name}={text}" for name, text in environment.items())],
        "noNewPrivileges": True,
        "capabilities": {},
    }
    # Its own processes and mounts; the network is this machine's, where database and switch are.
    told["linux"]["namespaces"] = [{"type": each} for each in ("pid", "ipc", "uts", "mount")]
    told["linux"].pop("resources", None)
    told["mounts"] = [each for each in told["mounts"] if each["type"] != "cgroup"]
    return told
