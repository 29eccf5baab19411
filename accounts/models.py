"""What is stored of principals, sessions, keys and audiences, and how is it found?"""

import uuid
from datetime import datetime
from typing import Any, ClassVar, Self

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.core.validators import RegexValidator
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower

from accounts.audience_models import Audience
from accounts.client_models import ClientSecret, SpentAssertion
from accounts.identity_models import ExternalIdentity
from accounts.key_models import SigningKey
from accounts.principals import Principal
from accounts.scopes import ROLE_SCOPES, Role, Scope, held
from accounts.throttle_models import ThrottleWindow
from audit.actors import ActorType
from wire.clock import now
from wire.prepared import Question, Slot, columns, whole

# These are stored here too.
__all__ = [
    "TASKFLOW",
    "Account",
    "Audience",
    "ClientSecret",
    "ExternalIdentity",
    "Session",
    "SigningKey",
    "SpentAssertion",
    "ThrottleWindow",
]

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


_BY_HANDLE = Question(
    lambda: Account.objects.filter(handle=Value(Slot("handle"))).values_list(*columns(Account))
)


class AccountManager(BaseUserManager["Account"]):
    """How Django's own tools make and find accounts."""

    def get_by_natural_key(self, username: str | None) -> "Account":
        """Find by handle, with or without `@`, or by e-mail. Raises Account.DoesNotExist."""
        name = (username or "").strip()
        if "@" in name[1:]:
            return self.get(email__iexact=name)
        for row in _BY_HANDLE.ask(handle=normal_handle(name)):
            return whole(Account, iter(row))
        raise Account.DoesNotExist

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
    jwks = models.JSONField(null=True, blank=True)
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
            models.CheckConstraint(
                condition=Q(actor_type="human") | Q(role="user"),
                name="accounts_roles_are_for_people",
            ),
            models.CheckConstraint(
                condition=~Q(actor_type="human") | Q(client_id=None, jwks__isnull=True),
                name="accounts_people_are_no_clients",
            ),
            models.CheckConstraint(
                condition=~Q(actor_type="agent")
                | Q(granted_scopes__isnull=True)
                | ~(
                    Q(granted_scopes__icontains="ops:approve")
                    | Q(granted_scopes__icontains="keys:manage")
                    | Q(granted_scopes__icontains="accounts:manage")
                ),
                name="accounts_agents_have_limits",
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
        """Return what the account may do."""
        return held(self.granted_scopes, ActorType(self.actor_type), Role(self.role))

    @property
    def is_staff(self) -> bool:
        """Tell whether the account may enter the admin, where every scope is at hand.

        So an administrator whose scopes were cut down stays outside.
        """
        is_admin = self.actor_type == ActorType.HUMAN and self.role == Role.ADMIN
        return is_admin and self.scopes >= ROLE_SCOPES[Role.ADMIN]

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


class SessionQuerySet(models.QuerySet["Session"]):
    """How sessions are found."""

    def living(self, at: datetime | models.Value) -> Self:
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
