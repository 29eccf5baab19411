"""Whoever follows docs/consumers.md takes our tokens and refuses all others.

Its snippets are taken out of the document and run as they stand, but for the issuer's address.
"""

import json
import subprocess
from contextlib import suppress

import pytest
from fastapi import HTTPException
from fastapi.security import HTTPAuthorizationCredentials

from local.environment import bare_environment
from tests.contract.consumers import (
    WRITTEN_ISSUER,
    forgeries,
    live_issuer,
    snippets,
)
from tests.contract.installed import NODE, fastmcp_python, node, node_modules

pytestmark = pytest.mark.one_lane

PYTHON, JAVASCRIPT = snippets("python"), snippets("js")
FASTMCP = PYTHON.pop("FastMCP")  # has an environment of its own


@pytest.fixture(scope="module")
def issuer(tmp_path_factory):
    with live_issuer(tmp_path_factory.mktemp("issuer")) as running:
        yield running


@pytest.fixture
def tokens(issuer):
    good = issuer.token()
    return {"good": good, **forgeries(good)}


@pytest.fixture
def trusting(issuer, monkeypatch):
    """Let Python's clients believe the certificate of the test, and nothing else be changed."""
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.setenv(name, str(issuer.authority))


def bearer(token):
    return HTTPAuthorizationCredentials(scheme="Bearer", credentials=token)


def run_python(code, issuer):
    names = {"__name__": "snippet"}
    exec(compile(code.replace(WRITTEN_ISSUER, issuer.url), "docs/consumers.md", "exec"), names)
    return names


def judged_by_python(code, issuer, tokens):
    names = run_python(code, issuer)
    verdicts = dict.fromkeys(tokens)
    for name, token in tokens.items():
        with suppress(Exception):
            verdicts[name] = names["verify"](token)
    return verdicts


def judged_by_node(code, issuer, tokens, folder):
    (folder / "snippet.mjs").write_text(code.replace(WRITTEN_ISSUER, issuer.url))
    (folder / "node_modules").symlink_to(node_modules())
    command = [node(), NODE / "judge.mjs", "snippet.mjs"]
    return judged_by(command, tokens, folder, NODE_EXTRA_CA_CERTS=str(issuer.authority))


def judged_by_fastmcp(code, issuer, tokens, folder):
    (folder / "snippet.py").write_text(code.replace(WRITTEN_ISSUER, issuer.url))
    command = [fastmcp_python(), NODE.parent / "fastmcp" / "judge.py", "snippet.py"]
    return judged_by(command, tokens, folder, SSL_CERT_FILE=str(issuer.authority))


def judged_by(command, tokens, folder, **environ):
    done = subprocess.run(
        command,
        cwd=folder,
        env=bare_environment(**environ),
        input=json.dumps(tokens),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def assert_right(verdicts):
    accepted = {name for name, claims in verdicts.items() if claims is not None}

    assert accepted == {"good"}
    assert verdicts["good"]["sub"] == "@consumer"
    assert verdicts["good"]["actor"]["type"] == verdicts["good"]["actor_type"] == "agent"


def test_the_document_has_a_snippet_for_each_library():
    assert list(PYTHON) == [
        "Python: FastAPI with PyJWT", "Python: joserfc", "Python: google-auth",
    ]  # fmt: skip
    assert list(JAVASCRIPT) == ["Node: jose", "Node: oauth4webapi"]


@pytest.mark.usefixtures("trusting")
@pytest.mark.parametrize("name", PYTHON)
def test_a_python_snippet_takes_our_token_and_no_other(name, issuer, tokens):
    assert_right(judged_by_python(PYTHON[name], issuer, tokens))


@pytest.mark.usefixtures("trusting")
def test_the_fastapi_dependency_answers_401_to_all_others(issuer, tokens):
    caller = run_python(PYTHON["Python: FastAPI with PyJWT"], issuer)["caller"]

    assert caller(bearer(tokens.pop("good")))["sub"] == "@consumer"
    for token in tokens.values():
        with pytest.raises(HTTPException) as refused:
            caller(bearer(token))
        assert refused.value.status_code == 401
        assert refused.value.headers == {"WWW-Authenticate": 'Bearer error="invalid_token"'}


@pytest.mark.parametrize("name", JAVASCRIPT)
def test_a_node_snippet_takes_our_token_and_no_other(name, issuer, tokens, tmp_path):
    assert_right(judged_by_node(JAVASCRIPT[name], issuer, tokens, tmp_path))


def test_fastmcp_takes_our_token_and_no_other(issuer, tokens, tmp_path):
    assert_right(judged_by_fastmcp(FASTMCP, issuer, tokens, tmp_path))
