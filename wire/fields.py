"""Serializer fields that say no where DRF's own say yes."""

from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers
from rest_framework.validators import ProhibitSurrogateCharactersValidator

LARGEST_ID = 2**63 - 1


class NoSurrogates(ProhibitSurrogateCharactersValidator):
    """DRF's own, which looks at each character; asked where the text as a whole is refused."""

    def __call__(self, value: object) -> None:
        """Raise ValidationError for half of a pair, which has no UTF-8."""
        try:
            str(value).encode()
        except UnicodeEncodeError:
            super().__call__(value)


class Text(serializers.CharField):
    """A string; numbers and booleans are not turned into one, NUL is refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        slow = ProhibitSurrogateCharactersValidator()
        self.validators = [NoSurrogates() if each == slow else each for each in self.validators]

    def to_internal_value(self, data: object) -> str:
        """Return the text. Raises ValidationError for anything but a string."""
        if not isinstance(data, str):
            self.fail("invalid")
        return super().to_internal_value(data)


class Whole(serializers.IntegerField):
    """An integer; strings of other scripts' digits, floats and booleans are refused."""

    def to_internal_value(self, data: object) -> int:
        """Return the integer. Raises ValidationError for anything else."""
        if isinstance(data, bool) or not isinstance(data, int | str):
            self.fail("invalid")
        if isinstance(data, str) and not (data.isascii() and data.removeprefix("-").isdigit()):
            self.fail("invalid")
        return super().to_internal_value(data)


class Identifier(Whole):
    """A positive 64-bit id."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("min_value", 1)
        super().__init__(max_value=LARGEST_ID, **kwargs)


class Instant(serializers.DateTimeField):
    """An RFC 3339 time in UTC ending in `Z`; a naive one is taken as UTC, an offset converted."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(default_timezone=UTC, **kwargs)

    def to_internal_value(self, value: object) -> datetime:
        """Return the aware instant. Raises ValidationError for anything but a time in text."""
        if not isinstance(value, str):
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        try:
            at = super().to_internal_value(value)
        except OverflowError:
            self.fail("invalid", format="YYYY-MM-DDThh:mm:ssZ")
        return at


class Flag(serializers.BooleanField):
    """`true` or `false`, nothing that merely looks like it."""

    def to_internal_value(self, data: object) -> bool:
        """Return the boolean. Raises ValidationError for anything else."""
        if not (isinstance(data, bool) or data in ("true", "false")):
            self.fail("invalid", input=data)
        return data is True or data == "true"
