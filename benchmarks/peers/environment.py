"""What every peer is told: where its tables are, whose tokens count, what it signs with."""

import hashlib
import json
import os
from pathlib import Path

from cryptography.hazmat.primitives.serialization import load_pem_private_key

DATABASE = json.loads(os.environ["PEER_DATABASE"])  # host, user and database
SCHEMA = os.environ["PEER_SCHEMA"]
ISSUER = os.environ["PEER_ISSUER"]
AUDIENCE = "taskflow"
# As many as sync handlers have threads: with fewer they wait for each other, and stall.
POOL = 40
# Parsed once: parsing the PEM at each signature is what makes naive issuers slow.
SIGNING_KEY = load_pem_private_key(Path(os.environ["PEER_KEY_FILE"]).read_bytes(), None)
PUBLIC_KEY = SIGNING_KEY.public_key()
JWKS = json.loads(os.environ["PEER_JWKS"])
JWKS_BYTES = json.dumps(JWKS).encode()
KID = JWKS["keys"][0]["kid"]
ACCESS_SECONDS = 600


def digest(secret: str) -> str:
    """Return what is stored of a client's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()
