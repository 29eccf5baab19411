"""What the pipeline runs, with stand-ins for what only the cloud has."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from local.environment import ROOT, bare_environment
from tests.contract.stacks import NAMES
from tests.serving import free_port

# No database is asked here: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

SHA = "0123456789abcdef0123456789abcdef01234567"
DIGEST = f"sha256:{'0123456789abcdef' * 4}"
REGISTRY = "europe-west1-docker.pkg.dev/example-project/taskflow"


class Tools:
    """A folder of programs in front of all others; each call is noted in `calls`."""

    def __init__(self, folder):
        self.folder, self.calls = folder, folder / "calls"

    def __call__(self, name, body):
        file = self.folder / name
        file.write_text(f'#!/bin/sh\necho {name} "$@" >>"{self.calls}"\n{body}\n')
        file.chmod(0o755)


@pytest.fixture
def tools(tmp_path_factory):
    return Tools(tmp_path_factory.mktemp("tools"))


def run(tools, *command, **environ):
    environment = bare_environment(**environ)
    path = f"{tools.folder}{os.pathsep}{environment['PATH']}"
    return subprocess.run(
        command, cwd=ROOT, env={**environment, "PATH": path}, capture_output=True, text=True
    )


def pin(tools, **environ):
    """Run pin_secrets; return how it ended, and what it wrote."""
    file = tools.folder / "written.json"
    command = (sys.executable, "-m", "deploy.pin_secrets", str(file))
    ran = run(tools, *command, TF_VAR_project="example-project", **environ)
    return ran, json.loads(file.read_text())["secret_versions"] if file.exists() else None


def test_every_secret_gets_the_newest_version_that_is_enabled(tools):
    tools("gcloud", "echo 12")

    ran, pinned = pin(tools, TF_VAR_stage="prod", TF_VAR_optional_secrets='["REDIS_URL"]')

    assert ran.returncode == 0, ran.stderr
    assert pinned == dict.fromkeys([*NAMES["required_secrets"], "REDIS_URL"], "12")
    assert "--filter=state=ENABLED --sort-by=~createTime --limit=1" in tools.calls.read_text()


def test_all_secrets_without_a_value_are_told_at_once(tools):
    tools("gcloud", 'case "$4" in *-key|*-keys) ;; *) echo 1 ;; esac')

    ran, pinned = pin(tools, TF_VAR_stage="prod")

    assert (ran.returncode, pinned) == (1, None)
    for name in ("taskflow-secret-key", "taskflow-key-encryption-keys", "taskflow-admin-api-key"):
        assert name in ran.stderr
    assert "gcloud secrets versions add" in ran.stderr


@pytest.mark.parametrize(
    "environ",
    [
        {"TF_VAR_stage": "prod", "TF_VAR_allow_dev_auth_bypass": "true"},
        {"TF_VAR_stage": "dev", "TF_VAR_allow_dev_auth_bypass": "yes"},
        {"TF_VAR_stage": "dev", "TF_VAR_optional_secrets": '["SURPLUS"]'},
    ],
)
def test_nothing_is_pinned_for_a_stage_that_may_not_be(tools, environ):
    tools("gcloud", "echo 1")

    ran, pinned = pin(tools, **environ)

    assert (ran.returncode, pinned) == (1, None)
    assert not tools.calls.exists()


def test_dev_pins_the_bypass_secret_when_it_has_the_bypass(tools):
    tools("gcloud", "echo 1")

    _, pinned = pin(tools, TF_VAR_stage="dev", TF_VAR_allow_dev_auth_bypass="true")

    assert "DEV_BYPASS_SECRET" in pinned


def build(tools, output):
    said = {"REGISTRY": REGISTRY, "GITHUB_SHA": SHA, "GITHUB_OUTPUT": str(output)}
    return run(tools, "deploy/build.sh", **said)


@pytest.mark.parametrize("is_there", [True, False])
def test_an_image_is_built_once_and_told_by_digest(tools, tmp_path, is_there):
    known = tmp_path / "known"
    known.touch() if is_there else None
    tools("gcloud", f'[ "$1" = auth ] || {{ [ -e {known} ] && echo {DIGEST}; }}')
    tools("docker", f"[ $1 = build ] || touch {known}")
    output = tmp_path / "output"

    ran = build(tools, output)

    assert ran.returncode == 0, ran.stderr
    assert f"image={REGISTRY}/taskflow@{DIGEST}" in output.read_text().splitlines()
    built = f"docker build --tag {REGISTRY}/taskflow:sha-{SHA} ." in tools.calls.read_text()
    assert built is not is_there


def test_a_registry_without_the_image_tells_no_digest(tools, tmp_path):
    tools("gcloud", "exit 0")
    tools("docker", "exit 0")
    output = tmp_path / "output"

    ran = build(tools, output)

    assert ran.returncode != 0
    assert not output.exists()


MIGRATING = {
    "IMAGE": f"{REGISTRY}/taskflow@{DIGEST}",
    "PROJECT": "example-project",
    "STAGE": "prod",
    "BASE_URL": "https://taskflow.example.com",
}


def test_migrations_that_keep_failing_are_tried_three_times_and_told(tools):
    tools("gcloud", "echo 'postgres://m:canary@/taskflow?host=/cloudsql/p:r:i'")
    tools("cloud-sql-proxy", f'exec {sys.executable} -m http.server --bind "$2" "$4"')
    tools("docker", "exit 1")

    ran = run(tools, "deploy/migrate.sh", **MIGRATING, PROXY_PORT=str(free_port()))

    assert ran.returncode == 1
    assert "Nothing is deployed." in ran.stderr
    calls = tools.calls.read_text()
    assert calls.count("python manage.py migrate --no-input") == 3
    assert "canary" not in calls + ran.stdout + ran.stderr


def test_a_proxy_that_ends_is_told_at_once(tools):
    tools("gcloud", "echo 'postgres://m:p@/taskflow?host=/cloudsql/p:r:i'")
    tools("cloud-sql-proxy", "exit 1")
    tools("docker", "exit 0")

    ran = run(tools, "deploy/migrate.sh", **MIGRATING, PROXY_PORT=str(free_port()))

    assert ran.returncode == 1
    assert "The proxy to p:r:i ended" in ran.stderr
    assert "docker" not in tools.calls.read_text()


FRESH = """[ "$1 $2" = "-m venv" ] || exit 1
mkdir -p "$3/bin"
for tool in pip cyclonedx-py pip-audit; do
    printf '#!/bin/sh\\necho %s "$@" >>"{calls}"; {tool}\\n' "$tool" >"$3/bin/$tool"
    chmod 755 "$3/bin/$tool"
