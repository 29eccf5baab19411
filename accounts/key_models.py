"""What is stored of the issuer's keys? Part of accounts.models."""

from django.db import models
from django.db.models import F, Q

from accounts.keys import KeyDates


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
    # Each key has at most one successor and each algorithm one first key: whoever makes one is
    # the only one, on however many machines it was tried.
    first_of = models.CharField(max_length=8, unique=True, null=True, blank=True)
    succeeds = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="successor", null=True, blank=True
    )

    class Meta:
        ordering = ["-signs_from"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(published_at__lte=F("signs_from"))
                & (Q(retires_at=None) | Q(signs_from__lte=F("retires_at")))
                & (Q(removed_at=None) | Q(retires_at__lte=F("removed_at"))),
                name="accounts_key_dates_in_order",
            ),
            models.CheckConstraint(
                condition=Q(first_of__isnull=False, first_of=F("algorithm"), succeeds=None)
                | Q(first_of=None, succeeds__isnull=False),
                name="accounts_key_is_first_or_succeeds",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.algorithm} {self.kid}"

    @property
    def dates(self) -> KeyDates:
        """Return the dates of its life."""
        return KeyDates(
            published_at=self.published_at,
            signs_from=self.signs_from,
            retires_at=self.retires_at,
            removed_at=self.removed_at,
            revoked_at=self.revoked_at,
        )
