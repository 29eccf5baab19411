"""The staff console's view of accounts: to look at, with buttons that are operations."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from accounts import console_deeds
from accounts.audience_deeds import OF_ALL_AUDIENCES, OF_AN_AUDIENCE
from accounts.deed_pages import WithDeeds
from accounts.models import Account, Audience, Session, SigningKey
from accounts.operations.key_rows import KIND
from accounts.operations.sessions import EndReason
from accounts.timelines import timeline
from wire.clock import now

MOST_IN_PICTURE = 12


@admin.register(Account)
class AccountAdmin(WithDeeds):
    """People, agents and services."""

    target = "principal"
    deeds = console_deeds.OF_AN_ACCOUNT
    list_deeds = console_deeds.OF_THE_REGISTRY
    list_display = ("handle", "actor_type", "role", "email", "created_at", "disabled_at")
    list_filter = ("actor_type", "role")
    search_fields = ("handle", "email")
    ordering = ("handle",)
    list_per_page = 50
    fields = (*list_display, "client_id", "granted_scopes", "outside_identities")

    @admin.display(description="identities")
    def outside_identities(self, account: Account) -> str:
        """Name who of an outside provider is this account."""
        return ", ".join(map(str, account.identities.all()))


class EndReasonFilter(admin.SimpleListFilter):
    """Why sessions ended. The reasons are known; Django would look for them in every row."""

    title = "end reason"
    parameter_name = "end_reason"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Return all the reasons there are."""
        return [(reason.value, reason.value) for reason in EndReason]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Session]) -> QuerySet[Session]:
        """Return the sessions that ended so."""
        wanted = self.value()
        return queryset if wanted is None else queryset.filter(end_reason=wanted)


@admin.register(Session)
class SessionAdmin(WithDeeds):
    """Sign-ins and whether they live."""

    target = "session"
    deeds = console_deeds.OF_A_SESSION
    list_display = ("id", "account", "client_id", "created_at", "rotated_at", "ended_at")
    list_filter = (EndReasonFilter,)
    list_per_page = 50
    search_fields = ("account__handle",)
    fields = (*list_display, "audience", "expires_at", "end_reason", "ip", "user_agent")


@admin.register(SigningKey)
class SigningKeyAdmin(WithDeeds):
    """Keys and the dates of their lives; the private half is never shown."""

    target = KIND
    deeds = console_deeds.OF_A_KEY
    list_deeds = console_deeds.OF_THE_RING
    list_display = (
        "kid", "algorithm", "state", "published_at", "signs_from", "retires_at", "removed_at",
        "revoked_at",
    )  # fmt: skip
    list_filter = ("algorithm",)
    search_fields = ("kid",)
    fields = (*list_display, "succeeds", "public_jwk")

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Show the keys' lives above their list."""
        newest = SigningKey.objects.order_by("-signs_from")[:MOST_IN_PICTURE]
        above = {"above": timeline(list(newest), now())}
        return super().changelist_view(request, {**(extra_context or {}), **above})

    def beside(self, request: HttpRequest, found: SigningKey) -> dict[str, Any]:
        """Return the buttons, the key's life, and the windows it keeps to."""
        facts = {"facts": console_deeds.windows(), "facts_title": "Windows"}
        return {**super().beside(request, found), "picture": timeline([found], now()), **facts}

    @admin.display(description="state")
    def state(self, key: SigningKey) -> str:
        """Name where the key stands now."""
        return key.dates.state(now()).value


@admin.register(Audience)
class AudienceAdmin(WithDeeds):
    """Services that tokens are for."""

    target = "audience"
    deeds = OF_AN_AUDIENCE
    list_deeds = OF_ALL_AUDIENCES
    list_display = ("name", "resource", "payload_versions", "algorithm", "jwks_cache_seconds")
    fields = (*list_display, "declared_versions")
