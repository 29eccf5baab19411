"""What the image would hold, built and run as the Dockerfile says, by somebody who owns nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from pathlib import Path

import pytest

from config.contract import Stage
from local.environment import ROOT, bare_environment
from local.places import server_account
from tests.environments import deployed
from tests.serving import HOST, fresh_database, run, serving

LINES = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").splitlines()
LIST = (ROOT / ".dockerignore").read_text().splitlines()
LEFT_OUT = shutil.ignore_patterns(*(line[3:] for line in LIST if line.startswith("**/")))


def instructions(word):
    return [line.removeprefix(word).strip() for line in LINES if line.startswith(f"{word} ")]


def runner():
    """Return a Python and an account that owns nothing here: `nobody` where we are root."""
    account = server_account()
    system = Path(f"/usr/bin/python{sys.version_info[0]}.{sys.version_info[1]}")
    for python in (Path(sys.executable), system):
        if not account.is_ours and python.exists() and account.reaches(python.resolve()):
            return str(python), account.uid
    return sys.executable, None


def owner(process):
    told = ["ps", "-o", "uid=", "-p", str(process.pid)]
    return int(subprocess.run(told, capture_output=True, text=True, check=True).stdout)


@pytest.fixture(scope="module")
def copied():
    """Copy what the build is given."""
    folder = Path(tempfile.mkdtemp(prefix="taskflow-"))
    for name in (line[1:] for line in LIST if line.startswith("!")):
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, folder / name, ignore=LEFT_OUT)
        else:
            shutil.copy(ROOT / name, folder)
    yield folder
    subprocess.run(["chmod", "-R", "u+w", folder], check=True)
    shutil.rmtree(folder)


@pytest.fixture
def image(copied):
    """Build the folder that the image serves: collected, compiled, nobody's to write."""
    (build,) = [line for line in instructions("RUN") if "collectstatic" in line]
    build = build.replace("/opt/venv/bin/python", sys.executable)
    build = build.replace("$(python ", f"$({sys.executable} ")
    subprocess.run(["sh", "-ec", build], cwd=copied, env=bare_environment(), check=True)
    subprocess.run(["chmod", "-R", "a-w,a+rX", copied], check=True)
    return copied


@pytest.fixture
def environ():
    with fresh_database() as url:
        yield deployed(Stage.DEV, DATABASE_URL=url, ALLOWED_HOSTS=HOST)


def files(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


# DEV and PROD refuse SQLite, so that lane has nothing to start the image on.
@pytest.mark.only_on("postgresql")
def test_the_image_serves_its_pages_and_writes_nothing(image, environ):
    before, (python, user) = files(image), runner()
    run(["manage.py", "migrate", "--verbosity=0"], environ, image)
    environ |= {"PYTHONPATH": sysconfig.get_path("purelib"), "HOME": "/nonexistent"}

    command = [python, "-m", *json.loads(instructions("CMD")[-1])]
    with serving(environ, command=command, folder=image, user=user) as server:
        assert owner(server.process) == (user or os.geteuid())
        assert server.get("/health").data["status"] == "healthy"
        assert server.get("/api/health/db").status == 200
        page = server.get("/docs").body.decode()
        (sheet,) = map(server.get, re.findall(r'"(/static/docs/page\.[0-9a-f]+\.css)"', page))
        server.stop()

    assert (sheet.status, "immutable" in sheet.headers["Cache-Control"]) == (200, True)
    assert files(image) == before


def test_the_image_holds_what_runs_and_no_more(copied):
    held = {path.name for path in copied.iterdir()}

    assert held >= {"config", "wire", "accounts", "tasks", "audit", "migrations_ops", "manage.py"}
    assert held.isdisjoint({"tests", "local", "var", ".git", ".env", "requirements-dev.txt"})


def test_each_base_is_pinned_by_digest_and_named_in_one_place():
    (base,) = instructions("ARG")

    assert re.fullmatch(r"PYTHON_IMAGE=python:3\.\d+-slim-\w+@sha256:[0-9a-f]{64}", base)
    assert {line.split()[0] for line in instructions("FROM")} == {"${PYTHON_IMAGE}"}


def test_what_lies_about_in_the_folders_of_the_image_stays_outside():
    assert {"**/.*", "**/*.pem", "**/*.key", "**/__pycache__"} <= set(LIST)


def test_packages_come_by_hash_and_only_those_of_the_runtime():
    (install,) = [line for line in instructions("RUN") if "pip --python" in line]

    assert {"--require-hashes", "--no-deps", "--only-binary=:all:"} <= set(install.split())
    assert re.findall(r"-r (\S+)", install) == ["requirements.txt"]


def test_the_server_is_the_first_process_and_nobody_in_particular():
    uid, _, gid = instructions("USER")[-1].partition(":")

    assert (uid.isdigit(), gid.isdigit()) == (True, True)
    assert int(uid) > 0
    assert json.loads(instructions("CMD")[-1])[0] == "gunicorn"
    assert instructions("ENTRYPOINT") + instructions("HEALTHCHECK") == []
