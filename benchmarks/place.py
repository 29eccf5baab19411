"""Where a run takes place: one durable PostgreSQL, one key, one caller, the same rows for all."""

import json
import secrets
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from accounts.jwk import public_jwk
from benchmarks.shares import Shares
from local.environment import ROOT, bare_environment
from local.postgres import Cluster

SCHEMA = Path(__file__).parent / "peers" / "schema.sql"
ISSUER = "https://taskflow.test"
# Half of the machine is the database's: what a small server is given.
SETTINGS = {"shared_buffers": "512MB", "max_wal_size": "4GB", "checkpoint_timeout": "30min"}


@dataclass(frozen=True)
class Place:
    """What the services of one run share."""

    folder: Path
    cluster: Cluster
    secret_key: str
    encryption_key: str
    credential: dict[str, str]
    shares: Shares
    database: str = "taskflow"

    @property
    def url(self) -> str:
        """Where the database is."""
        return self.cluster.url.replace("/taskflow?", f"/{self.database}?")

    def for_ours(self) -> dict[str, str]:
        """Return the environment of this service, a deployed one's."""
        return {
            "ENV": "DEV",
            "BASE_URL": ISSUER,
            "ALLOWED_HOSTS": "127.0.0.1",
            "DATABASE_URL": self.url,
            "SECRET_KEY": self.secret_key,
            "KEY_ENCRYPTION_KEYS": self.encryption_key,
            "ADMIN_API_KEY": self.secret_key,
            "JWT_PRIVATE_KEY_FILE": str(self.key_file),
            "TRUSTED_PROXY_HOPS": "0",
        }

    def for_peer(self, name: str) -> dict[str, str]:
        """Return the environment of a peer: its own schema, our key and issuer."""
        return {
            "PEER_DATABASE": json.dumps(
                {
                    "host": str(self.cluster.socket_folder),
                    "user": "taskflow",
                    "database": "taskflow",
                }
            ),
            "PEER_SCHEMA": f"peer_{name}",
            "PEER_ISSUER": ISSUER,
            "PEER_KEY_FILE": str(self.key_file),
            "PEER_JWKS": (self.folder / "jwks.json").read_text(),
        }

    @property
    def key_file(self) -> Path:
        """The key that all sign with: RSA 2048, so that signatures compare."""
        return self.folder / "key.pem"

    def execute(self, sql: str) -> list[tuple[object, ...]]:
        """Run SQL; return the rows of a statement that has some."""
        with psycopg.connect(self.url, autocommit=True) as connection:
            done = connection.execute(sql.encode())
            return done.fetchall() if done.description else []


@contextmanager
def prepared(tasks: int, peers: tuple[str, ...]) -> Iterator[Place]:
    """Make the place: server, tables, rows, key, caller; all gone at the end."""
    with TemporaryDirectory(prefix="taskflow-bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # the database's account walks through
        with Cluster(folder / "postgres") as cluster:
            place = Place(
                folder, cluster, secrets.token_urlsafe(50), _encryption_key(), {}, Shares(tasks)
            )
            _make_key(place)
            _configure(place)
            _fill(place)
            for peer in peers:
                _copy_for(place, peer)
            place.execute("VACUUM ANALYZE")
            place.execute("CHECKPOINT")
            yield place


def manage(place: Place, *arguments: str) -> str:
    """Run one of our commands against the place; return what it prints."""
    done = subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=bare_environment(
            **place.for_ours(), PYTHONPATH=str(ROOT), DJANGO_SETTINGS_MODULE="config.settings"
        ),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{' '.join(arguments)} failed: {done.stderr[-2000:]}")
    return done.stdout


def _encryption_key() -> str:
    import base64

    return base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")


def _make_key(place: Place) -> None:
    key = rsa.generate_private_key(65537, 2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    place.key_file.write_bytes(pem)
    (place.folder / "jwks.json").write_text(json.dumps({"keys": [public_jwk(key, "RS256")]}))


def _configure(place: Place) -> None:
    for name, value in SETTINGS.items():
        place.execute(f"ALTER SYSTEM SET {name} = '{value}'")
    place.cluster.stop()
    place.cluster.start()


def _fill(place: Place) -> None:
    manage(place, "manage.py", "migrate", "--verbosity=0")
    told = manage(place, "-m", "benchmarks.filling", str(place.shares.total))
    place.credential.update(json.loads(told.strip().splitlines()[-1]))


def _copy_for(place: Place, peer: str) -> None:
    digest = place.credential["secret_digest"]
    words = {"schema": f"peer_{peer}", "client_id": place.credential["client_id"], "digest": digest}
    place.execute(SCHEMA.read_text().format(**words))
