"""What is stored of how clients prove who they are? Part of accounts.models."""

from django.db import models
from django.db.models import Q

SLOTS = (1, 2)


class ClientSecret(models.Model):
    """One of the at most two living secrets of a client; only its digest is kept."""

    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="secrets"
    )
    digest = models.CharField(max_length=64)
    slot = models.PositiveSmallIntegerField(default=1, db_default=1)
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["created_at", "id"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(slot__in=SLOTS), name="accounts_secret_slot_is_known"
            ),
            # A slot holds one living secret, so two live at most, however many ask at once.
            models.UniqueConstraint(
                fields=["account", "slot"],
                condition=Q(revoked_at=None),
                name="accounts_two_secrets_live",
            ),
        ]

    def __str__(self) -> str:
        return f"secret {self.pk} of {self.account_id}"


class SpentAssertion(models.Model):
    """A signed assertion that bought a token; its key decides between two who show it at once."""

    digest = models.CharField(max_length=64, primary_key=True)
    expires_at = models.DateTimeField(db_index=True)

    class Meta:
        default_permissions = ("view",)

    def __str__(self) -> str:
        return f"assertion {self.digest}"
