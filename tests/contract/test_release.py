"""Giving the traffic back: of everything else the plan must say what is there already."""

import json

import pytest

from deploy.rehearsal.paper_cloud import PaperCloud
from deploy.release import NotReleased, NotVerified, Release, back_to
from tests.contract.stacks import PROD, VERSION, ready, service

# No database is asked here: one lane is enough.
pytestmark = pytest.mark.only_on("postgresql")

EARLIER, NEWEST = "taskflow-sha-ba9876543210-1", "taskflow-sha-0123456789ab-2"
OF_A_RELEASE = {"image", "release", "serving", "secret_versions"}


@pytest.fixture(scope="module")
def service_stack():
    with ready() as found:
        yield found["service"]


@pytest.fixture
def deployed(service_stack):
    """The service, whose newest revision has the traffic."""
    for file in service_stack.folder.glob("*.auto.tfvars.json"):
        file.unlink()
    service_stack.plan(service(PROD, serving=""))
    service_stack.apply()
    return service_stack


def says(stack, **changes):
    """Give further plans what a shell has of the stage as TF_VAR_…"""
    told = {**service(PROD), **changes}
    of_the_stage = {name: told[name] for name in told.keys() - OF_A_RELEASE}
    (stack.folder / "stage.auto.tfvars.json").write_text(json.dumps(of_the_stage))


def test_the_traffic_alone_goes_back(deployed):
    says(deployed)
    told: list[str] = []
    before = deployed.outputs()

    back_to(deployed, EARLIER, told.append)

    assert deployed.outputs() == {**before, "serving": EARLIER}
    assert told == [f"{EARLIER} has the traffic, {NEWEST} had it."]


def test_a_shell_that_says_something_else_of_the_stage_moves_nothing(deployed):
    says(deployed, settings={"LOG_LEVEL": "DEBUG"})
    before = deployed.outputs()

    with pytest.raises(NotReleased, match=r"google_cloud_run_v2_service\.taskflow\.template"):
        back_to(deployed, EARLIER, print)

    assert deployed.outputs() == before


def test_what_was_pinned_since_is_not_what_the_newest_revision_was_given(deployed):
    says(deployed)
    pinned = dict.fromkeys(deployed.outputs()["secret_versions"], str(int(VERSION) + 1))
    file = deployed.folder / "secrets.auto.tfvars.json"
    file.write_text(json.dumps({"secret_versions": pinned}))

    back_to(deployed, EARLIER, print)

    assert set(deployed.outputs()["secret_versions"].values()) == {VERSION}
    assert deployed.outputs()["serving"] == EARLIER


class MovedByHand(PaperCloud):
    """Somebody gave the traffic to an earlier revision, past Terraform."""

    def found(self, kind, state):
        if kind != "google_cloud_run_v2_service":
            return state
        *_, newest = state["traffic"]
        return {**state, "traffic": [{**newest, "revision": EARLIER, "tag": ""}]}


def test_a_deployment_goes_back_to_whom_the_traffic_was_given_by_hand():
    with ready(MovedByHand) as found:
        stack = found["service"]
        stack.plan(service(PROD, serving=""))
        stack.apply()
        says(stack)
        versions = {"secret_versions": stack.outputs()["secret_versions"]}
        (stack.folder / "secrets.auto.tfvars.json").write_text(json.dumps(versions))

        with pytest.raises(NotReleased, match=f"{EARLIER} has the traffic"):
            Release(stack, service(PROD)["image"], "sha-0123456789ab-3", refuse, print).carry_out()


def refuse(url, revision):
    raise NotVerified(f"{url} shows something else than {revision}.")
