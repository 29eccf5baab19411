"""A live issuer over https, tokens of it and forgeries, and the snippets of docs/consumers.md."""

import base64
import hmac
import ipaddress
import json
import re
import ssl
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from accounts.private_keys import to_pem
from local.environment import ROOT
from tests.serving import COMMAND, HOST, free_port, fresh_database, run, serving
from tests.unit.forge import b64, jwk, key, segment, signed

DOCUMENT = ROOT / "docs" / "consumers.md"
WRITTEN_ISSUER, AUDIENCE = "https://taskflow.example.com", "billing"
SETUP = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("audience", "register", "billing", "--versions", "1,2")
call_command("create_agent", "@consumer")
"""


@dataclass(frozen=True)
class Issuer:
    """A running issuer, whose signing key this process has too."""

    url: str
    authority: Path
    client_id: str
    client_secret: str

    def token(self) -> str:
        """Ask it for a token, as a client does."""
        form = {
            "grant_type": "client_credentials", "audience": AUDIENCE,
            "client_id": self.client_id, "client_secret": self.client_secret,
        }  # fmt: skip
        trust = ssl.create_default_context(cafile=str(self.authority))
        asked = urllib.request.Request(f"{self.url}/oauth/token", urlencode(form).encode())
        with urllib.request.urlopen(asked, context=trust) as answer:
            token: str = json.load(answer)["access_token"]
            return token


@contextmanager
def live_issuer(folder: Path) -> Iterator[Issuer]:
    """Serve over https with an imported signing key and a certificate of the test's own."""
    port = free_port()
    url = f"https://{HOST}:{port}"
    pem, certificate, private = folder / "jwt.pem", folder / "tls.crt", folder / "tls.key"
    pem.write_bytes(to_pem(key("RS256")))
    private.write_bytes(to_pem(key("ES256")))
    certificate.write_bytes(self_signed())
    with fresh_database() as database:
        environ = {
            "DATABASE_URL": database, "JWT_PRIVATE_KEY_FILE": str(pem), "BASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "config.settings",
        }  # fmt: skip
        told = run(["-c", SETUP], environ).split()
        tls = ("--certfile", str(certificate), "--keyfile", str(private))
        command = (sys.executable, *COMMAND, *tls)
        with serving({**environ, "PORT": str(port)}, command=command):
            secret = {told[i]: told[i + 1] for i in range(len(told) - 1)}
            yield Issuer(url, certificate, secret["client_id"], secret["client_secret"])


def self_signed() -> bytes:
    """Certify the address for an hour, under the ES256 key."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    now = datetime.now(UTC)
    address = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("ES256").public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    )
    return builder.sign(key("ES256"), SHA256()).public_bytes(Encoding.PEM)


def forgeries(good: str) -> dict[str, str]:
    """Tokens that differ from a good one in the one respect that their name says."""
    head, payload, signature = good.split(".")
    header, claims = _members(head), _members(payload)
    changed = {
        name: signed(header, {**claims, **changes}, "RS256") for name, changes in _CLAIMS.items()
    }
    lacking = {
        f"no {name}": signed(header, {k: v for k, v in claims.items() if k != name}, "RS256")
        for name in ("iss", "sub", "aud", "exp", "iat", "jti")
    }
    other_types = {
        f"type {typ}": signed({**header, "typ": typ}, claims, "RS256")
        for typ in ("JWT", "receipt+jwt", "migration+jwt", "")
    }
    secret = json.dumps(jwk("RS256")).encode()
    return {
        **changed, **lacking, **other_types,
        "stranger's key": signed(header, claims, "RS256", 1),
        "unknown key": signed({**header, "kid": "x"}, claims, "RS256"),
        "unsigned": f"{segment({**header, 'alg': 'none'})}.{payload}.",
        "public key as secret": _hmac({**header, "alg": "HS256"}, payload, secret),
        "own key in the header": signed({**header, "jwk": jwk("RS256", 1)}, claims, "RS256", 1),
        "unknown extension": signed({**header, "crit": ["x"], "x": 1}, claims, "RS256"),
        "payload exchanged": f"{head}.{segment({**claims, 'sub': '@admin'})}.{signature}",
        "two segments": f"{head}.{payload}", "no token": "x", "nothing": "",
    }  # fmt: skip


_NOW = int(datetime.now(UTC).timestamp())
_CLAIMS: Mapping[str, Mapping[str, Any]] = {
    "over": {"iat": _NOW - 700, "exp": _NOW - 100},
    "not yet": {"nbf": _NOW + 3600},
    "of the future": {"iat": _NOW + 3600, "exp": _NOW + 4200},
    "other issuer": {"iss": "https://elsewhere.example"},
    "other audience": {"aud": "ledger"},
    "many other audiences": {"aud": ["ledger", "taskflow"]},
}


def _members(part: str) -> dict[str, Any]:
    members: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=="))
    return members


def _hmac(header: Mapping[str, Any], payload: str, secret: bytes) -> str:
    message = f"{segment(header)}.{payload}"
    return f"{message}.{b64(hmac.digest(secret, message.encode(), 'sha256'))}"


def snippets(language: str) -> dict[str, str]:
    """The code blocks of one language in the document, by the heading they stand under."""
    chapters = re.split(r"^## (.*)$", DOCUMENT.read_text(), flags=re.MULTILINE)[1:]
    block = re.compile(rf"^```{language}\n(.*?)^```", re.MULTILINE | re.DOTALL)
    by_heading = zip(chapters[::2], chapters[1::2], strict=True)
    return {heading: code for heading, text in by_heading for code in block.findall(text)}
