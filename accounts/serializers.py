"""What crosses the wire about tokens, sessions and callers?"""

from rest_framework import serializers

from wire.fields import Instant, Text
from wire.serializers import StrictSerializer


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


class OAuthForm(StrictSerializer):
    """A token request (RFC 6749, section 4.4.2)."""

    grant_type = Text(max_length=128)
    client_id = Text(max_length=255, required=False)
    client_secret = Text(max_length=512, required=False, write_only=True)
    scope = Text(max_length=512, required=False, allow_blank=True)
    audience = Text(max_length=64, required=False)
    resource = Text(max_length=2048, required=False)


class OAuthToken(serializers.Serializer[object]):
    """A token response (RFC 6749, section 5.1)."""

    access_token = serializers.CharField()
    token_type = serializers.CharField(default="Bearer")
    expires_in = serializers.IntegerField(help_text="Seconds the access token lives.")
    scope = serializers.CharField()


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
