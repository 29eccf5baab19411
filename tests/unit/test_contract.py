"""The environment becomes one frozen object, or is refused with every reason and no value."""

from dataclasses import FrozenInstanceError, fields, replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from accounts.scopes import Scope
from config.contract import BrokenContract, Contract, Rate, Stage, read
from config.contract.declaring import DEPLOYED
from config.contract.parsing import Malformed, text
from config.contract.variables import CATEGORIES, CODE_DEFAULTS
from tests import environments
from tests.environments import deployed

VARIABLES = [variable for category in CATEGORIES for variable in category.variables]
NAMES = [variable.name for variable in VARIABLES]
RATES = [name for name in NAMES if name.startswith("THROTTLE_")]
OVERRIDES = {
    **dict.fromkeys(RATES, "7/hour"),
    "ALLOW_PASSWORD_SIGN_IN": "false",
    "MAX_BODY_BYTES": "2048",
    "METRICS": "true",
    "PAGE_SIZE_MAX": "60",
}


def blamed(environ):
    """The names of the variables that an environment is refused for."""
    with pytest.raises(BrokenContract) as refusal:
        read(environ)
    return {problem.name for problem in refusal.value.problems}


def complaint_about(variable, told):
    """What is said about a text of a variable; nothing when it is fine."""
    try:
        variable.parse(text(told))
    except Malformed as error:
        return str(error)
    return ""


def test_a_developer_needs_no_environment():
    contract = read({})

    assert contract.env is Stage.LOCAL
    assert contract.base_url == "http://127.0.0.1:8000"
    assert contract.allowed_hosts == ("localhost", "127.0.0.1", "[::1]")
    assert contract.admin_api_key is None
    assert contract.allow_dev_auth_bypass
    assert not contract.on_platform
    assert contract.release == "dev"


@pytest.mark.parametrize("stage", DEPLOYED)
def test_a_deployed_stage_needs_what_is_required_and_no_more(stage):
    contract = read(deployed(stage))

    assert contract.env is stage
    assert contract.allowed_hosts == ("board.example.com",)
    assert not contract.allow_dev_auth_bypass
    assert contract.allow_password_sign_in is (stage is Stage.DEV)


def test_every_variable_is_declared_once_and_has_its_field():
    assert len(NAMES) == len(set(NAMES))
    assert {field.name for field in fields(Contract)} == {
        {"DATABASE_URL": "database"}.get(name, name.lower()) for name in NAMES
    }


@pytest.mark.parametrize("variable", CODE_DEFAULTS, ids=lambda each: each.name)
def test_what_the_code_decides_is_overridden_by_the_variable_of_that_name(variable):
    told = OVERRIDES.get(variable.name, "2")

    contract = read({variable.name: told})

    assert told != variable.default
    assert getattr(contract, variable.name.lower()) == variable.parse(told)


def test_the_object_cannot_be_changed():
    with pytest.raises(FrozenInstanceError):
        read({}).port = 1  # type: ignore[misc]


def test_the_object_shows_no_secret():
    shown = repr(read(deployed(Stage.DEV, DEV_BYPASS_SECRET=environments.DEV_BYPASS_SECRET)))

    assert "board.example.com" in shown
    for name in ("SECRET_KEY", "ADMIN_API_KEY", "DEV_BYPASS_SECRET", "DATABASE_PASSWORD"):
        assert getattr(environments, name) not in shown


def test_every_problem_is_told_at_once_and_who_can_mend_it():
    environ = deployed(SECRET_KEY=None, BASE_URL="", PORT="eighty", ALLOWED_ORIGINS="*")

    with pytest.raises(BrokenContract) as refusal:
        read(environ)

    lines = str(refusal.value).splitlines()
    assert "  SECRET_KEY is missing (injected by: secret manager)" in lines
    assert (
        "  BASE_URL is empty: leave it out or give it a value (injected by: deploy config)" in lines
    )
    assert "  PORT must be a whole number from 1 to 65535 (injected by: platform)" in lines
    assert "  ALLOWED_ORIGINS must not be * outside LOCAL (injected by: deploy config)" in lines
    assert len(lines) == 6


