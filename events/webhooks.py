"""What happens to a webhook: made, deleted, disabled; and whose is it?"""

from contextlib import suppress
from typing import NamedTuple
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q

from accounts import sealing
from accounts.models import Account
from accounts.principals import Principal
from accounts.scopes import Role
from audit.actions import Action, Outcome
from audit.actors import ActorType
from audit.recording import Journal
from events.addresses import checked
from events.errors import NoSuchWebhook
from events.models import Webhook
from events.signing import new_secret, spelled
from events.webhook_models import WebhookQuerySet, at_place
from outbox.cursors import Cursor
from outbox.models import Event
from tasks.errors import NoSuchProject, NotProjectOwner, PeopleOnly
from tasks.models import Project
from tasks.project_models import ProjectQuerySet
from tasks.projects import Membership
from tasks.sight import Sight

KIND = "webhook"
BEGINNING = Cursor(0, 0)


class Made(NamedTuple):
    """A new webhook, and its secret as it is shown this once."""

    webhook: Webhook
    secret: str


def create(
    url: str,
    project_slug: str | None,
    place: Cursor | None,
    *,
    caller: Principal,
    journal: Journal,
) -> Made:
    """Have an address told of a project's events, or of all, from a place or from now on.

    Raises PeopleOnly, NoSuchProject, NotProjectOwner, UnfitAddress.
    """
    _may_make(project_slug, caller)
    webhook_id, secret = uuid4(), new_secret()
    webhook = Webhook.objects.create(
        id=webhook_id,
        url=checked(url, is_local=settings.CONTRACT.env == "LOCAL"),
        project_slug=project_slug,
        sealed_secret=sealed(webhook_id, secret),
        created_by=caller.id,
        created_at=journal.at,
        next_attempt_at=journal.at,
        **at_place(place or newest()),
    )
    _record(journal, Action.WEBHOOK_CREATED, webhook)
    return Made(webhook, spelled(secret))


def delete(webhook_id: UUID, *, caller: Principal, journal: Journal) -> None:
    """Have an address told no more. Raises NoSuchWebhook, PeopleOnly."""
    webhook = seen_by(caller).filter(pk=webhook_id).first()
    if webhook is not None and caller.actor_type is not ActorType.HUMAN:
        raise PeopleOnly
    if webhook is None or not Webhook.objects.filter(pk=webhook_id).delete()[0]:
        raise NoSuchWebhook
    _record(journal, Action.WEBHOOK_DELETED, webhook)


def disable(webhook: Webhook, reason: str, *, journal: Journal) -> bool:
    """Give up on an address; its place is kept for a webhook that comes after it.

    False, and nothing recorded, when it has passed to somebody else or is gone.
    """
    is_ours = Webhook.objects.go_on(
        webhook, disabled_at=journal.at, last_error=reason, claim=None, claimed_until=None
    )
    if is_ours:
        _record(journal, Action.WEBHOOK_DISABLED, webhook, reason=reason)
    return is_ours


def seen_by(caller: Principal) -> WebhookQuerySet:
    """Return the webhooks that somebody may see and delete: of the projects they own, or all."""
    if caller.is_admin:
        return Webhook.objects.all()
    return Webhook.objects.filter(project_slug__in=_owned(caller.id).values("pk"))


def sight_of(webhook: Webhook) -> Sight | None:
    """Return through whose eyes a webhook sees: its maker's; None if they lost the right to it."""
    maker = webhook.created_by
    living = Account.objects.filter(pk=maker, disabled_at=None)
    roles = living.values_list("role", flat=True).first()
    if roles == Role.ADMIN:
        return Sight(caller=maker, member=maker, sees_all=True)
    is_gone = roles is None and maker.startswith("@")
    if is_gone or not _owned(maker).filter(pk=webhook.project_slug).exists():
        return None
    return Sight(caller=maker, member=maker, sees_all=False)


def newest() -> Cursor:
    """Return the place of the last event that nothing can come before any more."""
    last = Event.objects.settled().reverse().first()
    return BEGINNING if last is None else last.cursor


def sealed(webhook_id: UUID, secret: bytes) -> bytes:
    """Return a secret as it rests in the database, bound to its webhook."""
    return sealing.seal(secret, settings.CONTRACT.key_encryption_keys, bound_to=webhook_id.bytes)


def secret_of(webhook: Webhook) -> bytes:
    """Return a webhook's secret. Raises CannotUnseal."""
    keys = settings.CONTRACT.key_encryption_keys
    return sealing.unseal(webhook.sealed_secret, keys, bound_to=webhook.pk.bytes)


def rewrap(journal: Journal) -> int:
    """Seal every secret under the first of KEY_ENCRYPTION_KEYS; returns how many were not yet.

    Safe to repeat: each is replaced only as it was read. What no key at hand opens is left.
    """
    keys, moved = settings.CONTRACT.key_encryption_keys, 0
    for webhook in Webhook.objects.all():
        old = bytes(webhook.sealed_secret)
        if sealing.sealed_with_first(old, keys):
            continue
        with suppress(sealing.CannotUnseal):
            new = sealed(webhook.pk, secret_of(webhook))
            moved += Webhook.objects.filter(pk=webhook.pk, sealed_secret=old).update(
                sealed_secret=new
            )
            journal.record(Action.KEY_REWRAPPED, target=(KIND, webhook.pk))
    return moved


def _may_make(project_slug: str | None, caller: Principal) -> None:
    if caller.actor_type is not ActorType.HUMAN:
        raise PeopleOnly
    if caller.is_admin:
        return
    if project_slug is None:
        raise NotProjectOwner
    if not Project.objects.visible_to(caller).filter(pk=project_slug).exists():
        raise NoSuchProject
    if not _owned(caller.id).filter(pk=project_slug).exists():
        raise NotProjectOwner


def _owned(principal: str) -> ProjectQuerySet:
    owner = Q(members__principal=principal, members__role=Membership.OWNER)
    return Project.objects.filter(owner)


def _record(journal: Journal, action: Action, webhook: Webhook, **context: str) -> None:
    journal.record(
        action,
        target=(KIND, webhook.pk),
        project_slug=webhook.project_slug,
        context={"url": webhook.url.partition("?")[0], "cursor": str(webhook.cursor), **context},
        outcome=Outcome.ERROR if action is Action.WEBHOOK_DISABLED else Outcome.SUCCESS,
    )
