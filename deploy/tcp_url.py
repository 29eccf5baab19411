"""Rewrite a DATABASE_URL from the Cloud SQL socket to a TCP address: what a proxy beside us serves.

    DATABASE_URL=postgres://u:p@/db?host=/cloudsql/p:r:i python -m deploy.tcp_url 127.0.0.1:5432
    postgres://u:p@127.0.0.1:5432/db

User, password, name and the rest of the query stay letter for letter. Nothing but Python is needed.
"""

import os
import sys
from urllib.parse import parse_qsl, unquote, urlsplit, urlunsplit

SCHEMES = ("postgres", "postgresql")
WHERE = ("host", "port")  # what the query may say of the address, and no longer does


class NotRewritable(Exception):
    """The URL or the address is not of the form; the text says how, and shows no password."""


def instance(url: str) -> str:
    """Return the Cloud SQL instance, project:region:name, whose socket the URL names."""
    query = urlsplit(_checked(url)).query
    sockets = [value for name, value in parse_qsl(query) if name.lower() == "host"]
    if len(sockets) != 1 or not sockets[0].startswith("/cloudsql/"):
        raise NotRewritable("DATABASE_URL names no socket: ?host=/cloudsql/project:region:instance")
    found = sockets[0].removeprefix("/cloudsql/").rstrip("/")
    if found.count(":") not in {2, 3}:  # a domain-scoped project has a colon of its own
        raise NotRewritable("the socket of DATABASE_URL is not /cloudsql/project:region:instance")
    return found


def over_tcp(url: str, address: str) -> str:
    """Return the URL with `address`, host:port, for the socket. Raises NotRewritable."""
    instance(url)
    parts = urlsplit(url)
    login, at, _ = parts.netloc.rpartition("@")
    return urlunsplit(
        parts._replace(netloc=f"{login}{at}{_address(address)}", query=_kept(parts.query))
    )


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname)
    except ValueError:  # its message quotes the URL
        raise NotRewritable("DATABASE_URL cannot be read: percent-encode its password") from None
    if parts.scheme not in SCHEMES or parts.fragment or not parts.path.strip("/"):
        raise NotRewritable("DATABASE_URL must be postgres://user:password@/name?host=/cloudsql/…")
    if has_host:
        raise NotRewritable("DATABASE_URL names a host already, so there is no socket to replace")
    return url


def _kept(query: str) -> str:
    """Return the query without what it said of the address, each other pair as it was written."""
    pairs = query.split("&")
    return "&".join(pair for pair in pairs if _name(pair) not in WHERE)


def _name(pair: str) -> str:
    return unquote(pair.partition("=")[0]).lower()


def _address(given: str) -> str:
    try:
        parts = urlsplit(f"//{given}")
        whole = bool(parts.hostname) and parts.port is not None and parts.netloc == given
    except ValueError:
        whole = False
    if not whole or "@" in given:
        raise NotRewritable("the address must be host:port, an IPv6 host in brackets")
    return given


def main() -> None:
    """Print the rewritten URL, or with `--instance` whose socket it named. Ends with 1."""
    url = os.environ.get("DATABASE_URL", "")
    try:
        asked = sys.argv[1] if len(sys.argv) == 2 else ""
        print(instance(url) if asked == "--instance" else over_tcp(url, asked))
    except NotRewritable as refusal:
        sys.exit(str(refusal))


if __name__ == "__main__":
    main()
