"""The workflows: pinned, of least permission, and with their work in scripts that are tested."""

import os
import re

import pytest
import yaml

from local.environment import ROOT
from local.terraform import VERSION

FILES = sorted((ROOT / ".github" / "workflows").glob("*.yml"))
TEXTS = {file.name: file.read_text() for file in FILES}
WORKFLOWS = {name: yaml.safe_load(text) for name, text in TEXTS.items()}
JOBS = [(name, job, told) for name, each in WORKFLOWS.items() for job, told in each["jobs"].items()]
STEPS = [(name, step) for name, _, job in JOBS for step in job.get("steps", [])]
RUNS = [(name, step["run"]) for name, step in STEPS if "run" in step]
PERMITTED = {"contents": "read", "id-token": "write", "attestations": "write"}


def test_the_workflows_are_those_of_the_contract():
    assert set(WORKFLOWS) == {
        *("ci.yml", "infra.yml", "deploy-dev.yml", "deploy-prod.yml", "pipeline.yml"),
    }


def test_every_action_is_pinned_by_commit_and_tells_its_version():
    uses = [line for text in TEXTS.values() for line in text.splitlines() if "uses: " in line]

    pinned = re.compile(r"uses: ([\w-]+/[\w-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+|\$/\.github/.*)$")
    assert all(map(pinned.search, uses))


def test_one_action_has_one_version():
    pins = set(re.findall(r"uses: ([\w-]+/[\w-]+)@([0-9a-f]{40})", "".join(TEXTS.values())))

    assert len(pins) == len({name for name, _ in pins})


@pytest.mark.parametrize("name", WORKFLOWS)
def test_nothing_is_permitted_but_job_by_job(name):
    assert WORKFLOWS[name]["permissions"] == {}
    for workflow, _, job in JOBS:
        if workflow == name:
            assert job["permissions"].items() <= PERMITTED.items()


def test_no_workflow_has_a_secret():
    assert "secrets." not in "".join(TEXTS.values())


def test_what_is_longer_than_two_lines_is_a_script():
    assert not [run for _, run in RUNS if len(run.strip().splitlines()) > 2]


def test_every_script_that_is_called_is_there():
    called = {word for _, run in RUNS for word in run.split() if word.startswith("deploy/")}

    names = ("audit", "build", "sbom", "migrate", "deploy")
    assert called == {f"deploy/{name}.sh" for name in names}
    assert all(os.access(ROOT / script, os.X_OK) for script in called)


def test_no_expression_reaches_a_shell():
    assert not [run for _, run in RUNS if "${{" in run]


def test_a_checkout_leaves_no_credential_behind():
    checkouts = [step for _, step in STEPS if step.get("uses", "").startswith("actions/checkout@")]

    assert all(step["with"]["persist-credentials"] is False for step in checkouts)


def test_the_pipeline_goes_stage_by_stage():
    jobs = WORKFLOWS["pipeline.yml"]["jobs"]

    assert {name: job.get("needs") for name, job in jobs.items()} == {
        "test": None, "build": "test", "migrate": "build", "deploy": ["build", "migrate"],
    }  # fmt: skip


def test_dev_gives_way_to_a_newer_push_and_prod_does_not():
    dev, prod = WORKFLOWS["deploy-dev.yml"], WORKFLOWS["deploy-prod.yml"]

    assert dev["concurrency"]["cancel-in-progress"] is True
    assert prod["concurrency"]["cancel-in-progress"] is False
    # YAML reads the key `on` as a truth value.
    assert (dev[True]["push"]["branches"], prod[True]["push"]["branches"]) == (["dev"], ["main"])
    assert prod["jobs"]["pipeline"]["needs"] == "branch"


def test_no_workflow_can_give_prod_the_bypass():
    asked = [line for text in TEXTS.values() for line in text.splitlines() if "BYPASS" in line]

    assert len(asked) == 2
    for line in asked:
        assert "${{ inputs.stage == 'dev' && vars.ALLOW_DEV_AUTH_BYPASS || 'false' }}" in line


def test_terraform_is_the_version_that_is_pinned_here():
    given = [step["with"] for _, step in STEPS if "setup-terraform" in step.get("uses", "")]

    assert {each["terraform_version"] for each in given} == {VERSION}
