"""What is stored of the seal on history? Part of audit.models."""

from typing import Self

from django.db import models

from audit.tree import TILE, Tree

GENESIS = "0" * 64  # what stands for the checkpoint before the first


class Leaf(models.Model):
    """An entry's place in the tree. Given once, and kept when the entry itself is archived."""

    position = models.BigIntegerField(primary_key=True)
    entry_id = models.BigIntegerField(unique=True)
    xact = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["position"]
        verbose_name_plural = "leaves"
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=models.Q(position__gte=0), name="audit_leaf_has_place")
        ]

    def __str__(self) -> str:
        return f"entry {self.entry_id} at {self.position}"


class Subtree(models.Model):
    """The root of a whole subtree of 256 ** level leaves, so that no proof reads them all."""

    level = models.PositiveSmallIntegerField()
    number = models.BigIntegerField()
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["level", "number"]
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["level", "number"], name="audit_subtree_is_one")
        ]

    def __str__(self) -> str:
        return f"level {self.level}, {self.number}"


class CheckpointQuerySet(models.QuerySet["Checkpoint"]):
    """How checkpoints are found."""

    def newest(self) -> "Checkpoint | None":
        """The last one, if there is any."""
        return self.order_by("-size").first()

    def covering(self, position: int) -> Self:
        """Those whose tree holds the leaf."""
        return self.filter(size__gt=position)


class Checkpoint(models.Model):
    """What the issuer signed of the tree: how many leaves it has and what its root is.

    Each names the hash of the one before it, and none is followed by two: whoever seals at the
    same time as another finds the place taken. `floor` tells where the next sealing looks on.
    """

    size = models.BigIntegerField(primary_key=True)
    root = models.CharField(max_length=64)
    previous = models.CharField(max_length=64, unique=True)
    time = models.DateTimeField()
    kid = models.CharField(max_length=43)
    statement = models.TextField()
    floor = models.BigIntegerField()

    objects = CheckpointQuerySet.as_manager()

    class Meta:
        ordering = ["-size"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(size__gt=0), name="audit_checkpoint_seals_something"
            )
        ]

    def __str__(self) -> str:
        return f"{self.size} leaves, {self.root}"

    def tree(self) -> Tree:
        """Return the tree that was signed."""
        return stored_tree(self.size)


class ArchiveQuerySet(models.QuerySet["Archive"]):
    """How archives are found."""

    def stop(self) -> int:
        """The position from which on entries are still here."""
        return self.aggregate(models.Max("stop"))["stop__max"] or 0


class Archive(models.Model):
    """A range of the tree whose entries went into a file; `statement` is its signed manifest.

    The guard of the entries lets those of such a range go, and no others.
    """

    start = models.BigIntegerField(primary_key=True)
    stop = models.BigIntegerField(unique=True)
    time = models.DateTimeField()
    statement = models.TextField()

    objects = ArchiveQuerySet.as_manager()

    class Meta:
        ordering = ["start"]
        default_permissions = ("view",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(start__gte=0, stop__gt=models.F("start")),
                name="audit_archive_holds_something",
            )
        ]

    def __str__(self) -> str:
        return f"positions {self.start} to {self.stop - 1}"


def stored_tree(size: int) -> Tree:
    """Return the tree as it was when it had that size."""
    return Tree(size, stored_tiles)


def stored_tiles(level: int, number: int) -> list[bytes]:
    """Return a tile as it is stored."""
    first, after = number * TILE, (number + 1) * TILE
    if level == 0:
        leaves = Leaf.objects.filter(position__gte=first, position__lt=after)
        return [bytes(each) for each in leaves.order_by("position").values_list("hash", flat=True)]
    roots = Subtree.objects.filter(level=level, number__gte=first, number__lt=after)
    return [bytes(each) for each in roots.order_by("number").values_list("hash", flat=True)]
