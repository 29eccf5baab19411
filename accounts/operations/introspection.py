"""Is this token good at this instant? (RFC 7662, and what revoking one ends: RFC 7009)"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings

from accounts import jose
from accounts.errors import BadCredential, RefreshRefused
from accounts.methods import own
from accounts.models import Session
from accounts.operations import sessions
from accounts.refresh_tokens import PREFIX
from accounts.scopes import spell
from accounts.standing import Registry
from accounts.vault import VAULT
from audit.recording import Journal
from wire.strict_json import loads

INACTIVE: Mapping[str, Any] = {"active": False}


def describe(token: str, at: datetime) -> Mapping[str, Any]:
    """Return what RFC 7662, section 2.2, tells of a token; no reason where it is not active.

    Asks the registry anew: what was disabled or ended a moment ago is not active any more.
    """
    try:
        return _refresh(token, at) if token.startswith(PREFIX) else _access(token, at)
    except (BadCredential, RefreshRefused):
        return INACTIVE


def revoke(token: str, journal: Journal) -> None:
    """End the session that a token came from (RFC 7009, section 2.1).

    That is: of a refresh token, and of an access token whose subject holds it itself. One that
    has no session (a client's own) or with which somebody else acts ends nothing: it is verified
    without us, and good for what is left of its minutes. Raises RefreshRefused, BadCredential
    when nothing is left to end.
    """
    if token.startswith(PREFIX):
        sessions.revoke(sessions.read_token(token), journal)
        return
    claims = own.read(_signed(token, journal.at))
    if claims.on_behalf_of or not claims.session_id:
        raise BadCredential
    sessions.revoke(sessions.Shown(UUID(claims.session_id), 0), journal)


def _access(token: str, at: datetime) -> Mapping[str, Any]:
    claims = _signed(token, at)
    holder = own.stand_in(own.read(claims), at, Registry())
    return {"active": True, "token_type": "Bearer", **claims, "scope": spell(holder.scopes)}


def _signed(token: str, at: datetime) -> Mapping[str, Any]:
    """Return the claims of an access token of ours, whichever audience it is for."""
    try:
        trusted = own.lasting_set(VAULT.ring(at).trusted(at))
        _, payload = jose.verify_compact(token, trusted, own.ALGORITHMS)
        audience = cast("Mapping[str, Any]", loads(payload))["aud"]
    except (jose.RejectedToken, ValueError, KeyError, TypeError) as error:
        raise BadCredential from error
    return own.signed_claims(token, at, audience=audience)


def _refresh(token: str, at: datetime) -> Mapping[str, Any]:
    shown = sessions.read_token(token)
    session = (
        Session.objects.living(at)
        .filter(pk=shown.session_id, account__disabled_at__isnull=True)
        .first()
    )
    if session is None or not _is_current(session, shown.generation, at):
        raise RefreshRefused
    # Neither `aud` nor `scope`: nobody is to take it for an access token.
    return {
        "active": True,
        "token_type": "refresh_token",
        "iss": settings.CONTRACT.base_url,
        "sub": session.account_id,
        "client_id": session.client_id,
        "iat": int(session.rotated_at.timestamp()),
        "exp": int(session.expires_at.timestamp()),
    }


def _is_current(session: Session, generation: int, at: datetime) -> bool:
    grace = timedelta(seconds=settings.CONTRACT.refresh_grace_seconds)
    in_grace = generation + 1 == session.generation and at <= session.rotated_at + grace
    return generation == session.generation or in_grace
