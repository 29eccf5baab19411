"""What is stored of principals, sessions, keys and audiences, and how is it found?"""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower

from accounts.principals import Principal
from accounts.scopes import AGENT_DEFAULT, ROLE_SCOPES, Role, Scope
from audit.actors import ActorType
from wire.clock import now

HANDLE = RegexValidator(r"\A@[a-z0-9][a-z0-9._-]{0,62}\Z")
TASKFLOW = "taskflow"


def normal_handle(name: str) -> str:
    """Return the handle of a name typed with or without its `@`."""
    return f"@{name.strip().removeprefix('@').lower()}"


class HandleField(models.CharField):  # type: ignore[type-arg]
    """A handle; typed without its `@` it gets one."""

    def to_python(self, value: object) -> str | None:
        """Return the normal spelling of what was typed."""
        return normal_handle(value) if isinstance(value, str) and value.strip() else None


class AccountManager(BaseUserManager["Account"]):
    """How Django's own tools make and find accounts."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find by handle, with or without `@`, or by e-mail. Raises Account.DoesNotExist."""
        name = (username or "").strip()
        if "@" in name[1:]:
            return self.get(email__iexact=name)
        return self.get(handle=normal_handle(name))

    def create_superuser(self, handle: str, password: str | None = None, **extra: Any) -> "Account":
        """Make an administrator for `createsuperuser`."""
        account = self.model(
            handle=normal_handle(handle),
            email=self.normalize_email(extra.get("email") or ""),
            actor_type=ActorType.HUMAN,
            role=Role.ADMIN,
        )
        account.set_password(password)
        account.full_clean(exclude=["password"])
        account.save(using=self._db, force_insert=True)
        return account


class Account(AbstractBaseUser):
    """A principal of the registry. Its handle is the `sub` of its tokens, for ever."""

    handle = HandleField("username", max_length=64, primary_key=True, validators=[HANDLE])
    email = models.EmailField(blank=True)
    actor_type = models.CharField(
        max_length=8, choices=[(t.value, t.value) for t in ActorType], default=ActorType.HUMAN
    )
    role = models.CharField(
        max_length=8, choices=[(r.value, r.value) for r in Role], default=Role.USER
    )
    granted_scopes = models.JSONField(null=True, blank=True)
    client_id = models.CharField(max_length=64, unique=True, null=True, blank=True)
    created_at = models.DateTimeField(default=now)
    disabled_at = models.DateTimeField(null=True, blank=True)
    last_login = None  # a write at each sign-in that no audit entry would tell of

    objects: ClassVar[AccountManager] = AccountManager()

    USERNAME_FIELD = "handle"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    class Meta:
        ordering = ["handle"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                Lower("email"), condition=~Q(email=""), name="accounts_email_is_unique"
            ),
            models.CheckConstraint(
                condition=Q(handle__startswith="@"), name="accounts_handle_starts_with_at"
            ),
            models.CheckConstraint(
                condition=Q(actor_type__in=["human", "agent", "service"]),
                name="accounts_actor_type_is_known",
            ),
            models.CheckConstraint(
                condition=Q(role__in=[r.value for r in Role]), name="accounts_role_is_known"
            ),
        ]

    def __str__(self) -> str:
        return str(self.handle)

    @property
    def is_active(self) -> bool:  # type: ignore[override]
        """Tell whether the account may act."""
        return self.disabled_at is None

    @property
    def scopes(self) -> frozenset[Scope]:
        """Return what the account may do: what it was granted, else what its role gives."""
        if self.granted_scopes is not None:
            return frozenset(Scope(word) for word in self.granted_scopes)
        if self.actor_type == ActorType.AGENT:
            return AGENT_DEFAULT
        return ROLE_SCOPES[Role(self.role)]

    @property
    def is_staff(self) -> bool:
        """Tell whether the account may enter the admin."""
        return self.actor_type == ActorType.HUMAN and self.role == Role.ADMIN

    @property
    def is_superuser(self) -> bool:
        """Tell whether the admin shows everything."""
        return self.is_staff

    def has_perm(self, perm: str, obj: object = None) -> bool:
        """Answer the admin: administrators may look at everything."""
        return self.is_active and self.is_staff

    def has_module_perms(self, app_label: str) -> bool:
        """Answer the admin: administrators see every app."""
        return self.is_active and self.is_staff


class ClientSecret(models.Model):
    """One of the at most two living secrets of a client; only its digest is kept."""

    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="secrets")
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"secret {self.pk} of {self.account_id}"


class Audience(models.Model):
    """A service that our tokens are for."""

    name = models.CharField(max_length=64, primary_key=True)
    resource = models.URLField(unique=True, null=True, blank=True)
    payload_versions = models.JSONField(default=list)
    algorithm = models.CharField(max_length=8, default="RS256")
    jwks_cache_seconds = models.PositiveIntegerField(default=3600)

    class Meta:
        ordering = ["name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(algorithm__in=["RS256", "ES256", "EdDSA"]),
                name="accounts_audience_algorithm_is_known",
            )
        ]

    def __str__(self) -> str:
        return self.name


class SessionQuerySet(models.QuerySet["Session"]):
    """How sessions are found."""

    def living(self, at: datetime) -> Self:
        """Neither ended nor past their absolute end."""
        return self.filter(ended_at__isnull=True, expires_at__gt=at)

    def of(self, caller: Principal, at: datetime) -> Self:
        """Somebody's own living sessions, `current` telling which one the caller uses."""
        current = models.Q(pk=caller.session_id or None)
        return (
            self.living(at)
            .filter(account_id=caller.id)
            .annotate(current=models.ExpressionWrapper(current, models.BooleanField()))
        )


class Session(models.Model):
    """One sign-in and all refresh tokens that descend from it: a single row."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="sessions")
    audience = models.ForeignKey(Audience, on_delete=models.PROTECT, related_name="+")
    client_id = models.CharField(max_length=255)
    generation = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField()
    rotated_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True, blank=True)
    end_reason = models.CharField(max_length=16, blank=True)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=255, blank=True)

    objects = SessionQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        default_permissions = ("view",)
        indexes = [models.Index(fields=["account", "ended_at"], name="accounts_session_of")]

    def __str__(self) -> str:
        return f"session {self.pk} of {self.account_id}"


class SigningKey(models.Model):
    """A key of the ring: its public half in clear, its private half sealed, its life in dates."""

    kid = models.CharField(max_length=43, primary_key=True)
    algorithm = models.CharField(max_length=8)
    public_jwk = models.JSONField()
    sealed_private = models.BinaryField(null=True, blank=True)
    published_at = models.DateTimeField()
    signs_from = models.DateTimeField()
    retires_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    # NULL but for the first key of an algorithm: two processes can not both make a first one.
    first_of = models.CharField(max_length=8, unique=True, null=True, blank=True)

    class Meta:
        ordering = ["-signs_from"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__lte=models.F("signs_from"))
                & (Q(retires_at=None) | Q(signs_from__lte=models.F("retires_at")))
                & (Q(removed_at=None) | Q(retires_at__lte=models.F("removed_at"))),
                name="accounts_key_dates_in_order",
            )
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid}"
