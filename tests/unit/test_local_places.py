"""The embedded PostgreSQL lives where its account gets in and nobody else does."""

import os
import stat

import pytest

from local.places import (
    LONGEST_SOCKET_PATH,
    SOCKET_NAME,
    Account,
    PostgresUnavailable,
    private_folder,
    socket_folder,
)


@pytest.fixture
def ours():
    return Account(os.geteuid(), os.getegid())


@pytest.fixture
def somebody():
    return Account(os.geteuid() + 54_321, os.getegid())


def test_a_private_folder_is_for_its_account_alone(tmp_path, ours):
    made = private_folder(tmp_path / "server", ours)

    assert stat.S_IMODE(made.stat().st_mode) == 0o700
    assert private_folder(made, ours) == made


def test_a_folder_of_somebody_else_is_refused(tmp_path, somebody):
    (tmp_path / "server").mkdir()

    with pytest.raises(PostgresUnavailable, match="belongs to another user"):
        private_folder(tmp_path / "server", somebody)


def test_a_link_laid_in_the_way_is_refused(tmp_path, ours):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "server").symlink_to(tmp_path / "theirs")

    with pytest.raises(PostgresUnavailable):
        private_folder(tmp_path / "server", ours)


def test_an_account_does_not_reach_behind_a_closed_folder(tmp_path, ours, somebody):
    (tmp_path / "closed").mkdir(mode=0o700)

    assert ours.reaches(tmp_path / "closed" / "server")
    assert not somebody.reaches(tmp_path / "closed" / "server")


def test_a_socket_path_is_never_too_long(tmp_path, ours):
    deep = tmp_path / ("x" * LONGEST_SOCKET_PATH)

    short = socket_folder(deep, ours)

    try:
        assert len(os.fsencode(short / SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        assert socket_folder(deep, ours) == short
    finally:
        short.rmdir()
