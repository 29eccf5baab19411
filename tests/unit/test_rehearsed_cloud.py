"""The rehearsal's stand-ins: what they refuse is what the cloud would."""

from http import HTTPStatus

import pytest

from deploy.rehearsal.bucket import Buckets
from deploy.rehearsal.bucket import Refused as StorageRefused
from deploy.rehearsal.command_lines import TAKES, parsed
from deploy.rehearsal.project import Refused
from deploy.rehearsal.vault import Standing, Vault

SECRET = "taskflow-secret-key"


@pytest.fixture
def vault():
    found = Vault()
    found.make(SECRET)
    return found


@pytest.fixture
def buckets():
    found = Buckets()
    found.make("states")
    return found


def test_each_value_is_a_version_of_its_own(vault):
    assert [vault.add(SECRET, value) for value in ("one", "two")] == [1, 2]
    assert vault.newest(SECRET) == 2
    assert vault.value(SECRET, "1") == "one"


def test_a_version_that_is_disabled_is_had_again_when_it_is_enabled(vault):
    vault.add(SECRET, "one")
    vault.add(SECRET, "two")

    vault.turn(SECRET, "2", Standing.DISABLED)

    assert vault.newest(SECRET) == 1
    with pytest.raises(Refused, match="disabled"):
        vault.value(SECRET, "2")
    vault.turn(SECRET, "2", Standing.ENABLED)
    assert vault.value(SECRET, "2") == "two"


def test_a_version_that_is_destroyed_is_never_had_again(vault):
    vault.add(SECRET, "one")

    vault.turn(SECRET, "1", Standing.DESTROYED)

    with pytest.raises(Refused, match="destroyed"):
        vault.turn(SECRET, "1", Standing.ENABLED)
    with pytest.raises(Refused, match="no version that is enabled"):
        vault.newest(SECRET)


@pytest.mark.parametrize("number", ["0", "2", "-1", "latest", ""])
def test_a_version_that_is_not_there_is_refused(vault, number):
    vault.add(SECRET, "one")

    with pytest.raises(Refused, match="no version"):
        vault.value(SECRET, number)


def test_a_secret_that_no_stack_made_takes_no_value(vault):
    with pytest.raises(Refused, match="not found"):
        vault.add("taskflow-other", "one")


def test_a_state_is_locked_for_whoever_comes_second(buckets):
    lock = buckets.write("states", "service/default.tflock", b"mine", "0")

    with pytest.raises(StorageRefused) as refused:
        buckets.write("states", "service/default.tflock", b"theirs", "0")

    assert refused.value.status is HTTPStatus.PRECONDITION_FAILED
    assert buckets.read("states", "service/default.tflock").content == b"mine"
    buckets.delete("states", "service/default.tflock", lock["generation"])
    assert buckets.listed("states", "service/") == []


def test_a_bucket_that_nobody_made_holds_nothing(buckets):
    with pytest.raises(StorageRefused) as refused:
        buckets.write("elsewhere", "service/default.tfstate", b"", None)

    assert refused.value.status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize("program", TAKES)
def test_a_command_that_is_not_in_the_table_is_refused_by_its_name(program):
    with pytest.raises(SystemExit, match=f"{program}: not rehearsed: frobnicate the cloud"):
        parsed(program, ["frobnicate", "the", "cloud"])


@pytest.mark.parametrize(
    "surplus", [["--impersonate-service-account=x"], ["--filter=state=DISABLED"], ["another"]]
)
def test_an_option_that_is_not_in_the_table_is_refused(surplus, capsys):
    with pytest.raises(SystemExit) as refused:
        parsed("gcloud", ["secrets", "versions", "list", SECRET, *surplus])

    assert refused.value.code == 2
    assert "gcloud secrets versions list: error:" in capsys.readouterr().err
