"""The service stack injects the contract, each variable as its category says, and no more."""

import json
import re

import pytest
from django.core.management import get_commands

from deploy.stack import TerraformFailed
from tests.contract.stacks import (
    FULL_DEV,
    NAMES,
    PLATFORM,
    PROD,
    VERSION,
    facts,
    ready,
    secret_of,
    service,
    values,
)

# Terraform never meets the database: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

SECRETS = [*NAMES["required_secrets"], *NAMES["optional_secrets"], *NAMES["dev_only_secrets"]]
SETTABLE = [*NAMES["optional_plain"], *NAMES["code_defaults"]]


@pytest.fixture(scope="module")
def stacks():
    with ready() as found:
        yield found


@pytest.fixture(scope="module")
def full(stacks):
    """The plan in which everything is said that can be."""
    return stacks["service"].plan(service(FULL_DEV, settings=dict.fromkeys(SETTABLE, "1")))


@pytest.fixture(scope="module")
def prod(stacks):
    return stacks["service"].plan(service(PROD))


@pytest.fixture(scope="module")
def platform(stacks):
    return stacks["platform"].plan({**PLATFORM, **PROD})


def container(plan):
    return values(plan, "cloud_run_v2_service")[0]["template"][0]["containers"][0]


def environment(container):
    return {each["name"]: each for each in container["env"]}


def test_the_stack_injects_exactly_the_contract(full):
    injected = [each["name"] for each in container(full)["env"]]

    assert sorted(injected) == sorted(
        name for category, names in NAMES.items() if category != "platform" for name in names
    )


def test_a_secret_comes_from_the_secret_manager_and_a_setting_does_not(full):
    for name, said in environment(container(full)).items():
        if name in SECRETS and not name.endswith("_FILE"):
            (reference,) = said["value_source"][0]["secret_key_ref"]
            assert (reference["secret"], reference["version"]) == (secret_of(name), VERSION)
            assert not said["value"]
        else:
            assert said["value"]
            assert not said["value_source"]


def test_a_secret_that_is_a_file_is_mounted_where_its_variable_says(full):
    volumes = values(full, "cloud_run_v2_service")[0]["template"][0]["volumes"]
    (secret,) = (each["secret"][0] for each in volumes if each["secret"])
    mounts = {each["name"]: each["mount_path"] for each in container(full)["volume_mounts"]}

    assert secret["secret"] == secret_of("JWT_PRIVATE_KEY_FILE")
    told = environment(container(full))["JWT_PRIVATE_KEY_FILE"]["value"]
    assert told == f"{mounts['secrets']}/{secret['items'][0]['path']}"


def test_prod_gets_what_is_required_and_what_the_stack_knows(prod):
    said = environment(container(prod))

    known = {"ALLOWED_HOSTS", "GC_PROJECT", "GC_OAUTH_AUDIENCE", "GC_SERVICE_ACCOUNTS"}
    assert set(said) == {*NAMES["required_secrets"], *NAMES["required_plain"], *known}
    assert said["ENV"]["value"] == "PROD"


def test_scheduled_jobs_get_what_the_service_gets(full):
    of_service = container(full)["env"]

    for job in values(full, "cloud_run_v2_job"):
        assert job["template"][0]["template"][0]["containers"][0]["env"] == of_service


def test_scheduled_jobs_run_commands_that_exist(prod):
    for job in values(prod, "cloud_run_v2_job"):
        told = job["template"][0]["template"][0]["containers"][0]

        assert told["command"] == ["python", "manage.py"]
        assert told["args"][0] in get_commands()


def test_nothing_in_prod_knows_the_bypass(prod, platform):
    assert "BYPASS" not in json.dumps([facts(prod), facts(platform)]).upper()


def test_no_variable_can_give_prod_the_bypass(stacks):
    with pytest.raises(TerraformFailed, match=r"bypass exists in dev alone: unset"):
        stacks["service"].plan(service(PROD, allow_dev_auth_bypass=True))


def test_without_the_refusal_prod_would_still_not_get_it(stacks):
    shared = stacks["service"].folder.parent / "shared" / "main.tf"
    whole = shared.read_text()
    shared.write_text(
        whole.replace(
            "= !(var.allow_dev_auth_bypass &&", "= !(false && var.allow_dev_auth_bypass &&"
        )
    )
    assert shared.read_text() != whole
    try:
        plan = stacks["service"].plan(service(PROD, allow_dev_auth_bypass=True))
    finally:
        shared.write_text(whole)

    assert not {name for name in environment(container(plan)) if "BYPASS" in name}


def test_the_service_and_its_migrations_are_different_people(prod, platform):
    service_ = values(prod, "cloud_run_v2_service")[0]["template"][0]
    readers = values(platform, "secret_manager_secret_iam_member")

    assert service_["service_account"].startswith("taskflow-runtime@")
    assert len(readers) == len(NAMES["required_secrets"]) + 1
    assert "migrator" not in json.dumps(facts(prod))


SPOILT = {
    "image": "europe-west1-docker.pkg.dev/example-project/taskflow/taskflow:latest",
    "release": "v1",
    "base_url": "https://taskflow.example.com/api",
    "settings": {"SURPLUS": "1", "LOG_LEVEL": ""},
    "secret_versions": {"DATABASE_URL": "latest"},
}


def test_whatever_is_wrong_is_told_at_once_with_what_to_do(stacks):
    with pytest.raises(TerraformFailed) as refusal:
        stacks["service"].plan(service(PROD, **SPOILT))

    told = re.sub(r"[\s│]+", " ", str(refusal.value))
    for sentence in (
        "a tag is not deployed", "release must be sha-COMMIT-RUN", "without a path",
        "Not to be set here: SURPLUS", "leave it out instead", "version is a number",
        "Without a version: ADMIN_API_KEY, KEY_ENCRYPTION_KEYS, SECRET_KEY",
    ):  # fmt: skip
        assert sentence in told


def test_a_secret_without_a_value_stops_the_plan(stacks):
    missing = {**service(PROD)["secret_versions"], "SECRET_KEY": "8"}

    with pytest.raises(TerraformFailed, match="Secret taskflow-secret-key has no version 8"):
        stacks["service"].plan(service(PROD, secret_versions=missing))


def test_too_many_connections_stop_the_plan(stacks):
    with pytest.raises(
        TerraformFailed, match=r"Up to 3\d\d database connections are wanted, 100 are there"
    ):
        stacks["service"].plan(service(PROD, instances={"min": 0, "max": 20}))
