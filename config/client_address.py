"""Which address does a request come from? Pure: no Django."""

import ipaddress
from functools import lru_cache


def client_address(remote: str, forwarded: str, hops: int) -> str | None:
    """Return the address that the outermost of `hops` trusted proxies saw.

    Each proxy appends the address it saw to X-Forwarded-For, so only the last `hops` entries
    are facts; what stands before them is the client's claim and is ignored.
    """
    if hops:
        seen = [part.strip() for part in forwarded.split(",") if part.strip()]
        if len(seen) >= hops:
            return _address(seen[-hops])
    return _address(remote)


@lru_cache(maxsize=1024)
def _address(text: str) -> str | None:
    try:
        return str(ipaddress.ip_address(text.strip("[]")))
    except ValueError:
        return None
