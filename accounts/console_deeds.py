"""What may staff do to principals, sessions and keys from the console?"""

from typing import Any

from django import forms
from django.conf import settings

from accounts.deeds import Call, Deed, Told
from accounts.identities import LONGEST_SUBJECT
from accounts.identity_models import LONGEST_ISSUER
from accounts.keys import KeyState
from accounts.models import Account, ClientSecret, Session, SigningKey
from accounts.operations import (
    credentials,
    identities,
    principals,
    revocation,
    rotation,
    sessions,
)
from accounts.operations.credentials import Credential
from accounts.principals import Principal
from accounts.private_keys import generate
from accounts.scopes import AGENT_DEFAULT, NEVER_FOR_AGENTS, Role, Scope
from audit.actors import ActorType
from audit.models import instant
from wire.clock import now
from wire.errors import InvalidInput


class AgentForm(forms.Form):
    """Who the agent is and what it may do."""

    name = forms.CharField(max_length=63, help_text="A handle such as @robo; it never changes.")
    scopes = forms.MultipleChoiceField(
        choices=[(s.value, s.value) for s in Scope if s not in NEVER_FOR_AGENTS],
        initial=sorted(AGENT_DEFAULT),
        widget=forms.CheckboxSelectMultiple,
    )


class RoleForm(forms.Form):
    """What a person is in the team."""

    role = forms.ChoiceField(choices=[(r.value, r.value) for r in Role])


class IdentityForm(forms.Form):
    """Somebody whom an outside provider knows."""

    issuer = forms.CharField(
        max_length=LONGEST_ISSUER, initial=lambda: settings.CONTRACT.auth_server_url
    )
    subject = forms.CharField(
        max_length=LONGEST_SUBJECT, help_text="The sub of its tokens, never an e-mail."
    )


class RevokeForm(forms.Form):
    """Why a key must go, and that it is known what that means."""

    reason = forms.CharField(max_length=500, widget=forms.Textarea)
    kid = forms.CharField(label="Type its kid to be sure", max_length=64)


class AlgorithmForm(forms.Form):
    """Which algorithm's key is to be followed by a new one."""

    alg = forms.ChoiceField(
        label="Algorithm", choices=lambda: [(alg, alg) for alg in rotation.algorithms()]
    )
    early = forms.BooleanField(
        required=False, label="Though it is not due", help_text="No window is skipped for it."
    )


def _shown(credential: Credential, sentence: str) -> Told:
    pair = {"client_id": credential.client_id, "client_secret": credential.client_secret}
    return Told(sentence, pair)


def _create_agent(_: None, call: Call) -> Told:
    scopes = [Scope(scope) for scope in call.given["scopes"]]
    credential = principals.create_agent(call.given["name"], journal=call.journal, scopes=scopes)
    return _shown(credential, "The agent is registered")


def _add_secret(account: Account, call: Call) -> Told:
    return _shown(credentials.add_secret(account, call.journal), f"A new secret for {account}")


def _revoke_secret(account: Account, call: Call) -> Told:
    credentials.revoke_secret(account, None, call.journal)
    return Told(f"The oldest secret of {account} is good for nothing any more.")


def _disable(account: Account, call: Call) -> Told:
    principals.disable(account.handle, journal=call.journal)
    return Told(f"{account} is disabled: no new token, no refresh, and within 5 s no call.")


def _enable(account: Account, call: Call) -> Told:
    principals.enable(account.handle, journal=call.journal)
    return Told(f"{account} may act again.")


def _change_role(account: Account, call: Call) -> Told:
    principals.change_role(account.handle, Role(call.given["role"]), journal=call.journal)
    return Told(f"{account} is {call.given['role']} now.")


def _link_identity(account: Account, call: Call) -> Told:
    linked = identities.link(account.handle, journal=call.journal, **call.given)
    return Told(f"{linked} is {account} from now on.")


def _unlink_identity(account: Account, call: Call) -> Told:
    identities.unlink(account.handle, journal=call.journal, **call.given)
    return Told(f"{call.given['subject']} is {account} no longer.")


def _end_sessions(account: Account, call: Call) -> Told:
    ended = sessions.end_all(account.handle, call.journal)
    return Told(f"{ended} session(s) of {account} ended.")


def _end_session(session: Session, call: Call) -> Told:
    sessions.end(session.pk, session.account_id, call.journal)
    return Told("The session is ended.")


