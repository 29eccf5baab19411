"""What is stored of the services that our tokens are for? Part of accounts.models."""

from django.db import models
from django.db.models import Q

SHAPES = ([1], [2], [1, 2])  # the payload versions a service can accept, as they are stored
LONGEST_CACHE_SECONDS = 30 * 86_400


class Audience(models.Model):
    """A service that our tokens are for.

    `payload_versions` are those its tokens carry; `declared_versions` those that the service
    itself last said it reads, NULL while it said nothing.
    """

    name = models.CharField(max_length=64, primary_key=True)
    resource = models.URLField(unique=True, null=True, blank=True)
    payload_versions = models.JSONField(default=list)
    declared_versions = models.JSONField(null=True, blank=True)
    algorithm = models.CharField(max_length=8, default="RS256")
    jwks_cache_seconds = models.PositiveIntegerField(default=3600)

    class Meta:
        ordering = ["name"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=Q(algorithm__in=["RS256", "ES256", "EdDSA"]),
                name="accounts_audience_algorithm_is_known",
            ),
            models.CheckConstraint(
                condition=Q(payload_versions__in=SHAPES),
                name="accounts_audience_versions_are_known",
            ),
            # What the service declares stays in its tokens.
            models.CheckConstraint(
                condition=Q(declared_versions__isnull=True)
                | Q(payload_versions=[1, 2], declared_versions__in=SHAPES)
                | Q(payload_versions=[1], declared_versions=[1])
                | Q(payload_versions=[2], declared_versions=[2]),
                name="accounts_audience_keeps_what_it_declares",
            ),
            models.CheckConstraint(
                condition=Q(jwks_cache_seconds__lte=LONGEST_CACHE_SECONDS),
                name="accounts_audience_cache_is_bounded",
            ),
        ]

    def __str__(self) -> str:
        return self.name
