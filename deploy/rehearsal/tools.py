"""Stand-ins of what the pipeline calls: gcloud, docker, cloud-sql-proxy, as far as it does.

What they know of the rehearsal is in the file that REHEARSAL names.
"""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from local.environment import bare_environment


def put_in(folder: Path) -> None:
    """Make a program of each in a folder, to be put in front of PATH."""
    folder.mkdir(exist_ok=True)
    for name in PROGRAMS:
        file = folder / name
        file.write_text(f'#!/bin/sh\nexec {sys.executable} -m deploy.rehearsal.tools {name} "$@"\n')
        file.chmod(0o755)


def gcloud(arguments: Sequence[str], known: Any) -> int:
    """Tell a secret's value, the newest version of one that has any; run a job, show its log."""
    options = dict(
        each[2:].split("=", 1) for each in arguments if each.startswith("--") and "=" in each
    )
    if arguments[:3] == ["secrets", "versions", "access"]:
        print(known["secrets"][options["secret"]])
        return 0
    if arguments[:3] == ["run", "jobs", "execute"]:
        return _execute(known["jobs"][arguments[3]], options.get("args"), Path(known["log"]))
    if arguments[:2] == ["logging", "read"]:
        print(Path(known["log"]).read_text(), end="")
        return 0
    assert arguments[:3] == ["secrets", "versions", "list"]
    if arguments[3] in known["secrets"]:
        print(1)
    return 0


def _execute(job: Any, overriding: str | None, log: Path) -> int:
    """Run a job to its end, with other arguments when some are given: ^BREAK^ONE BREAK TWO."""
    arguments = job["args"]
    if overriding is not None:
        _, between, joined = overriding.split("^", 2)
        arguments = joined.split(between)
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
    log.write_text(done.stdout)
    print("taskflow-execution" if done.returncode == 0 else "", end="")
    return done.returncode


def docker(arguments: Sequence[str], known: Any) -> int:
    """Run a command in an image, with the environment that `run` names."""
    environment, rest = {}, list(arguments[1:])
    while rest[0].startswith("--"):
        option = rest.pop(0)
        if option == "--env":
            name, given, value = rest.pop(0).partition("=")
            environment[name] = value if given else os.environ[name]
        elif option == "--network":
            rest.pop(0)
    image, program, *command = rest
    assert program == "python"
    return subprocess.run(
        [sys.executable, *command],
        cwd=known["images"][image],
        env=bare_environment(**environment),
        check=False,
    ).returncode


def cloud_sql_proxy(arguments: Sequence[str], known: Any) -> int:
    """Pass TCP connections on to the instance's socket until it is ended."""
    _, address, _, port, instance = arguments
    target = f"{known['sockets'][instance]}/.s.PGSQL.5432"
    with socket.create_server((address, int(port))) as listener:
        while True:
            client, _ = listener.accept()
            upstream = socket.socket(socket.AF_UNIX)
            upstream.connect(target)
            for one, other in ((client, upstream), (upstream, client)):
                threading.Thread(target=_pump, args=(one, other), daemon=True).start()


def _pump(source: socket.socket, target: socket.socket) -> None:
    try:
        while data := source.recv(64 * 1024):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
    except OSError:
        target.close()


PROGRAMS: dict[str, Callable[[Sequence[str], Any], int]] = {
    "gcloud": gcloud,
    "docker": docker,
    "cloud-sql-proxy": cloud_sql_proxy,
}


if __name__ == "__main__":
    told = json.loads(Path(os.environ["REHEARSAL"]).read_text())
    sys.exit(PROGRAMS[sys.argv[1]](sys.argv[2:], told))
