"""Bring a new revision into production, or leave production as it is.

    python -m deploy.release new --image REGISTRY/taskflow@sha256:… --release sha-COMMIT-RUN
    python -m deploy.release back-to REVISION

`new` deploys without traffic, verifies at the candidate's own address, moves the traffic, verifies
again; whatever does not hold takes the traffic back to the revision that had it. The stack's other
variables come from the environment (TF_VAR_…) and from the versions that deploy.pin_secrets found.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

from deploy.stack import Stack, TerraformFailed
from local.environment import ROOT, bare_environment

SERVICE = ROOT / "deploy" / "terraform" / "service"
RESOURCE = "google_cloud_run_v2_service.taskflow"
PATIENCE_SECONDS = 60


class NotReleased(Exception):
    """The new revision does not serve; the text says at which step, why, and what serves now."""


class NotVerified(Exception):
    """What answers is not what was deployed; the text is the difference."""


Told = TypeVar("Told")
Verify = Callable[[str, str], None]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Release:
    """One attempt: what is to run, with what it is carried out, and who hears of each step."""

    stack: Stack
    image: str
    name: str
    verify: Verify
    tell: Tell

    def carry_out(self) -> None:
        """Deploy, verify, shift, verify. Raises NotReleased, with the traffic where it was."""
        before = self._step("Deploy", self._deploy)
        live = self.stack.outputs()
        self._step("Canary", lambda: self.verify(live["candidate_url"], live["revision"]), before)
        self._step("Shift", lambda: self._apply(live["revision"]), before)
        self._step("Verify", lambda: self.verify(live["url"], live["revision"]), before)

    def _deploy(self) -> str:
        """Deploy without traffic; return who has it, also when somebody gave it past Terraform."""
        if self.stack.outputs():
            self.stack.refresh(self._variables(""))
        before = str(self.stack.outputs().get("serving", ""))
        self._apply(before)
        return before

    def _apply(self, serving: str) -> None:
        self.stack.plan(self._variables(serving))
        self.stack.apply()

    def _variables(self, serving: str) -> dict[str, str]:
        return {"image": self.image, "release": self.name, "serving": serving}

    def _step(self, name: str, act: Callable[[], Told], back_to: str = "") -> Told:
        self.tell(name)
        try:
            return act()
        except (TerraformFailed, NotVerified) as reason:
            after = self._taken_back(back_to) if back_to else "there was nothing to take back"
            raise NotReleased(f"{name} failed, {after}.\n{reason}") from reason

    def _taken_back(self, serving: str) -> str:
        self.tell("Roll back")
        self._apply(serving)
        return f"{serving} has the traffic"


def back_to(stack: Stack, revision: str, tell: Tell) -> None:
    """Give an earlier revision the traffic; the newest keeps none.

    The plan says of the newest revision what it is already. Raises NotReleased when it would change
    something else than the traffic, and TerraformFailed; then nothing has moved.
    """
    live = stack.outputs()
    newest = {
        "image": live["image"],
        "release": live["revision"].removeprefix("taskflow-"),
        "secret_versions": live["secret_versions"],
    }
    stack.refresh(newest)
    before = stack.outputs()["serving"]
    if surplus := _besides_traffic(stack.plan({**newest, "serving": revision})):
        raise NotReleased(
            f"The plan would also change {', '.join(surplus)}, so nothing has moved. Check out the "
            "newest revision's commit, and set each TF_VAR_… of the stage as the pipeline does."
        )
    stack.apply()
    tell(f"{revision} has the traffic, {before} had it.")


def _besides_traffic(plan: Mapping[str, Any]) -> list[str]:
    """Return each argument but the traffic that a plan would change, by its address."""
    found = []
    for resource in plan["resource_changes"]:
        change = resource["change"]
        if change["actions"] not in (["no-op"], ["read"]):
            before, after = change["before"] or {}, change["after"] or {}
            changed = [name for name in after or before if before.get(name) != after.get(name)]
            found += [f"{resource['address']}.{name}" for name in sorted(changed)]
    return [each for each in found if each != f"{RESOURCE}.traffic"]


def verified(url: str, revision: str, *, patience: int = PATIENCE_SECONDS) -> None:
    """Have the live service compared with this code. Raises NotVerified."""
    command = ("manage.py", "verify_deploy", "--url", url, "--revision", revision)
    done = subprocess.run(
        [sys.executable, *command, "--wait", str(patience)],
        cwd=ROOT,
        env=bare_environment(),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise NotVerified(done.stderr.strip())


def _warn_of_own_domain(revision: str) -> None:
    """Look at the address people use: its certificate or its name may be late, so it only warns."""
    try:
        verified(os.environ["TF_VAR_base_url"], revision)  # noqa: SIM112  Terraform's spelling
    except NotVerified as reason:
        print(f"::warning::The service's own domain is not what was deployed: {reason}")


def main() -> None:
    """Read the command line and do it. Ends with 1 and the reason when nothing new serves."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    actions = parser.add_subparsers(dest="action", required=True)
    new = actions.add_parser("new", help="deploy, verify, shift, verify; or roll back")
    new.add_argument("--image", required=True, help="by digest")
    new.add_argument("--release", required=True, help="sha-COMMIT-RUN")
    actions.add_parser("back-to", help="move the traffic alone").add_argument("revision")
    asked = parser.parse_args()
    stack = Stack(SERVICE, os.environ)
    _carry_out(asked, stack)


def _carry_out(asked: Any, stack: Stack) -> None:
    tell = _told_at_once
    try:
        stack.init_in(os.environ)
        if asked.action == "back-to":
            back_to(stack, asked.revision, tell)
            return
        Release(stack, asked.image, asked.release, verified, tell).carry_out()
    except (NotReleased, TerraformFailed) as refusal:
        sys.exit(str(refusal))
    _warn_of_own_domain(stack.outputs()["revision"])


def _told_at_once(what: str) -> None:
    print(what, flush=True)


if __name__ == "__main__":
    main()
