"""Stand-ins of what the scripts and the runbooks call: gcloud, gh, docker, cloud-sql-proxy.

Where the rehearsal has its place is what REHEARSAL names: its images, its databases' sockets, and
the desk where what gcloud and gh are asked for is done.
"""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from deploy.rehearsal.command_lines import parsed
from deploy.rehearsal.desk import asked_at
from deploy.rehearsal.places import image_folder, socket_folder
from local.environment import ROOT, bare_environment
from local.places import SOCKET_NAME


def put_in(folder: Path) -> None:
    """Make a program of each in a folder, to be put in front of PATH."""
    folder.mkdir(exist_ok=True)
    for name in PROGRAMS:
        file = folder / name
        program = f'{sys.executable} -m deploy.rehearsal.tools {name} "$@"'
        file.write_text(f"#!/bin/sh\nPYTHONPATH={ROOT} exec {program}\n")
        file.chmod(0o755)


def at_the_desk(program: str, arguments: Sequence[str], place: Path) -> int:
    """Have it done by the rehearsal's own process, which holds all that can be asked for."""
    asked = parsed(program, arguments)
    if asked.get("data_file"):
        asked["stdin"] = sys.stdin.read()
    status, said, complaint = asked_at(place, program, asked)
    sys.stdout.write(said)
    sys.stderr.write(complaint)
    return status


def docker(arguments: Sequence[str], place: Path) -> int:
    """Run a command in an image, with the environment that it is to have."""
    asked = parsed("docker", arguments)
    environment = {}
    for each in asked["env"]:
        name, given, value = each.partition("=")
        environment[name] = value if given else os.environ[name]
    return subprocess.run(
        [sys.executable, *asked["inside"]],
        cwd=image_folder(place, asked["image"]),
        env=bare_environment(**environment),
        check=False,
    ).returncode


def cloud_sql_proxy(arguments: Sequence[str], place: Path) -> int:
    """Pass TCP connections on to the instance's socket until it is ended."""
    asked = parsed("cloud-sql-proxy", arguments)
    target = socket_folder(place, asked["instance"]) / SOCKET_NAME
    if not target.exists():
        sys.exit(f"There is no instance {asked['instance']}.")
    with socket.create_server((asked["address"], asked["port"])) as listener:
        while True:
            client, _ = listener.accept()
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(str(target))
            for one, other in ((client, upstream), (upstream, client)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(64 * 1024):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


PROGRAMS: dict[str, Callable[[Sequence[str], Path], int]] = {
    "gcloud": partial(at_the_desk, "gcloud"),
    "gh": partial(at_the_desk, "gh"),
    "docker": docker,
    "cloud-sql-proxy": cloud_sql_proxy,
}


if __name__ == "__main__":
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:], Path(os.environ["REHEARSAL"])))
