"""The cloud's programs, as far as scripts and runbooks call them: which arguments they take.

A command, an option or a value that is not in these tables is refused by its name: what a page
wants of them has to be written down here first. What is then done is in `by_gcloud`, in `by_gh`
and, of the other two, in `tools`.
"""

import argparse
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from deploy.rehearsal.project import REGION

Options = Mapping[str, Mapping[str, Any]]

NEEDED: Mapping[str, Any] = MappingProxyType({"required": True})
FLAG: Mapping[str, Any] = MappingProxyType({"action": "store_true"})


def one_of(*values: str, **further: Any) -> Mapping[str, Any]:
    """Take these values alone."""
    return {"choices": values, **further}


HERE = one_of(REGION, required=True)
ALWAYS = {**FLAG, **NEEDED}
VERSION: Options = {"version": {}, "--secret": NEEDED}
CLOCK: Options = {"name": {}, "--location": HERE}
STAGE: Options = {"--env": one_of("prod", required=True)}
GCLOUD: Mapping[str, Options] = MappingProxyType(
    {
        "config set": {"property": one_of("project"), "value": {}},
        "logging read": {
            "filter": {},
            "--order": one_of("asc", required=True),
            "--format": one_of("value(textPayload)", required=True),
        },
        "run jobs execute": {
            "name": {},
            "--region": HERE,
            "--wait": ALWAYS,
            "--args": {},
            "--format": one_of("value(metadata.name)"),
        },
        "run revisions list": {"--service": one_of("taskflow", required=True), "--region": HERE},
        "run services update-traffic": {
            "service": one_of("taskflow"),
            "--region": HERE,
            "--to-revisions": NEEDED,
        },
        "scheduler jobs list": {"--location": HERE},
        "scheduler jobs pause": CLOCK,
        "scheduler jobs resume": CLOCK,
        "secrets versions access": VERSION,
        "secrets versions add": {"secret": {}, "--data-file": one_of("-", required=True)},
        "secrets versions destroy": VERSION,
        "secrets versions disable": VERSION,
        "secrets versions enable": VERSION,
        "secrets versions list": {
            "secret": {},
            "--filter": one_of("state=ENABLED"),
            "--sort-by": one_of("~createTime"),
            "--limit": one_of("1"),
            "--format": one_of("value(name.basename())"),
        },
        "sql instances clone": {"source": {}, "target": {}, "--point-in-time": NEEDED},
        "sql instances list": {},
        "storage buckets create": {
            "bucket": {},
            "--location": NEEDED,
            "--uniform-bucket-level-access": ALWAYS,
            "--public-access-prevention": ALWAYS,
        },
        "storage buckets update": {"bucket": {}, "--versioning": ALWAYS},
    }
)
GH: Mapping[str, Options] = MappingProxyType(
    {
        "api": {
            "path": one_of("repos/{owner}/{repo}"),
            "--jq": one_of(".id", ".owner.id", required=True),
        },
        "run list": {
            "--workflow": one_of("deploy-prod.yml", required=True),
            "--limit": one_of("1", required=True),
            "--json": one_of("databaseId", required=True),
            "--jq": one_of(".[].databaseId", required=True),
        },
        "run rerun": {"run": {}},
        "run watch": {"run": {}, "--exit-status": ALWAYS},
        "variable list": STAGE,
        "variable set": {"name": {}, **STAGE, "--body": NEEDED},
    }
)
DOCKER: Mapping[str, Options] = MappingProxyType(
    {
        "run": {
            "--rm": ALWAYS,
            "--network": one_of("host", required=True),
            "--env": {"action": "append", "default": []},
            "image": {},
            "program": one_of("python"),
            "inside": {"nargs": argparse.REMAINDER},
        }
    }
)
PROXY: Mapping[str, Options] = MappingProxyType(
    {"": {"--address": NEEDED, "--port": {"type": int, **NEEDED}, "instance": {}}}
)
EVERYWHERE: Mapping[str, Options] = MappingProxyType({"gcloud": {"--project": {}, "--quiet": FLAG}})
TAKES: Mapping[str, Mapping[str, Options]] = MappingProxyType(
    {"gcloud": GCLOUD, "gh": GH, "docker": DOCKER, "cloud-sql-proxy": PROXY}
)


def parsed(program: str, arguments: Sequence[str]) -> dict[str, Any]:
    """Read a command line; ends with 2 and the reason when it is not one of the tables."""
    for command, options in TAKES[program].items():
        words = command.split()
        if list(arguments[: len(words)]) == words:
            called = f"{program} {command}".strip()
            whole = argparse.ArgumentParser(prog=called, allow_abbrev=False)
            for name, how in {**options, **EVERYWHERE.get(program, {})}.items():
                whole.add_argument(name, **how)
            return {"command": command, **vars(whole.parse_args(arguments[len(words) :]))}
    known = "\n  ".join(TAKES[program])
    raise SystemExit(
        f"{program}: not rehearsed: {' '.join(arguments)}\nThe stand-in knows:\n  {known}"
    )
