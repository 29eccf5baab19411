"""The rehearsal's stand-ins: what they refuse is what the cloud would."""

from http import HTTPStatus

import pytest

from deploy.rehearsal.bucket import Buckets
from deploy.rehearsal.bucket import Refused as StorageRefused
from deploy.rehearsal.by_gcloud import listed
from deploy.rehearsal.command_lines import parsed
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

    assert vault.newest(SECRET) == 2
    with pytest.raises(Refused, match="disabled"):
        vault.value(SECRET, "2")
    vault.turn(SECRET, "2", Standing.ENABLED)
    assert vault.value(SECRET, "2") == "two"


def test_a_version_that_is_destroyed_is_never_had_again(vault):
    vault.add(SECRET, "one")

    vault.turn(SECRET, "1", Standing.DESTROYED)

    with pytest.raises(Refused, match="destroyed"):
        vault.turn(SECRET, "1", Standing.ENABLED)
    assert vault.newest(SECRET) == 1
    with pytest.raises(Refused, match="destroyed"):
        vault.value(SECRET, "1")


def test_of_a_secret_without_a_version_none_is_the_newest(vault):
    with pytest.raises(Refused, match="has no version"):
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


def test_a_command_runs_in_an_image_as_the_script_calls_it():
    env = ["--env", "DATABASE_URL", "--env", "ENV=PROD"]
    inside = ["manage.py", "migrate", "--no-input"]

    asked = parsed("docker", ["run", "--rm", "--network", "host", *env, "image", "python", *inside])

    assert (asked["env"], asked["image"]) == (["DATABASE_URL", "ENV=PROD"], "image")
    assert asked["inside"] == inside


@pytest.mark.parametrize(
    "said",
    ["audit,verify,--kept=a", "^\x1f^audit\x1fverify\x1f--kept=a", "^::^audit::verify::--kept=a"],
)
def test_the_arguments_of_a_job_are_a_list_as_gcloud_takes_it(said):
    assert listed(said) == ["audit", "verify", "--kept=a"]


def test_a_proxy_takes_its_options_in_any_order():
    asked = parsed("cloud-sql-proxy", ["--port", "5433", "--address", "127.0.0.1", "a:b:c"])

    assert (asked["address"], asked["port"], asked["instance"]) == ("127.0.0.1", 5433, "a:b:c")


@pytest.mark.parametrize("program", ["gcloud", "gh", "docker"])
def test_a_command_that_is_not_in_the_table_is_refused_by_its_name(program):
    with pytest.raises(SystemExit, match=f"{program}: not rehearsed: frobnicate the cloud"):
        parsed(program, ["frobnicate", "the", "cloud"])


LIST = ("secrets", "versions", "list", SECRET)
RUN = ("run", "--rm", "--network", "host")
PROXY = ("--address", "127.0.0.1", "--port", "5433")


@pytest.mark.parametrize(("called", "arguments"), [
    ("gcloud secrets versions list", (*LIST, "--impersonate-service-account=x")),
    ("gcloud secrets versions list", (*LIST, "--filter=state=DISABLED")),
    ("gcloud secrets versions list", (*LIST, "another")),
    ("docker run", (*RUN, "--privileged", "image", "python", "manage.py")),
    ("docker run", ("run", "--rm", "--network", "bridge", "image", "python")),
    ("docker run", (*RUN, "image", "sh")),
    ("cloud-sql-proxy", (*PROXY, "--private-ip", "a:b:c")),
    ("cloud-sql-proxy", (*PROXY, "a:b:c", "a:b:d")),
    ("cloud-sql-proxy", ("--port", "5433", "a:b:c")),
])  # fmt: skip
def test_an_option_that_is_not_in_the_table_is_refused(called, arguments, capsys):
    with pytest.raises(SystemExit) as refused:
        parsed(called.partition(" ")[0], arguments)

    assert refused.value.code == 2
    assert f"{called}: error:" in capsys.readouterr().err