@pytest.mark.parametrize("text", ["", " ", "prod", "Prod", "PRODUCTION", "PROD ", "STAGING"])
def test_an_unknown_stage_is_refused_and_judged_as_the_strictest(text):
    assert blamed({"ENV": text}) >= {"ENV", "DATABASE_URL", "SECRET_KEY", "BASE_URL"}


@pytest.mark.parametrize("stage", [{}, {"ENV": "LOCAL"}])
def test_local_is_impossible_on_the_platform(stage):
    assert "ENV" in blamed({"K_SERVICE": "board", **stage})


def test_behind_cloud_run_one_proxy_is_trusted_and_the_revision_named():
    contract = read(deployed(K_SERVICE="board", K_REVISION="board-00007-abc"))

    assert contract.on_platform
    assert contract.release == "board-00007-abc"
    assert contract.trusted_proxy_hops == 1
    assert read(deployed()).trusted_proxy_hops == 0


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_variable_is_refused(name):
    assert name in blamed(deployed(**{name: ""}))


@given(core=st.text(st.characters(codec="utf-8"), min_size=1, max_size=60))
@example(core="postgres://u:can#ary@h/db")
@example(core="postgres://u:can/ary@h/db")
@example(core="postgres://u:can[ary@h/db")
@example(core="http://canary:80x/")
@example(core="https://[canary]/")
@example(core="canary@canary=canary")
def test_no_text_breaks_a_parser_or_stands_in_its_message(core):
    for variable in VARIABLES:
        for told in (core, f"canary{core}canary"):
            assert "canary" not in complaint_about(variable, told)


@pytest.mark.parametrize("name", RATES)
def test_a_developer_has_a_hundredfold_of_each_rate(name):
    field = name.lower()
    everywhere = getattr(read(deployed()), field)

    assert getattr(read({}), field) == replace(everywhere, limit=100 * everywhere.limit)
    assert getattr(read({name: "5/sec"}), field) == Rate(5, 1)


def test_a_default_that_follows_follows():
    contract = read({"PORT": "9001", "WEB_THREADS": "8"})

    assert contract.base_url == "http://127.0.0.1:9001"
    assert contract.db_pool_size == 8
    assert blamed({"PORT": "none"}) == {"PORT"}


def test_lists_and_maps_are_read_into_values(tmp_path):
    pem = tmp_path / "key.pem"
    pem.write_text("-----BEGIN PRIVATE KEY-----\n")
    contract = read(
        deployed(
            ALLOWED_ORIGINS="https://App.example.com, http://localhost:3000",
            ALLOWED_HOSTS=".example.com,[::1]",
            JWT_PRIVATE_KEY_FILE=str(pem),
            **environments.GOOGLE,
        )
    )

    assert contract.allowed_origins == ("https://app.example.com", "http://localhost:3000")
    assert contract.allowed_hosts == (".example.com", "[::1]")
    assert contract.jwt_private_key_file == Path(pem)
    assert contract.gc_service_accounts == {
        "pusher@example-project.iam.gserviceaccount.com": {Scope.TASKS_READ, Scope.TASKS_WRITE}
    }


def test_the_first_of_several_encryption_keys_stays_first():
    older, newer = "A" * 42 + "E", environments.KEY_ENCRYPTION_KEY

    keys = read({"KEY_ENCRYPTION_KEYS": f"{newer},{older}="}).key_encryption_keys

    assert [len(key) for key in keys] == [32, 32]
    assert keys[1] == bytes(31) + b"\x01"


def test_an_address_loses_its_last_slash():
    assert read(deployed(BASE_URL="https://b.example.com/")).base_url == "https://b.example.com"
    assert read(deployed(BASE_URL="https://[2001:db8::1]")).allowed_hosts == ("[2001:db8::1]",)
