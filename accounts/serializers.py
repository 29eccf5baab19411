"""What crosses the wire about tokens, sessions and callers?"""

from rest_framework import serializers

from wire.fields import Instant, Text
from wire.serializers import StrictSerializer


class Words(serializers.ListField):
    """A list of texts."""

    child = serializers.CharField()


class SignInBody(StrictSerializer):
    """A first-party sign-in."""

    username = Text(max_length=254, help_text="Handle, with or without @, or e-mail.")
    password = Text(max_length=1024, trim_whitespace=False, write_only=True)
    audience = Text(max_length=64, required=False, help_text="A registered audience.")


class RefreshBody(StrictSerializer):
    """A refresh token."""

    refresh = Text(max_length=512, write_only=True)


class TokenPair(serializers.Serializer[object]):
    """An access token and the refresh token that follows it."""

    access = serializers.CharField()
    refresh = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")


class ClientForm(StrictSerializer):
    """How a client may authenticate in the form (RFC 6749, section 2.3.1; RFC 7523, section 2.2).

    A parameter without a value counts as absent, one that is not known is ignored, and none is
    taken twice (RFC 6749, section 3.2).
    """

    ignores_unknown = True

    client_id = Text(max_length=255, required=False, allow_blank=True)
    client_secret = Text(max_length=512, required=False, allow_blank=True, write_only=True)
    client_assertion_type = Text(max_length=128, required=False, allow_blank=True)
    client_assertion = Text(max_length=8192, required=False, allow_blank=True, write_only=True)


class OAuthForm(ClientForm):
    """A token request (RFC 6749, sections 4.4.2 and 6; RFC 8693, section 2.1)."""

    grant_type = Text(max_length=128)
    scope = Text(max_length=512, required=False, allow_blank=True)
    audience = Text(max_length=64, required=False, allow_blank=True)
    resource = Text(max_length=2048, required=False, allow_blank=True)
    refresh_token = Text(max_length=512, required=False, allow_blank=True, write_only=True)
    subject_token = Text(max_length=8192, required=False, allow_blank=True, write_only=True)
    subject_token_type = Text(max_length=128, required=False, allow_blank=True)
    actor_token = Text(max_length=8192, required=False, allow_blank=True, write_only=True)
    actor_token_type = Text(max_length=128, required=False, allow_blank=True)
    requested_token_type = Text(max_length=128, required=False, allow_blank=True)


class OAuthToken(serializers.Serializer[object]):
    """A token response (RFC 6749, section 5.1; RFC 8693, section 2.2.1)."""

    access_token = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")
    scope = serializers.CharField()
    refresh_token = serializers.CharField(
        required=False, help_text="Only after `grant_type=refresh_token`."
    )
    issued_token_type = serializers.CharField(
        required=False, help_text="Only after a token exchange."
    )


class TokenForm(ClientForm):
    """A token that is asked about or revoked (RFC 7662, section 2.1; RFC 7009, section 2.1)."""

    token = Text(max_length=8192, write_only=True)
    token_type_hint = Text(max_length=64, required=False, allow_blank=True)


class Introspection(serializers.Serializer[object]):
    """How a token stands (RFC 7662, section 2.2); nothing but `active` when it is not."""

    active = serializers.BooleanField()
    token_type = serializers.CharField(required=False)
    scope = serializers.CharField(required=False, help_text="What it may still be used for.")
    client_id = serializers.CharField(required=False)
    sub = serializers.CharField(required=False)
    aud = serializers.CharField(required=False)
    iss = serializers.CharField(required=False)
    iat = serializers.IntegerField(required=False)
    exp = serializers.IntegerField(required=False)
    jti = serializers.CharField(required=False)
    act = serializers.DictField(child=serializers.CharField(), required=False)


class SessionOut(serializers.Serializer[object]):
    """A living session of the caller."""

    id = serializers.UUIDField()
    client_id = serializers.CharField()
    audience = serializers.CharField(source="audience_id")
    created_at = Instant()
    last_used_at = Instant(source="rotated_at")
    expires_at = Instant()
    ip = serializers.CharField(allow_null=True)
    user_agent = serializers.CharField()
    current = serializers.BooleanField(help_text="Whether the token of this call came from it.")


class Me(serializers.Serializer[object]):
    """Who the caller is to this service."""

    id = serializers.CharField()
    actor_type = serializers.ChoiceField(choices=["human", "agent", "service"])
    role = serializers.ChoiceField(choices=["user", "operator", "admin"])
    scopes = serializers.ListField(child=serializers.CharField())
    method = serializers.CharField()
    client_id = serializers.CharField()
    on_behalf_of = serializers.CharField(allow_null=True)


class JWKSet(serializers.Serializer[object]):
    """Public keys (RFC 7517, section 5)."""

    keys = serializers.ListField(child=serializers.DictField(child=serializers.CharField()))


class StatementKeySet(serializers.Serializer[object]):
    """Public keys with their times (OpenID Federation 1.0, historical keys)."""

    keys = serializers.ListField(child=serializers.DictField())


class AuthorizationServer(serializers.Serializer[object]):
    """The issuer's metadata (RFC 8414, section 2)."""

    issuer = serializers.URLField()
    jwks_uri = serializers.URLField()
    token_endpoint = serializers.URLField()
    token_endpoint_auth_methods_supported = Words()
    token_endpoint_auth_signing_alg_values_supported = Words()
    introspection_endpoint = serializers.URLField()
    introspection_endpoint_auth_methods_supported = Words()
    revocation_endpoint = serializers.URLField()
    revocation_endpoint_auth_methods_supported = Words()
    grant_types_supported = Words()
    response_types_supported = Words(help_text="None: there is no authorization endpoint.")
    scopes_supported = Words()
    service_documentation = serializers.URLField()


class ProtectedResource(serializers.Serializer[object]):
    """A resource's metadata (RFC 9728, section 2)."""

    resource = serializers.URLField()
    authorization_servers = Words()
    scopes_supported = Words()
    bearer_methods_supported = Words()
    resource_name = serializers.CharField()
    resource_documentation = serializers.URLField()


class TokenShapes(serializers.Serializer[object]):
    """The shapes of token payloads, and who gets which."""

    versions = serializers.DictField(
        child=serializers.DictField(), help_text="A JSON Schema (2020-12) by version."
    )
    audiences = serializers.DictField(
        child=serializers.DictField(), help_text="Resource and versions by audience."
    )
