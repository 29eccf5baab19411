"""Bodies and query strings in: every member known, each once."""

from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from itertools import islice
from typing import Any, ClassVar, TypeVar, cast

from rest_framework import serializers
from rest_framework.fields import empty
from rest_framework.request import Request

from wire.errors import Fault, InvalidInput
from wire.plain import Plain, is_of_texts

MOST_NAMED = 100  # of unknown members; a body of the largest size can have a hundred thousand

Input = TypeVar("Input", bound="StrictSerializer")


class StrictSerializer(serializers.Serializer[Any]):
    """A serializer that refuses members it does not know instead of dropping them.

    `ignores_unknown` is for those of a standard that says so.
    """

    ignores_unknown: ClassVar[bool] = False

    def to_internal_value(self, data: Any) -> Any:
        """Return the validated members. Raises ValidationError, unknown members included."""
        is_open = self.ignores_unknown or not isinstance(data, Mapping)
        unknown = [] if is_open else _unknown(data, self.fields)
        try:
            value = super().to_internal_value(data)
        except serializers.ValidationError as error:
            if isinstance(error.detail, dict):
                raise serializers.ValidationError({**error.detail, **_refusals(unknown)}) from error
            raise
        if unknown:
            raise serializers.ValidationError(_refusals(unknown))
        return value


def _unknown(data: Mapping[str, object], fields: Mapping[str, Any]) -> list[str]:
    unknown = (name for name in data if name not in fields or fields[name].read_only)
    return list(islice(unknown, MOST_NAMED))


def _refusals(names: list[str]) -> dict[str, list[str]]:
    return {
        name: [serializers.ErrorDetail("This member is not accepted here.", code="unknown_member")]
        for name in names
    }


def read_body(request: Request, kind: type[Input]) -> dict[str, Any]:
    """Return the validated body; none at all counts as `{}`. Raises ValidationError."""
    data: object = request.data
    return validated({} if data is None else data, kind)


def read_query(request: Request, kind: type[Input]) -> dict[str, Any]:
    """Return the validated query string. Raises InvalidInput for a repeat, ValidationError else."""
    if not (request.META.get("QUERY_STRING") or _wanting(kind)):
        return {}
    fields = _reader(kind).fields
    data: dict[str, object] = {}
    for name, values in request.query_params.lists():
        repeatable = isinstance(fields.get(name), serializers.ListField)
        if len(values) > 1 and not repeatable:
            raise InvalidInput(
                [Fault(f"/{name}", "This parameter may be given once only.", "repeated")]
            )
        data[name] = values if repeatable else values[0]
    given = frozenset(name for name in data if name in fields)
    return cast("dict[str, Any]", _reader(kind, given).run_validation(data))


def validated(data: object, kind: type[StrictSerializer]) -> dict[str, Any]:
    """Return what is valid of data that were read already. Raises ValidationError."""
    plain = _plain(kind)
    found = None if plain is None else plain.read(data)
    return cast("dict[str, Any]", _reader(kind).run_validation(data)) if found is None else found


@cache
def _plain(kind: type[StrictSerializer]) -> Plain | None:
    """Return what tells a plain body; None of a kind that has a say in it, by a method or field."""
    own = kind.__mro__[: kind.__mro__.index(StrictSerializer)]
    has_a_say = any(callable(part) for each in own for part in vars(each).values())
    if has_a_say or not is_of_texts(_reader(kind)):
        return None
    return Plain(_reader(kind), ignores_unknown=kind.ignores_unknown)


@lru_cache(maxsize=256)
def _reader(kind: type[StrictSerializer], given: frozenset[str] | None = None) -> StrictSerializer:
    """Return the one reader of a kind. To validate changes nothing in it, and to copy all fields
    for each request costs more than to read one.

    Of a query it reads but the members `given`, and those that say something when they are not:
    to find that one of twenty is absent takes DRF an exception.
    """
    reader = kind()
    if given is not None:
        for name in reader.fields.keys() - given - _wanting(kind):
            del reader.fields[name]
    return reader


@cache
def _wanting(kind: type[StrictSerializer]) -> frozenset[str]:
    """Return the members that matter when they are absent."""
    fields = _reader(kind).fields.items()
    return frozenset(name for name, field in fields if field.required or field.default is not empty)


def faults_in(detail: object, pointer: str = "") -> Iterator[Fault]:
    """Yield each thing that a serializer found wrong, with a pointer to its place."""
    if isinstance(detail, Mapping):
        for name, inner in detail.items():
            own = name == "non_field_errors"
            escaped = str(name).replace("~", "~0").replace("/", "~1")
            yield from faults_in(inner, pointer if own else f"{pointer}/{escaped}")
    elif isinstance(detail, list):
        for index, inner in enumerate(detail):
            deeper = pointer if isinstance(inner, serializers.ErrorDetail) else f"{pointer}/{index}"
            yield from faults_in(inner, deeper)
    elif isinstance(detail, serializers.ErrorDetail):
        yield Fault(pointer or "/", str(detail), detail.code or "invalid")
