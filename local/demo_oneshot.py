"""The demo's chapter on data that is changed once: from the preview to the deleted file."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

from joserfc import jwt
from joserfc.jwk import KeySet

from local.environment import ROOT
from local.story import Story

OPERATION = "lowercase_project_slugs"
PATH = f"/api/admin/migrations/{OPERATION}"
LEFT_BEHIND = shutil.ignore_patterns(".*", "var", "__pycache__", "node_modules", "*.terraform*")
# A client of the service in that folder, without a socket.
ASK = """
import os, sys
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
import django; django.setup()
from django.test import Client
client = Client(SERVER_NAME="127.0.0.1", headers={"Authorization": "Bearer dev:@admin"})
answer = client.get(sys.argv[1])
print(answer.status_code, answer.json().get("receipt"))
"""


def an_operation_is_previewed(story: Story) -> str:
    """The admin looks at what an operation would do; nothing changes."""
    task = {"title": "x", "project_slug": "DEMO"}
    story.ok("POST", "/api/tasks", task, **story.bearer("@alice"))
    shown = story.ok("GET", f"{PATH}/preview", **story.bearer("@admin"))
    (sample,) = shown["samples"]
    assert sample["before"]["project_slug"] == "DEMO", shown
    assert sample["after"]["project_slug"] == "demo", shown
    story.known["digest"] = shown["digest"]
    return f"{shown['count']} row, digest {shown['digest'][:12]}…"


def an_operation_runs(story: Story) -> str:
    """A permit for exactly that is minted, and the operation run."""
    wish = {"preview_digest": story.known["digest"]}
    permit = story.ok("POST", f"{PATH}/token", wish, **story.bearer("@admin"))["token"]
    story.known["permit"] = permit
    done = story.ok("POST", PATH, {}, X_Migration_Token=permit, **story.bearer("@admin"))
    assert (done["status"], done["already_ran"]) == ("completed", False), done
    story.known["receipt"] = done["receipt"]
    return f"{done['rows_affected']} rows in {done['duration_ms']} ms"


def an_operation_does_not_run_twice(story: Story) -> str:
    """The same call again changes nothing and says so."""
    permit = story.known["permit"]
    again = story.ok("POST", PATH, {}, X_Migration_Token=permit, **story.bearer("@admin"))
    assert (again["status"], again["already_ran"]) == ("already ran", True), again
    status, refusal = story.call("POST", PATH, {}, **story.bearer("@alice"))
    assert status == 403, refusal
    return f"{again['status']} at {again['ran_at']} by {again['ran_by']}"


def the_receipt_is_verified_by_somebody_else(story: Story) -> str:
    """joserfc, knowing nothing but the archive of keys, verifies the receipt."""
    archive = story.ok("GET", "/.well-known/statement-keys.json")
    (story.var / "keys.json").write_text(json.dumps(archive))
    (story.var / "receipt").write_text(story.known["receipt"])
    known = [{name: key[name] for name in ("kty", "kid", "n", "e")} for key in archive["keys"]]
    receipt = jwt.decode(
        story.known["receipt"], KeySet.import_key_set({"keys": known}), algorithms=["RS256"]
    )
    assert receipt.header["typ"] == "receipt+jwt"
    assert (receipt.claims["operation"], receipt.claims["outcome"]) == (OPERATION, "done")
    return f"{receipt.claims['rows_affected']} rows by {receipt.claims['sub']}"


def the_file_is_deleted_with_its_receipt(story: Story) -> str:
    """In a copy of the code the file goes and its receipt stays: check passes, route is gone."""
    copy = story.var / "copy"
    shutil.copytree(ROOT, copy, ignore=LEFT_BEHIND)
    (file,) = (copy / "migrations_ops" / "oneshots").glob(f"*_{OPERATION}.py")
    file.unlink()
    complaint = _complaint(story, copy)
    assert "nothing tells why" in complaint, complaint
    keys = ("--jwks", str(story.var / "keys.json"), "--issuer", story.base)
    story.manage(
        "oneshot", "receipt", "--verify", str(story.var / "receipt"), *keys,
        "--bury", "--environment", "LOCAL", folder=copy,
    )  # fmt: skip
    story.manage("check", "--tag", "oneshots", folder=copy)
    status, receipt = story.python("-c", ASK, PATH, folder=copy).splitlines()[-1].split()
    assert (status, receipt) == ("410", story.known["receipt"]), status
    return f"{status} with the receipt"


def _complaint(story: Story, folder: Path) -> str:
    try:
        story.manage("check", "--tag", "oneshots", folder=folder)
    except AssertionError as refused:
        return str(refused)
    return ""


STEPS: tuple[Callable[[Story], str], ...] = (
    an_operation_is_previewed,
    an_operation_runs,
    an_operation_does_not_run_twice,
    the_receipt_is_verified_by_somebody_else,
    the_file_is_deleted_with_its_receipt,
)