done
echo "$3" >>"{calls}.places"
"""


def with_fresh_tools(tools, does):
    """Have `python3 -m venv` make a folder of programs that note how they are called."""
    tools("python3", FRESH.format(calls=tools.calls, tool=does))


def places(tools):
    return [Path(each) for each in Path(f"{tools.calls}.places").read_text().splitlines()]


def test_the_list_of_parts_is_of_what_is_locked_and_nothing_is_left_behind(tools, tmp_path):
    with_fresh_tools(tools, "exit 0")

    ran = run(tools, "deploy/sbom.sh", str(tmp_path / "sbom.json"))

    assert ran.returncode == 0, ran.stderr
    installed, listed = tools.calls.read_text().splitlines()[-2:]
    assert installed == "pip install --quiet --require-hashes -r deploy/tools.txt"
    assert listed.startswith("cyclonedx-py requirements --validate ")
    assert listed.endswith(f"--output-file {tmp_path}/sbom.json requirements.txt")
    assert not any(place.exists() for place in places(tools))


def test_known_weaknesses_are_asked_for_strictly(tools):
    with_fresh_tools(tools, "exit 0")

    ran = run(tools, "deploy/audit.sh")

    assert ran.returncode == 0, ran.stderr
    asked = tools.calls.read_text().splitlines()[-1]
    assert asked == "pip-audit --strict --require-hashes --disable-pip -r requirements.txt"


@pytest.mark.parametrize("script", [("deploy/audit.sh",), ("deploy/sbom.sh", "/dev/null")])
def test_a_tool_that_fails_stops_the_pipeline(tools, script):
    with_fresh_tools(tools, '[ "${0##*/}" = pip ]')

    ran = run(tools, *script)

    assert ran.returncode != 0
    assert not any(place.exists() for place in places(tools))


def by_hand(tools, *command):
    return run(tools, "deploy/manage.sh", *command, PROJECT="example-project", REGION="here")


def test_a_command_runs_as_the_service_with_its_arguments_as_they_are(tools):
    tools("gcloud", '[ "$1" = logging ] && echo "its lines" || echo taskflow-by-hand-x1')

    ran = by_hand(tools, "signing_keys", "revoke", "--reason", "a, b and c", "--", "-kid")

    assert (ran.returncode, ran.stdout) == (0, "its lines\n")
    executed, read = tools.calls.read_text().splitlines()
    assert "--args=^\x1f^signing_keys\x1frevoke\x1f--reason\x1fa, b and c\x1f--\x1f-kid" in executed
    assert 'execution_name"="taskflow-by-hand-x1"' in read


def test_a_command_that_fails_shows_its_lines_and_fails(tools):
    tools("gcloud", '[ "$1" = logging ] && echo "why not" || exit 3')

    ran = by_hand(tools, "signing_keys", "rewrap")

    assert (ran.returncode, ran.stdout) == (3, "why not\n")


def test_no_command_is_no_command(tools):
    tools("gcloud", "exit 0")

    assert by_hand(tools).returncode == 2
    assert not tools.calls.exists()
