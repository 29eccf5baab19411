"""What does the OpenAPI document say of each operation? What its view declares, and no more."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from django.utils.module_loading import import_string
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import ResolvedComponent

from accounts.methods.pipeline import HEADER
from accounts.scopes import ANYBODY, SIGNED_IN, Scope
from config import openapi_conditions as conditional
from config.openapi_described import DescribedSchema
from config.openapi_parts import HEADERS, PROBLEM_SCHEMA, STATUSES, VOCABULARIES, response_of
from wire.pages import PageQuery
from wire.serializers import StrictSerializer

Operation = dict[str, Any]
_ROLE = re.compile(r"(?<=.)(In|Out|Patch|Body|Form)$")
_OF_ENUMS = frozenset({"enum", "type", "x-spec-enum-id", "description"})
READING = frozenset({"GET", "HEAD", "OPTIONS"})
TAGS = MappingProxyType({"config": "health", "migrations_ops": "one-shots"})


class BearerScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How a caller says who it is: a bearer token, or the pipeline's key where that may run."""

    target_class = "accounts.authentication.BearerAuthentication"
    name = ["bearer", "adminApiKey"]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        """Return the alternatives, with the scope where one is needed (OpenAPI 3.1, 4.8.30)."""
        scope = scope_of(auto_schema)
        scopes = [] if scope in {None, SIGNED_IN} else [str(scope)]
        pipeline = [{"adminApiKey": scopes}] if scope in {SIGNED_IN, Scope.OPS_RUN} else []
        return [{"bearer": scopes}, *pipeline]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[Operation]:
        """Return both schemes, in the order of their names."""
        return [
            {
                "type": "http",
                "scheme": "bearer",
                "bearerFormat": "JWT",
                "description": "An access token of this service. On a developer's machine "
                "`dev:@alice` does as well.",
            },
            {
                "type": "apiKey",
                "in": "header",
                "name": HEADER,
                "description": "The deploy pipeline's key; it holds `ops:run` alone.",
            },
        ]


class Schema(DescribedSchema):
    """Adds to each operation what all of them have in common."""

    def get_operation(self, *args: Any, **kwargs: Any) -> Operation | None:
        """Return the operation: its docstring as text, the first line of it as heading too."""
        operation: Operation | None = super().get_operation(*args, **kwargs)
        if operation:
            text = operation.get("description", "")
            heading = text.partition("\n")[0].replace("`", "").rstrip(".")
            operation.setdefault("summary", heading)
            remarks = [text, needs(self), conditional.remark(self)]
            operation["description"] = "\n\n".join(filter(None, remarks))
        return operation

    def get_operation_id(self) -> str:
        """Return an id that only a new path changes: `tasks_list`, `tasks_get`, `tasks_start`."""
        parts = [part for part in self.path.strip("/").split("/") if part != "api"]
        words = [part for part in parts if not part.startswith("{")]
        name = "_".join(words).replace(".", "_").replace("-", "_").strip("_")
        ending = self._ending(one=parts[-1].startswith("{"))
        return f"{name}_{ending}" if ending else name

    def _ending(self, *, one: bool) -> str:
        if self.method == "GET":
            return "list" if self._is_list_view() else "get" if one else ""
        if self.method == "POST":
            return "post" if one else "create" if hasattr(self.view, "get") else ""
        return self.method.lower() if one else f"{self.method.lower()}_all"

    def get_tags(self) -> list[str]:
        """Return the part of the service the view lives in."""
        app = type(self.view).__module__.partition(".")[0]
        return self.words().get("tags", [TAGS.get(app, app)])

    def get_auth(self) -> list[dict[str, Any]]:
        """Return nothing where anybody may call."""
        return [] if scope_of(self) == ANYBODY else super().get_auth()

    def get_override_parameters(self) -> list[Any]:
        """Return the query string that the view declares for the method."""
        query = self._query()
        said = self.words().get("parameters", [])
        return [*([query] if query else []), *conditional.conditions(self), *said]

    def _query(self) -> type[StrictSerializer] | None:
        queries: Mapping[str, type[StrictSerializer]] = getattr(self.view, "queries", {})
        return queries.get(self.method)

    def get_serializer_name(self, serializer: Any, direction: Any) -> str:
        """Return the component's name: of TaskIn and TaskOut come TaskRequest and Task."""
        name = super().get_serializer_name(serializer, direction)
        return _ROLE.sub("", name)

    def _map_serializer(
        self, serializer: Any, direction: Any, bypass_extensions: bool = False
    ) -> Operation:
        """Tell that a strict body takes no member it does not name."""
        schema: Operation = super()._map_serializer(  # type: ignore[no-untyped-call]
            serializer, direction, bypass_extensions
        )
        given = serializer if isinstance(serializer, type) else type(serializer)
        if direction == "request" and issubclass(given, StrictSerializer):
            schema["additionalProperties"] = given.ignores_unknown
        return schema

    def _map_serializer_field(
        self, field: Any, direction: Any, bypass_extensions: bool = False
    ) -> Operation | None:
        """Tell a closed vocabulary by its name, and a single word as what it is."""
        schema: Operation | None = super()._map_serializer_field(  # type: ignore[no-untyped-call]
            field, direction, bypass_extensions
        )
        words = (schema or {}).get("enum", [None])
        if schema is None or None in words:
            return schema
        kept = {name: value for name, value in schema.items() if name not in _OF_ENUMS}
        if field.help_text:
            kept["description"] = str(field.help_text)
        name = vocabularies().get(frozenset(words))
        if name:
            return {**self._shared("schemas", name, {"type": "string", "enum": words}), **kept}
        return {"const": words[0], **kept} if len(words) == 1 else schema

    def _get_response_bodies(self, direction: Any = "response") -> Operation:
        """Add the refusals that apply, and the headers of every answer."""
        bodies: Operation = super()._get_response_bodies(direction)
        for response in bodies.values():
            response["headers"] = {**self._headers(), **response.get("headers", {})}
        if self.method in READING and conditional.is_tagged(self):
            bodies["304"] = {"description": "What the caller has is still so.",
                             "headers": self._headers()}  # fmt: skip
        for status, applies in REFUSALS.items():
            if applies(self):
                bodies.setdefault(str(status), self._refusal(status))
        return dict(sorted(bodies.items()))

    def _headers(self) -> Operation:
        query = self._query()
        paged = query is not None and issubclass(query, PageQuery)
        pages = ["Link", "X-Total-Count"] if paged else []
        names = ["X-Request-ID", *pages, *conditional.answered_with(self)]
        return {name: self._shared("headers", name, HEADERS[name]) for name in names}

    def _refusal(self, status: int) -> Operation:
        self._shared("schemas", "Problem", PROBLEM_SCHEMA)
        self._shared("headers", "X-Request-ID", HEADERS["X-Request-ID"])
        for name in STATUSES[status].headers:
            self._shared("headers", name, HEADERS[name])
        return self._shared("responses", STATUSES[status].name, response_of(status))

    def _shared(self, kind: str, name: str, content: Operation) -> Operation:
        part = ResolvedComponent(  # type: ignore[no-untyped-call]
            name=name, type=kind, schema=content, object=name
        )
        self.registry.register_on_missing(part)
        reference: Operation = part.ref
        return reference


