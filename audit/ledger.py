"""Leaves of the audit's Merkle tree (RFC 9162, section 2.1.1). Pure: no Django."""

import hashlib
import json
from collections.abc import Mapping

LEAF = b"\x00"

# What a leaf covers, besides `occurred_at` as text.
HASHED = (
    "action", "outcome", "actor_id", "actor_type", "on_behalf_of", "auth_method", "client_id",
    "target_type", "target_id", "task_id", "project_slug", "changes", "context", "request_id",
    "ip", "user_agent", "release",
)  # fmt: skip


def leaf_hash(content: Mapping[str, object]) -> str:
    """Return the SHA-256 leaf of an entry's canonical JSON, in hex."""
    return hashlib.sha256(LEAF + canonical(content).encode()).hexdigest()


def canonical(content: Mapping[str, object]) -> str:
    """Return JSON in the one spelling that is hashed: members sorted, no space, nothing escaped."""
    return _SPELL(content)


def place(entry_id: int, xact: int) -> bytes:
    """Return who has a place, as a checkpoint spells it: what an entry's own hash cannot cover.

    The number of an entry, and that of the transaction that wrote it, are given by the database.
    """
    return b"%d %d\n" % (entry_id, xact)


_SPELL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode
