"""The runbooks: each command in them exists, with these arguments, and each name is one of ours."""

import importlib.util
import os
import re
import shlex
import subprocess

import pytest
from django.core.management import get_commands, load_command_class
from django.urls import resolve

from deploy.rehearsal.follow import FOLLOWED
from local.environment import ROOT

# No database is asked here: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

PAGES = sorted((ROOT / "docs" / "runbooks").glob("*.md"))
TEXTS = {page.name: page.read_text() for page in PAGES}
BLOCK = re.compile(r"^( *)```sh(?: not-rehearsed)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
BLOCKS = [(name, found[2]) for name, text in TEXTS.items() for found in BLOCK.finditer(text)]
# `manage.py …`, run here or, by deploy/manage.sh, where the service's environment is.
MANAGED = re.compile(r"(?:python manage\.py|deploy/manage\.sh) ([^\n|;)#]+)")
CALLS = sorted({(name, call) for name, block in BLOCKS for call in MANAGED.findall(block)})
# What people have in their shell when they follow a page.
SHELL = {
    "BASE_URL": "https://taskflow.example.com",
    "REVISION": "taskflow-sha-0123456789ab-412",
    "PATH": "",
}
MAKE = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
WORKFLOWS = "".join(path.read_text() for path in (ROOT / ".github" / "workflows").glob("*.yml"))


def test_the_pages_are_those_of_the_contract_and_they_tell_commands():
    wanted = {"deploy", "rollback", "restore", "secrets", "first-deploy", "key-rotation", "oneshot"}

    assert {page.stem for page in PAGES} >= wanted
    assert {name for name, _ in BLOCKS} == set(TEXTS)
    assert len(CALLS) > 20


def test_the_rehearsal_follows_every_page_but_what_the_demo_shows():
    assert {each.page for each in FOLLOWED} == set(TEXTS) - {"oneshot.md"}


def test_what_is_rehearsed_of_each_page_is_told():
    told = set(re.findall(r"^\| ([\w-]+\.md) \|", TEXTS["README.md"], re.MULTILINE))

    assert told == set(TEXTS) - {"README.md"}


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_a_block_is_shell(name, block):
    judged = subprocess.run(["bash", "-n"], input=block, capture_output=True, text=True)

    assert judged.returncode == 0, f"{name}: {judged.stderr}"


@pytest.mark.parametrize(("name", "block"), BLOCKS)
def test_a_database_that_commands_are_to_ask_is_exported(name, block):
    if re.search(r"^ *DATABASE_URL=", block, re.MULTILINE):
        assert re.search(r"^ *export DATABASE_URL\b", block, re.MULTILINE), name


def arguments(call):
    """Split a call as a shell does; every variable has some value."""
    filled = re.sub(r'"?\$\{?(\w+)\}?"?', lambda found: SHELL.get(found[1], "VALUE"), call)
    return shlex.split(filled.partition(" > ")[0])


@pytest.mark.parametrize(("name", "call"), CALLS)
def test_a_command_takes_what_the_page_gives_it(name, call):
    command, *given = arguments(call)

    found = load_command_class(get_commands()[command], command)
    parsed = found.create_parser("manage.py", command).parse_args(given)

    assert parsed is not None


@pytest.mark.parametrize("name", TEXTS)
def test_what_a_page_names_is_there(name):
    text = TEXTS[name]

    for command in re.findall(r"manage\.py ([a-z_]+)", text):
        assert command in get_commands(), command
    for module in re.findall(r"\b((?:python -m )deploy\.\w+|deploy\.[a-z_]+(?=`))", text):
        assert importlib.util.find_spec(module.removeprefix("python -m ")), module
    for script in re.findall(r"deploy/\w+\.sh", text):
        assert os.access(ROOT / script, os.X_OK), script
    for target in re.findall(r"`make ([a-z-]+)", text):
        assert target in MAKE, target
    for link in re.findall(r"\]\(([^)#:]+\.md)", text):
        assert (ROOT / "docs" / "runbooks" / link).exists(), link


@pytest.mark.parametrize("name", TEXTS)
def test_every_address_of_a_page_is_a_route(name):
    for path in re.findall(r"\$BASE_URL(/[\w./-]+)", TEXTS[name]):
        assert resolve(path)


def test_the_first_deployment_tells_every_variable_of_the_workflows():
    asked = set(re.findall(r"vars\.([A-Z_]+)", WORKFLOWS))
    text = TEXTS["first-deploy.md"] + TEXTS["restore.md"]

    assert {each for each in asked if not re.search(rf"\b{each}\b", text)} == set()
