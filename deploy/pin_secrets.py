"""Name the newest enabled version of each secret that the service needs, or say which has none.

    python -m deploy.pin_secrets deploy/terraform/service/secrets.auto.tfvars.json

asks gcloud, about the stage of TF_VAR_project, TF_VAR_stage and so on, and writes the file. A plan
made with it means these very versions, whatever is added meanwhile. No value is read.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.environment import ROOT

CONTRACT = ROOT / "deploy" / "terraform" / "shared" / "contract.json"
ON, OFF = ("true", "false")


class NotPinned(Exception):
    """Some secret has no value, or cannot be asked for; the text says which and what to do."""


def needed(environ: Mapping[str, str]) -> list[str]:
    """Return the variables that come from secrets in this stage. Raises NotPinned."""
    contract = json.loads(CONTRACT.read_text())
    stage, bypass = environ.get("TF_VAR_stage"), environ.get("TF_VAR_allow_dev_auth_bypass", OFF)
    if bypass not in {ON, OFF} or (bypass == ON and stage != "dev"):
        raise NotPinned("ALLOW_DEV_AUTH_BYPASS is true or false, and true in dev alone: unset it.")
    optional: Sequence[str] = json.loads(environ.get("TF_VAR_optional_secrets", "[]"))
    unknown = set(optional) - set(contract["optional_secrets"])
    if unknown:
        raise NotPinned(f"No optional secrets of the contract: {', '.join(sorted(unknown))}.")
    bypassing = contract["dev_only_secrets"] if bypass == ON else []
    return [*contract["required_secrets"], *optional, *bypassing]


def secret_of(variable: str) -> str:
    """Return Secret Manager's name of a variable, as the stacks spell it."""
    return f"taskflow-{variable.lower().replace('_', '-')}"


def newest(secret: str, project: str) -> str | None:
    """Return the number of the newest enabled version, None where there is none."""
    told = subprocess.run(
        [
            *("gcloud", "secrets", "versions", "list", secret, f"--project={project}"),
            *("--filter=state=ENABLED", "--sort-by=~createTime", "--limit=1"),
            "--format=value(name.basename())",
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    return told.stdout.strip() or None if told.returncode == 0 else None


def main() -> None:
    """Write the versions. Ends with 1 and every secret that has none."""
    try:
        pinned = {each: newest(secret_of(each), _project()) for each in needed(os.environ)}
        missing = [secret_of(variable) for variable, version in pinned.items() if version is None]
        if missing:
            raise NotPinned(
                f"No enabled version, or none to be seen: {', '.join(missing)}. Add each with "
                "`gcloud secrets versions add NAME --data-file=-` (docs/runbooks/secrets.md)."
            )
    except NotPinned as refusal:
        sys.exit(str(refusal))
    _write(Path(sys.argv[1]), {variable: str(version) for variable, version in pinned.items()})


def _project() -> str:
    return os.environ.get("TF_VAR_project", "")  # noqa: SIM112  Terraform's spelling


def _write(file: Path, pinned: Mapping[str, str]) -> None:
    file.write_text(json.dumps({"secret_versions": pinned}, indent=2, sort_keys=True) + "\n")


if __name__ == "__main__":
    main()
