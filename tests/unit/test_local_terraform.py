"""Where Terraform comes from when it is not there: the release that is pinned, or a reason."""

import hashlib
import io
import subprocess
import zipfile
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from local.environment import CannotStart
from local.terraform import SUMS, VERSION, fetched, install

WHERE = "linux_amd64"
PATH = f"/{VERSION}/terraform_{VERSION}_{WHERE}.zip"
PROGRAM = "#!/bin/sh\necho Terraform v1.11.4\n"


def archive():
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as parts:
        parts.writestr("LICENSE.txt", "terms")
        parts.writestr("terraform", PROGRAM)
    return made.getvalue()


RELEASE = archive()
PINNED = {WHERE: hashlib.sha256(RELEASE).hexdigest()}


class Server(ThreadingHTTPServer):
    """Where releases are; `sent` is how many bytes of one it sends."""

    sent = len(RELEASE)

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}"


class Release(BaseHTTPRequestHandler):
    """Serves one file under the path of the release; cuts it short when the server is told to."""

    server: Server

    def do_GET(self):
        self.send_response(200 if self.path == PATH else 404)
        self.send_header("Content-Length", str(len(RELEASE)))
        self.end_headers()
        self.wfile.write(RELEASE[: self.server.sent] if self.path == PATH else RELEASE)

    def log_message(self, *_):
        pass


@pytest.fixture
def server():
    with Server(("127.0.0.1", 0), Release) as found:
        Thread(target=found.serve_forever, args=(0.02,), daemon=True).start()
        yield found
        found.shutdown()


def test_the_pinned_release_is_fetched_and_runs(server, tmp_path):
    program = tmp_path / "tools" / VERSION / "terraform"

    install(fetched(WHERE, server.url, PINNED), program)

    told = subprocess.run([program], capture_output=True, text=True, check=True)
    assert told.stdout == "Terraform v1.11.4\n"
    assert [each.name for each in program.parent.iterdir()] == ["terraform"]


def test_a_release_with_another_sum_is_refused(server):
    with pytest.raises(CannotStart, match=r"is not what was pinned: install Terraform 1\.11"):
        fetched(WHERE, server.url, {WHERE: SUMS[WHERE]})


def test_half_a_release_is_refused(server):
    server.sent = len(RELEASE) // 2

    with pytest.raises(CannotStart, match="does not answer as it should"):
        fetched(WHERE, server.url, PINNED)


def test_a_release_that_is_not_there_is_told(server):
    with pytest.raises(CannotStart, match="does not answer as it should: install Terraform"):
        fetched(WHERE, f"{server.url}/elsewhere", PINNED)


def test_nobody_who_listens_is_told(server):
    with pytest.raises(CannotStart, match="does not answer as it should: install Terraform"):
        fetched(WHERE, "http://127.0.0.1:9", PINNED)


def test_a_platform_without_a_sum_is_told():
    with pytest.raises(CannotStart, match="No release of Terraform is pinned for plan9_mips"):
        fetched("plan9_mips")
