"""What may staff do to audiences from the console? What `manage.py audience` can, one at a time.

Each form sets one member, so that nobody undoes what another changed while the form was open.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any

from django import forms

from accounts.audience_models import LONGEST_CACHE_SECONDS
from accounts.claims import VERSIONS
from accounts.deeds import Call, Deed, Told, page_of
from accounts.errors import NotSigningYet
from accounts.methods.own import ALGORITHMS
from accounts.models import Audience
from accounts.operations import audiences, keys
from wire.clock import now


class VersionsForm(forms.Form):
    """Which payload versions."""

    versions = forms.TypedMultipleChoiceField(
        coerce=int,
        choices=[(version, f"Version {version}") for version in VERSIONS],
        widget=forms.CheckboxSelectMultiple,
        label="Payload versions",
    )


class CacheForm(forms.Form):
    """For how long a service keeps our keys."""

    cache_seconds = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_CACHE_SECONDS,
        label="Seconds it keeps our key set",
        help_text="Rotations wait for the longest that any audience declares.",
    )


class ResourceForm(forms.Form):
    """Where the service is."""

    resource = forms.CharField(
        max_length=200, required=False, help_text="Its URI (RFC 8707); empty: it has none."
    )


class AlgorithmForm(forms.Form):
    """What signs the service's tokens."""

    algorithm = forms.ChoiceField(choices=[(alg, alg) for alg in ALGORITHMS])


class RegisterForm(AlgorithmForm, ResourceForm, VersionsForm):
    """A service that tokens are to be for."""

    name = forms.CharField(max_length=64, help_text="The aud of its tokens; it never changes.")
    cache_seconds = forms.IntegerField(
        min_value=0,
        max_value=LONGEST_CACHE_SECONDS,
        required=False,
        label="Seconds it keeps our key set",
        help_text="Empty: as long as the contract reckons with.",
    )
    field_order = ("name", "resource", "versions", "algorithm", "cache_seconds")


def _register(_: None, call: Call) -> Told:
    made = audiences.register(**call.given, journal=call.journal)
    sentence = f"{made} is registered; its tokens carry {_carried(made)}."
    try:
        keys.signer(call.journal.at, made.algorithm)
    except NotSigningYet as later:
        sentence = f"{sentence} {later}"
    return Told(sentence, leads_to=page_of(Audience, made.pk))


def _publish(given: Mapping[str, Any]) -> None:
    """Publish the algorithm's first key where there is none; it may sign later on."""
    with suppress(NotSigningYet):
        keys.signer(now(), given["algorithm"])


def _can_sign(given: Mapping[str, Any]) -> None:
    """Raise NotSigningYet, or SigningUnavailable, where the algorithm has no key that signs."""
    keys.signer(now(), given["algorithm"])


def _declare(audience: Audience, call: Call) -> Told:
    done = audiences.declare(audience.name, call.given["versions"], journal=call.journal)
    return Told(f"{done} declares this; its tokens carry {_carried(done)}.")


def _change(asked: str, member: str) -> Callable[[Audience, Call], Told]:
    def act(audience: Audience, call: Call) -> Told:
        wanted = {member: call.given[asked]}
        done = audiences.change(audience.name, journal=call.journal, **wanted)
        return Told(f"{done} is changed; its tokens carry {_carried(done)}.")

    return act


def _carried(audience: Audience) -> str:
    many = "s" if len(audience.payload_versions) > 1 else ""
    return f"version{many} {' and '.join(map(str, audience.payload_versions))}"


OF_AN_AUDIENCE = (
    Deed("declare", "Declare versions", "What the service itself says it reads. Its tokens carry "
         "these from now on; none is taken out by declaring.", _declare, VersionsForm,
         initial=lambda it: {"versions": it.declared_versions or it.payload_versions}),
    Deed("versions", "Change versions", "What its tokens carry. A version that is taken out is in "
         "none of them from now on; one that the service still declares stays.",
         _change("versions", "payload_versions"), VersionsForm,
         initial=lambda it: {"versions": it.payload_versions}, is_grave=True),
    Deed("cache", "Change cache", "Keys are rotated so that a service which keeps our key set for "
         "so long never meets a signature it cannot check. A longer one waits for the key that "
         "did not reckon with it.", _change("cache_seconds", "jwks_cache_seconds"), CacheForm,
         initial=lambda it: {"cache_seconds": it.jwks_cache_seconds}),
    Deed("resource", "Change resource", "Clients may ask for its tokens by this URI.",
         _change("resource", "resource"), ResourceForm,
         initial=lambda it: {"resource": it.resource}),
    Deed("algorithm", "Change algorithm", "Its tokens are signed so from now on. An algorithm "
         "without a key gets one now, and is taken when that signs.",
         _change("algorithm", "algorithm"), AlgorithmForm, before=_can_sign,
         initial=lambda it: {"algorithm": it.algorithm}),
)  # fmt: skip
OF_ALL_AUDIENCES = (
    Deed("register", "New audience", "A service that our tokens are for. It declares the versions "
         "it comes with.", _register, RegisterForm, before=_publish,
         initial=lambda _: {"versions": [1]}),
)  # fmt: skip
