"""`manage.py audience`: shell in, text out."""

import io

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from accounts.models import Audience, SigningKey

pytest_plugins = ["tests.oauth_fixtures"]
pytestmark = pytest.mark.usefixtures("people")


def audience(*arguments):
    out = io.StringIO()
    call_command("audience", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments):
    with pytest.raises(CommandError) as error:
        audience(*arguments)
    return error.value.returncode, str(error.value)


def test_the_whole_way_from_version_1_to_version_2():
    audience("register", "billing", "--resource", "https://billing.example.com")
    audience("declare", "billing", "--versions", "1,2")
    status, said = refused("change", "billing", "--versions", "2")
    audience("declare", "billing", "--versions", "2")

    assert "version 2" in audience("change", "billing", "--versions", "2")
    assert (status, "still declares payload version 1" in said) == (2, True)
    assert Audience.objects.get(pk="billing").payload_versions == [2]


def test_the_list_tells_who_still_receives_version_1(ask, worker):
    audience("register", "ledger", "--versions", "2")
    ask(worker, grant_type="client_credentials")

    told = audience("list")

    assert "Version 1 is still received by: taskflow." in told
    rows = {line.split("│")[1].strip(): line for line in told.splitlines() if "│" in line}
    assert "never" in rows["ledger"]
    assert "never" not in rows["taskflow"]


@pytest.mark.django_db(transaction=True)
def test_a_new_algorithm_has_its_key_published_when_it_is_registered():
    told = audience("register", "billing", "--algorithm", "EdDSA")

    begins = SigningKey.objects.get(algorithm="EdDSA").signs_from
    assert f"{begins:%Y-%m-%dT%H:%M:%SZ}" in told


@pytest.mark.django_db(transaction=True)
def test_an_audience_is_not_moved_to_an_algorithm_that_can_not_sign_yet():
    status, _ = refused("change", "taskflow", "--algorithm", "ES256")

    assert status == 1
    assert Audience.objects.get(pk="taskflow").algorithm == "RS256"
    assert SigningKey.objects.filter(algorithm="ES256").exists()


def test_what_is_so_already_is_no_failure():
    assert "so already" in audience("change", "taskflow", "--algorithm", "RS256")


@pytest.mark.parametrize(
    "arguments",
    [("change", "nowhere"), ("register", "taskflow"), ("declare", "taskflow", "--versions", "3")],
)
def test_a_refusal_ends_with_its_sentence_and_status_2(arguments):
    status, said = refused(*arguments)

    assert status == 2
    assert said.endswith(".")


@pytest.mark.parametrize("versions", ["", "x", "1;2", "²"])
def test_versions_are_numbers(versions):
    _, said = refused("declare", "taskflow", "--versions", versions)

    assert "versions are numbers" in said