@cache
def vocabularies() -> Mapping[frozenset[str], str]:
    """Return the name of each vocabulary by its words."""
    return {
        frozenset(getattr(one, "word", one.value) for one in import_string(path)): name
        for name, path in VOCABULARIES.items()
    }


def scope_of(schema: AutoSchema) -> str | None:
    """Return what the view says the method needs."""
    scopes: Mapping[str, str] = getattr(schema.view, "required_scopes", {})
    return scopes.get(schema.method)


def needs(schema: AutoSchema) -> str:
    """Return the sentence that names the scope."""
    scope = scope_of(schema)
    return "" if scope in {None, ANYBODY, SIGNED_IN} else f"Needs the scope `{scope}`."


def _always(_: Schema) -> bool:
    return True


def _knows_callers(schema: Schema) -> bool:
    """Whether a credential is looked at: also where one is asked for in the body."""
    return scope_of(schema) != ANYBODY or schema.method not in READING


def _needs_scope(schema: Schema) -> bool:
    return scope_of(schema) != ANYBODY


def _names_one(schema: Schema) -> bool:
    return "{" in schema.path


def _changes(schema: Schema) -> bool:
    return schema.method not in READING


def _forgets(schema: Schema) -> bool:
    """Whether what was there once is told from what never was."""
    return getattr(schema.view, "forgets", False)


def _has_body(schema: Schema) -> bool:
    return schema.method in {"POST", "PATCH", "PUT"}


def _validates(schema: Schema) -> bool:
    """OAuth knows no 422: RFC 6749, section 5.2."""
    return not schema.path.startswith("/oauth/")


REFUSALS: Mapping[int, Callable[[Schema], bool]] = MappingProxyType({
    400: _always,
    401: _knows_callers,
    403: _needs_scope,
    404: _names_one,
    409: _changes,
    410: _forgets,
    412: conditional.heeds_if_match,
    413: _has_body,
    415: _has_body,
    422: _validates,
    429: _always,
    503: _always,
})  # fmt: skip
