"""Argon2 as cheap as it gets: what a test proves of passwords does not hang on their cost."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """The product's hasher, its parameters at their least."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
