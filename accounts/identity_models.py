"""What is stored of people whom an outside provider knows? Part of accounts.models."""

from django.db import models
from django.db.models import Q

from accounts.identities import LONGEST_SUBJECT

LONGEST_ISSUER = 255


class ExternalIdentity(models.Model):
    """Somebody of an outside provider (issuer and subject, never e-mail) who is an account here."""

    issuer = models.CharField(max_length=LONGEST_ISSUER)
    subject = models.CharField(max_length=LONGEST_SUBJECT)
    account = models.ForeignKey(
        "accounts.Account", on_delete=models.PROTECT, related_name="identities"
    )
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["issuer", "subject"]
        default_permissions = ("view",)
        constraints = [
            models.UniqueConstraint(
                fields=["issuer", "subject"], name="accounts_identity_is_one_account"
            ),
            models.CheckConstraint(
                condition=~Q(issuer="") & ~Q(subject=""), name="accounts_identity_is_whole"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} of {self.issuer}"