def _rotate(_: None, call: Call) -> Told:
    alg, early = call.given["alg"], call.given["early"]
    rotation.check_due(alg, call.journal.at, early=early)
    done = rotation.rotate(generate(alg), journal=call.journal, early=early)
    return Told(f"{done.kid} is published, and signs from {instant(done.dates.signs_from)} on.")


def _revoke(key: SigningKey, call: Call) -> Told:
    if call.given["kid"] != key.kid:
        raise InvalidInput.at("/kid", "This is not its kid.", "mismatch")
    done = revocation.revoke(key.kid, reason=call.given["reason"], journal=call.journal)
    return Told(
        f"{key.kid} is revoked. Until {instant(done.trusted_until)} consumers that keep their set "
        "of keys trust what it signed, forgeries too: have them fetch the set anew."
    )


def _client_alone(account: Account, _: Principal) -> str | None:
    return None if account.client_id else "People sign in; they have no client secret."


def _has_secret(account: Account, caller: Principal) -> str | None:
    living = ClientSecret.objects.filter(account=account, revoked_at__isnull=True)
    return _client_alone(account, caller) or (None if living.exists() else "It has no secret.")


def _has_identity(account: Account, _: Principal) -> str | None:
    return None if account.identities.exists() else "No identity is linked to it."


def _enabled(account: Account, _: Principal) -> str | None:
    return None if account.is_active else "It is disabled already."


def _disabled(account: Account, _: Principal) -> str | None:
    return "It is not disabled." if account.is_active else None


def _person(account: Account, _: Principal) -> str | None:
    return None if account.actor_type == ActorType.HUMAN else "Roles are for people."


def _living_session(session: Session, _: Principal) -> str | None:
    return "It has ended." if session.ended_at or session.expires_at <= now() else None


def _living_key(key: SigningKey, _: Principal) -> str | None:
    over = {KeyState.REMOVED, KeyState.REVOKED}
    return "It signs and vouches for nothing any more." if key.dates.state(now()) in over else None


def windows() -> dict[str, Any]:
    """Return the windows that every rotation keeps to, for people to read."""
    contract = settings.CONTRACT
    return {
        "JWKS may be cached": f"{contract.jwks_max_age} s",
        "consumers are reckoned to keep it": f"{contract.consumer_cache_seconds} s at least",
        "clocks may differ by": f"{contract.clock_skew_seconds} s",
        "rotation is due after": f"{contract.key_rotation_days} days",
    }


OF_AN_ACCOUNT = (
    Deed("disable", "Disable", "It gets no new token and no refresh; its calls are refused within "
         "5 seconds, and its sessions end.", _disable, why_not=_enabled, is_grave=True),
    Deed("enable", "Enable", "It may act again; sessions that ended stay so.", _enable,
         why_not=_disabled),
    Deed("role", "Change role", "What the person may do changes within 5 seconds.", _change_role,
         RoleForm, _person, initial=lambda account: {"role": account.role}),
    Deed("link", "Link identity", "Whoever the outside provider calls by this subject is this "
         "account, with all that it may do.", _link_identity, IdentityForm),
    Deed("unlink", "Unlink identity", "Tokens of that identity are those of a stranger within 5 "
         "seconds. Who is signed in to the console stays so; disabling ends that too.",
         _unlink_identity, IdentityForm, _has_identity, is_grave=True),
    Deed("end-sessions", "End sessions", "Every sign-in of this account ends.", _end_sessions),
    Deed("add-secret", "New secret", "Two secrets may live at once: hand out the new one, then "
         "revoke the old one.", _add_secret, why_not=_client_alone),
    Deed("revoke-secret", "Revoke oldest secret", "Whoever still uses it is refused from now on.",
         _revoke_secret, why_not=_has_secret, is_grave=True),
)  # fmt: skip
OF_THE_REGISTRY = (
    Deed("create-agent", "New agent", "It gets a client id, and a secret that is shown once.",
         _create_agent, AgentForm),
)  # fmt: skip
OF_A_SESSION = (
    Deed("end", "End", "Its refresh token is good for nothing from now on.", _end_session,
         why_not=_living_session, is_grave=True),
)  # fmt: skip
OF_A_KEY = (
    Deed("revoke", "Revoke", "For emergencies: the windows are skipped. If it signs, its successor "
         "signs at once, and consumers that keep an older set refuse that one until they fetch "
         "anew.", _revoke, RevokeForm, _living_key, is_grave=True),
)  # fmt: skip
OF_THE_RING = (
    Deed("rotate", "Rotate", "A new key is published now and signs when no consumer can hold a set "
         "without it; its predecessor stays published until nothing it signed is alive.", _rotate,
         AlgorithmForm),
)  # fmt: skip
