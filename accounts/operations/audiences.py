"""What can happen to an audience? It is registered, described anew, and its versions come and go.

Two lists tell of payload versions. `declared_versions` is what the service says it reads: it says
so with each release, since only its own code knows. `payload_versions` is what its tokens carry.
Declaring a version adds it to the tokens; nothing is ever taken out by declaring. A version is
dropped by `change`, which refuses as long as the service declares it. So the way from version 1
to 2 is: declare 1 and 2, release a service that reads version 2 alone, declare 2, drop 1; and
between any two steps every token suits every release that may still be running.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import IntegrityError
from django.db.models import Max

from accounts.audience_models import LONGEST_CACHE_SECONDS
from accounts.claims import VERSIONS
from accounts.methods.own import ALGORITHMS
from accounts.models import Audience
from accounts.operations.key_windows import check_cache
from accounts.operations.tokens import own_resources
from accounts.registry_errors import (
    AlreadySo,
    AudienceTaken,
    NoSuchAudience,
    UnfitAudience,
    VersionStillDeclared,
)
from accounts.shapes import Receiver
from audit.actions import Action
from audit.models import Entry
from audit.recording import Journal

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_URI = re.compile(r"(?=.{1,200}\Z)https?://[!\"$-~]+")


def register(
    name: str,
    *,
    journal: Journal,
    resource: str | None = None,
    versions: Iterable[int] = (1,),
    algorithm: str = "RS256",
    cache_seconds: int | None = None,
) -> Audience:
    """Register a service that our tokens are for; it declares the versions it comes with.

    `cache_seconds` is for how long it keeps our key set of its own accord. Raises UnfitAudience,
    AudienceTaken, and TooEarly for a cache that a waiting key did not reckon with.
    """
    if not _NAME.fullmatch(name):
        raise UnfitAudience(reason="a name is 1 to 64 of A-Z a-z 0-9 . _ - and starts with neither")
    given = {"resource": resource or None, "payload_versions": versions, "algorithm": algorithm,
             "jwks_cache_seconds": settings.CONTRACT.consumer_cache_seconds
             if cache_seconds is None else cache_seconds}  # fmt: skip
    fit = {member: _FIT[member](value) for member, value in given.items()}
    fit["declared_versions"] = fit["payload_versions"]
    check_cache(fit["jwks_cache_seconds"], journal.at)
    try:
        audience = Audience.objects.create(name=name, **fit)
    except IntegrityError as error:
        raise AudienceTaken from error
    _record(journal, name, {member: (None, value) for member, value in fit.items()})
    return audience


def declare(name: str, versions: Iterable[int], *, journal: Journal) -> Audience:
    """Note which versions the service itself says it reads, and put new ones into its tokens.

    Raises NoSuchAudience, UnfitAudience, AlreadySo.
    """
    audience, declared = _locked(name), _fit_versions(versions)
    carried = sorted({*audience.payload_versions, *declared})
    return _update(audience, {"declared_versions": declared, "payload_versions": carried}, journal)


def change(name: str, *, journal: Journal, **given: Any) -> Audience:
    """Change `resource`, `payload_versions`, `algorithm` or `jwks_cache_seconds`.

    Raises NoSuchAudience, UnfitAudience, AudienceTaken, AlreadySo, VersionStillDeclared for
    taking a version out of the tokens of a service that declares it, and TooEarly for a cache
    that a waiting key did not reckon with.
    """
    audience = _locked(name)
    fit = {member: _FIT[member](value) for member, value in given.items()}
    check_cache(fit.get("jwks_cache_seconds", 0), journal.at)
    declared = audience.declared_versions or audience.payload_versions
    for version in declared:
        if version not in fit.get("payload_versions", audience.payload_versions):
            raise VersionStillDeclared(name=name, version=version)
    return _update(audience, fit, journal)


def receivers() -> list[Receiver]:
    """Return every audience with the versions its tokens carry."""
    return [
        Receiver(audience.name, audience.resource, tuple(audience.payload_versions))
        for audience in Audience.objects.all()
    ]


def last_minted() -> Mapping[str, datetime]:
    """Return when the newest token for each audience was minted, as far as the audit goes back."""
    minted = Entry.objects.filter(
        action__in=[Action.TOKEN_ISSUED, Action.TOKEN_REFRESHED], context__has_key="audience"
    )
    newest = minted.order_by("context__audience").values_list("context__audience")
    return dict(newest.annotate(Max("occurred_at")))


def _locked(name: str) -> Audience:
    # Old values go into the audit, so nobody else may change them meanwhile.
    audience = Audience.objects.select_for_update(no_key=True).filter(pk=name).first()
    if audience is None:
        raise NoSuchAudience(name=name)
    return audience


def _update(audience: Audience, values: Mapping[str, Any], journal: Journal) -> Audience:
    changes = {
        member: (getattr(audience, member), value)
        for member, value in values.items()
        if getattr(audience, member) != value
    }
    if not changes:
        raise AlreadySo
    try:
        Audience.objects.filter(pk=audience.pk).update(**{m: values[m] for m in changes})
    except IntegrityError as error:
        raise AudienceTaken from error
    _record(journal, audience.name, changes)
    return Audience.objects.get(pk=audience.pk)


def _record(journal: Journal, name: str, changes: Mapping[str, tuple[object, object]]) -> None:
    journal.record(Action.AUDIENCE_CHANGED, target=("audience", name), changes=changes)


def _fit_versions(versions: Iterable[int]) -> list[int]:
    fit = sorted(set(versions))
    if not fit or not set(fit) <= set(VERSIONS):
        raise UnfitAudience(reason=f"payload versions are {' and '.join(map(str, VERSIONS))}")
    return fit


def _fit_algorithm(algorithm: str) -> str:
    if algorithm not in ALGORITHMS:
        raise UnfitAudience(reason=f"tokens are signed with {', '.join(ALGORITHMS)}")
    return algorithm


def _fit_resource(resource: str | None) -> str | None:
    """Return an absolute URI without a fragment (RFC 8707, section 2) that is not ours."""
    if not resource:
        return None
    if not _URI.fullmatch(resource) or not urlsplit(resource).netloc:
        raise UnfitAudience(reason="a resource is an absolute http(s) URI without a fragment")
    if resource.removesuffix("/") in own_resources():
        raise UnfitAudience(reason="that resource is this API itself")
    return resource


def _fit_cache(seconds: int) -> int:
    if not 0 <= seconds <= LONGEST_CACHE_SECONDS:
        raise UnfitAudience(reason=f"key sets are kept for 0 to {LONGEST_CACHE_SECONDS} seconds")
    return seconds


_FIT: Mapping[str, Any] = {
    "resource": _fit_resource,
    "payload_versions": _fit_versions,
    "algorithm": _fit_algorithm,
    "jwks_cache_seconds": _fit_cache,
}
