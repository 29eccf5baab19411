"""What does the OpenAPI document take from the words beside a view? (`wire/described.py`)"""

from typing import Any

from drf_spectacular.openapi import AutoSchema

from wire.described import Words


class DescribedSchema(AutoSchema):
    """Reads what is said of the view and of its handler, which goes before."""

    def words(self) -> Words:
        """Return all that is said."""
        said: Words = {}
        for speaker in (self.view, getattr(self.view, self.method.lower())):
            said.update(getattr(speaker, "described", Words()))
        return said

    def get_description(self) -> str:  # type: ignore[override]  # as drf-spectacular has it
        """Return the text, which is else the handler's docstring."""
        return self.words().get("description") or super().get_description()

    def get_request_serializer(self) -> Any:
        """Return the body that is taken."""
        words = self.words()
        return words["request"] if "request" in words else super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        """Return the bodies of answers, by status."""
        words = self.words()
        return words["responses"] if "responses" in words else super().get_response_serializers()
