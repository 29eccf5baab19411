"""The database's URL, from the socket to TCP: nothing but the address changes."""

from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.contract.database_url import database_url
from deploy.tcp_url import NotRewritable, instance, over_tcp
from tests.serving import run

SOCKET = "host=/cloudsql/example-project:europe-west1:taskflow"
ADDRESS = "127.0.0.1:5432"
WORDS = st.text(st.characters(max_codepoint=0x2FF, categories=["L", "N", "P", "S"]))


@pytest.mark.parametrize(
    "url, address, wanted",
    [
        (f"postgres://u:p@/db?{SOCKET}", ADDRESS, f"postgres://u:p@{ADDRESS}/db"),
        (f"postgresql://u:p@/db?{SOCKET}", ADDRESS, f"postgresql://u:p@{ADDRESS}/db"),
        (f"postgres://u@/db?{SOCKET}", ADDRESS, f"postgres://u@{ADDRESS}/db"),
        (f"postgres:///db?{SOCKET}", ADDRESS, f"postgres://{ADDRESS}/db"),
        (f"postgres://u:p@/db?{SOCKET}", "[::1]:6543", "postgres://u:p@[::1]:6543/db"),
        (f"postgres://u:p%40%2F%3A%3F%23%25@/db?{SOCKET}", ADDRESS,
         f"postgres://u:p%40%2F%3A%3F%23%25@{ADDRESS}/db"),
        (f"postgres://u:p@/db?sslmode=disable&{SOCKET}&options=-c%20a%3Db", ADDRESS,
         f"postgres://u:p@{ADDRESS}/db?sslmode=disable&options=-c%20a%3Db"),
        ("postgres://u:p@/db?HOST=%2Fcloudsql%2Fp%3Ar%3Ai&port=5432", ADDRESS,
         f"postgres://u:p@{ADDRESS}/db"),
    ],
)  # fmt: skip
def test_nothing_but_the_address_changes(url, address, wanted):
    assert over_tcp(url, address) == wanted


# A name that begins with a slash is no name in a URL, percent-encoded or not.
NAMES = WORDS.filter(lambda word: word.strip("/") == word != "")


@given(user=WORDS.filter(bool), password=WORDS, name=NAMES)
def test_who_signs_in_where_stays_the_same_to_the_service(user, password, name):
    login = f"{quote(user, safe='')}:{quote(password, safe='')}"
    url = f"postgres://{login}@/{quote(name, safe='')}?{SOCKET}"

    before, after = database_url(url), database_url(over_tcp(url, ADDRESS))

    assert (after["HOST"], after["PORT"]) == ("127.0.0.1", 5432)
    for part in ("USER", "PASSWORD", "NAME"):
        assert after[part] == before[part]


@pytest.mark.parametrize(
    "url",
    [
        "", "canary", "sqlite:///canary", "mysql://u:canary@/db?host=/cloudsql/p:r:i",
        "postgres://u:canary@10.0.0.1/db", "postgres://u:canary@10.0.0.1/db?" + SOCKET,
        "postgres://u:canary@/db", "postgres://u:canary@/?" + SOCKET,
        "postgres://u:canary@/db?host=/tmp", "postgres://u:canary@/db?host=/cloudsql/instance",
        f"postgres://u:canary@/db?{SOCKET}&{SOCKET}", f"postgres://u:can#ary@/db?{SOCKET}",
        f"postgres://u:can[ary@/db?{SOCKET}",
    ],
)  # fmt: skip
def test_what_names_no_socket_is_refused_and_not_repeated(url):
    with pytest.raises(NotRewritable) as refusal:
        over_tcp(url, ADDRESS)

    assert "canary" not in str(refusal.value)


@pytest.mark.parametrize(
    "address",
    ["", "127.0.0.1", "::1:5432", "[::1]", ":5432", "h:port", "u@h:1", "h:1/db", "h:70000"],
)
def test_an_address_without_host_or_port_is_refused(address):
    with pytest.raises(NotRewritable):
        over_tcp(f"postgres://u:p@/db?{SOCKET}", address)


def test_the_instance_is_what_the_proxy_must_serve():
    url = "postgres://u:p@/db?host=/cloudsql/example.com:project:region:taskflow"

    assert instance(f"postgres://u:p@/db?{SOCKET}") == "example-project:europe-west1:taskflow"
    assert instance(url) == "example.com:project:region:taskflow"


def test_the_shell_gets_the_url_from_the_environment():
    told = run(["-m", "deploy.tcp_url", ADDRESS], {"DATABASE_URL": f"postgres://u:p@/db?{SOCKET}"})

    assert told == f"postgres://u:p@{ADDRESS}/db\n"
