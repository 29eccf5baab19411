"""A webhook is called where its name leads when it is judged, and never into our own network."""

import socket

import pytest

from accounts.fetching import FetchFailed, within
from events.addresses import Line, checked, is_public
from events.errors import UnfitAddress
from tests.servers.endpoint import listening, text

PUBLIC = ["93.184.215.14", "1.1.1.1", "2606:4700:4700::1111", "::ffff:1.1.1.1"]
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "192.168.0.1", "100.64.0.1",
    "169.254.169.254", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fd00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::",
    "::127.0.0.1", "::ffff:0:127.0.0.1", "fec0::1", "5f00::1",
]  # fmt: skip


@pytest.mark.parametrize(
    ("address", "expected"), [(a, True) for a in PUBLIC] + [(a, False) for a in INSIDE]
)
def test_what_is_public(address, expected):
    assert is_public(address) is expected


@pytest.mark.parametrize("address", INSIDE)
def test_an_address_inside_is_refused_at_once(address):
    host = f"[{address}]" if ":" in address else address

    with pytest.raises(UnfitAddress):
        checked(f"https://{host}/in", is_local=False)


UNFIT = [
    "http://hooks.example.com/", "ftp://hooks.example.com/", "https://", "nonsense", "https:///in",
    "https://user:pass@hooks.example.com/", "https://hooks.example.com/#x", "https://a b/",
    "https://hooks.example.com:0/", "https://hooks.example.com:99999/", "https://[::1", "",
    "https://127.0.0.1/", "https://localhost/", "https://10.0.0.8/", "https://169.254.169.254/",
    "https://[::1]/", "https://[fe80::1]/", "https://[::ffff:127.0.0.1]/", "https://0.0.0.0/",
    "https://192.168.1.1/", "https://[64:ff9b::7f00:1]/", "https://[2002:7f00:1::]/",
    "https://h\u00f6oks.example.com/", "https://hooks.example.com/\r\nX: y",
    "https://hooks.example.com/" + "x" * 2000,
]  # fmt: skip


@pytest.mark.parametrize("url", UNFIT, ids=ascii)
def test_what_is_no_address_for_a_webhook_is_refused(url):
    with pytest.raises(UnfitAddress):
        checked(url, is_local=False)


def test_on_a_developers_machine_anything_goes():
    assert checked("http://127.0.0.1:8001/in?a=b", is_local=True)


class LeadingTo:
    """Looks every name up as the same addresses, and counts how often it is asked."""

    def __init__(self, *addresses):
        self.addresses, self.asked = addresses, 0

    def __call__(self, _host, port, **_):
        self.asked += 1
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (a, port)) for a in self.addresses]


def ask(line):
    line.request("POST", "/", b"{}", {})
    return line.getresponse().status


@pytest.mark.parametrize("others", [(), ("1.1.1.1",)])
def test_a_name_that_leads_inside_is_not_called(others):
    with listening(text(b"")) as sink:
        url = f"http://rebound.example.com:{sink.server.server_port}/"
        line = Line(url, seconds=3, is_local=False, resolve=LeadingTo(*others, "127.0.0.1"))

        with pytest.raises(FetchFailed, match="private"):
            within(3, line, ask)

        assert sink.hits == 0


def test_a_name_is_looked_up_once_and_the_judged_address_is_called():
    with listening(text(b"")) as server:
        resolve = LeadingTo("127.0.0.1")
        url = f"http://hooks.example.com:{server.server.server_port}/in"

        assert within(3, Line(url, seconds=3, is_local=True, resolve=resolve), ask) == 200

    assert resolve.asked == 1
    host = f"hooks.example.com:{server.server.server_port}"
    assert server.received[0][0]["Host"] == host


def test_a_name_that_leads_nowhere_is_not_called():
    line = Line("https://hooks.example.com/", seconds=3, is_local=True, resolve=LeadingTo())

    with pytest.raises(FetchFailed):
        within(3, line, ask)
