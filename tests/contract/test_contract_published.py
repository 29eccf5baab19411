"""What is published about the environment is what the code reads."""

import json
import re
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import call_command

from config.contract import BrokenContract, read
from config.contract.variables import CATEGORIES

EXAMPLE = (settings.ROOT / ".env.example").read_text()
DECLARED = {
    category.name: [variable.name for variable in category.variables] for category in CATEGORIES
}
VARIABLES = [variable for category in CATEGORIES for variable in category.variables]
# What an example cannot show: a secret, a file that is there, the platform.
UNSHOWN = {
    *(name for category in CATEGORIES if category.is_secret for name in DECLARED[category.name]),
    *DECLARED["platform"],
} - {"OIDC_CLIENT_SECRET"}  # without which what is shown beside it does not start


def published(style):
    written = StringIO()
    call_command("contract", format=style, stdout=written)
    return written.getvalue()


def test_the_checked_in_example_is_the_generated_one():
    assert published("env") == EXAMPLE


def test_the_deployment_has_the_generated_lists():
    file = settings.ROOT / "deploy" / "terraform" / "shared" / "contract.json"

    assert published("terraform") == file.read_text()
    assert {name: list(json.loads(file.read_text())[name]) for name in DECLARED} == DECLARED


def test_the_example_lists_every_variable_in_its_category():
    sections = re.split(r"^# === ([a-z_]+):.*$", EXAMPLE, flags=re.MULTILINE)[1:]
    listed = {
        name: re.findall(r"^#([A-Z_]+)=", body, re.MULTILINE)
        for name, body in zip(sections[::2], sections[1::2], strict=True)
    }

    assert listed == DECLARED


def test_what_the_example_shows_can_be_switched_on():
    shown = dict(re.findall(r"^#([A-Z_]+)=(.+)$", EXAMPLE, re.MULTILINE))
    switched_on = {name: text for name, text in shown.items() if name not in UNSHOWN}

    assert read(switched_on)


@pytest.mark.parametrize("stage", ["DEV", "PROD"])
def test_the_example_guards_nothing_when_all_of_it_is_switched_on(stage):
    shown = dict(re.findall(r"^#([A-Z_]+)=(.+)$", EXAMPLE, re.MULTILINE))

    with pytest.raises(BrokenContract) as refusal:
        read(shown | {"ENV": stage})

    blamed = {problem.name for problem in refusal.value.problems}
    assert blamed >= {*DECLARED["required_secrets"], *DECLARED["dev_only_secrets"]}


def test_machines_get_every_variable_with_its_facts():
    rows = json.loads(published("json"))

    assert [row["name"] for row in rows] == [variable.name for variable in VARIABLES]
    for row in rows:
        assert set(row) == {
            *("name", "category", "injected_by", "required_in", "default", "description"),
        }
        assert row["name"] in DECLARED[row["category"]]
        assert row["injected_by"]
        assert row["description"]


def test_people_get_every_variable_with_its_default():
    table = published("table")

    for variable in VARIABLES:
        assert re.search(rf"^{variable.name}  +\S", table, re.MULTILINE)
    assert re.search(r"^LEASE_SECONDS +900 ", table, re.MULTILINE)
