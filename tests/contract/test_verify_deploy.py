"""A live service is what was deployed, or the command says where it differs."""

import json

import pytest
from django.core.management import CommandError, call_command

from tests.servers.endpoint import HOST, listening
from tests.serving import fresh_database, manage, serving

REVISION = "taskflow-sha-0123456789ab"
START = "/api/tasks/{task_id}/start"
HEALTHY = {"status": "healthy", "version": "1", "revision": REVISION}
OPENAPI = {"paths": {START: {"post": {"summary": "Start it.", "description": "Claim a\n  task."}}}}
KEYS = {"keys": [{"kid": "k", "kty": "RSA", "alg": "RS256"}]}


@pytest.fixture(scope="module")
def live():
    """The service itself, in processes of its own."""
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        manage("signing_keys", "rotate", DATABASE_URL=url)
        with serving({"DATABASE_URL": url, "K_REVISION": REVISION}) as server:
            yield f"http://{HOST}:{server.port}"


def verify(url, **wanted):
    call_command("verify_deploy", url=url, **wanted)


def showing(health=HEALTHY, openapi=OPENAPI, keys=KEYS):
    """Answer as a service that shows these documents."""
    bodies = {"/health": health, "/openapi.json": openapi, "/.well-known/jwks.json": keys}
    return lambda exchange: exchange.document(json.dumps(bodies[exchange.path]).encode())


def base(endpoint):
    return endpoint.url.partition("/keys")[0]


def test_the_service_is_what_this_code_says(live, capsys):
    verify(live, revision=REVISION)

    assert capsys.readouterr().out == f"{live} is what was deployed.\n"


def test_a_path_and_the_words_of_its_docstring_are_found_live(live):
    verify(live, path=START, text="task")


@pytest.mark.parametrize(
    "wanted, told",
    [
        ({"revision": "taskflow-sha-other"}, f"+status healthy, revision {REVISION}"),
        ({"path": "/api/nowhere"}, "-path /api/nowhere"),
        ({"path": "/health", "text": "canary song"}, "-text 'canary song'"),
    ],
)
def test_what_differs_is_shown_as_a_diff(live, wanted, told):
    with pytest.raises(CommandError) as refusal:
        verify(live, **wanted)

    assert refusal.value.returncode == 1
    assert told in str(refusal.value).splitlines()


@pytest.mark.parametrize(
    "shown",
    [
        {"health": {"status": "ill", "revision": REVISION}},
        {"health": []},
        {"openapi": {"paths": []}},
        {"openapi": 7},
        {"keys": {"keys": []}},
        {"keys": {"keys": [{"kty": "RSA"}]}},
        {"keys": {"keys": "none"}},
        {"keys": []},
    ],
)
def test_a_document_of_another_form_is_a_difference(shown):
    with listening(showing(**shown)) as endpoint, pytest.raises(CommandError):
        verify(base(endpoint), path=START)


def test_line_breaks_of_a_docstring_do_not_matter():
    with listening(showing()) as endpoint:
        verify(base(endpoint), path=START, text="Claim a task.", revision=REVISION)


def test_nobody_there_is_a_difference():
    with listening(showing()) as endpoint:
        url = base(endpoint)

    with pytest.raises(CommandError, match="nothing: ConnectionRefusedError"):
        verify(url, path=START)


def test_waiting_ends_when_the_new_revision_answers():
    revisions = iter(["old", REVISION])

    def rolling(exchange):
        showing(health=HEALTHY | {"revision": next(revisions, REVISION)})(exchange)

    with listening(rolling) as endpoint:
        verify(base(endpoint), path=START, revision=REVISION, wait=30.0)


def test_an_address_with_a_path_is_refused():
    with pytest.raises(CommandError, match="--url"):
        call_command("verify_deploy", "--url=https://taskflow.example.com/api")
