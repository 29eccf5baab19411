"""The staff console's view of accounts: to look, not to edit."""

from django.contrib import admin

from accounts.models import Account, Audience, Session, SigningKey
from audit.admin import ReadOnly
from wire.clock import now


@admin.register(Account)
class AccountAdmin(ReadOnly):
    """People, agents and services."""

    list_display = ("handle", "actor_type", "role", "email", "created_at", "disabled_at")
    list_filter = ("actor_type", "role")
    search_fields = ("handle", "email")
    ordering = ("handle",)
    fields = (*list_display, "client_id", "granted_scopes")


@admin.register(Session)
class SessionAdmin(ReadOnly):
    """Sign-ins and whether they live."""

    list_display = ("id", "account", "client_id", "created_at", "rotated_at", "ended_at")
    list_filter = ("end_reason",)
    search_fields = ("account__handle",)
    fields = (*list_display, "audience", "expires_at", "end_reason", "ip", "user_agent")


@admin.register(SigningKey)
class SigningKeyAdmin(ReadOnly):
    """Keys and the dates of their lives; the private half is never shown."""

    list_display = (
        "kid", "algorithm", "state", "published_at", "signs_from", "retires_at", "removed_at",
        "revoked_at",
    )  # fmt: skip
    list_filter = ("algorithm",)
    search_fields = ("kid",)
    fields = (*list_display, "succeeds", "public_jwk")

    @admin.display(description="state")
    def state(self, key: SigningKey) -> str:
        """Name where the key stands now."""
        return key.dates.state(now()).value


@admin.register(Audience)
class AudienceAdmin(ReadOnly):
    """Services that tokens are for."""

    list_display = ("name", "resource", "payload_versions", "algorithm", "jwks_cache_seconds")
    fields = (*list_display, "declared_versions")
