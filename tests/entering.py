"""A browser's way to the outside provider and back, for tests of the console's sign-in."""

from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.test import Client

from accounts.operations import identities
from tests.factories import ADMIN, acting
from tests.servers.identity_provider import SUBJECT
from tests.servers.openid_provider import OpenIDProvider

BEGIN, BACK, CONSOLE = "/admin/login/provider/", "/admin/login/callback/", "/admin/"


def link(handle: str, provider: OpenIDProvider, subject: str = SUBJECT) -> None:
    """Let somebody of the provider be an account."""
    with acting(ADMIN) as journal:
        identities.link(handle, issuer=provider.issuer, subject=subject, journal=journal)


def begin(client: Client, **query: str) -> dict[str, str]:
    """Follow the link to the provider; return what it is asked."""
    answer = client.get(BEGIN, query)
    assert answer.status_code == 302
    return parameters(answer["Location"])


def come_back(client: Client, address: str, **changes: Any) -> Any:
    """Follow the provider's answer, with changes; a parameter that is None is left out."""
    given = {**parameters(address), **changes}
    query = {name: value for name, value in given.items() if value is not None}
    return client.get(f"{BACK}?{urlencode(query, doseq=True)}")


def sign_in(client: Client, provider: OpenIDProvider, subject: str = SUBJECT, **query: str) -> Any:
    """Walk there as somebody, and back."""
    return come_back(client, provider.answer_to(begin(client, **query), subject))


def is_in(client: Client) -> bool:
    """Tell whether the console opens."""
    return client.get(CONSOLE).status_code == 200


def parameters(address: str) -> dict[str, str]:
    """Return the query of an address."""
    return {name: given[0] for name, given in parse_qs(urlsplit(address).query).items()}
