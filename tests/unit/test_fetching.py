"""A document comes within its bounds or not at all, and nothing stays behind."""

import ssl
import threading
import time
from datetime import UTC, datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from accounts.fetching import LARGEST, FetchFailed, fetch
from accounts.private_keys import to_pem
from config.contract import Stage
from tests.servers import endpoint
from tests.servers.endpoint import HOST, listening, redirect, text
from tests.unit.forge import key

pytest_plugins = ["tests.servers.fixtures"]

NEVER_ENDING = [
    endpoint.silence,
    endpoint.dripping_headers,
    endpoint.dripping_body,
    endpoint.dripping_promises,
]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """A certificate for this machine that nobody has a reason to trust."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "taskflow test")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key("EdDSA").public_key())
        .serial_number(7)
        .not_valid_before(datetime(2026, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2046, 1, 1, tzinfo=UTC))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), False)
        .sign(key("EdDSA"), None)
    )
    file = tmp_path_factory.mktemp("tls") / "certificate.pem"
    file.write_bytes(made.public_bytes(Encoding.PEM) + to_pem(key("EdDSA")))
    return file


@pytest.fixture
def tls(certificate):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_document_comes_with_its_headers():
    with listening(text(b"{}", Cache_Control="max-age=7")) as server:
        fetched = fetch(server.url)

    assert (fetched.body, fetched.headers["Cache-Control"]) == (b"{}", "max-age=7")


def test_the_whole_address_is_asked_for():
    def answer(exchange):
        exchange.document(exchange.path.encode())

    with listening(answer) as server:
        whole = fetch(f"http://{HOST}:{server.server.server_port}/a/b?c=d&e").body
        bare = fetch(f"http://{HOST}:{server.server.server_port}").body

    assert (whole, bare) == (b"/a/b?c=d&e", b"/")


def test_the_limit_of_size_is_the_last_that_passes():
    with listening(text(b" " * LARGEST)) as server:
        assert len(fetch(server.url).body) == LARGEST
        server.answer = text(b" " * (LARGEST + 1))

        with pytest.raises(FetchFailed, match="too large"):
            fetch(server.url)


def test_an_endless_body_is_left_at_the_limit():
    with listening(endpoint.endless_body) as server, pytest.raises(FetchFailed, match="too large"):
        fetch(server.url)


@pytest.mark.parametrize("answer", NEVER_ENDING, ids=lambda answer: answer.__name__)
def test_the_time_is_that_of_the_whole(answer):
    with listening(answer) as server:
        began = time.monotonic()
        with pytest.raises(FetchFailed, match="too long"):
            fetch(server.url, seconds=0.2)

        assert time.monotonic() - began < 2


@pytest.mark.parametrize("answer", NEVER_ENDING, ids=lambda answer: answer.__name__)
def test_no_thread_is_left_behind(answer):
    with listening(answer) as server:
        with pytest.raises(FetchFailed, match="too long"):
            fetch(server.url, seconds=0.2)
        left_behind = [t for t in threading.enumerate() if t.name.startswith("fetch ")]
        for thread in left_behind:
            thread.join(5)

        assert not any(thread.is_alive() for thread in left_behind)


def test_a_redirect_is_not_followed():
    with listening(text(b"{}")) as other, listening(redirect(other.url)) as server:
        with pytest.raises(FetchFailed, match="302"):
            fetch(server.url)

        assert (server.hits, other.hits) == (1, 0)


@pytest.mark.parametrize("status", [201, 204, 206, 304, 403, 404, 500, 503])
def test_nothing_but_200_is_an_answer(status):
    with listening(text(b"", status)) as server, pytest.raises(FetchFailed, match=str(status)):
        fetch(server.url)


@pytest.mark.parametrize(
    "line", [b"", b"\x00\x00", b"SSH-2.0-OpenSSH_9\r\n", b"HTTP/1.1 2\r\n\r\n"]
)
def test_what_is_no_http_is_no_answer(line):
    def answer(exchange):
        exchange.wfile.write(line)

    with listening(answer) as server, pytest.raises(FetchFailed):
        fetch(server.url)


def test_nobody_listening_is_no_answer():
    with listening(text(b"{}")) as server:
        url = server.url

    with pytest.raises(FetchFailed, match="Refused"):
        fetch(url)


@pytest.mark.parametrize(
    "url",
    ["http://192.0.2.7/keys", "http://keys.example/", "ftp://127.0.0.1/", "file:///etc/hosts"],
)
def test_nothing_but_https_leaves_this_machine(url):
    with pytest.raises(FetchFailed, match="https"):
        fetch(url)


@pytest.mark.parametrize("stage", [Stage.DEV, Stage.PROD])
def test_plain_http_is_not_even_spoken_to_this_machine_outside_local(contract, stage):
    contract(env=stage)

    with listening(text(b"{}")) as server:
        with pytest.raises(FetchFailed, match="https"):
            fetch(server.url)

        assert server.hits == 0


def test_a_certificate_that_nobody_vouches_for_is_refused(tls):
    with listening(text(b"{}"), tls) as server:
        with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
            fetch(server.url)

        assert server.hits == 0


def test_https_is_spoken_with_a_server_whose_certificate_fits(tls, certificate, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))

    with listening(text(b"{}"), tls) as server:
        assert fetch(server.url).body == b"{}"
        with pytest.raises(FetchFailed, match="SSLCertVerificationError"):
            fetch(server.url.replace(HOST, "localhost"))


def test_a_document_may_be_larger_where_the_caller_says_so():
    with listening(text(b" " * (LARGEST + 1))) as server:
        assert len(fetch(server.url, largest=LARGEST + 1).body) == LARGEST + 1
