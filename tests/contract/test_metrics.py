"""What Prometheus is shown: all workers' counts, by route, to those who may see them."""

import re

import pytest
from django.test import Client

from tests.serving import fresh_database, manage, serving

ADMIN = "Bearer dev:@admin"


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with fresh_database() as url:
        manage("migrate", "--verbosity=0", DATABASE_URL=url)
        manage("demo_data", f"--var={tmp_path_factory.mktemp('var')}", DATABASE_URL=url)
        with serving({"DATABASE_URL": url, "METRICS": "true", "WEB_CONCURRENCY": "3"}) as found:
            yield found


def counted(server, **labels):
    """Return one count, as any of the workers tells it."""
    answer = server.get("/metrics", Authorization=ADMIN, Accept="text/plain")
    assert answer.status == 200
    named = ",".join(f'{name}="{value}"' for name, value in sorted(labels.items()))
    found = re.search(
        rf"^taskflow_answers_total{{{re.escape(named)}}} (\S+)$",
        answer.body.decode(),
        re.MULTILINE,
    )
    return float(found[1]) if found else 0


def test_every_worker_tells_what_all_have_counted(server):
    for _ in range(12):
        assert server.get("/api/health/db").status == 200

    told = {counted(server, method="GET", route="api/health/db", status=200) for _ in range(12)}
    assert told == {12}


def test_what_a_client_makes_up_becomes_no_label(server):
    server.ask("BREW", "/canary-of-a-path")

    body = server.get("/metrics", Authorization=ADMIN).body.decode()
    assert "canary" not in body
    assert "BREW" not in body


@pytest.mark.parametrize("credential, status", [(None, 401), ("Bearer dev:@alice", 403)])
def test_not_everybody_sees_how_the_service_is_used(server, credential, status):
    headers = {"Authorization": credential} if credential else {}

    assert server.get("/metrics", **headers).status == status


def test_nothing_is_shown_unless_it_is_asked_for():
    assert Client().get("/metrics").status_code == 404
