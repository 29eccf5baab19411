"""Leaves of the audit's Merkle tree (RFC 9162, section 2.1.1). Pure: no Django."""

import hashlib
import json
from collections.abc import Mapping

LEAF = b"\x00"


def leaf_hash(content: Mapping[str, object]) -> str:
    """Return the SHA-256 leaf of an entry's canonical JSON, in hex."""
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(LEAF + canonical.encode()).hexdigest()
