"""The rehearsal's look at an image: what it finds wrong, and what it says where none is."""

from pathlib import Path

import pytest

from deploy.rehearsal.base import Missing, base, packages
from deploy.rehearsal.container import Faulty, Image, looked_through
from deploy.rehearsal.in_a_container import line, rehearsed
from local.environment import ROOT

# No database is asked here: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

DOCKERFILE = (ROOT / "Dockerfile").read_text()


@pytest.fixture
def on_path(tmp_path, monkeypatch):
    """Let PATH have these programs alone, each a line of shell."""

    def only(**programs):
        for name, body in programs.items():
            (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
            (tmp_path / name).chmod(0o755)
        monkeypatch.setenv("PATH", str(tmp_path))

    return only


def image(root, user="65532:65532"):
    for folder in ("app/config", "app/staticfiles", "usr/bin", "opt/venv/bin"):
        (root / folder).mkdir(parents=True)
    (root / "opt/venv/bin/gunicorn").touch()
    return Image(root, {"User": user}, "", 0)


def test_an_image_with_what_serves_alone_is_right(tmp_path):
    looked_through(image(tmp_path))


@pytest.mark.parametrize(
    "surplus",
    [
        *("usr/bin/sh", "usr/bin/bash", "usr/bin/busybox", "usr/bin/apt-get", "usr/bin/dpkg"),
        *("opt/venv/bin/pip3.11", "app/tests", "app/.env", "app/local", "app/var", "root/.cache"),
    ],
)
def test_whatever_helps_others_alone_is_named(surplus, tmp_path):
    right = image(tmp_path)
    (tmp_path / surplus).mkdir(parents=True)

    with pytest.raises(Faulty, match=Path(surplus).name.replace(".", r"\.")):
        looked_through(right)


@pytest.mark.parametrize("user", ["", "root", "0:0", "app"])
def test_an_image_that_may_run_as_root_is_refused(user, tmp_path):
    with pytest.raises(Faulty, match="The image runs as"):
        looked_through(image(tmp_path, user))


def test_without_buildah_that_is_what_is_told(on_path):
    on_path()

    told = rehearsed()

    assert told == {"built": False, "said": "buildah is missing"}
    assert line({"good": True, **told}) == "image  not built: buildah is missing"


def test_a_base_that_is_to_be_had_nowhere_is_told(on_path):
    on_path(buildah='[ "$1" = images ] || { echo "no such host" >&2; exit 1; }')

    with pytest.raises(Missing, match=r"cannot be pulled \(no such host\) and debootstrap is miss"):
        base(DOCKERFILE)


def test_the_pinned_base_is_taken_where_it_can_be_pulled(on_path):
    on_path(buildah="exit 0")

    found = base(DOCKERFILE)

    assert found.name.partition("@")[2] in DOCKERFILE
    assert found.told == "on the base that is pinned"


def test_packages_that_are_not_what_was_locked_are_not_taken(tmp_path, monkeypatch):
    (tmp_path / "wheels").mkdir()
    wheel = tmp_path / "surplus-1.0-py3-none-any.whl"
    wheel.write_bytes(b"something else")
    locked = tmp_path / "requirements.txt"
    locked.write_text(f"surplus==1.0 ; sys_platform == 'win32' \\\n    --hash=sha256:{'0' * 64}\n")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))

    with pytest.raises(Missing, match="packages cannot be fetched"):
        packages(locked, "3.11", tmp_path / "wheels")
