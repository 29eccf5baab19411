"""The project of the rehearsal, and what its cloud says when it does not do something."""

PROJECT, NUMBER, REGION = "example-project", "123456789012", "europe-west1"


class Refused(Exception):
    """The cloud does not do it; the text says why."""
