"""What a developer needs to know once the server is up."""

import json
from pathlib import Path

from local.database import Database, Engine

NAMES = {
    Engine.POSTGRES: "PostgreSQL 18, embedded",
    Engine.SQLITE: "SQLite",
    Engine.GIVEN: "the server you named",
}
TEXT = """
TaskFlow is ready: {base}

  database   {engine}: {why}
  docs       {base}/docs  {base}/redoc
  admin      {base}/admin/  as @admin with the password {admin}
  people     {var}/people.json; agents in {var}/agents.json

A token for Alice, and a call with it:
  TOKEN=$(curl -s {base}/api/token -H 'Content-Type: application/json' \\
    -d '{{"username": "@alice", "password": "{alice}"}}' \\
    | python3 -c 'import json, sys; print(json.load(sys.stdin)["access"])')
  curl -s {base}/api/tasks -H "Authorization: Bearer $TOKEN"
On a developer's machine anybody of the demo is let in without one:
  curl -s {base}/api/tasks -H 'Authorization: Bearer dev:@alice'

Ctrl-C stops it; the data stay.
"""


def banner(database: Database, var: Path, base: str) -> str:
    """The engine and why, the pages, the admin's password, and how to get a token."""
    people = json.loads((var / "people.json").read_text())
    return TEXT.format(
        base=base,
        var=var,
        engine=NAMES[database.engine],
        why=database.why,
        admin=people["@admin"]["password"],
        alice=people["@alice"]["password"],
    )
