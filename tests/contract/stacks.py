"""The Terraform stacks with variables that are right, for tests that spoil one.

`python -m tests.contract.stacks` writes the reviewed plans anew.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from config.contract.variables import CATEGORIES
from deploy.rehearsal.paper_cloud import PaperCloud
from deploy.rehearsal.project import PROJECT, REGION
from deploy.rehearsal.stacks import copied
from deploy.stack import Stack

NAMES = {each.name: [variable.name for variable in each.variables] for each in CATEGORIES}
VERSION = "7"
REVIEWED = Path(__file__).with_name("plans")
COMMON = {"project": PROJECT, "region": REGION, "base_url": "https://taskflow.example.com"}
PLATFORM = {**COMMON, "repository_id": "100000001", "repository_owner_id": "200000002"}
SERVICE = {
    **COMMON,
    "image": f"{REGION}-docker.pkg.dev/{PROJECT}/taskflow/taskflow@sha256:{'0123456789abcdef' * 4}",
    "release": "sha-0123456789ab-2",
    "serving": "taskflow-sha-ba9876543210-1",
    "alert_email": "people@example.com",
}
PROD = {"stage": "prod"}
# Whatever can be there, is.
FULL_DEV = {
    "stage": "dev",
    "allow_dev_auth_bypass": True,
    "optional_secrets": NAMES["optional_secrets"],
}


def secret_of(variable: str) -> str:
    return f"taskflow-{variable.lower().replace('_', '-')}"


def versions(stage: dict[str, Any]) -> dict[str, str]:
    """The version of each secret that the stage needs."""
    names = [*NAMES["required_secrets"], *stage.get("optional_secrets", [])]
    bypass = NAMES["dev_only_secrets"] if stage.get("allow_dev_auth_bypass") else []
    return dict.fromkeys([*names, *bypass], VERSION)


def service(stage: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return {**SERVICE, **stage, "secret_versions": versions(stage), **changes}


@contextmanager
def ready(cloud: type[PaperCloud] = PaperCloud) -> Iterator[dict[str, Stack]]:
    """Copies of both stacks, ready to plan against a cloud on paper."""
    kinds = (NAMES[f"{kind}_secrets"] for kind in ("required", "optional", "dev_only"))
    secrets = {secret_of(name): int(VERSION) for names in kinds for name in names}
    with copied(cloud(secrets)) as found:
        for name in ("platform", "service"):
            found[name].init()
        yield found


def values(plan: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    """What the plan says of each resource of a kind."""
    resources = plan["planned_values"]["root_module"]["resources"]
    return [each["values"] for each in resources if each["type"] == f"google_{kind}"]


def facts(plan: dict[str, Any]) -> dict[str, Any]:
    """Each resource of the plan, and what it read, by address, without what is not said."""
    read = plan["prior_state"]["values"]["root_module"]["resources"]
    planned = plan["planned_values"]["root_module"]["resources"]
    data = [each for each in read if each["mode"] == "data"]
    return {each["address"]: _said(each["values"]) for each in (*data, *planned)}


def _said(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _said(each) for name, each in value.items() if each not in (None, [], {})}
    return [_said(each) for each in value] if isinstance(value, list) else value


PLANS: dict[str, dict[str, Any]] = {
    "platform.dev": {**PLATFORM, **FULL_DEV},
    "platform.prod": {**PLATFORM, **PROD},
    "service.dev": service(FULL_DEV, settings={"LOG_LEVEL": "DEBUG"}),
    "service.prod": service(PROD),
}


def planned(stacks: dict[str, Stack], name: str) -> dict[str, Any]:
    """What the plan of that name says now."""
    return facts(stacks[name.partition(".")[0]].plan(PLANS[name]))


def reviewed(name: str) -> Any:
    """What it said when somebody last looked at it."""
    return json.loads(_file(name).read_text())


@contextmanager
def applied() -> Iterator[dict[str, Stack]]:
    """Copies whose full plan is carried out, so that a further plan leaves nothing open."""
    with ready() as found:
        for name in ("platform", "service"):
            found[name].plan(PLANS[f"{name}.dev"])
            found[name].apply()
        yield found


def main() -> None:
    """Write the plans anew, for the change to be reviewed."""
    with applied() as stacks:
        for name in PLANS:
            _file(name).write_text(
                json.dumps(planned(stacks, name), indent=1, sort_keys=True) + "\n"
            )


def _file(name: str) -> Path:
    return REVIEWED / f"{name}.json"


if __name__ == "__main__":
    main()
