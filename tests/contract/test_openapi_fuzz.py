"""Nobody's input breaks the service: it is fuzzed out of its own document."""

import json

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from config import docs
from config.wsgi import application

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
EXAMPLES = 10


@schemathesis.serializer("application/jsonl")
def lines_of_json(ctx, value):
    """Send text as it is, and anything else as one line."""
    return value.encode() if isinstance(value, str) else json.dumps(value).encode()


def operations():
    """Yield every operation of the document, to be called in this process."""
    api = schemathesis.openapi.from_dict(json.loads(docs.document()))
    api.app = application
    for found in api.get_all_operations():
        assert isinstance(found, Ok), found
        operation = found.ok()
        yield pytest.param(operation, id=operation.definition.raw["operationId"])


def caller(operation):
    """Speak as Alice on the board, and elsewhere as somebody who may do everything."""
    handle = "@alice" if "tasks" in operation.tags else "@admin"
    return {"Authorization": f"Bearer dev:{handle}"}


def edges(operation):
    """Yield input at, and just over, every limit that the document tells; other methods too."""
    api = operation.schema
    return api.iter_coverage_cases(
        operation,
        generation_modes=list(GenerationMode),
        generation_config=api.config.generation_for(operation=operation),
    )


OPERATIONS = list(operations())


@pytest.fixture
def one_connection(people):
    """Keep the test's transaction over requests, as Django's own test client does."""
    for ends in (request_started, request_finished):
        ends.disconnect(close_old_connections)
    yield
    for ends in (request_started, request_finished):
        ends.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS)
def test_at_every_edge_the_answer_is_as_documented(operation, one_connection):
    for case in edges(operation):
        case.call_and_validate(checks=CHECKS, headers=caller(operation))


@pytest.mark.parametrize("operation", OPERATIONS)
def test_whatever_is_sent_the_answer_is_as_documented(operation, one_connection):
    @given(operation.as_strategy())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=list(HealthCheck),
    )
    def send(case):
        case.call_and_validate(checks=CHECKS, headers=caller(operation))

    send()
