"""What stands for an id in a path? `<id:name>`, everywhere alike."""

from django.urls import register_converter
from django.urls.converters import IntConverter

from wire.fields import LARGEST_ID


class IdConverter(IntConverter):
    """A positive 64-bit id in ASCII digits, in its one spelling."""

    regex = "[1-9][0-9]{0,18}"

    def to_python(self, value: str) -> int:
        """Return the id. Raises ValueError, which is a 404, past 64 bits."""
        number = int(value)
        if number > LARGEST_ID:
            raise ValueError("past 64 bits")
        return number


register_converter(IdConverter, "id")
